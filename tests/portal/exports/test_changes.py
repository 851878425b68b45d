"""What goes back to a CRM: byte for byte, and nothing twice."""

import csv
from datetime import datetime, timedelta
from io import StringIO

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as checked
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import select

from portal import exports, jobs
from portal.db import Database
from portal.errors import Conflict, Invalid
from portal.exports import Sent, changes, targets
from portal.jobs import Job
from portal.people import Person
from portal.settings import Settings
from tests.portal.exports.cast import ADA, ADA_WHOLE, BOB, CYD, aim, done, know, rescore, score, tell
from workers import inline


def test_data_loader_gets_ids_of_18_signs_and_api_names(
    database: Database, settings: Settings, at: datetime
) -> None:
    ada, bob, _ = know(database, at, {"Ada": ADA, "Bob": BOB, "Eve": None}, owner="=cmd()", came_at=at)
    score(database, at, {ada: (1, 0.75, 1), bob: (2, 0.5, 20)})
    target = aim(
        database,
        at,
        rank="Concord_Rank__c",
        group="Concord_Group__c",
        propensity="Concord_Propensity__c",
        customer="Is_Customer__c",
        created_at="First_Seen__c",
        owner="Concord_Owner__c",
    )

    export, file = tell(database, settings, target, at)

    assert file == (
        "Id,Concord_Rank__c,Concord_Group__c,Concord_Propensity__c,Is_Customer__c,First_Seen__c,Concord_Owner__c\r\n"
        f"{ADA_WHOLE},1,1,0.75,false,2026-03-02T09:30:00.000Z,'=cmd()\r\n"
        f"{BOB},2,20,0.5,false,2026-03-02T09:30:00.000Z,'=cmd()\r\n"
    )
    assert (export.rows, export.left_out) == (2, {"unknown to the source": 1})


def test_hubspot_gets_record_ids_and_property_names(
    database: Database, settings: Settings, at: datetime
) -> None:
    ada, _ = know(database, at, {"Ada": "51", "Bob": "L-2"}, opted_out_at=at, customer_at=at)
    score(database, at, {ada: (1, 0.123456789, 3)})
    target = aim(
        database,
        at,
        "hubspot",
        rank="concord_rank",
        propensity="concord_propensity",
        opted_out="opted_out",
        customer_since="customer_since",
    )

    export, file = tell(database, settings, target, at)

    assert file == (
        "Record ID,concord_rank,concord_propensity,opted_out,customer_since\r\n51,1,0.123457,true,2026-03-02\r\n"
    )
    assert export.left_out == {"unknown to the source": 0, "no usable id": 1}


def test_the_second_file_holds_what_changed(database: Database, settings: Settings, at: datetime) -> None:
    ada, bob = know(database, at, {"Ada": ADA, "Bob": BOB})
    run = score(database, at, {ada: (1, 0.75, 1), bob: (2, 0.5, 20)})
    target = aim(database, at)
    first, _ = tell(database, settings, target, at)
    again, empty = tell(database, settings, target, at)
    rescore(database, run, bob, group=19)
    know(database, at, {"Dee": CYD})

    counted, _ = tell(database, settings, target, at, is_dry=True)
    changed, file = tell(database, settings, target, at)
    everything, _ = tell(database, settings, target, at, is_full=True)

    assert (first.rows, again.rows, counted.rows, changed.rows, everything.rows) == (2, 0, 2, 2, 3)
    assert empty == "Id,Concord_Rank__c,Concord_Group__c,Concord_Propensity__c\r\n"
    assert file.splitlines()[1:] == [f"{BOB},2,19,0.5", f"{CYD},,,"]
    assert (counted.file, counted.sha256) == ("", "")


def test_leads_and_contacts_are_told_apart_for_data_loader(
    database: Database, settings: Settings, at: datetime
) -> None:
    know(database, at, {"Ada": ADA, "Bob": BOB, "Cyd": CYD}, owner="Max")

    leads, _ = tell(database, settings, aim(database, at, prefix="00Q", owner="Owner__c"), at)
    contacts, file = tell(database, settings, aim(database, at, prefix="003", owner="Owner__c"), at)

    assert (leads.rows, contacts.rows) == (2, 1)
    assert contacts.left_out["another object"] == 2
    assert file == f"Id,Owner__c\r\n{CYD},Max\r\n"


def test_another_name_counts_as_a_change(database: Database, settings: Settings, at: datetime) -> None:
    know(database, at, {"Ada": ADA}, owner="Max")
    target = aim(database, at, owner="Owner__c")
    tell(database, settings, target, at)

    renamed, _ = tell(database, settings, aim(database, at, owner="Rep__c"), at)

    assert renamed.rows == 1


def test_who_turned_out_to_be_somebody_else_is_not_sent(
    database: Database, settings: Settings, at: datetime
) -> None:
    ada, bob = know(database, at, {"Ada": ADA, "Bob": BOB}, owner="Max")
    with database.transaction() as session:
        session.get_one(Person, bob).merged_into_id = ada

    export, _ = tell(database, settings, aim(database, at, owner="Owner__c"), at)

    assert export.rows == 1


