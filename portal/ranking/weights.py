"""A person's own weights: points by rules of their own or their team's, shown beside the model's score and never mixed into it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import or_
from sqlmodel import Field, Session, SQLModel, col, select

from portal import events
from portal.accounts import Function, Right, User
from portal.accounts.rules import FUNCTION_NAMES
from portal.db import Instant
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from portal.models import words

HOW: Final = {
    "is": "is",
    "is_not": "is not",
    "at_least": "is at least",
    "at_most": "is at most",
    "known": "is filled in",
    "missing": "is missing",
}
ALONE: Final = frozenset({"known", "missing"})
NUMERIC: Final = frozenset({"at_least", "at_most"})
MOST: Final = 100
"""Points of one rule, either way; and rules that count for one person."""


class OwnWeight(SQLModel, table=True):
    """A rule of a user, or of a team where no user is named."""

    __tablename__ = "own_weight"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int = Field(default=None, primary_key=True)
    user_id: int | None = Field(default=None, foreign_key="user_account.id", index=True)
    team: str = Field(max_length=20)
    field: str = Field(max_length=300)
    how: str = Field(max_length=10)
    value: str = Field(default="", max_length=300)
    points: int
    added_at: datetime = Field(sa_type=Instant)
    added_by: int = Field(foreign_key="user_account.id")
    removed_at: datetime | None = Field(default=None, sa_type=Instant)
    removed_by: int | None = Field(default=None, foreign_key="user_account.id")

    @property
    def sentence(self) -> str:
        """Such as "Country is France"."""
        return f"{words.title(self.field)} {HOW[self.how]} {self.value}".rstrip()


@dataclass(frozen=True)
class Rule:
    """A rule as a person writes it."""

    field: str
    how: str
    value: str
    points: int


def matches(how: str, wanted: str, value: Any) -> bool:
    """Whether a record's value meets a rule. What is missing meets none but "is missing"."""
    if value is None or value == "":
        return how == "missing"
    if how in ALONE:
        return how == "known"
    if how in NUMERIC:
        return _compared(how, wanted, value)
    same = _text(value) == wanted.strip().casefold()
    return same if how == "is" else not same


def _compared(how: str, wanted: str, value: Any) -> bool:
    try:
        number, limit = float(value), float(wanted)
    except (TypeError, ValueError):
        return False
    return number >= limit if how == "at_least" else number <= limit


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, int | float) else str(value).strip().casefold()


def scored(rules: Iterable[OwnWeight], record: Mapping[str, Any]) -> list[OwnWeight]:
    """The rules that a record meets, the weightiest first."""
    met = [rule for rule in rules if matches(rule.how, rule.value, record.get(rule.field))]
    return sorted(met, key=lambda rule: (-abs(rule.points), rule.id))


def of(session: Session, user: User) -> Sequence[OwnWeight]:
    """The rules that count for a user: their own, and their team's."""
    query = select(OwnWeight).where(
        col(OwnWeight.removed_at).is_(None),
        or_(
            col(OwnWeight.user_id) == user.id,
            col(OwnWeight.user_id).is_(None) & (col(OwnWeight.team) == user.function),
        ),
    )
    return session.exec(query.order_by(col(OwnWeight.id)).limit(MOST)).all()


def add(
    session: Session, user: User, rule: Rule, *, fields: Iterable[str], for_team: bool, at: datetime
) -> OwnWeight:
    """Add a rule of a user, or of their team, which its leader may. Raises Invalid, Forbidden, Conflict."""
    _check(rule, set(fields))
    if for_team and user.right != Right.LEADER:
        raise Forbidden(f"The leader of {FUNCTION_NAMES[Function(user.function)]} writes the team's weights.")
    found = OwnWeight(
        user_id=None if for_team else user.id,
        team=user.function,
        field=rule.field,
        how=rule.how,
        value="" if rule.how in ALONE else rule.value.strip(),
        points=rule.points,
        added_at=at,
        added_by=user.id,
    )
    if any(_same(found, other) for other in of(session, user)):
        raise Conflict("There is such a rule already. Remove it first to change its points.")
    session.add(found)
    session.flush()
    _note(session, "weight.added", found, user, at)
    return found


def _same(one: OwnWeight, other: OwnWeight) -> bool:
    """Whether two rules ask the same, for the same user or team."""
    return all(getattr(one, name) == getattr(other, name) for name in ("user_id", "field", "how", "value"))


def _check(rule: Rule, fields: set[str]) -> None:
    if rule.field not in fields or rule.how not in HOW:
        raise Invalid("Choose a field and what it is compared by from those offered.")
    if rule.how not in ALONE and not rule.value.strip():
        raise Invalid("Write the value to compare with, such as France.")
    if rule.how in NUMERIC:
        try:
            float(rule.value)
        except ValueError:
            raise Invalid("Write a number to compare with, such as 50.") from None
    if not 0 < abs(rule.points) <= MOST:
        raise Invalid(f"Use from 1 to {MOST} points, or as many below zero.")


def remove(session: Session, user: User, weight_id: int, *, at: datetime) -> OwnWeight:
    """Take a rule away: one's own, or the team's as its leader. Raises NotFound for somebody else's."""
    found = session.get(OwnWeight, weight_id)
    is_theirs = found is not None and (
        found.user_id == user.id
        or (found.user_id is None and found.team == user.function and user.right == Right.LEADER)
    )
    if found is None or not is_theirs or found.removed_at is not None:
        raise NotFound("There is no such weight of yours.")
    found.removed_at, found.removed_by = at, user.id
    session.add(found)
    _note(session, "weight.removed", found, user, at)
    return found


def _note(session: Session, kind: str, weight: OwnWeight, user: User, at: datetime) -> None:
    whose = FUNCTION_NAMES[Function(weight.team)] if weight.user_id is None else "their own"
    events.record(
        session,
        kind,
        "own_weight",
        weight.id,
        by=user.id,
        at=at,
        whose=whose,
        rule=weight.sentence,
        points=weight.points,
    )
