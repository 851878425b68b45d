"""What every table has that imports fill: attributes, the import that brought a row, when, and its version."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from portal.db import EPOCH, Instant

EMPTY: Final[dict[str, Any]] = {"server_default": ""}
"""What the database puts into a text column that was added later."""


class Imported(SQLModel):
    """A row that an import may bring; its ids elsewhere are in `external_id`, its earlier values in `field_change`."""

    attributes: str = Field(
        default="{}",
        sa_type=Text,
        sa_column_kwargs={"server_default": "{}"},
        description="Canonical JSON; the truth of unmapped columns.",
    )
    import_id: int | None = Field(
        default=None, foreign_key="import.id", description="The import that brought it."
    )
    created_at: datetime = Field(default=EPOCH, sa_type=Instant, sa_column_kwargs={"server_default": "0"})
    updated_at: datetime = Field(default=EPOCH, sa_type=Instant, sa_column_kwargs={"server_default": "0"})
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
