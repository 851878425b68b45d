import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from portal.imports.identifiers import Seen, are_salesforce, full_ids, ids_of


def ids(*values):
    return pl.Series("id", values, pl.String)


def test_fifteen_signs_become_eighteen():
    """Pairs from Salesforce's Data Loader sample files."""
    assert full_ids(ids("006x0000001YtCr", "001x00000035m0i", "005x0000000fNSi")).to_list() == [
        "006x0000001YtCrAAK", "001x00000035m0iAAA", "005x0000000fNSiAAM",
    ]  # fmt: skip


def test_other_ids_stay_as_they_are():
    assert full_ids(ids("006x0000001YtCrAAK", "short", None, "")).to_list() == [
        "006x0000001YtCrAAK",
        "short",
        None,
        "",
    ]


def test_knows_salesforce_ids_by_their_check_signs():
    assert are_salesforce(ids("006x0000001YtCrAAK", "006x0000001YtwJ"))
    assert not are_salesforce(ids("006x0000001YtCrAAA"))
    assert not are_salesforce(ids("abcdefghijklmno"))


def test_a_natural_key_joins_its_columns_and_needs_all_of_them():
    cells = pl.DataFrame({"a": ["x", None], "b": ["1", "2"]})
    assert ids_of(cells, ["a", "b"], salesforce=False).to_list() == ["x · 1", None]


@given(st.lists(st.lists(st.sampled_from(["a", "b", "c", "d", None]), max_size=6), max_size=5))
def test_an_id_is_seen_from_its_second_row_on(batches):
    seen, first, row = Seen(), {}, 0
    for batch in batches:
        rows = range(row + 1, row + 1 + len(batch))
        row += len(batch)
        expected = [
            first[one] if one in first else first.setdefault(one, at) and 0
            for one, at in zip(batch, rows, strict=True)
        ]
        expected = [0 if one is None else place for one, place in zip(batch, expected, strict=True)]
        found = seen.earlier(ids(*batch), pl.Series(rows, dtype=pl.UInt32))
        assert found.dtype == np.uint32
        assert found.tolist() == expected
