"""Columns that were seen to be filled in only once the outcome was there, as the history of values tells."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, text
from sqlmodel import Session

from portal.db import canonical
from portal.fields import FieldKind, Level

FEW: Final = 20
"""With fewer records whose history is known nothing is said."""
HALF: Final = 0.5
NEARLY_ALL: Final = 0.95

OUTCOMES: Final = (
    "SELECT record_id, MIN(COALESCE(valid_from, seen_at)) AS at FROM field_change "
    "WHERE level = :level AND field = :outcome AND {came} GROUP BY record_id"
)
FILLED: Final = (
    "SELECT record_id, field, MIN(COALESCE(valid_from, seen_at)) AS at FROM field_change "
    "WHERE level = :level AND field <> :outcome AND before IS NULL AND after IS NOT NULL GROUP BY record_id, field"
)
JOINED: Final = (
    "SELECT f.field, SUM(CASE WHEN f.at >= o.at THEN 1 ELSE 0 END), COUNT(*), "
    "(SELECT COUNT(*) FROM ({outcomes}) every) FROM ({outcomes}) o "
    "JOIN ({filled}) f ON f.record_id = o.record_id GROUP BY f.field ORDER BY f.field"
)


@dataclass(frozen=True)
class Late:
    """A column, for how many of the records whose outcome was seen to come it was filled in then or later, and of how many."""

    column: str
    after: int
    records: int

    @property
    def sentence(self) -> str:
        return (
            f"For {self.after:,} of the {self.records:,} records whose outcome was seen to come, "
            "it was filled in only then or later."
        )


def filled_late(session: Session, level: Level, outcome: str, kind: FieldKind, positive: str) -> list[Late]:
    """The columns that were blank until the outcome came, for half of these records or more, and hardly ever filled before."""
    came, values = _came(kind, positive)
    query = text(JOINED.format(outcomes=OUTCOMES.format(came=came), filled=FILLED))
    if values:
        query = query.bindparams(bindparam("values", expanding=True))
    given = {"level": level, "outcome": outcome} | ({"values": values} if values else {})
    rows = session.connection().execute(query, given)
    found = [(Late(field, int(after), int(records)), int(seen)) for field, after, seen, records in rows]
    return [late for late, seen in found if _is_late(late, seen)]


def _is_late(late: Late, seen: int) -> bool:
    enough = late.after >= FEW and late.after >= HALF * late.records
    return enough and late.after >= NEARLY_ALL * seen


def _came(kind: FieldKind, positive: str) -> tuple[str, list[str]]:
    """What says that the outcome came, as SQL over the value that followed, and the JSON texts it is compared with."""
    if kind is FieldKind.DATE:
        return "before IS NULL AND after IS NOT NULL", []
    if kind is FieldKind.BOOLEAN:
        return "after IN :values", ["true"]
    if kind is FieldKind.NUMBER:
        number = float(positive)
        return "after IN :values", [canonical(number), *([str(int(number))] if number.is_integer() else [])]
    return "after IN :values", [canonical(positive)]
