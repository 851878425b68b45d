"""The rows behind deals."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from sqlalchemy import Column, Index, Integer, Text
from sqlmodel import Field, SQLModel

from portal.companies import BY
from portal.db import Instant, Money
from portal.imported import EMPTY, Imported


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
    company_by: str = Field(default="", sa_column_kwargs=EMPTY, max_length=10, description=BY)
    owner: str = Field(default="", max_length=200)
    owner_id: int | None = None
    owner_by: str = Field(default="", sa_column_kwargs=EMPTY, max_length=10, description=BY)
    partner_id: int | None = None
    campaign_id: int | None = None
    pipeline: str = Field(
        default="", sa_column_kwargs=EMPTY, max_length=100, description="As the source writes it."
    )
    stage: str = Field(default="", max_length=100, description="As the source writes it.")
    term: str = Field(
        default="",
        sa_column_kwargs=EMPTY,
        max_length=40,
        description="The term its stage stands for; empty: nobody said.",
    )
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
    gone_at: datetime | None = Field(
        default=None, sa_type=Instant, description="No longer in its source since; lists leave it out."
    )
    created_at: datetime = Field(sa_type=Instant)
    updated_at: datetime = Field(sa_type=Instant)
    version: int = Field(default=None, sa_column=VERSION)

    __mapper_args__ = {"version_id_col": VERSION}


class DealRole(Imported, table=True):
    """A person's part in a deal: primary contact, decision maker, the lead it was converted from."""

    __tablename__ = "deal_role"
    __table_args__ = (
        Index("ix_deal_role_deal", "deal_id", "person_id"),
        Index("ix_deal_role_person", "person_id", "deal_id"),
        {"sqlite_autoincrement": True},
    )

    id: int = Field(default=None, primary_key=True)
    deal_id: int | None = Field(default=None, foreign_key="deal.id", description="None: not come yet.")
    person_id: int | None = Field(default=None, foreign_key="person.id")
    role: str = Field(default="", max_length=100, description="As the source writes it.")
    is_primary: bool = False


class StageChange(Imported, table=True):
    """A stage that a deal came into, as the source's own history says."""

    __tablename__ = "stage_change"
    __table_args__ = (Index("ix_stage_change_deal", "deal_id", "entered_at"), {"sqlite_autoincrement": True})

    id: int = Field(default=None, primary_key=True)
    deal_id: int | None = Field(default=None, foreign_key="deal.id", description="None: not come yet.")
    stage: str = Field(max_length=100)
    entered_at: datetime = Field(sa_type=Instant)
