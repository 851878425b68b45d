"""Words with a meaning in any column: those that say there is no value, and yes and no."""

from collections.abc import Iterable

import polars as pl

# an untouched drop-down list exports its first line; the others are what systems write for nothing
MISSING = (
    "select", "select...", "--none--", "-none-", "none", "null", "nil", "nan", "n/a", "na", "#n/a", "n.a.",
    "unknown", "not available", "not specified", "not set", "undefined", "(blank)", "(empty)", "(none)", "(not set)",
    "-", "--", "---", "?", "#ref!", "#value!", "#name?", "#div/0!",
)  # fmt: skip
# people are called Null, Na and None
NOT_IN_NAMES = ("na", "none", "null", "nil", "nan", "unknown", "select")
MISSING_IN_NAMES = tuple(word for word in MISSING if word not in NOT_IN_NAMES)

TRUE = ("yes", "y", "true", "t", "1", "on", "x", "ja", "oui", "sí", "si", "sim", "wahr", "vrai")
FALSE = ("no", "n", "false", "f", "0", "off", "nein", "non", "não", "falsch", "faux")


def spellings(words: Iterable[str]) -> list[str]:
    """Each word as people and programs write it: lower, Capitalised, Title Case and UPPER."""
    found = {
        form for word in words for form in (word, word.lower(), word.capitalize(), word.title(), word.upper())
    }
    return sorted(found | ({"NaN"} if "nan" in found else set()))


def without_missing(cells: pl.Series, words: Iterable[str]) -> pl.Series:
    """The cells, null where one of the words stands. Cells are stripped already."""
    said = spellings(words)
    if not said:
        return cells
    return (
        cells.to_frame().select(pl.when(~pl.col(cells.name).is_in(said)).then(pl.col(cells.name))).to_series()
    )


def stripped(cells: pl.DataFrame) -> pl.DataFrame:
    """Without white space at either end of a cell, of any alphabet; null where nothing is left."""
    trimmed = cells.select(pl.all().str.strip_chars())
    emptied = trimmed.select((pl.all() == "").any()).row(0)
    names = [name for name, some in zip(trimmed.columns, emptied, strict=True) if some]
    return (
        trimmed.with_columns(trimmed[name].set(trimmed[name] == "", None) for name in names)
        if names
        else trimmed
    )


TRUTH = dict.fromkeys(spellings(TRUE), True) | dict.fromkeys(spellings(FALSE), False)


def as_booleans(cells: pl.Series) -> pl.Series:
    """True, False, and null for what is neither."""
    return cells.replace_strict(TRUTH, default=None, return_dtype=pl.Boolean)
