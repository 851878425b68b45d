"""The rows behind undoing: what an import replaced, and which imports found records of others."""

from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from portal.db import Json


class ImportUndo(SQLModel, table=True):
    """Something an import replaced or added beside its own records, written with the part that did it.

    What it created is known by `import_id`, so a first import writes hardly any. Undoing takes them back from the newest on.
    """

    __tablename__ = "import_undo"
    __table_args__ = (
        Index("ix_import_undo_import", "import_id", "id"),
        Index("ix_import_undo_record", "level", "record_id"),
    )

    id: int = Field(default=None, primary_key=True)
    import_id: int
    what: str = Field(max_length=12, description="A word of `ledger.What`.")
    level: str = Field(max_length=10, description="What the record is.")
    record_id: int = Field(description="0 where it is about no one record.")
    before: dict[str, Any] = Field(sa_type=Json, description="What puts it back; its form goes with `what`.")


class ImportRest(SQLModel, table=True):
    """How many records an import found that another had brought or changed: it rests on that one."""

    __tablename__ = "import_rest"

    import_id: int = Field(primary_key=True)
    on_id: int = Field(primary_key=True, index=True)
    records: int
