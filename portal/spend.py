"""Spend: what marketing paid, by channel and month."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from sqlalchemy import Column, Integer, UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from portal import events
from portal.db import Instant, Money
from portal.errors import Invalid, NotFound


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
        default=None, sa_column=(_version := Column("version", Integer, nullable=False, server_default="1"))
    )

    __mapper_args__ = {"version_id_col": _version}


def record(
    session: Session, *, channel: str, month: str, amount: str, currency: str, by: int | None, at: datetime
) -> Spend:
    """Record what a channel cost in a month, as a person typed it; the same channel and month again replaces it."""
    found = Spend(
        channel=_channel(channel),
        month=_month(month),
        amount=_amount(amount),
        currency=_currency(currency),
        recorded_at=at,
        recorded_by=by,
    )
    there = session.exec(
        select(Spend).where(
            Spend.channel == found.channel, Spend.month == found.month, Spend.currency == found.currency
        )
    ).first()
    if there:
        there.amount, there.recorded_at, there.recorded_by = found.amount, at, by
        found = there
    session.add(found)
    session.flush()
    events.record(
        session,
        "spend.recorded",
        "spend",
        found.id,
        by=by,
        at=at,
        channel=found.channel,
        month=f"{found.month:%Y-%m}",
    )
    return found


def _channel(text: str) -> str:
    if not (channel := text.strip()[:200]):
        raise Invalid("Name the channel the money went to, such as Trade show.")
    return channel


def _month(text: str) -> date:
    try:
        return datetime.strptime(text.strip(), "%Y-%m").date()  # noqa: DTZ007  a month has no zone
    except ValueError:
        raise Invalid("Write the month as year and month, such as 2026-03.") from None


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text.strip().replace(",", "").replace(" ", ""))
    except InvalidOperation:
        raise Invalid("Write the amount as a number, such as 12500.00.") from None
    if not amount.is_finite() or not 0 < amount < 10**12:
        raise Invalid("Use an amount above zero, such as 12500.00.")
    return amount


def _currency(text: str) -> str:
    currency = text.strip().upper()
    if len(currency) != len("EUR") or not currency.isascii() or not currency.isalpha():
        raise Invalid("Use the three letters of a currency, such as EUR.")
    return currency


def remove(session: Session, spend_id: int, *, by: int | None, at: datetime) -> None:
    """Take one record of spend out."""
    if (found := session.get(Spend, spend_id)) is None:
        raise NotFound("That record of spend is gone already.")
    session.delete(found)
    events.record(
        session,
        "spend.removed",
        "spend",
        spend_id,
        by=by,
        at=at,
        channel=found.channel,
        month=f"{found.month:%Y-%m}",
    )


def listed(session: Session, *, limit: int = 500) -> Sequence[Spend]:
    """Spend, the newest month first."""
    return session.exec(
        select(Spend).order_by(col(Spend.month).desc(), col(Spend.channel)).limit(limit)
    ).all()
