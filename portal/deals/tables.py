"""The rows behind deals."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from sqlalchemy import Column, Index, Integer, Text
from sqlmodel import Field, SQLModel

from portal.db import Instant, Money


class Outcome(StrEnum):
    OPEN = "open"
    WON = "won"
    LOST = "lost"


# outside the class, where every new row would copy it and all the tables it knows
VERSION: Final = Column("version", Integer, nullable=False, server_default="1")


class Deal(SQLModel, table=True):
    __tablename__ = "deal"
    # the index lets what is derived find the changed records without reading them
    __table_args__ = (Index("ix_deal_version", "id", "version"), {"sqlite_autoincrement": True})

    id: int = Field(default=None, primary_key=True)
    name: str = Field(default="", max_length=300)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    company_id: int | None = Field(default=None, foreign_key="company.id", index=True)
    company_name: str = Field(default="", max_length=300)
    owner: str = Field(default="", max_length=200)
    stage: str = Field(default="", max_length=100, description="As the source writes it.")
    outcome: str = Field(default=Outcome.OPEN, max_length=10, index=True)
    amount: Decimal | None = Field(default=None, sa_type=Money)
    currency: str = Field(default="", max_length=3)
    probability: float | None = None
    product: str = Field(default="", max_length=200)
    source: str = Field(default="", max_length=200)
    type: str = Field(default="", max_length=100)
    opened_at: datetime | None = Field(default=None, sa_type=Instant, description="Created in the source.")
    expected_close_on: date | None = None
    closed_at: datetime | None = Field(default=None, sa_type=Instant, index=True)
    attributes: str = Field(default="{}", sa_type=Text)
    import_id: int | None = Field(default=None, foreign_key="import.id")
    created_at: datetime = Field(sa_type=Instant)
    updated_at: datetime = Field(sa_type=Instant)
    version: int = Field(default=None, sa_column=VERSION)

    __mapper_args__ = {"version_id_col": VERSION}
