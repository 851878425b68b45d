"""What criteria stand on when they are judged: the numbers behind names, the runs that count, and the moment asked about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from portal.activities import ActivityKind
from portal.criteria.catalogue import Catalogue, KnownField
from portal.criteria.clauses import Criteria, FieldRef
from portal.db import microseconds
from portal.fields import Level
from portal.models.tables import CurrentRun


@dataclass(frozen=True)
class Ground:
    """`is_past`: values are to be those that were known at `as_of`, from the history of records.

    `kinds`: each kind of activity by name, its id and whether it is a request. `runs`: the run a level's scores are from.
    """

    fields: Mapping[FieldRef, KnownField]
    terms: Mapping[str, Criteria]
    kinds: Mapping[str, tuple[int, bool]]
    runs: Mapping[Level, int]
    as_of: int
    is_sqlite: bool
    is_past: bool = False

    def kind_ids(self, what: str | tuple[str, ...]) -> list[int] | None:
        """The kinds an activity clause counts; None: all. A kind that is not there any more counts nothing."""
        if what == "any":
            return None
        if what == "request":
            return sorted(number for number, is_request in self.kinds.values() if is_request)
        return sorted(self.kinds[name][0] for name in what if name in self.kinds)


def ground(
    session: Session,
    known: Catalogue,
    *,
    as_of: datetime,
    terms: Mapping[str, Criteria] | None = None,
    is_past: bool = False,
) -> Ground:
    """Read it: two short queries. Scores made current after `as_of` were not known then.

    `terms` are the criteria other definitions are judged by; without them, those in force.
    """
    kinds = {kind.name: (kind.id, kind.is_request) for kind in session.exec(select(ActivityKind))}
    runs = session.exec(select(CurrentRun).where(CurrentRun.since <= as_of))
    return Ground(
        fields=known.fields,
        terms=known.criteria if terms is None else terms,
        kinds=kinds,
        runs={Level(run.level): run.run_id for run in runs},
        as_of=microseconds(as_of),
        is_sqlite=session.get_bind().dialect.name == "sqlite",
        is_past=is_past,
    )
