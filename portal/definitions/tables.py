"""The rows behind definitions: the terms, and the versions of what each means."""

from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from portal.accounts import Function
from portal.db import Json
from portal.fields import Level
from portal.signing import BOTH, Paper

OPEN = "in_force_at IS NULL AND closed_at IS NULL"
HOLDS = "in_force_at IS NOT NULL AND superseded_at IS NULL"


class Definition(SQLModel, table=True):
    """A term. Its name and place may change; its key and what it judges do not."""

    __tablename__ = "definition"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int = Field(default=None, primary_key=True)
    term: str = Field(unique=True, max_length=40, description="Its durable key, such as qualified_lead.")
    name: str = Field(max_length=100)
    position: int = Field(description="Order in the funnel.")
    level: str = Field(default=Level.PERSON, max_length=10, description="What its criteria judge.")
    finance_signs: bool = Field(default=False, description="Finance co-signs it.")

    @property
    def signers(self) -> tuple[Function, ...]:
        """The functions that must sign a version of it."""
        return (*BOTH, Function.FINANCE) if self.finance_signs else BOTH


class DefinitionVersion(Paper, table=True):
    """What a term means, and may come to mean. Once in force it never changes; the database refuses it, too."""

    __tablename__ = "definition_version"
    __table_args__ = (
        UniqueConstraint("definition_id", "number"),
        Index(
            "ix_definition_version_open",
            "definition_id",
            unique=True,
            sqlite_where=text(OPEN),
            postgresql_where=text(OPEN),
        ),
        Index(
            "ix_definition_version_in_force",
            "definition_id",
            unique=True,
            sqlite_where=text(HOLDS),
            postgresql_where=text(HOLDS),
        ),
        {"sqlite_autoincrement": True},
    )

    definition_id: int = Field(foreign_key="definition.id")
    wording: str = Field(description="Markdown.")
    rule: str = Field(description="What is counted, in one plain sentence.")
    criteria: dict[str, Any] | None = Field(default=None, sa_type=Json)
    owner: str = Field(default="", max_length=20, description="The function that owns the stage.")
    duties: dict[str, Any] = Field(
        default_factory=dict,
        sa_type=Json,
        description="By function what it owes the other: {owes, within_hours}, in working hours.",
    )
    working_time: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    required_fields: list[str] = Field(default_factory=list, sa_type=Json)
    examples: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=Json, description="Records that are one, and that are none, with why."
    )
    is_shipped: bool = Field(default=False, description="Came with the portal: provisional, unsigned.")

    @property
    def says(self) -> dict[str, Any]:
        """All that is signed."""
        return {name: getattr(self, name) for name in CONTENT}


CONTENT = (
    "wording", "rule", "criteria", "owner", "duties", "working_time", "required_fields", "examples", "why",
)  # fmt: skip
