"""Next week's file: which saved mapping it follows, whether it fits, and keeping the mapping for the week after."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from portal.imports.guessing import source_of
from portal.imports.mapping import Differences, Mapping, differences
from portal.imports.tables import Import, SavedMapping
from portal.imports.understanding import Understood

ALIKE: Final = 0.5
"""The share of columns two files have in common from which they are one and the same of their source."""


def saved_for(
    session: Session, kind: str, source: str, names: Sequence[str], filename: str
) -> SavedMapping | None:
    """The saved mapping that a file follows: one of its source, of files alike; else of the only source that sends such files."""
    saved = session.exec(
        select(SavedMapping).where(SavedMapping.kind == kind).order_by(col(SavedMapping.id))
    ).all()
    return nearest([one for one in saved if one.source == source], names, filename) or _elsewhere(
        saved, names, filename
    )


def nearest(saved: Iterable[SavedMapping], names: Sequence[str], filename: str) -> SavedMapping | None:
    """Of a source's files of a kind the one that this is next week's of; None: it has sent none like it."""
    alike = [(likeness(one, names), one.name == name_of(filename), one.saved_at, one) for one in saved]
    found = [entry for entry in alike if entry[0] >= ALIKE or entry[1]]
    return max(found, key=lambda entry: entry[:3])[3] if found else None


def _elsewhere(saved: Iterable[SavedMapping], names: Sequence[str], filename: str) -> SavedMapping | None:
    """Where the file does not tell its source: one of exactly its columns, or of its name and columns much alike."""
    same = [one for one in saved if likeness(one, names) >= (ALIKE if one.name == name_of(filename) else 1)]
    return nearest(same, names, filename) if len({one.source for one in same}) == 1 else None


def likeness(saved: SavedMapping, names: Sequence[str]) -> float:
    """The share of columns in common of all there are, 0 to 1."""
    known = {column["column"] for column in saved.mapping["columns"]}
    return len(known & set(names)) / len(known | set(names)) if known or names else 1.0


def name_of(filename: str) -> str:
    """What a source calls a file week after week: its name without folder, ending and day."""
    return source_of((), filename).casefold()


def changed(session: Session, found: Import, understood: Understood) -> Differences | None:
    """How a file differs from the one it follows; None where it follows none."""
    saved = session.get(SavedMapping, found.saved_mapping_id) if found.saved_mapping_id else None
    return differences(Mapping.model_validate(saved.mapping), understood) if saved else None


def fits(mapping: Mapping, understood: Understood) -> bool:
    """Whether a saved mapping says all there is to say of a file: no column is new, gone, or of another kind."""
    found = differences(mapping, understood)
    return not (found.new or found.vanished or found.other_kind)


def keep(session: Session, found: Import, mapping: Mapping, *, by: int | None, at: datetime) -> SavedMapping:
    """Save the mapping for the next file like this one."""
    saved = _kept(session, found, mapping)
    saved.mapping, saved.saved_at, saved.saved_by = mapping.model_dump(mode="json"), at, by
    session.add(saved)
    session.flush()
    found.saved_mapping_id = saved.id
    return saved


def _kept(session: Session, found: Import, mapping: Mapping) -> SavedMapping:
    of_source = session.exec(
        select(SavedMapping).where(SavedMapping.kind == mapping.kind, SavedMapping.source == mapping.source)
    ).all()
    names = [column.column for column in mapping.columns]
    followed = next((one for one in of_source if one.id == found.saved_mapping_id), None)
    return (
        followed
        or nearest(of_source, names, found.filename)
        or SavedMapping(
            kind=mapping.kind,
            source=mapping.source,
            name=name_of(found.filename),
            mapping={},
            saved_at=found.uploaded_at,
        )
    )
