"""What a model is to learn of each record: yes, no, or not known. Whoever is too young to know it is neither."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import numpy as np
import polars as pl

from portal.columns import Input
from portal.db import microseconds
from portal.errors import Invalid
from portal.fields import FieldKind, Level
from portal.models import choices, registry, words
from portal.models.tables import Model
from scoring.columns import FloatArray
from workers import tables

OPEN: Final = {(Level.DEAL, "outcome"): ["open"]}
"""Mapped fields of our own, and the value that says it is not decided."""


@dataclass(frozen=True)
class Target:
    """What counts as yes; the outcome (n,) of each record: 1, 0, or NaN where it is not known; how many are too young to know,
    and how many had it already when they are looked at; whether
    a definition's criteria ask for more than activities.
    """

    positive: str
    outcome: FloatArray
    young: int = 0
    already: int = 0
    rests_on_more: bool = False


def of(
    series: pl.Series,
    field: Input,
    model: Model,
    order: FloatArray | None,
    *,
    as_of: datetime | None = None,
) -> Target:
    """The target of a model, from the values of its outcome and the order of time (n,), in days where it is a date.

    `as_of` is when the values were read: the model's own time unless another is given.
    Raises Invalid where the field cannot be an outcome.
    """
    undecided = [*model.undecided, *OPEN.get((Level(model.level), field.name), [])]
    found = _decided(series, field, model.positive, undecided)
    if model.within_days is None:
        return found
    return _of_age(
        found,
        series,
        field,
        order,
        youngest=days(as_of or model.as_of) - model.within_days,
        within=model.within_days,
    )


def days(at: datetime) -> float:
    """A time in days since 1970."""
    return microseconds(at) / tables.MICROSECONDS_A_DAY


def _of_age(
    found: Target, series: pl.Series, field: Input, order: FloatArray | None, *, youngest: float, within: int
) -> Target:
    """Records younger than the days an outcome takes do not know it yet, not even where it came early: one would see only
    those that did. A date counts when it came within these days.
    """
    if order is None:
        raise Invalid(choices.NO_AGE)
    outcome = found.outcome.copy()
    if field.kind is FieldKind.DATE:
        took = tables.floats(series) - order
        outcome[~np.isnan(took) & (took > within)] = 0.0
    young = order > youngest
    outcome[young | np.isnan(order)] = np.nan
    return replace(found, outcome=outcome, young=int(young.sum()))


def _decided(series: pl.Series, field: Input, positive: str, undecided: Sequence[str]) -> Target:
    match field.kind:
        case FieldKind.DATE:
            return Target(words.A_DATE, tables.floats(series.is_not_null().cast(pl.Float64)))
        case FieldKind.BOOLEAN:
            return Target("yes", tables.floats(series))
        case FieldKind.NUMBER:
            return _of_numbers(series, field, positive, undecided)
        case FieldKind.TEXT:
            raise Invalid(
                f"“{field.name}” is free text. Name a field that says yes or no, or holds a few values."
            )
        case _:
            return _of_categories(series, field, positive, undecided)


def _of_categories(series: pl.Series, field: Input, positive: str, undecided: Sequence[str]) -> Target:
    known = _without(series, undecided)
    values = known.drop_nulls().value_counts(sort=True)[known.name].to_list()
    yes = positive or registry.guess_positive(values)
    if yes not in values:
        raise Invalid(f"No record has “{yes}” as its {field.name}. It holds: {', '.join(values[:10])}.")
    return Target(yes, tables.floats((known == yes).cast(pl.Float64)))


def _of_numbers(series: pl.Series, field: Input, positive: str, undecided: Sequence[str]) -> Target:
    known = _without(series, [_number(value, field) for value in undecided])
    values = set(known.drop_nulls().unique().head(50).to_list())
    if not positive and not values <= {0.0, 1.0}:
        raise Invalid(f"“{field.name}” holds more than 0 and 1. Say which value means yes.")
    yes = _number(positive or "1", field)
    return Target(f"{yes:g}", tables.floats((known == yes).cast(pl.Float64)))


def _without(series: pl.Series, undecided: Sequence[object]) -> pl.Series:
    """The values, null where they decide nothing yet."""
    return (
        series.to_frame()
        .select(pl.when(~pl.col(series.name).is_in(undecided)).then(pl.col(series.name)))
        .to_series()
    )


def _number(text: str, field: Input) -> float:
    try:
        return float(text)
    except ValueError:
        raise Invalid(f"“{field.name}” holds numbers, and “{text}” is none.") from None
