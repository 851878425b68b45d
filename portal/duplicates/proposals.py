"""Pairs that wait to be reviewed, and what was decided about them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final, TypeVar

from sqlalchemy import delete, insert, text, tuple_, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from portal import events
from portal.duplicates.merging import settle
from portal.duplicates.tables import MILLION, Merge, Proposal, ProposalState
from portal.errors import Conflict, Invalid, NotFound
from portal.people import Person

PAGE: Final = 20
COUNTED: Final = 1_000


@dataclass(frozen=True)
class Page:
    """Pairs with both people, and the cursors of the pages that follow and precede; empty where there is none."""

    pairs: Sequence[tuple[Proposal, Person, Person]]
    after: str = ""
    before: str = ""


def waiting(session: Session, *, after: str = "", before: str = "", limit: int = PAGE) -> Page:
    """Pairs that wait, the surest first. Those with somebody who was merged meanwhile are left out."""
    query = _standing().where(Proposal.state == ProposalState.WAITING)
    order = (col(Proposal.millionths), col(Proposal.id))
    if cursor := after or before:
        place = tuple_(*_cursor(cursor))
        query = query.where(tuple_(*order) > place if before else tuple_(*order) < place)
    query = query.order_by(*(column.asc() if before else column.desc() for column in order))
    found = session.exec(query.limit(limit + 1)).all()
    more, shown = len(found) > limit, found[:limit]
    pairs = list(reversed(shown)) if before else list(shown)
    if not pairs:
        return Page([])
    follows, precedes = (True, more) if before else (more, bool(after))
    return Page(pairs, _place(pairs[-1]) if follows else "", _place(pairs[0]) if precedes else "")


def _standing() -> Any:
    """Proposals with both people, where both are there."""
    a, b = _two()
    return (
        select(Proposal, a, b)
        .join(a, col(a.id) == col(Proposal.a_id))
        .join(b, col(b.id) == col(Proposal.b_id))
        .where(col(a.merged_into_id).is_(None), col(b.merged_into_id).is_(None))
    )


def _two() -> tuple[Any, Any]:
    """Two aliases of people, new for each query: those that threads share are half made when the second one reads them."""
    return aliased(Person), aliased(Person)


def _cursor(cursor: str) -> tuple[int, int]:
    score, _, id_ = cursor.partition(".")
    if not (score.isdigit() and id_.isdigit()):
        raise Invalid("The list changed since that page was shown. Start again from its top.")
    return int(score), int(id_)


def _place(pair: tuple[Proposal, Person, Person]) -> str:
    return f"{pair[0].millionths}.{pair[0].id}"


def count(session: Session) -> int:
    """How many pairs wait; counting stops at 1,000."""
    return int(session.connection().execute(text(WAITING)).scalar_one())


# every page counts them: as plain SQL it takes a tenth of the time
WAITING: Final = (
    "SELECT COUNT(*) FROM (SELECT 1 FROM proposal d JOIN person a ON a.id = d.a_id JOIN person b ON b.id = d.b_id "
    "WHERE d.state = 'waiting' AND a.merged_into_id IS NULL AND b.merged_into_id IS NULL "
    "LIMIT :limit) waiting"
).replace(":limit", str(COUNTED))


def get(session: Session, proposal_id: int) -> tuple[Proposal, Person, Person]:
    """A pair that waits, with both people. Raises NotFound, or Conflict where it was decided meanwhile."""
    found: tuple[Proposal, Person, Person] | None = session.exec(
        _standing().where(Proposal.id == proposal_id)
    ).first()
    if found is None:
        raise NotFound(
            "This pair is not there any more: one of the two was merged, or it was found no longer."
        )
    if found[0].state != ProposalState.WAITING:
        raise Conflict("Somebody decided about this pair meanwhile.")
    return found


def keep_apart(session: Session, proposal_id: int, *, by: int, at: datetime) -> Proposal:
    """Say that two are not the same; they are not proposed again. Raises NotFound, Conflict."""
    _, a, b = get(session, proposal_id)
    events.record(session, "duplicate.kept_apart", "person", a.id, by=by, at=at, other=b.id)
    return settle(session, a.id, b.id, ProposalState.APART, by=by, at=at)


MERGES: Final = 50


def merges(
    session: Session, *, before: int | None = None, limit: int = MERGES
) -> list[tuple[Merge, Person, Person]]:
    """Merges that stand, the newest first, below an id: each with who stayed and who was taken in."""
    a, b = _two()
    query = (
        select(Merge, a, b)
        .join(a, col(a.id) == col(Merge.survivor_id))
        .join(b, col(b.id) == col(Merge.merged_id))
        .where(col(Merge.split_at).is_(None))
    )
    query = query.where(Merge.id < before) if before else query
    return list(session.exec(query.order_by(col(Merge.id).desc()).limit(limit)))


Pair = tuple[int, int]


@dataclass(frozen=True)
class Finding:
    """A pair that was found: a < b, its score 0 to 1, and its reasons as plain values."""

    a: int
    b: int
    score: float
    reasons: list[dict[str, Any]]


@dataclass(frozen=True)
class Plan:
    """What a search changes in the list: pairs to add, to give a new score, and ids of those that are found no longer."""

    new: list[Finding]
    again: dict[int, Finding]
    gone: list[int]


def planned(found: Iterable[Finding], known: Mapping[Pair, tuple[int, str]], apart: Collection[Pair]) -> Plan:
    """Pure: `known` are proposals' ids and states by pair. What was decided is left alone; nobody is asked twice."""
    new, again = [], {}
    for each in found:
        pair = (each.a, each.b)
        id_, state = known.get(pair, (0, ""))
        if state == ProposalState.WAITING:
            again[id_] = each
        elif not state and pair not in apart:
            new.append(each)
    gone = [id_ for id_, state in known.values() if state == ProposalState.WAITING and id_ not in again]
    return Plan(new, again, gone)


