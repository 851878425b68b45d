"""The figures a report states, as they are kept, grouped for its page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class Stage:
    """A stage of the funnel: figures as they are kept; the first stage has no rate."""

    reached: dict[str, Any]
    rate: dict[str, Any] | None
    cost: dict[str, Any]


@dataclass(frozen=True)
class Stated:
    """The figures of a report, as its page groups them. `notes` say what stands in other currencies."""

    key: Sequence[dict[str, Any]]
    stages: Sequence[Stage]
    left_out: Sequence[dict[str, Any]]
    notes: Sequence[str]

    def __getitem__(self, key: str) -> dict[str, Any]:
        return next(figure for figure in self.key if figure["key"] == key)

    @property
    def is_provisional(self) -> bool:
        return any(figure["provisional"] for figure in self.key)


def stated(figures: Sequence[dict[str, Any]]) -> Stated:
    """Group what `Report.figures` keeps: the key figures, the funnel's stages, and won deals that no sum holds."""
    by_key = {figure["key"]: figure for figure in figures}
    numbers = range(sum(key.startswith("reached_") for key in by_key))
    grouped = {f"{kind}_{number}" for kind in ("reached", "rate", "cost") for number in numbers}
    key = [figure for name, figure in by_key.items() if name not in grouped | LEFT_OUT]
    return Stated(
        key=key,
        stages=[Stage(by_key[f"reached_{n}"], by_key.get(f"rate_{n}"), by_key[f"cost_{n}"]) for n in numbers],
        left_out=[by_key[name] for name in sorted(LEFT_OUT) if by_key[name]["value"] != "0"],
        notes=list(dict.fromkeys(figure["note"] for figure in key if figure["note"])),
    )


LEFT_OUT: Final = frozenset({"undated_wins", "unpriced_wins"})
