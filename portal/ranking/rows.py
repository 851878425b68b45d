"""The ranked list as a table, for CSV and JSON."""

from typing import Any, Final

from portal.ranking.places import Place

HEADS: Final = (
    "rank",
    "group",
    "propensity",
    "expected",
    "engagement",
    "quadrant",
    "id",
    "name",
    "email",
    "title",
    "company",
    "source",
    "owner",
    "country",
)


def cells(place: Place) -> list[Any]:
    """One place as a row under HEADS."""
    return [getattr(place, head) for head in HEADS]
