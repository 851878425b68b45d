import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import col, select

from portal.accounts import User
from portal.db import Database, microseconds
from portal.deals import Deal
from portal.editing import people as editing
from portal.imports.applying import Applied, Part, apply, compare
from portal.imports.batches import batches
from portal.imports.guessing import guess
from portal.imports.limits import Limits
from portal.imports.mapping import Mapping
from portal.imports.tables import Import
from portal.imports.understanding import understand
from portal.people import ExternalId, FieldChange, Person

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LATER = AT + timedelta(days=7)
MIDNIGHT = datetime(2025, 5, 6, tzinfo=UTC)

Put = Callable[..., Applied]


@pytest.fixture
def put(database: Database, table) -> Put:
    """Imports text into the database, in parts of some rows."""
    return importing(database, table)


def importing(database: Database, table) -> Put:
    def run(content: str, kind="people", *, source="CRM", at=AT, rows=10_000, do=apply, **changes) -> Applied:
        path, mapping = mapped(table(content), kind, source, changes)
        return sum((take(database, part, do) for part in parts(path, mapping, at, rows)), Applied())

    with database.transaction() as session:
        session.add(
            Import(id=1, kind="", source="CRM", filename="", file="", bytes=0, digest="", uploaded_at=AT)
        )
    return run


def mapped(path: Path, kind: str, source: str, changes: dict) -> tuple[Path, Mapping]:
    mapping = guess(understand(path, Limits()), kind, source=source).mapping
    for column, change in (changes.pop("columns", None) or {}).items():
        mapping = mapping.changed(column, **change)
    return path, mapping.model_copy(update={"id_columns": ("ID",)} | changes)


def parts(path: Path, mapping: Mapping, at: datetime, rows: int) -> list[Part]:
    read = batches(path, understand(path, Limits()), mapping, Limits())
    return [Part(piece, mapping, 1, at) for batch in read for piece in batch.records.iter_slices(rows)]


def take(database: Database, part: Part, do=apply) -> Applied:
    with database.transaction() as session:
        return do(session, part)


def all_of(database: Database, table: type) -> list:
    with database.reading() as session:
        return list(session.exec(select(table).order_by(col(table.id))))


def one(database: Database, table: type):
    (found,) = all_of(database, table)
    return found


def changes(database: Database) -> list[tuple]:
    return [
        (change.record_id, change.field, change.before, change.after, change.seen_at)
        for change in all_of(database, FieldChange)
    ]


PERSON = (
    "ID,First Name,Email,Country,Created Date,Visits,Plan\n1,Ada,ada@example.com,Ghana,2025-05-06,3,Gold\n"
)


def test_a_new_person_is_created_with_all_a_file_says(database, put):
    assert put(PERSON) == Applied(created=1)

    ada = one(database, Person)
    assert (ada.first_name, ada.email, ada.country) == ("Ada", "ada@example.com", "Ghana")
    assert (ada.came_at, ada.arrived_at) == (MIDNIGHT, MIDNIGHT)
    assert json.loads(ada.attributes) == {"Country": "Ghana", "Created Date": "2025-05-06", "Plan": "Gold", "Visits": 3}  # fmt: skip
    assert (ada.import_id, ada.created_at, ada.updated_at, ada.version) == (1, AT, AT, 1)
    assert (ada.last_name, ada.direction, ada.opted_out_at, ada.customer_at) == ("", "unknown", None, None)
    known = one(database, ExternalId)
    assert (known.level, known.source, known.external_id, known.record_id) == ("person", "CRM", "1", ada.id)


def test_who_came_when_nobody_says_arrived_when_first_seen(database, put):
    put("ID,Email\n1,ada@example.com\n2,bo@example.com\n")
    assert [(person.came_at, person.arrived_at) for person in all_of(database, Person)] == [(None, AT)] * 2


def test_importing_again_changes_nothing(database, put):
    put(PERSON)
    before = one(database, Person)

    assert put(PERSON, at=LATER) == Applied(unchanged=1)
    assert one(database, Person) == before
    assert changes(database) == []


def test_a_changed_person_keeps_what_was_before(database, put):
    put(PERSON)
    changed = PERSON.replace("ada@", "lovelace@").replace("Gold", "Silver").replace(",3,", ",,")

    assert put(changed, at=LATER) == Applied(updated=1)
    ada = one(database, Person)
    assert (ada.email, ada.updated_at, ada.version) == ("lovelace@example.com", LATER, 2)
    assert json.loads(ada.attributes) == {"Country": "Ghana", "Created Date": "2025-05-06", "Plan": "Silver"}  # fmt: skip
    assert sorted(changes(database)) == [
        (ada.id, "Plan", '"Gold"', '"Silver"', LATER),
        (ada.id, "Visits", "3", None, LATER),
        (ada.id, "email", '"ada@example.com"', '"lovelace@example.com"', LATER),
    ]


