"""How far down the list a team works: what it can do in a week, what a pursuit costs and what a win brings. Kept with who and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from sqlalchemy import text
from sqlmodel import Field, Session, SQLModel, col, select

from portal import events
from portal.accounts import Function
from portal.accounts.rules import FUNCTION_NAMES
from portal.db import Instant, Money
from portal.errors import Invalid
from portal.models.tables import Run

READ: Final = 20_000
"""So many places are looked at: more than any team works in a week, and quick to read from a list of any length."""


class Terms(SQLModel, table=True):
    """What a team said. Append-only: the newest of a team counts."""

    __tablename__ = "pursuit_terms"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int = Field(default=None, primary_key=True)
    team: str = Field(max_length=20, index=True, description="A function: sales, marketing.")
    per_week: int = Field(description="Pursuits the team can make in a week.")
    cost: Decimal = Field(sa_type=Money, description="Of one pursuit.")
    margin: Decimal = Field(sa_type=Money, description="What one win brings before the cost of pursuits.")
    currency: str = Field(max_length=3)
    set_at: datetime = Field(sa_type=Instant)
    set_by: int | None = Field(default=None, foreign_key="user_account.id")


@dataclass(frozen=True)
class Asked:
    """Terms as somebody tries them."""

    per_week: int
    cost: Decimal
    margin: Decimal
    currency: str

    def is_kept(self, terms: Terms | None) -> bool:
        return terms is not None and self == of(terms)


def of(terms: Terms) -> Asked:
    return Asked(terms.per_week, terms.cost, terms.margin, terms.currency)


def newest(session: Session, team: Function) -> Terms | None:
    """What a team last said."""
    return next(iter(past(session, team, most=1)), None)


def past(session: Session, team: Function, *, most: int = 20) -> Sequence[Terms]:
    """What a team said, the newest first."""
    query = select(Terms).where(Terms.team == team).order_by(col(Terms.id).desc()).limit(most)
    return session.exec(query).all()


def keep(session: Session, team: Function, asked: Asked, *, by: int | None, at: datetime) -> Terms:
    """Keep the terms of a team. Raises Invalid where they cannot be."""
    check(asked)
    found = Terms(team=team, set_at=at, set_by=by, **vars(asked))
    session.add(found)
    session.flush()
    events.record(
        session,
        "terms.kept",
        "pursuit_terms",
        found.id,
        by=by,
        at=at,
        team=FUNCTION_NAMES[team],
        per_week=asked.per_week,
        cost=f"{asked.currency} {asked.cost:,.2f}",
        margin=f"{asked.currency} {asked.margin:,.2f}",
    )
    return found


def check(asked: Asked) -> None:
    """Refuse what would make no sense. Raises Invalid."""
    if asked.per_week < 1:
        raise Invalid("Write how many pursuits the team can make in a week, such as 60.")
    if asked.cost <= 0 or asked.margin <= 0:
        raise Invalid("Write cost and margin as amounts above zero, such as 25.00.")


CHANCES: Final = (
    "SELECT s.rank, s.propensity FROM {table} s JOIN person p ON p.id = s.record_id "
    "WHERE p.merged_into_id IS NULL AND p.opted_out_at IS NULL AND p.customer_at IS NULL ORDER BY s.rank LIMIT :most"
)


@dataclass(frozen=True)
class Chances:
    """The places of a run that one could still call, from the top: rank and propensity; `is_all` unless there are more."""

    ranks: Sequence[int]
    propensities: Sequence[float]
    is_all: bool


def chances(session: Session, run: Run) -> Chances:
    """The chances of the open places of a run of people."""
    query = text(CHANCES.format(table=f"score_{run.id:d}"))
    rows = session.connection().execute(query, {"most": READ + 1}).all()
    kept = rows[:READ]
    return Chances([row[0] for row in kept], [row[1] for row in kept], len(rows) <= READ)
