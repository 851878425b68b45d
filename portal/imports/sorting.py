"""Which kind of record a file holds, by its name, its columns and its ids: the likeliest first."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

from portal.imports.guessing import plain_name
from portal.imports.identifiers import SHORT
from portal.imports.kinds import KINDS, KindOfRecord
from portal.imports.understanding import Understood

BY_FILE, BY_ID, BY_START, BY_COLUMNS = 0.6, 0.5, 0.95, 0.7
"""How much the name of the file, of its id column, the first signs of Salesforce's ids, and its columns say at most."""
OPTIONAL: Final = frozenset({"currency"})
"""Required fields that the mapping may give for all rows."""
TOLD: Final = 0.35
"""Below this a file could be anything."""


def kind_of(understood: Understood, filename: str) -> list[tuple[str, float]]:
    """The kinds a file may hold, each with a confidence from 0 to 1, the likeliest first; none where nothing tells."""
    by_file, starts = _by_file(filename), _starts(understood)
    columns, id_names = _by_columns(understood), _id_names(understood)
    found = [
        (
            kind.name,
            _together(
                by_file[kind.name], columns[kind.name], _by_id(kind, id_names), _by_start(kind, starts)
            ),
        )
        for kind in KINDS.values()
        if _is_complete(understood, kind)
    ]
    told = [(kind, round(sure, 2)) for kind, sure in found if sure >= TOLD]
    return sorted(told, key=lambda pair: -pair[1])


def in_order(kinds: Iterable[str]) -> list[str]:
    """The order in which files go in best; any other ends in the same."""
    places = list(KINDS)
    return sorted(kinds, key=places.index)


def _together(*shares: float) -> float:
    """Independent hints: what none of them leaves open. A share below nothing speaks against."""
    left = 1.0
    for share in shares:
        left *= 1 - max(share, 0.0)
    return (1 - left) * (0.2 if min(shares) < 0 else 1.0)


def _by_file(filename: str) -> dict[str, float]:
    """The longest word of a kind within the name: `OpportunityContactRole.csv` is not of opportunities."""
    stem = re.sub(r"\.[A-Za-z0-9]{2,5}$", "", filename.rpartition("/")[2])
    plain = re.sub(r"[^a-z0-9]", "", stem.lower())
    longest = {
        name: max((len(word) for word in kind.files if word in plain), default=0)
        for name, kind in KINDS.items()
    }
    most = max(longest.values()) or 1
    return {name: BY_FILE * (length / most) ** 2 for name, length in longest.items()}


def _by_columns(understood: Understood) -> dict[str, float]:
    """The share of the columns that are fields of a kind; a name that many kinds have says little."""
    matched = {
        column: {name for name, kind in KINDS.items() if _is_field(column, kind)}
        for column in understood.names
    }
    spread = Counter(name for kinds in matched.values() for name in kinds)
    told = sum(1 for kinds in matched.values() if kinds) or 1
    weight = {
        name: sum(1 / len(kinds) ** 0.5 for kinds in matched.values() if name in kinds) for name in KINDS
    }
    most = max(weight.values()) or 1
    return {
        name: BY_COLUMNS * weight[name] / most * min(1.0, spread[name] / told + 0.3) if weight[name] else 0.0
        for name in KINDS
    }


def _is_field(column: str, kind: KindOfRecord) -> bool:
    plain = plain_name(column, kind)
    return any(plain in field.names for field in kind.fields)


def _id_names(understood: Understood) -> set[str]:
    return {
        re.sub(r"[^a-z0-9]", "", column.name.lower()) for column in understood.columns if column.looks_like_id
    }


def _by_id(kind: KindOfRecord, names: set[str]) -> float:
    """An id that is called after this kind and no other."""
    others = {name for other in KINDS.values() if other is not kind for name in other.ids}
    return BY_ID if names & (set(kind.ids) - others) else 0.0


def _starts(understood: Understood) -> set[str]:
    """The first three signs of the ids in a column called Id, where they are Salesforce's."""
    return {
        value[:3]
        for column in understood.columns
        if column.name.strip().lower() == "id" and column.salesforce_id
        for value in column.samples
        if len(value) >= SHORT
    }


def _by_start(kind: KindOfRecord, starts: set[str]) -> float:
    if starts & set(kind.starts):
        return BY_START
    known = {start for other in KINDS.values() for start in other.starts}
    return -1.0 if starts & known else 0.0


def _is_complete(understood: Understood, kind: KindOfRecord) -> bool:
    """Whether there is a column for each field that a row of the kind needs."""
    filled = {
        further
        for field in kind.fields
        if any(plain_name(column, kind) in field.names for column in understood.names)
        for further in (field.name, *field.fills)
    }
    return filled >= set(kind.required) - OPTIONAL
