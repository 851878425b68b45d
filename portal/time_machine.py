"""The time machine: the funnel of any past period under any version, and why a rate changed.

A change of a rate between two periods has two parts. The *definition effect* is what the other version makes of the same
records: the first period under both versions. The *performance effect* is what the same version finds in the other period:
both periods under the second version. In this order the two add up to the change, exactly.
"""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlmodel import Session

from portal import funnel
from portal.funnel import Asked, Counts, Period


@dataclass(frozen=True)
class Split:
    """One rate, before and after; `between` is the first period under the second version. None: it has no meaning there."""

    part: str
    whole: str
    before: Fraction | None
    between: Fraction | None
    after: Fraction | None

    @property
    def change(self) -> Fraction | None:
        return _less(self.after, self.before)

    @property
    def definition(self) -> Fraction | None:
        """Same records, other version."""
        return _less(self.between, self.before)

    @property
    def performance(self) -> Fraction | None:
        """Same version, other period."""
        return _less(self.after, self.between)


def _less(one: Fraction | None, other: Fraction | None) -> Fraction | None:
    return None if one is None or other is None else one - other


@dataclass(frozen=True)
class Journey:
    """The three funnels of the path, and every rate split by it."""

    before: Counts
    between: Counts
    after: Counts

    @property
    def rates(self) -> list[Split]:
        return [
            Split(
                part,
                whole,
                funnel.rate(self.before, part, whole),
                funnel.rate(self.between, part, whole),
                funnel.rate(self.after, part, whole),
            )
            for part, whole in funnel.RATES
        ]

    def definition(self, term: str) -> int | None:
        """The definition effect on a count."""
        return _difference(self.between[term], self.before[term])

    def performance(self, term: str) -> int | None:
        return _difference(self.after[term], self.between[term])

    def change(self, term: str) -> int | None:
        return _difference(self.after[term], self.before[term])


def _difference(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one - other


def travel(
    session: Session,
    first: Period,
    second: Period,
    *,
    old: Asked,
    new: Asked,
    as_of: datetime,
) -> Journey:
    """From the first period under the old versions, over the first under the new ones, to the second under the new ones."""
    return Journey(
        before=funnel.counts(session, first, old, as_of=as_of),
        between=funnel.counts(session, first, new, as_of=as_of),
        after=funnel.counts(session, second, new, as_of=as_of),
    )
