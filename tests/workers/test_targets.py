"""What counts as yes, as no, and as not known."""

from datetime import datetime

import numpy as np
import polars as pl
import pytest

from portal.columns import Input
from portal.errors import Invalid
from portal.fields import FieldKind
from portal.models.tables import Model
from workers import targets
from workers.tables import floats

DAYS = 86_400


def of(
    values: list[object], kind: FieldKind, order: list[float] | None = None, **model: object
) -> targets.Target:
    known = Model(**{"level": "person", "outcome": "Result", **model})
    when = None if order is None else np.array(order, dtype=float)
    return targets.of(pl.Series("Result", values), Input("Result", kind, ""), known, when)


def told(target: targets.Target) -> list[float | None]:
    return [None if np.isnan(value) else value for value in target.outcome]


def test_what_is_still_open_did_not_fail() -> None:
    found = of(["Won", "Lost", "Engaging", None], FieldKind.CATEGORY, undecided=["Engaging"])

    assert (found.positive, told(found), found.young) == ("Won", [1, 0, None, None], 0)


def test_an_open_deal_is_undecided_without_being_told() -> None:
    deal = Model(level="deal", outcome="outcome")
    field = Input("outcome", FieldKind.CATEGORY, "")

    found = targets.of(pl.Series("outcome", ["won", "open", "lost"]), field, deal, None)

    assert told(found) == [1, None, 0]


def test_numbers_decide_nothing_where_a_person_said_so() -> None:
    found = of([1.0, 2.0, 3.0, None], FieldKind.NUMBER, positive="1", undecided=["3"])

    assert told(found) == [1, 0, None, None]


def test_who_is_too_young_is_neither_yes_nor_no(at: datetime) -> None:
    today = at.timestamp() / DAYS
    came = [today - 100, today - 90, today - 89, today - 1, np.nan]

    found = of(["no", "yes", "yes", "no", "yes"], FieldKind.CATEGORY, came, within_days=90, as_of=at)

    assert told(found) == [0, 1, None, None, None]
    assert found.young == 2


def test_a_date_counts_when_it_came_in_time(at: datetime) -> None:
    today = at.timestamp() / DAYS
    came = [today - 400] * 3
    bought = [today - 400 + 90, today - 400 + 91, None]

    found = of(bought, FieldKind.DATE, came, within_days=90, as_of=at)

    assert told(found) == [1, 0, 0]


def test_without_an_order_of_time_nobody_is_young(at: datetime) -> None:
    with pytest.raises(Invalid, match="name a field of dates"):
        of(["yes", "no"], FieldKind.CATEGORY, within_days=90, as_of=at)


def test_the_values_are_read_as_floats() -> None:
    assert told(of([True, False, None], FieldKind.BOOLEAN)) == [1, 0, None]
    assert floats(pl.Series([1, None])).dtype == np.float64