def test_what_a_file_does_not_fill_stays(database, put):
    put(PERSON)
    assert put("ID,First Name,Phone\n1,Ada,555\n", at=LATER) == Applied(updated=1)

    ada = one(database, Person)
    assert (ada.email, ada.country, ada.phone, ada.came_at) == (
        "ada@example.com",
        "Ghana",
        "555",
        MIDNIGHT,
    )
    assert json.loads(ada.attributes)["Plan"] == "Gold"
    assert [change[1] for change in changes(database)] == ["phone"]


def test_attributes_of_two_files_of_a_source_stand_side_by_side(database, put):
    put("ID,Visits\n1,3\n")
    put("ID,Opens\n1,9\n", at=LATER)
    assert put("ID,Visits\n1,3\n", at=LATER) == Applied(unchanged=1)

    assert json.loads(one(database, Person).attributes) == {"Opens": 9, "Visits": 3}


def test_an_id_means_one_record_within_a_source_and_another_in_another(database, put):
    put("ID,Email\n1,ada@example.com\n", source="CRM")
    assert put("ID,Email\n1,bo@example.com\n", source="Shop") == Applied(created=1)

    assert [person.email for person in all_of(database, Person)] == ["ada@example.com", "bo@example.com"]


def test_known_and_new_records_come_in_one_part(database, put):
    put("ID,Visits\n1,1\n2,2\n3,3\n")
    found = put("ID,Visits\n4,4\n3,30\n2,2\n5,5\n1,1\n", at=LATER)
    assert found == Applied(created=2, updated=1, unchanged=2)
    values = [json.loads(person.attributes)["Visits"] for person in all_of(database, Person)]
    assert values == [1, 2, 30, 4, 5]


def test_a_dry_run_counts_the_same_and_touches_nothing(database, put):
    put("ID,Visits\n1,1\n2,2\n")
    again = "ID,Visits\n1,1\n2,20\n3,3\n"

    assert put(again, at=LATER, do=compare) == Applied(created=1, updated=1, unchanged=1)
    assert [person.version for person in all_of(database, Person)] == [1, 1]
    assert put(again, at=LATER) == Applied(created=1, updated=1, unchanged=1)


def test_every_sign_arrives_as_it_stands(database, put):
    odd = '"a ""quoted"", \\N; it\'s\n\ttwo lines %s :x ?1"'
    put(f"ID,Company,Note\n1,{odd},{odd}\n2,,\n")
    text_ = 'a "quoted", \\N; it\'s\n\ttwo lines %s :x ?1'

    first, second = all_of(database, Person)
    assert first.company_name == text_
    assert json.loads(first.attributes)["Note"] == text_
    assert (second.company_name, json.loads(second.attributes)) == ("", {})


def test_a_source_may_be_called_anything(database, put):
    put("ID,Visits\n1,1\n", source='It\'s a "CRM" \\ ?, %s')
    assert put("ID,Visits\n1,1\n", source='It\'s a "CRM" \\ ?, %s') == Applied(unchanged=1)


# What a person changed by hand.


def by_hand(database: Database, **texts: str) -> None:
    """Somebody changes the one person there is."""
    with database.transaction() as session:
        if session.get(User, 1) is None:
            session.add(User(id=1, email="b@example.com", name="B", function="sales", right="member", created_at=AT))  # fmt: skip
            session.flush()
        (found,) = session.exec(select(Person)).all()
        typed = {name: text for name, text in (editing.texts(found) | texts).items() if text}
        draft = editing.Draft.model_validate(typed)
        editing.change(session, found.id, draft, version=found.version, by=1, at=LATER)


def test_a_hand_edit_stays_while_the_source_says_the_same(database, put):
    put(PERSON)
    by_hand(database, country="Togo", email="ada@home.example")

    assert put(PERSON, at=LATER) == Applied(unchanged=1)
    assert put(PERSON.replace(",3,", ",4,"), at=LATER) == Applied(updated=1)
    ada = one(database, Person)
    assert (ada.country, ada.email, json.loads(ada.attributes)["Visits"]) == ("Togo", "ada@home.example", 4)


