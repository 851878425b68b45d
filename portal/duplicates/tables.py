"""The rows behind duplicates. People are named by id alone: they may be cleared while what was decided stays."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from portal.db import Instant, Json

MILLION: Final = 1_000_000


class ProposalState(StrEnum):
    WAITING = "waiting"
    MERGED = "merged"
    APART = "apart"


class Proposal(SQLModel, table=True):
    """Two people who are probably one, why, and what was decided."""

    __tablename__ = "proposal"
    __table_args__ = (
        UniqueConstraint("a_id", "b_id"),
        Index("ix_proposal_best", "state", "millionths", "id"),
        {"sqlite_autoincrement": True},
    )

    id: int = Field(default=None, primary_key=True)
    a_id: int = Field(description="The person with the lower id.")
    b_id: int = Field(index=True)
    millionths: int = Field(
        description="The probability that they are one, in millionths: exact in a cursor."
    )
    reasons: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    state: str = Field(default=ProposalState.WAITING, max_length=10)
    found_at: datetime = Field(sa_type=Instant)
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    decided_by: int | None = Field(
        default=None, foreign_key="user_account.id", description="None: by a rule, or not yet."
    )

    @property
    def score(self) -> float:
        return self.millionths / MILLION


class Merge(SQLModel, table=True):
    """One person taken into another: by whom, by which rule, and what it changed in the one that stayed."""

    __tablename__ = "merge"
    __table_args__ = (
        Index("ix_merge_survivor", "survivor_id", "id"),
        Index("ix_merge_merged", "merged_id"),
        {"sqlite_autoincrement": True},
    )

    id: int = Field(default=None, primary_key=True)
    survivor_id: int
    merged_id: int
    at: datetime = Field(sa_type=Instant)
    by: int | None = Field(default=None, foreign_key="user_account.id", description="None: by a rule.")
    rule: str = Field(default="", max_length=20, description="Empty: by hand.")
    changed: dict[str, list[Any]] = Field(
        default_factory=dict, sa_type=Json, description="By field: its value before and after, null for none."
    )
    split_at: datetime | None = Field(default=None, sa_type=Instant)
    split_by: int | None = Field(default=None, foreign_key="user_account.id")


class MergeMove(SQLModel, table=True):
    """The ledger: a row that hung on the merged person, and hangs on the other since."""

    __tablename__ = "merge_move"

    merge_id: int = Field(primary_key=True, foreign_key="merge.id")
    holder: str = Field(primary_key=True, max_length=80, description="Table and column.")
    row_id: int = Field(primary_key=True)


class MergeRule(SQLModel, table=True):
    """What may be merged without being asked. No row: the default."""

    __tablename__ = "merge_rule"

    name: str = Field(primary_key=True, max_length=20)
    is_on: bool
    changed_at: datetime = Field(sa_type=Instant)
    changed_by: int | None = Field(default=None, foreign_key="user_account.id")
