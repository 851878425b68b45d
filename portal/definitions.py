"""Definitions: what sales and marketing mean by target, inquiry, lead, opportunity, customer; every figure names the version."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from portal.db import Instant


class Definition(SQLModel, table=True):
    __tablename__ = "definition"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int = Field(default=None, primary_key=True)
    term: str = Field(unique=True, max_length=40, description="Its durable key, such as qualified_lead.")
    name: str = Field(max_length=100)
    position: int = Field(description="Order in the funnel.")


class DefinitionVersion(SQLModel, table=True):
    """What a term means from a day on. Never changed once published."""

    __tablename__ = "definition_version"
    __table_args__ = (UniqueConstraint("definition_id", "number"), {"sqlite_autoincrement": True})

    id: int = Field(default=None, primary_key=True)
    definition_id: int = Field(foreign_key="definition.id")
    number: int
    wording: str = Field(description="Markdown.")
    rule: str = Field(description="What is counted, in one plain sentence.")
    created_at: datetime = Field(sa_type=Instant)
    is_shipped: bool = Field(default=False, description="Came with the portal: provisional, unsigned.")
