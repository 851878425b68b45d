"""Splitting: what a merge did is taken back, row by row and field by field."""

from datetime import datetime

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from portal import events
from portal.duplicates import holders, records, rules
from portal.duplicates.merging import replace, settle
from portal.duplicates.tables import Merge, ProposalState
from portal.errors import Conflict, NotFound


def split(session: Session, merge_id: int, *, by: int | None, at: datetime) -> Merge:
    """Make two of the one again, and keep them apart from now on.

    What came to the survivor since then stays there. Raises NotFound, or Conflict where the merge was split already or
    the survivor has been merged in their turn.
    """
    found = session.exec(select(Merge).where(Merge.id == merge_id).with_for_update()).first()
    if found is None:
        raise NotFound("There is no such merge. Look at the list again.")
    if found.split_at is not None:
        raise Conflict("These two were split already.")
    survivor, other = records.held(session, (found.survivor_id, found.merged_id))
    if survivor.merged_into_id is not None:
        raise Conflict("The one who stayed was merged into somebody else since. Split that one first.")
    _take_back(session, found, by=by, at=at)
    other.merged_into_id, other.updated_at = None, at
    holders.move_back(session, found.id, source=survivor.id, target=other.id)
    found.split_at, found.split_by = at, by
    settle(session, survivor.id, other.id, ProposalState.APART, by=by, at=at)
    events.record(session, "duplicate.split", "person", survivor.id, by=by, at=at, other=other.id)
    return found


def _take_back(session: Session, found: Merge, *, by: int | None, at: datetime) -> None:
    survivor = records.held(session, (found.survivor_id,))[0]
    later = {merge.id: merge for merge in _later(session, found)}
    now = records.values(survivor)
    undone = rules.undone(found.changed, {id_: merge.changed for id_, merge in later.items()}, now)
    for each in undone:
        if each.heir is not None:
            heir = later[each.heir]
            heir.changed = {**heir.changed, each.name: [each.value, heir.changed[each.name][1]]}
    own = {each.name: [now.get(each.name), each.value] for each in undone if each.heir is None}
    replace(session, survivor, own, by=by, at=at)


def _later(session: Session, found: Merge) -> list[Merge]:
    """Merges into the same person that stand, after this one, the oldest first."""
    query = select(Merge).where(
        Merge.survivor_id == found.survivor_id, Merge.id > found.id, col(Merge.split_at).is_(None)
    )
    return list(session.exec(query.order_by(col(Merge.id))))


def split_all(session: Session, people: SelectOfScalar[int], *, at: datetime) -> None:
    """Split every merge into one of these people (a query for ids) that stands, the newest first: before they are cleared."""
    standing = select(Merge.id).where(col(Merge.survivor_id).in_(people), col(Merge.split_at).is_(None))
    for merge_id in session.exec(standing.order_by(col(Merge.id).desc())).all():
        split(session, merge_id, by=None, at=at)
