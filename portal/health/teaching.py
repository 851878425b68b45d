"""What saved mappings learn of a decision on spellings, so that the next file says the same."""

from sqlmodel import Session, select

from portal.fields import Level
from portal.health.tables import Spelling
from portal.imports.mapping import ColumnMapping, Mapping
from portal.imports.tables import SavedMapping
from portal.imports.targets import TARGETS


def teach(session: Session, found: Spelling, *, learn: bool) -> None:
    """Have saved mappings read the others as the one that is kept; or no longer."""
    for saved in session.exec(select(SavedMapping)):
        mapping = Mapping.model_validate(saved.mapping)
        if TARGETS[mapping.kind].level != found.level:
            continue
        for column in _filling(mapping, found.field):
            values = {value: read for value, read in column.values.items() if value not in found.others}
            if learn:
                values |= dict.fromkeys(found.others, found.kept)
            mapping = mapping.changed(column.column, values=values)
        saved.mapping = mapping.model_dump(mode="json")


def _filling(mapping: Mapping, field: str) -> list[ColumnMapping]:
    """The columns of a file that a field's values come from: mapped to it, or kept under its name."""
    fields = {place.column: place.field for place in TARGETS[mapping.kind].places}
    return [
        column
        for column in mapping.columns
        if (column.field and column.field == fields.get(field))
        or (column.column == field and column.attribute)
    ]


def twins(session: Session, level: Level, field: str) -> list[str]:
    """Attributes that repeat a mapped field under their file's name: they are made one with it."""
    mappings = [Mapping.model_validate(saved.mapping) for saved in session.exec(select(SavedMapping))]
    return sorted(
        {
            column.column
            for mapping in mappings
            if TARGETS[mapping.kind].level == level
            for column in _filling(mapping, field)
            if column.attribute and column.column != field
        }
    )
