"""A pair as people review it: what differs, what is the same, what speaks for and against, what hangs on each."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func
from sqlmodel import Session, col, select

from portal.activities import Activity
from portal.deals import Deal
from portal.duplicates import records, rules
from portal.duplicates.rules import Difference
from portal.duplicates.tables import Proposal
from portal.fields import Level
from portal.people import ExternalId, Person

SPEAKS: Final = 0.5  # bits; less is no reason
SUREST: Final = 0.999


@dataclass(frozen=True)
class Side:
    """One of the two, with what hangs on them."""

    person: Person
    ids: Sequence[tuple[str, str]]
    deals: int
    activities: int

    @property
    def name(self) -> str:
        return self.person.name or self.person.email or f"Person {self.person.id}"


@dataclass(frozen=True)
class Sheet:
    """Two people side by side. `same`: the words and values of the fields they share."""

    proposal: Proposal
    a: Side
    b: Side
    differences: Sequence[Difference]
    same: Sequence[tuple[str, Any]]

    @property
    def score(self) -> float:
        """Never quite 1: it is a person who is sure."""
        return min(self.proposal.score, SUREST)

    @property
    def speaks_for(self) -> list[str]:
        return [reason["words"] for reason in self.proposal.reasons if reason["weight"] >= SPEAKS]

    @property
    def speaks_against(self) -> list[str]:
        return [reason["words"] for reason in self.proposal.reasons if reason["weight"] <= -SPEAKS]


def of(session: Session, pairs: Sequence[tuple[Proposal, Person, Person]]) -> list[Sheet]:
    """A sheet for each pair, in three queries for all of them."""
    ids = {person.id for _, *both in pairs for person in both}
    known, deals = _ids(session, ids), _counts(session, Deal, ids)
    activities = _counts(session, Activity, ids)

    def side(person: Person) -> Side:
        return Side(person, known.get(person.id, []), deals.get(person.id, 0), activities.get(person.id, 0))

    return [_sheet(proposal, side(a), side(b)) for proposal, a, b in pairs]


def _sheet(proposal: Proposal, a: Side, b: Side) -> Sheet:
    one, other = records.values(a.person), records.values(b.person)
    return Sheet(proposal, a, b, rules.differences(one, other), list(_same(one, other)))


def _same(one: rules.Values, other: rules.Values) -> Iterable[tuple[str, Any]]:
    for choice in rules.choices(one, other):
        value = one.get(choice.key)
        if value is not None and value == other.get(choice.key):
            yield choice.word, value


def _ids(session: Session, ids: Collection[int]) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = {}
    query = select(ExternalId.record_id, ExternalId.source, ExternalId.external_id).where(
        ExternalId.level == Level.PERSON, col(ExternalId.record_id).in_(ids)
    )
    for record_id, source, external_id in session.exec(query.order_by(col(ExternalId.id))):
        found.setdefault(record_id, []).append((source, external_id))
    return found


def _counts(session: Session, table: type[Deal | Activity], ids: Collection[int]) -> dict[int, int]:
    owner: Any = col(table.person_id)
    query: Any = select(owner, func.count()).where(owner.in_(ids)).group_by(owner)
    return dict(session.exec(query).all())
