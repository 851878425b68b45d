"""A file that says the same again is gone through by digests; what is done is what comparing every value would do."""

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from portal.db import Database
from portal.imports.applying import Applied
from portal.imports.said import digests
from portal.imports.sql import Sql
from tests.portal.imports.test_applying import LATER, Put, csv_of, importing

FILE = "ID,Country,Note\n1,Ghana,a\n2,Chile,b\n3,,c\n"


@pytest.fixture
def put(database: Database, table) -> Put:
    return importing(database, table)


@pytest.fixture
def compared(monkeypatch) -> list[str]:
    """The ids of the records whose values are looked at."""
    seen: list[str] = []
    existing = Sql.existing

    def watched(self, target, source, external_ids):
        seen.extend(external_ids)
        return existing(self, target, source, external_ids)

    monkeypatch.setattr(Sql, "existing", watched)
    return seen


def change(database: Database, statement: str) -> None:
    with database.transaction() as session:
        session.execute(text(statement))


def test_records_of_which_a_file_says_the_same_again_are_not_read(put, compared):
    put(FILE)
    assert put(FILE, at=LATER) == Applied(unchanged=3)
    assert compared == []


def test_a_record_that_changed_here_is_compared_once(database, put, compared):
    put(FILE)
    change(
        database, "UPDATE person SET country = 'Togo', version = version + 1 WHERE attributes LIKE '%\"b\"%'"
    )

    assert put(FILE, at=LATER) == Applied(updated=1, unchanged=2)
    assert put(FILE, at=LATER) == Applied(unchanged=3)
    assert compared == ["2"]


def test_a_row_that_says_something_else_is_compared_once(put, compared):
    put(FILE)
    other = FILE.replace("Ghana", "Togo")
    assert put(other, at=LATER) == Applied(updated=1, unchanged=2)
    assert put(other, at=LATER) == Applied(unchanged=3)
    assert compared == ["1"]


def test_a_record_that_went_over_to_another_one_is_compared(database, put, compared):
    """Two ids of one record, as after a merge: what was said of the one that is gone says nothing of the one that stays."""
    put(FILE)
    change(
        database,
        "UPDATE external_id SET record_id = (SELECT MIN(id) FROM person) WHERE external_id = '2' AND source = 'CRM'",
    )
    put(FILE, at=LATER)
    assert compared == ["2"]


def test_a_file_with_another_column_is_compared_though_the_column_is_empty(put, compared):
    put(FILE)
    put("ID,Country,Note,Plan\n1,Ghana,a,\n", at=LATER, columns={"Plan": {"kind": "text"}})
    assert compared == ["1"]


def test_digests_tell_columns_and_empty_cells_apart():
    rows = {"external_id": ["1"], "city": ["a"], "title": ["b"]}
    base, other = pl.DataFrame(rows), pl.DataFrame(rows | {"city": ["b"], "title": ["a"]})
    null, empty = (base.with_columns(title=pl.lit(value, pl.String)) for value in (None, ""))
    seen = {digests(frame, ["x"], ())[0] for frame in (base, other, null, empty)}
    assert len(seen | {digests(base, ["y"], ())[0]}) == 5


def test_of_a_day_since_when_only_counts_whether_there_is_one():
    first, later, none = (pl.DataFrame({"out": [value]}, schema={"out": pl.Int64}) for value in (1, 2, None))
    found = [digests(frame, [], {"out"})[0] for frame in (first, later, none)]
    assert found[0] == found[1] != found[2]


IDS = st.integers(1, 4)
CELLS = st.sampled_from(["", "a", "b"])
ROWS = st.dictionaries(IDS, st.tuples(CELLS, st.sampled_from(["", "yes", "no"])), min_size=1, max_size=4)
FILES = st.tuples(
    st.just("file"), ROWS, st.sampled_from(["Country,Opted Out", "Note,Opted Out", "Note,Country"])
)
EDITS = st.tuples(st.just("edit"), IDS, st.sampled_from(["country", "city"]))
WORDS = {"Country": {"kind": "text"}, "Note": {"kind": "text"}, "Opted Out": {"kind": "boolean"}}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(FILES | EDITS, min_size=1, max_size=7))
def test_with_digests_the_end_is_what_it_is_without(sqlite: Database, table, steps):
    put = importing_again(sqlite, table)
    for kind, what, how in steps:
        if kind == "edit":
            for source in ("kept", "forgotten"):
                edit(sqlite, source, what, how)
        else:
            content, words = csv_of(what, how), {name: WORDS[name] for name in how.split(",")}
            kept = put(content, source="kept", at=LATER, columns=dict(words))
            change(sqlite, "UPDATE external_id SET said = NULL WHERE source = 'forgotten'")
            assert put(content, source="forgotten", at=LATER, columns=dict(words)) == kept
        assert state(sqlite, "kept") == state(sqlite, "forgotten")


def importing_again(sqlite: Database, table) -> Put:
    for name in ("field_change", "external_id", "person", "import"):
        change(sqlite, f"DELETE FROM {name}")
    return importing(sqlite, table)


def edit(database: Database, source: str, number: int, column: str) -> None:
    change(
        database,
        f"UPDATE person SET {column} = 'by hand', version = version + 1 WHERE id IN "
        f"(SELECT record_id FROM external_id WHERE source = '{source}' AND external_id = '{number}')",
    )


def state(database: Database, source: str) -> list[tuple]:
    with database.reading() as session:
        found = session.execute(
            text(
                "SELECT e.external_id, p.country, p.city, p.opted_out_at, p.attributes, p.version FROM external_id e "
                "JOIN person p ON p.id = e.record_id WHERE e.source = :source ORDER BY e.external_id"
            ),
            {"source": source},
        )
        return [tuple(row) for row in found]
