"""How the answer key says things: tables, shares, and when."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from portal.deals import Outcome
from portal.demo.talks import Talk
from portal.demo.timeline import SPAN

Cells = tuple[object, ...]
T = TypeVar("T")


def table(names: Iterable[str], lines: Iterable[Cells]) -> Iterator[str]:
    head = list(names)
    yield f"| {' | '.join(head)} |"
    yield "| --- |" + " ---: |" * (len(head) - 1)
    for cells in lines:
        yield f"| {' | '.join(map(str, cells))} |"


def share(some: list[T], holds: Callable[[T], bool]) -> str:
    return f"{sum(map(holds, some)) / len(some):.1%}"


def ago(unit: float) -> str:
    return f"{SPAN - unit:.0f} days before the demo was loaded"


def counts(found: Counter[T], keys: Iterable[T]) -> str:
    return ", ".join(f"{found[key]:,}" for key in keys)


def won_by(talks: Iterable[Talk]) -> int:
    return sum(talk.amount for talk in talks if talk.outcome is Outcome.WON)