def known(session: Session) -> dict[Pair, tuple[int, str]]:
    """Every proposal's id and state by its pair."""
    rows = session.exec(select(Proposal.a_id, Proposal.b_id, Proposal.id, Proposal.state))
    return {(a, b): (id_, state) for a, b, id_, state in rows}


def apart(session: Session) -> set[Pair]:
    """Pairs kept apart, also those who took in one of them since."""
    merged = select(Person.id, Person.merged_into_id).where(col(Person.merged_into_id).is_not(None))
    into = {id_: int(target) for id_, target in session.exec(merged) if target is not None}
    query = select(Proposal.a_id, Proposal.b_id).where(Proposal.state == ProposalState.APART)
    return {_ordered(_final(a, into), _final(b, into)) for a, b in session.exec(query)}


def _final(id_: int, into: Mapping[int, int]) -> int:
    while id_ in into:
        id_ = into[id_]
    return id_


def _ordered(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)


ROWS_A_WRITE: Final = 1_000
T = TypeVar("T")


def steps(plan: Plan) -> Iterator[Plan]:
    """The same in parts of one short write each."""
    for part in _parts(plan.new):
        yield Plan(part, {}, [])
    for rows in _parts(plan.again.items()):
        yield Plan([], dict(rows), [])
    for ids in _parts(plan.gone):
        yield Plan([], {}, ids)


def _parts(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while part := list(islice(rest, ROWS_A_WRITE)):
        yield part


def apply(session: Session, plan: Plan, *, at: datetime) -> None:
    """Write a plan."""
    if plan.new:
        rows = [
            {"a_id": f.a, "b_id": f.b, "state": ProposalState.WAITING, **_written(f, at)} for f in plan.new
        ]
        session.execute(insert(Proposal), rows)
    if plan.again:
        rows = [{"id": id_, **_written(f, at)} for id_, f in plan.again.items()]
        session.execute(update(Proposal), rows)
    waits = col(Proposal.state) == ProposalState.WAITING
    session.execute(delete(Proposal).where(col(Proposal.id).in_(plan.gone), waits))


def _written(finding: Finding, at: datetime) -> dict[str, Any]:
    return {"millionths": round(finding.score * MILLION), "reasons": finding.reasons, "found_at": at}
