"""The lists people see, as rows of a table: the same query, in parts, with groups 1-20."""

# ruff: noqa: S608  SQL over tables we name; what people type is bound

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, Final

from sqlalchemy import bindparam, text
from sqlmodel import Session, col, func, select

from portal.companies import Company
from portal.deals import lists as deals
from portal.exports.tables import Kind
from portal.fields import Level
from portal.models.tables import Run
from portal.ranking import places, runs
from portal.ranking.places import Place
from portal.ranking.rows import HEADS as PEOPLE_HEADS

BATCH: Final = 2_000
Row = Sequence[object]


@dataclass(frozen=True)
class Listing:
    """A list to be written: its heads, and its rows as they are read."""

    heads: Sequence[str]
    rows: Iterator[Row]


def listing(session: Session, kind: str, what: Mapping[str, Any]) -> Listing:
    """A list with its filters, read from one moment of the database."""
    match kind:
        case Kind.PEOPLE:
            return Listing(PEOPLE_HEADS, _people(session, places.Filters(**what)))
        case Kind.DEALS:
            return Listing(DEAL_HEADS, _deals(session, deals.Filters(**what)))
        case Kind.COMPANIES:
            return Listing(COMPANY_HEADS, _companies(session))
        case _:
            return Listing(runs.SCORE_HEADS, _scores(session, what["run_id"]))


def count(session: Session, kind: str, what: Mapping[str, Any], *, cap: int) -> int:
    """How many rows a list has; counting stops at cap + 1."""
    match kind:
        case Kind.PEOPLE:
            run = runs.current(session, Level.PERSON)
            return places.count(session, run, places.Filters(**what), cap=cap)
        case Kind.DEALS:
            found = deals.summary(session, deals.Filters(**what), cap=cap)
            return found.count + found.is_capped
        case Kind.COMPANIES:
            return session.exec(select(func.count(col(Company.id)))).one()
        case _:
            return runs.with_scores(session, what["run_id"]).scored


def _people(session: Session, filters: places.Filters) -> Iterator[Row]:
    run = runs.current(session, Level.PERSON)
    found = places.every(session, run, filters)
    while some := list(islice(found, BATCH)):
        groups = _groups(session, run, [place.id for place in some]) if run else {}
        for place in some:
            yield [_person_cell(place, head, groups) for head in PEOPLE_HEADS]


def _person_cell(place: Place, head: str, groups: Mapping[int, int]) -> object:
    return groups.get(place.id) if head == "group" else getattr(place, head)


def _groups(session: Session, run: Run, ids: Sequence[int]) -> dict[int, int]:
    """Groups 1-20 of some records of a run."""
    query = text(f"SELECT record_id, grp FROM score_{run.id:d} WHERE record_id IN :ids")
    found = session.connection().execute(query.bindparams(bindparam("ids", expanding=True)), {"ids": ids})
    return {row[0]: row[1] for row in found}


DEAL_HEADS: Final = tuple(each.name for each in fields(deals.Line))


def _deals(session: Session, filters: deals.Filters) -> Iterator[Row]:
    for line in deals.every(session, filters):
        yield [plain(cell) for cell in astuple(line)]


COMPANY_HEADS: Final = (
    "id",
    "name",
    "domain",
    "industry",
    "employees",
    "revenue",
    "currency",
    "type",
    "country",
    "city",
    "owner",
    "parent_name",
)


def _companies(session: Session) -> Iterator[Row]:
    after = 0
    while True:
        chosen: Any = select(*(getattr(Company, head) for head in COMPANY_HEADS))
        rows = session.exec(chosen.where(Company.id > after).order_by(Company.id).limit(BATCH)).all()
        for row in rows:
            yield [plain(cell) for cell in row]
        if len(rows) < BATCH:
            return
        after = rows[-1][0]


def _scores(session: Session, run_id: int) -> Iterator[Row]:
    run = runs.with_scores(session, run_id)
    return (scored.cells() for scored in runs.scores(session, run))


def plain(cell: object) -> object:
    """A cell as CSV and XLSX have it: times in ISO 8601 (UTC), money as a number."""
    if isinstance(cell, datetime):
        return f"{cell.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(cell, date):
        return cell.isoformat()
    return float(cell) if isinstance(cell, Decimal) else cell


def filters_of(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The filters of a list as an export keeps them; what the list does not know is left out."""
    made: Any = {Kind.PEOPLE: places.Filters, Kind.DEALS: deals.Filters}.get(Kind(kind))
    if made is None:
        return {}
    known = {each.name for each in fields(made)}
    return asdict(made(**{name: value for name, value in given.items() if name in known}))
