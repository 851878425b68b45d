import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from portal.db import Database
from portal.imports.sql import ROWS_A_STATEMENT, Sql

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=8)
AWKWARD = st.sampled_from(
    ["", "\\N", "\\.", "\t", "a\r\nb", '"', "\\\\", "\\t", "NULL", '{"a":"b\\n\\"c\\""}']
)
ROWS = st.lists(st.tuples(TEXTS | AWKWARD, st.none() | TEXTS | AWKWARD), min_size=1, max_size=5)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_what_is_inserted_in_bulk_is_there_as_it_was(database: Database, rows: list):
    changes = pl.DataFrame(rows, schema={"field": pl.String, "before": pl.String}, orient="row")
    with database.transaction() as session:
        sql = Sql.of(session)
        sql.connection.execute(text("DELETE FROM field_change"))
        sql.insert("field_change", changes, {"level": "person", "record_id": 1, "seen_at": 2, "after": None})
        found = sql.connection.execute(
            text("SELECT field, before, level, record_id, seen_at, after FROM field_change ORDER BY id")
        )
        assert [tuple(row) for row in found] == [(*row, "person", 1, 2, None) for row in rows]


@pytest.mark.parametrize("rows", [1, ROWS_A_STATEMENT, 2 * ROWS_A_STATEMENT + 1])
def test_rows_beyond_full_statements_are_inserted_once(database: Database, rows: int):
    with database.transaction() as session:
        sql = Sql.of(session)
        ids = pl.DataFrame({"external_id": [str(row) for row in range(rows)]})
        sql.insert(
            "external_id", ids.with_row_index("record_id"), {"level": "person", "source": f"CRM {rows}"}
        )
        found = sql.record_ids("person", f"CRM {rows}", ids["external_id"].to_list())
        assert found == {str(row): row for row in range(rows)}


def test_new_ids_were_never_given_before(database: Database):
    with database.transaction() as session:
        sql = Sql.of(session)
        first = sql.new_ids("person", 3)
        people = pl.DataFrame({"id": first})
        sql.insert("person", people, {"created_at": 1, "updated_at": 1, "attributes": "{}"} | BLANK)
        assert len({*first, *sql.new_ids("person", 2)}) == 5


BLANK = dict.fromkeys(
    ("first_name", "last_name", "email", "phone", "title", "company_name", "source", "campaign", "owner",
     "status", "country", "city", "direction"), "",
)  # fmt: skip
