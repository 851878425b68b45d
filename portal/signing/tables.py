"""The rows behind what several sides sign: the dated facts of a paper's life, and the signatures."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from portal.db import Instant


class State(StrEnum):
    """Where a paper is in its life, told from its dated facts."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    SIGNED = "signed"  # by all who must; its day has not come
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


OPEN = (State.DRAFT, State.PROPOSED, State.SIGNED)


class Paper(SQLModel):
    """What every kind of paper carries that is drafted, proposed, signed and then holds. Not a table of its own.

    Authors are ids of users. What a paper says is up to its kind; once it was in force that never changes again.
    """

    id: int = Field(default=None, primary_key=True)
    number: int
    why: str = Field(default="", max_length=2000, description="Why it changed.")
    edition: int = Field(default=1, description="Raised by every saving: what somebody saw when they began.")
    created_at: datetime = Field(sa_type=Instant)
    created_by: int | None = None
    changed_at: datetime | None = Field(default=None, sa_type=Instant)
    changed_by: int | None = None
    proposed_at: datetime | None = Field(default=None, sa_type=Instant)
    proposed_by: int | None = None
    in_force_on: date | None = Field(
        default=None, description="The first day it is to hold, UTC; None: the day the last side signs."
    )
    signed_at: datetime | None = Field(default=None, sa_type=Instant, description="The last signature.")
    in_force_at: datetime | None = Field(default=None, sa_type=Instant)
    superseded_at: datetime | None = Field(default=None, sa_type=Instant)
    closed_at: datetime | None = Field(
        default=None, sa_type=Instant, description="Rejected, or withdrawn as a draft."
    )
    closed_by: int | None = None
    rejection: str = Field(default="", max_length=2000, description="Why it was rejected.")

    @property
    def state(self) -> State:
        for state, fact in (
            (State.SUPERSEDED, self.superseded_at),
            (State.IN_FORCE, self.in_force_at),
            (State.REJECTED if self.rejection else State.WITHDRAWN, self.closed_at),
            (State.SIGNED, self.signed_at),
            (State.PROPOSED, self.proposed_at),
        ):
            if fact:
                return state
        return State.DRAFT

    @property
    def is_open(self) -> bool:
        """Whether it may still become anything: a draft, proposed, or signed for a later day."""
        return self.state in OPEN


class Signature(SQLModel, table=True):
    """A leader signed a paper for their function: what it said then is kept as a digest."""

    __tablename__ = "signature"
    __table_args__ = (
        Index(
            "ix_signature_once",
            "subject",
            "subject_id",
            "function",
            unique=True,
            sqlite_where=text("taken_off_at IS NULL"),
            postgresql_where=text("taken_off_at IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: int = Field(default=None, primary_key=True)
    subject: str = Field(max_length=40, description="The paper's table.")
    subject_id: int
    function: str = Field(max_length=20)
    user_id: int = Field(foreign_key="user_account.id")
    at: datetime = Field(sa_type=Instant)
    digest: str = Field(max_length=64, description="SHA-256 of what was signed.")
    taken_off_at: datetime | None = Field(
        default=None, sa_type=Instant, description="When the paper was changed or rejected after it."
    )
