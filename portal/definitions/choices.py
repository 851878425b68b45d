"""What the form of a draft offers besides its criteria: fields that may be required, countries, time zones, days."""

from dataclasses import dataclass
from typing import Final

from portal.criteria import Catalogue
from portal.definitions.fields import key, words
from portal.working_time import WEEKDAYS, countries, zones

OWNERS: Final = (("", "Nobody yet"), ("sales", "Sales"), ("marketing", "Marketing"))


@dataclass(frozen=True)
class Choices:
    """Pairs of value and word for each choice."""

    fields: list[tuple[str, str]]
    countries: list[tuple[str, str]]
    zones: list[tuple[str, str]]
    days: list[tuple[str, str]]
    owners: tuple[tuple[str, str], ...] = OWNERS


def choices(known: Catalogue) -> Choices:
    fields = [(key(ref), words(key(ref), known)) for ref in known.fields]
    return Choices(
        fields=fields,
        countries=[("", "None: no holidays"), *countries().items()],
        zones=[(name, name.replace("_", " ")) for name in zones()],
        days=[(str(number), word) for number, word in enumerate(WEEKDAYS)],
    )
