"""The fields of a level as an examination reads them: how many records lack each, and which have one value throughout."""

from collections.abc import Iterator, Sequence
from typing import Final

from pydantic import BaseModel
from sqlalchemy import text
from sqlmodel import Session

from portal import columns
from portal.columns import STANDING, TABLES, Input
from portal.fields import FieldKind, Level

AT_ONCE: Final = 400  # three results a field; SQLite gives 2,000 at most
BESIDES: Final = {
    Level.PERSON: {
        "first_name": "NULLIF(r.first_name, '')",
        "last_name": "NULLIF(r.last_name, '')",
        "email": "NULLIF(r.email, '')",
        "phone": "NULLIF(r.phone, '')",
        "company": "NULLIF(r.company_name, '')",
    },
    Level.COMPANY: {
        "domain": "NULLIF(r.domain, '')",
        "type": "NULLIF(r.type, '')",
        "city": "NULLIF(r.city, '')",
        "owner": "NULLIF(r.owner, '')",
        "employees": "r.employees",
        "revenue": "r.revenue",
    },
    Level.DEAL: {
        "name": "NULLIF(r.name, '')",
        "company": "NULLIF(r.company_name, '')",
        "person": "r.person_id",
        "amount": "r.amount",
        "expected_close_on": "r.expected_close_on",
    },
}
"""Fields that nobody learns from, but that people look for."""


NEVER_MISSING: Final = frozenset({"direction", "outcome", "customer_at", "opted_out_at", "closed_at"})
"""Fields that say something by being empty, or never are."""


class FieldHealth(BaseModel):
    """How many of a level's records lack a field; `constant`: the others all have the same value."""

    level: str
    name: str
    is_attribute: bool
    missing: int
    constant: bool


def of_level(session: Session, level: Level) -> dict[str, Input]:
    """Every field of a level by name: those Concord knows, then the attributes."""
    known = columns.inputs(session, level)
    besides = {name: Input(name, FieldKind.TEXT, sql) for name, sql in BESIDES[level].items()}
    return besides | {name: found for name, found in known.items() if name not in NEVER_MISSING}


def is_attribute(field: Input) -> bool:
    return field.sql.startswith("c.")


def source(level: Level) -> str:
    """The records of a level, `r`, with their typed columns, `c`."""
    return (
        f"FROM {TABLES[level]} r LEFT JOIN columns_{level} c ON c.record_id = r.id "
        f"WHERE TRUE {STANDING.get(level, '')}"
    )


def examine(session: Session, level: Level, fields: Sequence[Input]) -> Iterator[FieldHealth]:
    """How much of each field is missing, in the order given. The typed columns are up to date."""
    for start in range(0, len(fields), AT_ONCE):
        part = fields[start : start + AT_ONCE]
        row = session.connection().execute(text(f"SELECT COUNT(*), {_counts(part)} {source(level)}")).one()
        for number, field in enumerate(part):
            there, lowest, highest = row[1 + 3 * number : 4 + 3 * number]
            yield FieldHealth(
                level=level,
                name=field.name,
                is_attribute=is_attribute(field),
                missing=row[0] - there,
                constant=there > 1 and lowest == highest,
            )


def _counts(fields: Sequence[Input]) -> str:
    return ", ".join(f"COUNT({f.sql}), MIN({f.sql}), MAX({f.sql})" for f in fields)


def counted(session: Session, level: Level, field: Input, *, most: int) -> list[tuple[str, int]]:
    """Every value of a field with its number of records; nothing where there are more than `most` values."""
    query = f"SELECT {field.sql}, COUNT(*) {source(level)} AND {field.sql} IS NOT NULL GROUP BY 1 LIMIT :most"
    rows = session.connection().execute(text(query), {"most": most + 1}).all()
    return [] if len(rows) > most else [(str(value), records) for value, records in rows]