def test_a_file_that_was_not_finished_does_not_count(
    database: Database, settings: Settings, at: datetime
) -> None:
    know(database, at, {"Ada": ADA}, owner="Max")
    target = aim(database, at, owner="Owner__c")
    with database.transaction() as session:
        asked = exports.request_crm(session, target.id, by=None, at=at)
        part = next(changes.parts(session, targets.get(session, target.id), None))
        changes.remember(session, target.id, asked.id, part)  # what a killed attempt left

    with database.transaction() as session, pytest.raises(Conflict):
        exports.request_crm(session, target.id, by=None, at=at)
    first, _ = done(database, settings, asked.id)
    second, _ = tell(database, settings, target, at)

    assert (first.rows, second.rows) == (1, 0)
    with database.reading() as session:
        assert len(session.exec(select(Sent)).all()) == 1


def test_a_file_out_of_order_fails(database: Database, settings: Settings, at: datetime) -> None:
    know(database, at, {"Ada": ADA}, owner="Max")
    target = aim(database, at, owner="Owner__c")
    with database.transaction() as session:
        early = exports.request_crm(session, target.id, by=None, at=at)
        jobs.cancel(session, early.job_id, by=None, at=at)
    tell(database, settings, target, at)
    with database.transaction() as session:
        jobs.retry(session, early.job_id, by=None, at=at)

    inline.run_all(database, settings)

    with database.reading() as session:
        job = session.get_one(Job, early.job_id)
        assert job.state == "failed"
        assert "out of order" in (job.reason or "")


def test_scores_are_refused_where_nothing_ranks(database: Database, at: datetime) -> None:
    know(database, at, {"Ada": ADA})
    target = aim(database, at)

    with database.transaction() as session, pytest.raises(Invalid, match="No model ranks people"):
        exports.request_crm(session, target.id, by=None, at=at)


def test_a_source_that_knows_nobody_is_refused_with_those_that_do(database: Database, at: datetime) -> None:
    know(database, at, {"Ada": ADA})

    with database.transaction() as session, pytest.raises(Invalid, match="Use one of crm"):
        targets.find_or_make(session, "person", "salesforce", "erp", by=None, at=at)


def test_names_are_saved_by_one_person_at_a_time(database: Database, at: datetime) -> None:
    know(database, at, {"Ada": ADA})
    target = aim(database, at)
    with database.transaction() as session:
        targets.name_columns(session, target.id, [["rank", "A__c"]], version=target.version, by=None, at=at)

    with database.transaction() as session, pytest.raises(Conflict, match="Somebody else changed"):
        targets.name_columns(session, target.id, [["rank", "B__c"]], version=target.version, by=None, at=at)


STEP = st.one_of(
    st.tuples(st.just("owner"), st.integers(0, 4), st.sampled_from(["Max", "Eva", ""])),
    st.tuples(st.just("known"), st.integers(0, 4), st.just("")),
    st.tuples(st.just("tell"), st.integers(0, 3), st.just("")),
)


@checked(deadline=None, max_examples=12, suppress_health_check=list(HealthCheck))
@given(st.lists(STEP, max_size=12))
def test_files_loaded_in_their_order_give_what_the_portal_holds(
    sqlite: Database, settings: Settings, at: datetime, steps: list[tuple[str, int, str]]
) -> None:
    """Any changes, any files between: a CRM that loads each file once holds the portal's state, and no row says nothing new."""
    with sqlite.transaction() as session:
        for table in ("export_sent", "export", "export_target", "external_id", "person"):
            session.connection().execute(text(f"DELETE FROM {table}"))
    people = know(sqlite, at, dict.fromkeys("abcde"), owner="Max")
    with sqlite.transaction() as session:
        _identify(session, people[0])
    target = aim(sqlite, at, owner="Owner__c")
    there: dict[str, str] = {}
    for number, (kind, which, value) in enumerate([*steps, ("tell", 1, "")]):
        if kind == "tell":
            _load(
                tell(sqlite, settings, target, at + timedelta(minutes=number), is_full=which == 0)[1],
                there,
                is_full=which == 0,
            )
            continue
        with sqlite.transaction() as session:
            if kind == "owner":
                session.get_one(Person, people[which]).owner = value
            else:
                _identify(session, people[which])

    with sqlite.reading() as session:
        held = session.connection().execute(
            text("SELECT e.external_id, p.owner FROM external_id e JOIN person p ON p.id = e.record_id")
        )
        assert there == {row[0]: row[1] for row in held}


def _identify(session, person_id: int) -> None:
    id_ = f"00Q{person_id:012}AAA"
    session.connection().execute(
        text(
            "INSERT INTO external_id (level, source, external_id, record_id) SELECT 'person', 'crm', :id, :person "
            "WHERE NOT EXISTS (SELECT 1 FROM external_id WHERE external_id = :id)"
        ),
        {"id": id_, "person": person_id},
    )


def _load(file: str, there: dict[str, str], *, is_full: bool) -> None:
    for row in csv.DictReader(StringIO(file)):
        assert is_full or there.get(row["Id"]) != row["Owner__c"]
        there[row["Id"]] = row["Owner__c"]
