"""The rows behind models, scoring runs and what they rank."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, LargeBinary, Text
from sqlmodel import Field, SQLModel

from portal.db import Instant, Json


class ModelState(StrEnum):
    TRAINING = "training"
    READY = "ready"
    FAILED = "failed"


class Model(SQLModel, table=True):
    """A trained model: LightGBM text and its digest, what it learned from, and its score label."""

    __tablename__ = "model"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int = Field(default=None, primary_key=True)
    level: str = Field(max_length=10)
    outcome: str = Field(max_length=300, description="The attribute it learns.")
    met_version_id: int | None = Field(
        default=None,
        foreign_key="definition_version.id",
        description="The definition's version it learns to foresee, where it learns no attribute.",
    )
    of_version_id: int | None = Field(
        default=None,
        foreign_key="definition_version.id",
        description="Only records that met this version when they are looked at.",
    )
    positive: str = Field(default="", max_length=300, description="The value that counts as yes.")
    order_by: str | None = Field(
        default=None, max_length=300, description="The field that says what came first."
    )
    undecided: list[str] = Field(
        default_factory=list, sa_type=Json, description="Values of the outcome that say it is not known yet."
    )
    within_days: int | None = Field(
        default=None, description="So long an outcome takes: younger records do not know theirs yet."
    )
    source: str | None = Field(default=None, max_length=100, description="Only records of this source.")
    only_field: str = Field(default="", max_length=300, description="Only records where this field…")
    only_value: str = Field(default="", max_length=300, description="…holds this value.")
    left_out: list[str] = Field(default_factory=list, sa_type=Json)
    state: str = Field(default=ModelState.TRAINING, max_length=10)
    as_of: datetime = Field(sa_type=Instant)
    records: int = 0
    positives: int = 0
    promote: bool = Field(
        default=True, description="Let it rank as soon as it may, where no other model does."
    )
    label: dict[str, Any] = Field(
        default_factory=dict, sa_type=Json, description="Metrics, baselines, leaks, features."
    )
    out_of_fold_auc: float | None = None
    forward_auc: float | None = None
    is_usable: bool = False
    is_promotable: bool = Field(default=False, description="Usable, and it passed a test forward in time.")
    why: str = ""
    digest: str = Field(default="", max_length=64, description="SHA-256 of the trees' text.")
    data_digest: str = Field(default="", max_length=64)
    job_id: int | None = Field(default=None, foreign_key="job.id", ondelete="SET NULL")
    created_at: datetime = Field(sa_type=Instant)
    created_by: int | None = Field(default=None, foreign_key="user_account.id")
    promoted_at: datetime | None = Field(default=None, sa_type=Instant)
    promoted_by: int | None = Field(default=None, foreign_key="user_account.id")
    retired_at: datetime | None = Field(default=None, sa_type=Instant)


class ModelFile(SQLModel, table=True):
    """The heavy part of a model, apart, so that lists never load it."""

    __tablename__ = "model_file"

    model_id: int = Field(primary_key=True, foreign_key="model.id")
    document: str = Field(
        sa_type=Text, description="The trees as LightGBM text, with encoder, calibration, cut-offs."
    )
    scorer: bytes | None = Field(
        default=None,
        sa_type=LargeBinary,
        description="The packed scorer, once its sums are LightGBM's; none where LightGBM must score.",
    )
    value_document: str | None = Field(
        default=None, sa_type=Text, description="The model of amounts; none where their mean is expected."
    )
    value_scorer: bytes | None = Field(default=None, sa_type=LargeBinary)


class RunState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    DROPPED = "dropped"


class Run(SQLModel, table=True):
    """One scoring of every record: a function of data, as-of time, model and definition version."""

    __tablename__ = "run"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int = Field(default=None, primary_key=True)
    level: str = Field(max_length=10)
    model_id: int = Field(foreign_key="model.id")
    definition_version_id: int | None = Field(default=None, foreign_key="definition_version.id")
    as_of: datetime = Field(sa_type=Instant)
    state: str = Field(default=RunState.RUNNING, max_length=10)
    records: int = 0
    scored: int = 0
    prior_only: int = Field(
        default=0, description="Records of which the model knew nothing: they got the average."
    )
    groups: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=Json, description="For groups 1-10: records, mean propensity."
    )
    currency: str = Field(
        default="",
        max_length=3,
        sa_column_kwargs={"server_default": ""},
        description="Of the expected amounts.",
    )
    drift: dict[str, Any] = Field(
        default_factory=dict, sa_type=Json, description="What moved since the training; empty: nobody looked."
    )
    seconds: float | None = None
    digest: str = Field(default="", max_length=64, description="Of all scores, in the order of ids.")
    data_digest: str = Field(default="", max_length=64)
    job_id: int | None = Field(default=None, foreign_key="job.id", ondelete="SET NULL")
    created_at: datetime = Field(sa_type=Instant)
    finished_at: datetime | None = Field(default=None, sa_type=Instant)


class CurrentRun(SQLModel, table=True):
    """Which run the ranked list shows: flipped in one step."""

    __tablename__ = "current_run"

    level: str = Field(primary_key=True, max_length=10)
    run_id: int = Field(foreign_key="run.id")
    since: datetime = Field(sa_type=Instant)


class Reason(SQLModel, table=True):
    """Why a run scored a record as it did: worked out for the records people look at."""

    __tablename__ = "reason"

    run_id: int = Field(primary_key=True, foreign_key="run.id")
    record_id: int = Field(primary_key=True)
    why: dict[str, Any] = Field(sa_type=Json)


class Reign(SQLModel, table=True):
    """From when to when a model ranked its level, by whose decision, and why."""

    __tablename__ = "reign"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int = Field(default=None, primary_key=True)
    level: str = Field(max_length=10)
    model_id: int = Field(foreign_key="model.id", index=True)
    began_at: datetime = Field(sa_type=Instant)
    began_by: int | None = Field(
        default=None, foreign_key="user_account.id", description="None: by itself, as it was good enough."
    )
    reason: str = Field(default="", max_length=500)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_by: int | None = Field(default=None, foreign_key="user_account.id")
    ended_because: str = Field(default="", max_length=500)


class LeakDecision(SQLModel, table=True):
    """What a person said of a column that looks as if it knew the future. The newest of an outcome and a column counts."""

    __tablename__ = "leak_decision"
    __table_args__ = (Index("ix_leak_decision_outcome", "level", "outcome"), {"sqlite_autoincrement": True})

    id: int = Field(default=None, primary_key=True)
    level: str = Field(max_length=10)
    outcome: str = Field(max_length=300)
    column: str = Field(max_length=300)
    is_known: bool = Field(description="It is known in time, and may stay; else it is to be left out.")
    reason: str = Field(max_length=500)
    model_id: int = Field(foreign_key="model.id", description="Where its evidence stood.")
    decided_at: datetime = Field(sa_type=Instant)
    decided_by: int | None = Field(default=None, foreign_key="user_account.id")


class Comparison(SQLModel, table=True):
    """A challenger held against the model that ranked, on the same newest records. The newest of a pair counts."""

    __tablename__ = "model_comparison"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int = Field(default=None, primary_key=True)
    challenger_id: int = Field(foreign_key="model.id", index=True)
    champion_id: int = Field(foreign_key="model.id")
    result: dict[str, Any] = Field(default_factory=dict, sa_type=Json, description="Empty until it is done.")
    reason: str = Field(default="", max_length=500, description="Why it could not be done.")
    job_id: int | None = Field(default=None, foreign_key="job.id", ondelete="SET NULL")
    asked_at: datetime = Field(sa_type=Instant)
    asked_by: int | None = Field(default=None, foreign_key="user_account.id")
