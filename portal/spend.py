"""Spend: what marketing paid, by channel and month."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Column, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel

from portal.db import Instant, Money


class Spend(SQLModel, table=True):
    __tablename__ = "spend"
    __table_args__ = (UniqueConstraint("channel", "month", "currency"), {"sqlite_autoincrement": True})

    id: int = Field(default=None, primary_key=True)
    channel: str = Field(max_length=200, description="The source that people who came by it carry.")
    month: date = Field(description="Its first day.")
    amount: Decimal = Field(sa_type=Money)
    currency: str = Field(max_length=3)
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: int | None = Field(default=None, foreign_key="user_account.id")
    version: int = Field(
        sa_column=(_version := Column("version", Integer, nullable=False, server_default="1"))
    )

    __mapper_args__ = {"version_id_col": _version}
