"""The rows behind judging: each time all records were judged by a version, and which of them counts."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from portal.db import Instant, Json


class JudgingState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    DROPPED = "dropped"


class Judging(SQLModel, table=True):
    """All records of a level judged by one version of one definition, as of a moment."""

    __tablename__ = "judging"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int = Field(default=None, primary_key=True)
    term: str = Field(max_length=40, index=True)
    version_id: int = Field(foreign_key="definition_version.id", description="The version that judged.")
    level: str = Field(max_length=10)
    rests_on: dict[str, int] = Field(
        default_factory=dict, sa_type=Json, description="The versions of other terms it used, by term."
    )
    runs: dict[str, int] = Field(
        default_factory=dict, sa_type=Json, description="The scoring runs it used, by level."
    )
    as_of: datetime = Field(sa_type=Instant)
    state: str = Field(default=JudgingState.RUNNING, max_length=10)
    next_id: int = Field(default=0, description="Where a killed job goes on.")
    records: int = 0
    met: int = 0
    not_known: int = Field(default=0, description="Unknown: not met, and said to be so.")
    job_id: int | None = Field(default=None, foreign_key="job.id", ondelete="SET NULL")
    started_at: datetime = Field(sa_type=Instant)
    finished_at: datetime | None = Field(default=None, sa_type=Instant)


class CurrentJudging(SQLModel, table=True):
    """Which judging of a term counts: flipped in one step."""

    __tablename__ = "current_judging"

    term: str = Field(primary_key=True, max_length=40)
    judging_id: int = Field(foreign_key="judging.id")
    since: datetime = Field(sa_type=Instant)
