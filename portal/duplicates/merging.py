"""Merging: one of two people stays, with the chosen values, and everything that hung on the other hangs on them."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from portal import events
from portal.db import canonical
from portal.duplicates import holders, records, rules
from portal.duplicates.tables import Merge, Proposal, ProposalState
from portal.errors import Conflict, Invalid
from portal.fields import Level
from portal.people import FieldChange, Person


def merge(
    session: Session,
    survivor_id: int,
    other_id: int,
    *,
    take: Collection[str] | None = None,
    by: int | None,
    at: datetime,
    rule: str = "",
) -> Merge:
    """Take `other_id` into `survivor_id`. `take`: keys of fields whose value comes from the other; None: the defaults.

    Raises NotFound, Invalid for a person and themselves, Conflict where one of them was merged already.
    """
    if survivor_id == other_id:
        raise Invalid("Choose two different people.")
    survivor, other = records.held(session, (survivor_id, other_id))
    _refuse_merged(survivor, other)
    before, theirs = records.values(survivor), records.values(other)
    chosen = rules.defaults(before, theirs) if take is None else take
    changed = rules.changes(before, rules.merged(before, theirs, chosen))
    found = Merge(survivor_id=survivor_id, merged_id=other_id, at=at, by=by, rule=rule, changed=changed)
    session.add(found)
    session.flush()
    replace(session, survivor, changed, by=by, at=at)
    other.merged_into_id, other.updated_at = survivor_id, at
    holders.move(session, found.id, source=other_id, target=survivor_id)
    settle(session, survivor_id, other_id, ProposalState.MERGED, by=by, at=at)
    events.record(session, "duplicate.merged", "person", survivor_id, by=by, at=at, other=other_id, rule=rule)
    return found


def _refuse_merged(*people: Person) -> None:
    for person in people:
        if person.merged_into_id is not None:
            raise Conflict(
                f"{person.name or person.email or person.id} was merged already. Look at the list again."
            )


def replace(
    session: Session, person: Person, changed: Mapping[str, list[Any]], *, by: int | None, at: datetime
) -> None:
    """Give a person new values (by name: before and after) and keep the old ones in their history."""
    records.assign(person, {name: after for name, (_, after) in changed.items()})
    person.updated_at = at
    session.add_all(
        FieldChange(
            level=Level.PERSON,
            record_id=person.id,
            field=name.removeprefix(rules.ATTRIBUTE),
            is_attribute=name.startswith(rules.ATTRIBUTE),
            before=None if before is None else canonical(before),
            after=None if after is None else canonical(after),
            seen_at=at,
            user_id=by,
        )
        for name, (before, after) in changed.items()
    )
    session.flush()


def settle(
    session: Session, one: int, other: int, state: ProposalState, *, by: int | None, at: datetime
) -> Proposal:
    """Note what was decided about a pair; a pair that nobody proposed is noted too."""
    a, b = sorted((one, other))
    query = select(Proposal).where(col(Proposal.a_id) == a, col(Proposal.b_id) == b)
    found = session.exec(query).first() or Proposal(a_id=a, b_id=b, millionths=0, found_at=at)
    found.state, found.decided_at, found.decided_by = state, at, by
    session.add(found)
    session.flush()
    return found
