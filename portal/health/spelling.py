"""Values that differ only in how they are written: `Google` and `google`, `Trade show` and `trade-show `."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from pydantic import BaseModel

SEPARATORS: Final = re.compile(r"[\s_\-\u2010-\u2015.,'\u2019]+")


class Written(BaseModel):
    """One way a value is written, and in how many records."""

    value: str
    records: int


class Variants(BaseModel):
    """Values of one field that may be one, the most frequent first."""

    level: str
    field: str
    values: list[Written]

    @property
    def folded(self) -> str:
        return folded(self.values[0].value)


def folded(value: str) -> str:
    """What is left of a value without its spelling: equal texts may mean one. Signs that mean something stay, as in C++."""
    plain = unicodedata.normalize("NFKC", value.casefold())
    joined = SEPARATORS.sub("", plain) or plain
    return joined if joined == value else folded(joined)  # what was joined may be one letter now


def variants(level: str, field: str, counted: Iterable[tuple[str, int]]) -> list[Variants]:
    """The groups of two or more values that fold to one, those of most records first."""
    groups: dict[str, list[Written]] = {}
    for value, records in counted:
        groups.setdefault(folded(value), []).append(Written(value=value, records=records))
    found = [
        Variants(level=level, field=field, values=sorted(group, key=lambda one: (-one.records, one.value)))
        for group in groups.values()
        if len(group) > 1
    ]
    return sorted(found, key=lambda each: (-sum(one.records for one in each.values), each.values[0].value))
