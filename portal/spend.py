"""Spend: what marketing paid, by channel and month."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from sqlalchemy import Column, Integer, UniqueConstraint, extract, func
from sqlmodel import Field, Session, SQLModel, col, select

from portal import events
from portal.db import Instant, Money
from portal.errors import Conflict, Invalid, NotFound
from portal.people import Person

# outside the class, where every new row would copy it and all the tables it knows
VERSION: Final = Column("version", Integer, nullable=False, server_default="1")


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
    version: int = Field(default=None, sa_column=VERSION)

    __mapper_args__ = {"version_id_col": VERSION}


class Changed(Conflict):
    """Another amount is recorded than the one the person saw. `theirs` is what is recorded now."""

    def __init__(self, theirs: Spend) -> None:
        amount = f"{theirs.currency} {theirs.amount:,.2f}"
        super().__init__(
            f"{amount} is recorded for {theirs.channel} in {theirs.month:%Y-%m}. Keep it, or save yours over it."
        )
        self.theirs = theirs


def record(
    session: Session,
    *,
    channel: str,
    month: str,
    amount: str,
    currency: str,
    by: int | None,
    at: datetime,
    version: int | None = None,
) -> Spend:
    """Record what a channel cost in a month, as a person typed it; the same channel, month and currency again replaces it.

    With the `version` the person saw, 0 for none, another one is not overwritten. Raises Invalid, Changed.
    """
    found = Spend(
        channel=channel_of(channel),
        month=month_of(month),
        amount=amount_of(amount),
        currency=currency_of(currency),
        recorded_at=at,
        recorded_by=by,
    )
    if there := _there(session, found):
        if found.amount == there.amount:
            return there
        if version not in {None, there.version}:
            raise Changed(there)
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


def _there(session: Session, spend: Spend) -> Spend | None:
    same = select(Spend).where(Spend.channel == spend.channel, Spend.month == spend.month)
    return session.exec(same.where(Spend.currency == spend.currency)).first()


def channel_of(text: str) -> str:
    if not (channel := text.strip()[:200]):
        raise Invalid("Name the channel the money went to, such as Trade show.")
    return channel


def month_of(text: str) -> date:
    found = re.fullmatch(r"((?:19|20)\d\d)-(0[1-9]|1[0-2])", text.strip())
    if found is None:
        raise Invalid("Write the month as year and month, such as 2026-03.")
    return date(int(found[1]), int(found[2]), 1)


# a comma is for thousands only: 12,5 and 12.500,00 could mean either, and are asked about
AMOUNT: Final = re.compile(r"(\d+|\d{1,3}([ ,']\d{3})+)(\.\d{1,4})?")
LARGEST: Final = Decimal(10) ** 12


def amount_of(text: str) -> Decimal:
    plain = re.sub(r"[ ,']", "", text) if AMOUNT.fullmatch(text.strip()) else "0"
    if not 0 < (amount := Decimal(plain)) < LARGEST:
        raise Invalid("Write the amount as a number above zero, such as 12500.00.")
    return amount


def currency_of(text: str) -> str:
    currency = text.strip().upper()
    if not re.fullmatch("[A-Z]{3}", currency):
        raise Invalid("Use the three letters of a currency, such as EUR.")
    return currency


def change(
    session: Session, spend_id: int, *, amount: str, version: int, by: int | None, at: datetime
) -> Spend:
    """Put another amount in the place of one that a person saw. Raises Invalid, NotFound, Changed."""
    found = get(session, spend_id)
    return record(
        session,
        channel=found.channel,
        month=f"{found.month:%Y-%m}",
        amount=amount,
        currency=found.currency,
        by=by,
        at=at,
        version=version,
    )


def remove(
    session: Session, spend_id: int, *, by: int | None, at: datetime, version: int | None = None
) -> Spend:
    """Take one record of spend out, unless it changed since the `version` the person saw. Raises NotFound, Changed."""
    found = get(session, spend_id)
    if version not in {None, found.version}:
        raise Changed(found)
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
    return found


def get(session: Session, spend_id: int) -> Spend:
    if (found := session.get(Spend, spend_id)) is None:
        raise NotFound("That record of spend is gone. Look at the table for what is recorded.")
    return found


def years(session: Session) -> Sequence[int]:
    """The years that have spend, the newest first."""
    year = extract("year", col(Spend.month))
    return [int(found) for found in session.exec(select(year).distinct().order_by(year.desc()))]


@dataclass(frozen=True)
class Row:
    """A channel's year: what is recorded in each of its twelve months, and the sum."""

    channel: str
    months: Sequence[Spend | None]
    total: Decimal


@dataclass(frozen=True)
class Sheet:
    """A year in one currency: its channels, the sums of its months, and the sum of all."""

    currency: str
    rows: Sequence[Row]
    months: Sequence[Decimal | None]
    total: Decimal

    @property
    def is_whole(self) -> bool:
        """Whether no amount has a fraction."""
        found = (each.amount for row in self.rows for each in row.months if each)
        return all(amount == amount.to_integral_value() for amount in found)


def sheets(session: Session, year: int) -> list[Sheet]:
    """What was spent in a year, each currency on a sheet of its own: amounts in two currencies are never added up."""
    within = col(Spend.month).between(date(year, 1, 1), date(year, 12, 31))
    found = session.exec(
        select(Spend).where(within).order_by(col(Spend.currency), col(Spend.channel), col(Spend.month))
    ).all()
    return [_sheet(code, [each for each in found if each.currency == code]) for code in _ordered(found)]


def _ordered(found: Iterable[Spend]) -> list[str]:
    return list(dict.fromkeys(each.currency for each in found))


def _sheet(currency: str, found: Sequence[Spend]) -> Sheet:
    channels = dict.fromkeys(each.channel for each in found)
    rows = [_row(channel, [each for each in found if each.channel == channel]) for channel in channels]
    return Sheet(currency, rows, _sums(found), _sum(found))


def _row(channel: str, found: Sequence[Spend]) -> Row:
    by_month = {each.month.month: each for each in found}
    return Row(channel, [by_month.get(month) for month in range(1, 13)], _sum(found))


def _sums(found: Sequence[Spend]) -> list[Decimal | None]:
    months = ([each for each in found if each.month.month == month] for month in range(1, 13))
    return [_sum(month) if month else None for month in months]


def _sum(found: Iterable[Spend]) -> Decimal:
    return sum((each.amount for each in found), Decimal(0))


def known_channels(session: Session, *, limit: int = 100) -> list[str]:
    """Sources that people carry and channels that have spend: suggestions, the most frequent first."""
    source = col(Person.source)
    sources = select(source).where(source != "").group_by(source).order_by(func.count().desc(), source)
    spent = select(Spend.channel).distinct().order_by(col(Spend.channel))
    found = [*session.exec(sources.limit(limit)), *session.exec(spent.limit(limit))]
    return list(dict.fromkeys(found))