def test_a_newer_value_of_the_source_wins_over_a_hand_edit_and_history_keeps_it(database, put):
    put(PERSON)
    by_hand(database, country="Togo")

    newer = PERSON.replace("Ghana", "Benin")
    assert put(newer, at=LATER, do=compare) == put(newer, at=LATER) == Applied(updated=1)
    assert one(database, Person).country == "Benin"
    assert [change[2:4] for change in changes(database) if change[1] == "country"] == [
        ('"Ghana"', '"Togo"'), ('"Togo"', '"Benin"')
    ]  # fmt: skip
    by_hand(database, country="Togo")
    assert put(newer, at=LATER) == Applied(unchanged=1)
    assert put(PERSON, at=LATER) == Applied(updated=1)
    assert one(database, Person).country == "Ghana"


def test_a_company_chosen_by_hand_stays_with_its_link(database, put):
    put("ID,Name\nA1,Acme\nA2,Zenith\n", "companies")
    file = "ID,First Name,Company\n1,Ada,Acme\n"
    put(file)
    by_hand(database, company="Zenith")
    before = one(database, Person)
    assert (before.company_name, before.company_id) == ("Zenith", 2)

    assert put(file, at=LATER) == Applied(unchanged=1)
    assert one(database, Person) == before


# Flags hold since a day.


FLAG = "ID,Opted out\n1,{}\n2,no\n"


def test_a_flag_holds_since_it_was_seen_at_the_latest(database, put):
    put(FLAG.format("yes"))
    assert [person.opted_out_at for person in all_of(database, Person)] == [AT, None]


def test_seeing_a_flag_again_does_not_move_its_day(database, put):
    put(FLAG.format("yes"))
    assert put(FLAG.format("yes"), at=LATER) == Applied(unchanged=2)
    assert all_of(database, Person)[0].opted_out_at == AT


def test_an_opt_out_that_is_withdrawn_is_kept_in_the_history(database, put):
    put(FLAG.format("yes"))
    put(FLAG.format("no"), at=LATER)
    assert all_of(database, Person)[0].opted_out_at is None
    assert (1, "opted_out_at", str(microseconds(AT)), None, LATER) in changes(database)


def test_a_flag_that_says_its_day_holds_since_that_day(database, put):
    put("ID,Opt Out Date\n1,2025-05-06\n2,\n3,2025-05-07\n", columns={"Opt Out Date": {"field": "opted_out"}})
    days = [person.opted_out_at for person in all_of(database, Person)]
    assert days == [MIDNIGHT, None, MIDNIGHT + timedelta(days=1)]


def test_a_status_may_say_that_somebody_is_a_customer(database, put):
    meaning = {"Status": {"field": "status", "meanings": {"Client": "customer"}}}
    put("ID,Status\n1,Client\n2,New\n", columns=meaning)
    assert [person.customer_at for person in all_of(database, Person)] == [AT, None]


# Deals.


def test_a_deal_is_linked_to_the_person_its_source_names(database, put):
    put("ID,Email\nP1,ada@example.com\n")
    linked = {"Contact ID": {"field": "person_external_id"}}
    put("ID,Deal Name,Contact ID\nD1,One,P1\nD2,Two,P9\nD3,Three,\n", "deals", columns=linked)

    (ada,) = all_of(database, Person)
    assert [(deal.name, deal.person_id) for deal in all_of(database, Deal)] == [("One", ada.id), ("Two", None), ("Three", None)]  # fmt: skip


def test_the_people_of_another_source_are_not_linked(database, put):
    put("ID,Email\nP1,ada@example.com\n", source="Shop")
    linked = {"Contact ID": {"field": "person_external_id"}}
    put("ID,Deal Name,Contact ID\nD1,One,P1\n", "deals", columns=linked)
    assert one(database, Deal).person_id is None


def test_a_person_who_comes_later_is_linked_as_they_come(database, put):
    linked, deal = {"Contact ID": {"field": "person_external_id"}}, "ID,Deal Name,Contact ID\nD1,One,P1\n"
    put(deal, "deals", columns=linked)
    put("ID,Email\nP1,ada@example.com\n")

    assert one(database, Deal).person_id == one(database, Person).id
    assert put(deal, "deals", columns=linked, at=LATER) == Applied(unchanged=1)


DEAL = "ID,Deal Name,Stage,Amount,Expected Close Date\nD1,Ten seats,{},1234.56,2025-05-06\n"
STAGES = {
    "Stage": {"field": "stage", "meanings": {"Closed Won": "won", "Proposal": "open"}},
    "Expected Close Date": {"field": "expected_close_on"},
}


