from __future__ import annotations

import numpy as np
import pytest

from scoring import booster, reasons
from scoring.booster import Booster
from scoring.columns import Categories, Dates, Table
from scoring.features import Encoder
from tests.scoring.builders import QUICK, company

AS_OF = 20_001.0


@pytest.fixture(scope="module")
def trained():
    table, y, _ = company(1_500)
    encoder = Encoder.learn(table, AS_OF)
    matrix = encoder.encode(table, AS_OF)
    binned = booster.bin_matrix(matrix, y, categorical=encoder.categorical, threads=1)
    return Booster(booster.fit(binned, QUICK, seed=1, threads=1), threads=1), encoder, table


def test_the_reasons_are_the_strongest_of_each_direction(trained):
    loaded, encoder, table = trained
    for why in reasons.explain(loaded, encoder, table.rows(slice(0, 30)), AS_OF, top=2):
        assert len(why.raises) <= 2
        assert [r.effect for r in why.raises] == sorted((r.effect for r in why.raises), reverse=True)
        assert [r.effect for r in why.lowers] == sorted(r.effect for r in why.lowers)
        assert all(r.effect < 0 for r in why.lowers)


def test_they_add_up_to_the_raw_sum(trained):
    loaded, encoder, table = trained
    some = table.rows(slice(0, 5))
    whys = reasons.explain(loaded, encoder, some, AS_OF)
    assert [why.raw for why in whys] == pytest.approx(loaded.raw_sums(encoder.encode(some, AS_OF)))
    assert [why.id for why in whys] == some.ids.tolist()


def test_each_says_the_records_own_value(trained):
    loaded, encoder, table = trained
    best = int(np.nanargmax(table.columns["visits"].values))
    [why] = reasons.explain(loaded, encoder, table.rows(np.array([best])), AS_OF)
    visits = table.columns["visits"].values[best]
    assert why.raises[0].sentence == f"visits is {visits:.2f}: raises it."


def test_what_is_missing_is_not_known(trained):
    loaded, encoder, _ = trained
    nothing = Table(np.array([1]), {"source": Categories.of([None]), "created": Dates(np.array([AS_OF - 1]))})
    [why] = reasons.explain(loaded, encoder, nothing, AS_OF, top=9)
    sentences = {reason.feature: reason.value for reason in (*why.raises, *why.lowers)}
    assert sentences["visits"] == "not known"
    assert sentences.get("created", "1 day ago") == "1 day ago"


def test_numbers_and_ages_read_well():
    assert [reasons._number(value) for value in (3.0, 1_532.0, 0.5, -2.25)] == ["3", "1,532", "0.5", "-2.25"]
    assert [reasons._ago(days) for days in (0.0, 1.2, 34.0, -7.0)] == [
        "0 days ago",
        "1 day ago",
        "34 days ago",
        "7 days ahead",
    ]
