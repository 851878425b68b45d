from __future__ import annotations

import numpy as np
import pytest

from scoring.columns import Booleans, Categories, Dates, Numbers, Table, TableError


def test_categories_of_texts_are_codes_into_sorted_levels():
    column = Categories.of(["web", None, "fair", "web"])
    assert column.levels == ("fair", "web")
    assert column.codes.tolist() == [1, -1, 0, 1]
    assert [column.text(row) for row in range(4)] == ["web", None, "fair", "web"]


def test_each_column_knows_its_kind_and_what_is_missing():
    values = np.array([1.0, np.nan])
    assert [kind(values).kind for kind in (Numbers, Dates, Booleans)] == ["number", "date", "boolean"]
    assert Dates(values).missing().tolist() == [False, True]
    assert Categories.of(["a", None]).missing().tolist() == [False, True]


def test_rows_keeps_kinds_and_levels():
    table = Table(np.array([4, 2, 9]), {"on": Dates(np.arange(3.0)), "how": Categories.of(["a", "b", "c"])})
    part = table.rows(np.array([2, 0]))
    assert part.ids.tolist() == [9, 4]
    assert part.columns["on"].kind == "date"
    assert part.columns["how"].text(0) == "c"


def test_a_column_of_another_length_is_refused():
    with pytest.raises(TableError, match="Column visits has 2 rows, but there are 3 records"):
        Table(np.arange(3), {"visits": Numbers(np.zeros(2))})


def test_a_record_twice_is_refused_saying_which():
    with pytest.raises(TableError, match="these ids have several: 5, 7"):
        Table(np.array([7, 5, 1, 5, 7]), {})


def test_without_leaves_columns_out():
    table = Table(np.arange(1), {"a": Numbers(np.zeros(1)), "b": Numbers(np.zeros(1))})
    assert list(table.without(["a"]).columns) == ["b"]
