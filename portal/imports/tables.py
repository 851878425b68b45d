"""The rows behind imports: one file, what was understood of it, how it is mapped, what came of it; and whole exports."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Text, UniqueConstraint, false
from sqlmodel import Field, SQLModel

from portal.db import Instant, Json


class ImportState(StrEnum):
    """Uploaded, understood (then a person maps it), checked (a dry run), running, and how it ended.

    Of a whole export's files one is at work and the others are waiting; one that is none of ours is left out. One that is in
    may be undone.
    """

    UPLOADED = "uploaded"
    UNDERSTOOD = "understood"
    CHECKING = "checking"
    CHECKED = "checked"
    WAITING = "waiting"
    LEFT_OUT = "left_out"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    DISCARDED = "discarded"
    UNDOING = "undoing"
    UNDONE = "undone"


AT_WORK: Final = frozenset(
    {ImportState.UPLOADED, ImportState.CHECKING, ImportState.RUNNING, ImportState.UNDOING}
)
"""While a job has it."""


class Import(SQLModel, table=True):
    __tablename__ = "import"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int = Field(default=None, primary_key=True)
    kind: str = Field(max_length=20, description="What it brings: people, deals.")
    source: str = Field(max_length=100, description="The system it comes from; ids are unique in it.")
    filename: str = Field(max_length=300, description="As its owner called it.")
    file: str = Field(max_length=100, description="Its name in the files folder.")
    bytes: int
    digest: str = Field(max_length=64, description="SHA-256 of the file.")
    state: str = Field(default=ImportState.UPLOADED, max_length=10, index=True)
    understood: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    mapping: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    unreadable: dict[str, int] = Field(
        default_factory=dict,
        sa_type=Json,
        description="Cells, by column, that fit no kind and count as missing.",
    )
    differences: dict[str, Any] = Field(
        default_factory=dict,
        sa_type=Json,
        sa_column_kwargs={"server_default": "{}"},
        description="What a dry run found: changed values by field, and the first new ids.",
    )
    vanished: int = Field(
        default=0,
        sa_column_kwargs={"server_default": "0"},
        description="Records of earlier files like it that it no longer has.",
    )
    next_part: int = Field(default=0, description="Where a killed import goes on.")
    is_large: bool = Field(
        default=False, description="Given to the console, where the limits for uploads do not hold."
    )
    job_id: int | None = Field(default=None, foreign_key="job.id", ondelete="SET NULL")
    uploaded_at: datetime = Field(sa_type=Instant)
    uploaded_by: int | None = Field(default=None, foreign_key="user_account.id")
    started_at: datetime | None = Field(
        default=None, sa_type=Instant, description="When its values were seen."
    )
    finished_at: datetime | None = Field(default=None, sa_type=Instant)
    reason: str | None = None
    delivery_id: int | None = Field(default=None, index=True, description="The whole export it came with.")
    saved_mapping_id: int | None = Field(
        default=None, index=True, description="As which of its source's files it was mapped."
    )

    is_undoable: bool = Field(
        default=False,
        sa_column_kwargs={"server_default": false()},
        description="Whether all is kept that it replaced.",
    )
    undone_at: datetime | None = Field(default=None, sa_type=Instant)
    undone_by: int | None = None

    @property
    def is_partly_in(self) -> bool:
        """Whether a part of the file has become records, of which a dry run makes none."""
        return self.next_part > 0 and self.state not in {ImportState.CHECKING, ImportState.UNDONE}


class ImportReject(SQLModel, table=True):
    """A row that did not go in, with its reason."""

    __tablename__ = "import_reject"

    id: int = Field(default=None, primary_key=True)
    import_id: int = Field(foreign_key="import.id", index=True)
    row: int = Field(description="As a person counts lines of the file's table, the header being 1.")
    column: str = Field(default="", max_length=300)
    reason: str = Field(max_length=500)
    cells: list[str] = Field(default_factory=list, sa_type=Json)


class ImportDifference(SQLModel, table=True):
    """A value that importing would change, one of the first that a dry run met."""

    __tablename__ = "import_difference"

    id: int = Field(default=None, primary_key=True)
    import_id: int = Field(foreign_key="import.id", index=True)
    record_id: int
    field: str = Field(max_length=300)
    is_attribute: bool
    before: str | None = Field(default=None, sa_type=Text, description="As history keeps it.")
    after: str | None = Field(default=None, sa_type=Text)
    overrules: bool = Field(description="A person had put there what was before.")


class SavedMapping(SQLModel, table=True):
    """How one of the files that a source sends, such as its leads, was mapped last time; offered for the next one.

    A source may send two files of a kind, leads and contacts: `name` tells them apart.
    """

    __tablename__ = "saved_mapping"
    __table_args__ = (UniqueConstraint("kind", "source", "name", name="saved_mapping_kind_source_name_key"),)

    id: int = Field(default=None, primary_key=True)
    kind: str = Field(max_length=20)
    source: str = Field(max_length=100)
    name: str = Field(
        default="",
        max_length=100,
        sa_column_kwargs={"server_default": ""},
        description="Of its files, without a day.",
    )
    mapping: dict[str, Any] = Field(sa_type=Json)
    saved_at: datetime = Field(sa_type=Instant)
    saved_by: int | None = Field(default=None, foreign_key="user_account.id")
    vanished: str = Field(
        default="",
        max_length=10,
        sa_column_kwargs={"server_default": ""},
        description="What a row that is no longer there means: part, gone; empty: nobody said.",
    )
    vanished_at: datetime | None = Field(default=None, sa_type=Instant)
    vanished_by: int | None = None


class DeliveryState(StrEnum):
    """Looking into its files, open (a person maps them), checking and checked (a dry run), running, how it ended, undone."""

    LOOKING = "looking"
    OPEN = "open"
    CHECKING = "checking"
    CHECKED = "checked"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    DISCARDED = "discarded"
    UNDOING = "undoing"
    UNDONE = "undone"


class Delivery(SQLModel, table=True):
    """A whole export: files that came together. Each is an import, and they go in one after another."""

    __tablename__ = "delivery"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int = Field(default=None, primary_key=True)
    name: str = Field(max_length=300, description="Of the archive, or of the first file and how many more.")
    source: str = Field(
        default="", max_length=100, description="The system it comes from, once that is known."
    )
    kind: str = Field(
        default="", max_length=20, description="What all its files bring; empty: found out of each."
    )
    file: str = Field(
        default="", max_length=100, description="The archive in the files folder, until it is unpacked."
    )
    is_large: bool = False
    state: str = Field(default=DeliveryState.LOOKING, max_length=10)
    uploaded_at: datetime = Field(sa_type=Instant)
    uploaded_by: int | None = Field(default=None, foreign_key="user_account.id")
    started_at: datetime | None = Field(default=None, sa_type=Instant)
    finished_at: datetime | None = Field(default=None, sa_type=Instant)
    job_id: int | None = Field(
        default=None,
        foreign_key="job.id",
        ondelete="SET NULL",
        description="The one at work, or the last one.",
    )
    reason: str | None = None
