"""Two people that turn out to be a lead and the contact it became are merged, as by a rule: it can be split again."""

from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from portal.imports.links import waiting
from portal.imports.links.conversions import PERSON, Group
from portal.imports.sql import Sql
from portal.imports.undoing.ledger import Ledger, What

RULE: Final = "converted_lead"


def unite_all(
    session: Session, people: dict[str, Group], known: dict[str, int], at: datetime, ledger: Ledger
) -> dict[str, int]:
    """One record for each person; the smallest id stays. Returns our ids by theirs as they are then."""
    for group in {id(group): group for group in people.values()}.values():
        records = dict.fromkeys(known[each] for each in group.ids if each in known)
        stays, contact = min(records, default=0), known.get(group.contact)
        for other in sorted(records.keys() - {stays}):
            _unite(session, stays, other, other_counts=other == contact, at=at, ledger=ledger)
        known = {theirs: stays if ours in records else ours for theirs, ours in known.items()}
    return known


def _unite(
    session: Session, stays: int, other: int, *, other_counts: bool, at: datetime, ledger: Ledger
) -> None:
    """Merge two records. Where the other is the contact's own, what it says counts; else it fills what is empty."""
    from portal.duplicates import merging, records, rules  # they know every table, this one's among them

    session.flush()
    session.expire_all()  # rows were written past it
    before, theirs = (records.values(each) for each in records.held(session, (stays, other)))
    said = {each.key for each in rules.differences(before, theirs) if each.other is not None}
    take = said if other_counts else rules.defaults(before, theirs)
    done = merging.merge(session, stays, other, take=take, by=None, at=at, rule=RULE)
    session.flush()
    session.expire_all()
    ledger.note(What.MERGE, [(PERSON, stays, {"merge_id": done.id, "other": other})])
    waiting.keep(ledger, PERSON, [stays, other])
    _wait_for(ledger.sql, stays, other)


def _wait_for(sql: Sql, stays: int, other: int) -> None:
    """What the other waited for, the one who stays waits for, unless they wait for something there already."""
    ids = {"stays": stays, "other": other, "level": PERSON}
    sql.connection.execute(
        text(
            "DELETE FROM pending_link WHERE level = :level AND record_id = :other AND place IN "
            "(SELECT place FROM pending_link WHERE level = :level AND record_id = :stays)"
        ),
        ids,
    )
    sql.connection.execute(
        text("UPDATE pending_link SET record_id = :stays WHERE level = :level AND record_id = :other"), ids
    )
