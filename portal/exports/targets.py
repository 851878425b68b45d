"""Targets: which records go back to which system, under which names. Made once, then remembered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlmodel import Session, select

from portal import events
from portal.errors import Conflict, Invalid, NotFound
from portal.exports.layouts import LAYOUTS, OBJECTS, Layout
from portal.exports.offered import USUAL, words
from portal.exports.tables import Target


class Misnamed(Invalid):
    """Names that cannot be used: a sentence for each, by the key of what it names."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(errors.get("", "Mend the names that are marked and save again."))
        self.errors = errors


def layout_of(target: Target) -> Layout:
    return LAYOUTS[target.layout]


def find(session: Session, level: str, layout: str, source: str, prefix: str = "") -> Target | None:
    return session.exec(
        select(Target).where(
            Target.level == level,
            Target.layout == layout,
            Target.source == source,
            Target.prefix == prefix,
        )
    ).first()


def find_or_make(
    session: Session, level: str, layout: str, source: str, prefix: str = "", *, by: int | None, at: datetime
) -> Target:
    """The target of these records; a new one sends rank, group and propensity. Raises Invalid where the source knows none."""
    if found := find(session, level, layout, source, prefix):
        return found
    if source not in sources(session, level):
        raise Invalid(f"No record has an id of the source “{source}”. {_known(session, level)}")
    if layout not in LAYOUTS or prefix not in OBJECTS[level] or (prefix and layout != "salesforce"):
        raise Invalid("Choose a layout that is offered, and leads or contacts for Salesforce only.")
    names = [[key, LAYOUTS[layout].named(key)] for key in USUAL]
    target = Target(
        level=level,
        layout=layout,
        source=source,
        prefix=prefix,
        columns=names,
        created_at=at,
        changed_by=by,
    )
    session.add(target)
    session.flush()
    return target


def _known(session: Session, level: str) -> str:
    found = sources(session, level)
    return f"Use one of {', '.join(found)}." if found else "Import records that have ids first."


def get(session: Session, target_id: int, *, for_update: bool = False) -> Target:
    query = select(Target).where(Target.id == target_id)
    target = session.exec(query.with_for_update() if for_update else query).first()
    if target is None:
        raise NotFound(f"There is no export target {target_id}.")
    return target


def name_columns(
    session: Session,
    target_id: int,
    columns: Sequence[Sequence[str]],
    *,
    version: int | None = None,
    by: int | None,
    at: datetime,
) -> Target:
    """Choose what is sent and what it is called there. Raises Misnamed, or Conflict when `version` is not the newest."""
    target = get(session, target_id, for_update=True)
    if version is not None and version != target.version:
        raise Conflict(
            "Somebody else changed these names while you were editing. Look at theirs, then save again."
        )
    if errors := layout_of(target).problems(columns, words(target.level)):
        raise Misnamed(errors)
    chosen = [list(pair) for pair in columns]
    if chosen != target.columns:
        target.columns, target.changed_by = chosen, by
        session.add(target)
        what: dict[str, Any] = {"layout": layout_of(target).word, "source": target.source}
        events.record(session, "export.columns_named", "export_target", target.id, by=by, at=at, **what)
        session.flush()
    return target


def listed(session: Session) -> Sequence[Target]:
    return session.exec(
        select(Target).order_by(Target.source, Target.layout, Target.level, Target.prefix)
    ).all()


SOURCES: Final = text(
    "WITH RECURSIVE known(source) AS (SELECT MIN(source) FROM external_id WHERE level = :level "
    "UNION ALL SELECT (SELECT MIN(e.source) FROM external_id e WHERE e.level = :level AND e.source > known.source) "
    "FROM known WHERE known.source IS NOT NULL) SELECT source FROM known WHERE source IS NOT NULL"
)
"""Leaps from one source to the next in the index; a plain DISTINCT would read every id."""


def sources(session: Session, level: str) -> list[str]:
    """The systems that know records of a level by an id of theirs."""
    return list(session.connection().execute(SOURCES, {"level": level}).scalars())