def test_a_deal_keeps_its_exact_amount_and_its_days(database, put):
    put(DEAL.format("Proposal"), "deals", columns=STAGES, currency="EUR")
    deal = one(database, Deal)
    assert (str(deal.amount), deal.currency, deal.outcome) == ("1234.56", "EUR", "open")
    assert (deal.expected_close_on, deal.closed_at) == (MIDNIGHT.date(), None)


def test_a_deal_that_is_won_changes_its_outcome_and_keeps_its_stages(database, put):
    put(DEAL.format("Proposal"), "deals", columns=STAGES)
    assert put(DEAL.format("Closed Won"), "deals", columns=STAGES, at=LATER) == Applied(updated=1)

    deal = one(database, Deal)
    assert (deal.outcome, deal.closed_at) == ("won", MIDNIGHT)
    assert {"stage", "outcome", "closed_at"} <= {change[1] for change in changes(database)}


def test_an_expected_day_that_moves_is_changed_once(database, put):
    put(DEAL.format("Proposal"), "deals", columns=STAGES)
    moved = DEAL.replace("2025-05-06", "2025-06-06").format("Proposal")
    assert put(moved, "deals", columns=STAGES, at=LATER) == Applied(updated=1)
    assert put(moved, "deals", columns=STAGES, at=LATER) == Applied(unchanged=1)


# Any cut, any repetition, any order.


CELLS = st.sampled_from(["", "a", 'b "c"', "é, ü", "7", "0.50", "yes"])
ROWS = st.dictionaries(st.integers(1, 12), st.tuples(CELLS, CELLS), min_size=1, max_size=12)


def csv_of(rows: dict[int, tuple[str, str]], columns: str) -> str:
    lines = [f"{key},{quoted(one)},{quoted(two)}" for key, (one, two) in rows.items()]
    return "\n".join([f"ID,{columns}", *lines, ""])


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def state(database: Database) -> list[tuple]:
    """What the source's records are, whatever their ids here."""
    with database.reading() as session:
        found = session.execute(
            text(
                "SELECT e.external_id, p.email, p.country, p.attributes FROM external_id e "
                "JOIN person p ON p.id = e.record_id ORDER BY e.external_id"
            )
        )
        return [tuple(row) for row in found]


@pytest.fixture
def afresh(sqlite: Database, table) -> Callable[[], Put]:
    """Each time the same database, emptied: for many examples in one test."""
    put = importing(sqlite, table)

    def empty() -> Put:
        with sqlite.transaction() as session:
            for name in ("field_change", "external_id", "person"):
                session.execute(text(f"DELETE FROM {name}"))
        return put

    return empty


MANY = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@MANY
@given(rows=ROWS, size=st.integers(1, 12), again=st.lists(st.integers(1, 12), max_size=2))
def test_any_cut_and_any_repetition_come_to_the_same(sqlite, afresh, rows, size, again):
    content = csv_of(rows, "Country,Note")
    afresh()(content)
    expected = state(sqlite)

    put = afresh()
    assert put(content, rows=size) == Applied(created=len(rows))
    for other in again:
        assert put(content, rows=other) == Applied(unchanged=len(rows))
    assert state(sqlite) == expected


@MANY
@given(one=ROWS, other=ROWS)
def test_two_files_that_fill_different_columns_come_to_the_same_in_any_order(sqlite, afresh, one, other):
    files = [csv_of(one, "Country,Visits in words"), csv_of(other, "Newsletter,Note")]
    put = afresh()
    for content in files:
        put(content)
    expected = state(sqlite)

    put = afresh()
    for content in reversed(files):
        put(content)
    assert state(sqlite) == expected


@MANY
@given(before=ROWS, after=ROWS)
def test_the_last_file_counts_and_its_counts_add_up(sqlite, afresh, before, after):
    words = {"columns": {"Country": {"kind": "text", "field": "country"}, "Note": {"kind": "text"}}}
    afresh()(csv_of(before | after, "Country,Note"), **words)
    expected = state(sqlite)

    put = afresh()
    put(csv_of(before, "Country,Note"), **words)
    found = put(csv_of(after, "Country,Note"), at=LATER, **words)
    assert found.created == len(after.keys() - before.keys())
    assert found.created + found.updated + found.unchanged == len(after)
    assert state(sqlite) == expected


def test_many_rows_go_in_by_statements_of_some_rows_each(database, put):
    rows = pl.int_range(1, 1_252, eager=True)
    content = pl.DataFrame({"ID": rows, "Visits": rows * 3}).write_csv()
    assert put(content) == Applied(created=1_251)
    people = all_of(database, Person)
    assert [json.loads(person.attributes)["Visits"] for person in people] == (rows * 3).to_list()
    assert len({person.id for person in people}) == 1_251
