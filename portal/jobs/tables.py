"""The rows behind jobs and schedules."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from portal.db import Instant, Json


class State(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    DEAD = "dead"


class Job(SQLModel, table=True):
    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_state_run_after", "state", "run_after"),
        Index("ix_job_state_lease", "state", "lease_until"),
        {"sqlite_autoincrement": True},
    )

    id: int = Field(default=None, primary_key=True)
    kind: str = Field(max_length=40, description="Names the function that does it.")
    queue: str = Field(max_length=20)
    title: str = Field(max_length=300, description="What a person calls it.")
    arguments: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    key: str | None = Field(
        default=None, unique=True, max_length=120, description="The same work twice is one job."
    )
    state: str = Field(default=State.QUEUED, max_length=10)
    created_at: datetime = Field(sa_type=Instant)
    created_by: int | None = Field(default=None, foreign_key="user_account.id")
    run_after: datetime = Field(sa_type=Instant)
    rung_at: datetime | None = Field(default=None, sa_type=Instant)
    started_at: datetime | None = Field(default=None, sa_type=Instant)
    finished_at: datetime | None = Field(default=None, sa_type=Instant)
    attempt: int = 0
    max_attempts: int = 5
    time_limit: int = Field(default=3600, description="Seconds one attempt may take.")
    token: str | None = Field(default=None, max_length=40, description="Fences off a claim that was lost.")
    lease_until: datetime | None = Field(default=None, sa_type=Instant)
    done_units: int = 0
    total_units: int | None = None
    step: str = Field(default="", max_length=200, description="What it does right now, in words.")
    cancel_asked_at: datetime | None = Field(default=None, sa_type=Instant)
    result: dict[str, Any] | None = Field(default=None, sa_type=Json)
    reason: str | None = Field(default=None, description="Why it failed, for a person.")
    page: str = Field(default="", max_length=300, description="Where its outcome is shown.")


class Schedule(SQLModel, table=True):
    """Work that comes again. The reconciler inserts each due job once, under the key (schedule, due)."""

    __tablename__ = "schedule"

    id: int = Field(default=None, primary_key=True)
    name: str = Field(unique=True, max_length=60)
    kind: str = Field(max_length=40)
    queue: str = Field(max_length=20)
    title: str = Field(max_length=300)
    arguments: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    every_seconds: int
    next_at: datetime = Field(sa_type=Instant)
    paused_at: datetime | None = Field(default=None, sa_type=Instant)
