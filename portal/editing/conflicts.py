"""Two people change one record: what the second is shown, and what saving over the first saves."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Difference:
    """A field in which two people differ: what is recorded now, what the other wants, and whether only they touched it."""

    name: str
    theirs: str
    yours: str
    is_yours: bool


def differences(
    seen: Mapping[str, str], theirs: Mapping[str, str], yours: Mapping[str, str]
) -> list[Difference]:
    """The fields to look at after somebody was faster, from the forms' texts: those you changed, and those they did."""
    return [
        Difference(name, theirs[name], yours[name], is_yours=yours[name] != seen.get(name, ""))
        for name in yours
        if theirs[name] != yours[name]
    ]


def merged(seen: Mapping[str, str], theirs: Mapping[str, str], yours: Mapping[str, str]) -> dict[str, str]:
    """What saving over theirs saves: what you changed, and what is recorded now wherever you changed nothing."""
    return {name: text if text != seen.get(name, "") else theirs[name] for name, text in yours.items()}
