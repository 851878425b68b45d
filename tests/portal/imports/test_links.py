"""Whatever the order of files, however they are cut, however often they come: one end state."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import col, select

from portal.activities import Activity, ActivityKind
from portal.companies import Company
from portal.db import Database
from portal.deals import DealRole
from portal.imports import links
from portal.imports.applying import Applied
from portal.people import ExternalId, FieldChange, Person
from tests.portal.imports.exports import EXPORT, Bringing, empty, state

FORWARD = list(EXPORT)


@pytest.fixture
def bring(database: Database, tmp_path: Path) -> Bringing:
    return Bringing(database, tmp_path)


def history(database):
    with database.reading() as session:
        return session.exec(select(FieldChange.field).order_by(FieldChange.id)).all()


def person(found, ids):
    return next(row for row in found["people"] if row["ids"] == ids)


def test_a_whole_export_is_linked(database, bring):
    assert (
        sum(applied.created for applied in bring.all().values())
        == sum(content.count("\n") - 1 for content in EXPORT.values()) - 2
    )  # two leads are a contact
    found = state(database)

    ada = person(found, "C1 = L1 = L3")
    assert (ada["company_id"], ada["company_by"], ada["owner_id"], ada["owner"]) == (
        "A1",
        "id",
        "U1",
        "Grace Hopper",
    )
    assert (person(found, "C2")["company_id"], person(found, "C2")["company_by"]) == ("A2", "domain")
    assert (person(found, "L2")["company_id"], person(found, "L2")["company_by"]) == ("A2", "name")
    assert (person(found, "C3")["company_id"], person(found, "C3")["owner"]) == (None, "U9")
    assert [row["parent_id"] for row in found["companies"]] == [None, "A1"]
    assert [(row["company_id"], row["person_id"], row["campaign_id"]) for row in found["deals"]] == [
        ("A1", "C1 = L1 = L3", "K1"), ("A2", "C2", None)
    ]  # fmt: skip
    assert [row["person_id"] for row in found["campaign_members"]] == ["C1 = L1 = L3", "L2"]
    assert [row["kind"] for row in found["orders"]] == ["first", "renewal"]
    assert found["spend_of_channels"] == [
        {"channel": "Web", "month": "2025-01-01", "amount": 155_000, "currency": "EUR"},
        {"channel": "Web", "month": "2025-02-01", "amount": 70_000, "currency": "EUR"},
    ]
    assert found["waiting"] == [
        {"level": "activity", "place": "person_id", "target": "person", "key": "C7"},
        {"level": "person", "place": "company_id", "target": "company", "key": "A9"},
        {"level": "person", "place": "owner_id", "target": "owner", "key": "U9"},
    ]


def test_the_other_way_round_is_the_same(database, bring):
    bring.all()
    expected = state(database)
    empty(database)

    bring.all(dict(reversed(EXPORT.items())), rows=1)
    assert state(database) == expected


def test_again_changes_nothing(database, bring):
    first = bring.all()
    expected, changes = state(database), history(database)

    for name, found in bring.all().items():
        assert found == Applied(
            unchanged=first[name].created + first[name].updated + first[name].unchanged
        ), name
    assert state(database) == expected
    assert history(database) == changes


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=st.permutations(FORWARD),
    rows=st.integers(1, 4),
    again=st.lists(st.sampled_from(FORWARD), max_size=3),
)
def test_any_order_any_cut_any_repetition_come_to_one_end(sqlite, tmp_path, order, rows, again):
    bring = Bringing(sqlite, tmp_path)
    empty(sqlite)
    bring.all()
    expected = state(sqlite)

    empty(sqlite)
    bring.all({name: EXPORT[name] for name in order}, rows=rows)
    bring.all({name: EXPORT[name] for name in again}, rows=rows)
    assert state(sqlite) == expected


CONTACTS = "Id,FirstName,LastName,Email,Title\nC1,Ada,,ada@acme.example,CTO\n"
LEADS = "Id,FirstName,LastName,Company,Status,ConvertedContactId\nL1,Augusta,Byron,Acme,Qualified,{}\n"


@pytest.mark.parametrize("order", [[CONTACTS, LEADS.format("C1")], [LEADS.format("C1"), CONTACTS]])
def test_the_contacts_values_count_and_the_leads_fill_what_is_empty(database, bring, order):
    for content in order:
        bring(content, "people")
    (found,) = state(database)["people"]
    assert (found["first_name"], found["last_name"], found["title"]) == ("Ada", "Byron", "CTO")
    assert (found["company_name"], found["status"], found["term"]) == ("Acme", "Qualified", "qualified_lead")


@pytest.mark.parametrize("contact_first", [True, False])
def test_a_lead_converted_after_both_were_there_becomes_one_with_its_contact(database, bring, contact_first):
    bring(LEADS.format(""), "people")
    bring("Id,WhoId,ActivityDate,Type\nT1,L1,2025-01-03,Call\n", "activities")
    files = [CONTACTS, LEADS.format("C1")]
    for content in files if contact_first else reversed(files):
        bring(content, "people")

    found = state(database)
    assert [row["ids"] for row in found["people"]] == ["C1 = L1"]
    assert found["activities"][0]["person_id"] == "C1 = L1"
    assert found["people"][0]["first_name"] == "Ada"
    with database.reading() as session:
        assert session.exec(select(Person.id).where(col(Person.merged_into_id).is_(None))).all() == [1]


def test_a_contact_can_name_the_lead_it_was(database, bring):
    bring("Lead ID,First Name\nL1,Ada\n", "people")
    bring("Contact ID,Last Name,Originating Lead\nC1,Lovelace,L1\n", "people")
    (found,) = state(database)["people"]
    assert (found["ids"], found["first_name"], found["last_name"]) == ("C1 = L1", "Ada", "Lovelace")


def test_the_converted_lead_is_linked_to_its_deal(database, bring):
    bring("Id,LastName,ConvertedContactId,ConvertedOpportunityId\nL1,Byron,C1,D1\n", "people")
    bring("Id,Name\nD1,Engines\n", "deals")
    (role,) = state(database)["deal_roles"]
    assert (role["deal_id"], role["person_id"], role["role"]) == ("D1", "C1 = L1", "converted lead")


def test_ids_of_salesforce_in_two_lengths_are_one(database, bring):
    bring("Id,Name\n001x0000002xLD0AAM,Acme\n", "companies")
    bring("Id,LastName,AccountId\n003x0000002xLD0AAM,Lovelace,001x0000002xLD0\n", "people")
    (found,) = state(database)["people"]
    assert (found["company_id"], state(database)["waiting"]) == ("001x0000002xLD0AAM", [])


# Links by name and mail domain.


def linked(database):
    return [(row["company_id"], row["company_by"]) for row in state(database)["people"]]


def test_free_mail_is_no_company(database, bring):
    bring("Id,Name,Website\nA1,Mail Inc,gmail.com\n", "companies")
    bring("Id,Email\nP1,ada@gmail.com\n", "people")
    assert linked(database) == [(None, "")]


def test_a_name_or_a_domain_of_two_companies_finds_none(database, bring):
    bring("Id,Company,Email\nP1,Acme,ada@acme.example\n", "people")
    bring("Id,Name,Website\nA1,Acme,acme.example\n", "companies")
    assert linked(database) == [("A1", "name")]

    bring("Id,Name,Website\nA2,Acme,acme.example\n", "companies")
    assert linked(database) == [(None, "")]


def test_a_name_counts_within_its_source_only(database, bring):
    bring("Id,Name\nA1,Acme\n", "companies", source="ERP")
    bring("Id,Company\nP1,Acme\n", "people", source="CRM")
    assert linked(database) == [(None, "")]


def test_a_file_without_the_company_leaves_the_link(database, bring):
    bring("Id,Name,Website\nA1,Acme,acme.example\nA2,Zenith,zenith.example\n", "companies")
    bring("Id,AccountId,Email\nP1,A1,ada@acme.example\n", "people")
    assert bring("Id,Email\nP1,ada@zenith.example\n", "people") == Applied(updated=1)
    assert linked(database) == [("A1", "id")]


def test_a_person_who_moves_leaves_a_trace(database, bring):
    bring("Id,Name\nA1,Acme\nA2,Zenith\n", "companies")
    bring("Id,AccountId\nP1,A1\n", "people")
    assert bring("Id,AccountId\nP1,A2\n", "people") == Applied(updated=1)
    with database.reading() as session:
        (change,) = session.exec(select(FieldChange)).all()
        companies = dict(
            session.execute(
                select(ExternalId.external_id, ExternalId.record_id).where(ExternalId.level == "company")
            ).all()
        )
    assert (change.field, change.before, change.after) == (
        "company_id",
        str(companies["A1"]),
        str(companies["A2"]),
    )


def test_owners_get_their_names_when_they_come_and_when_they_change(database, bring):
    bring("Id,OwnerId\nP1,U1\n", "people")
    bring("Id,Name\nU1,Grace\n", "owners")
    assert state(database)["people"][0]["owner"] == "Grace"

    bring("Id,Name\nU1,Grace Hopper\n", "owners")
    assert state(database)["people"][0]["owner"] == "Grace Hopper"
    assert bring("Id,OwnerId\nP1,U1\n", "people") == Applied(unchanged=1)


def test_what_waits_is_counted_per_import(database, bring):
    bring("Id,AccountId,OwnerId\nP1,A1,U1\nP2,A1,\n", "people")
    with database.reading() as session:
        assert links.unresolved(session, 1) == {"company": 2, "owner": 1}
    bring("Id,Name\nA1,Acme\n", "companies")
    with database.reading() as session:
        assert links.unresolved(session, 1) == {"owner": 1}
        assert session.exec(select(Company.name)).all() == ["Acme"]


def test_another_id_ends_the_waiting_for_the_first(database, bring):
    bring("Id,AccountId\nP1,A1\n", "people")
    bring("Id,Name\nA2,Zenith\n", "companies")
    bring("Id,AccountId\nP1,A2\n", "people")
    bring("Id,Name\nA1,Acme\n", "companies")
    assert linked(database) == [("A2", "id")]
    assert state(database)["waiting"] == []


# Rows that a row brings beside itself.

REQUESTS = "Id,Email,Requested at,Request\nP1,ada@acme.example,2025-01-02,Demo\nP2,joan@acme.example,,\n"


def test_a_dated_request_becomes_one_inbound_activity(database, bring):
    for _ in range(2):
        bring(REQUESTS, "people")
    (found,) = state(database)["activities"]
    assert (found["person_id"], found["kind_id"], found["direction"]) == ("P1", "Demo", "inbound")
    with database.reading() as session:
        assert session.exec(select(ActivityKind.is_request)).one() is True

    bring(REQUESTS.replace("2025-01-02", "2025-02-03"), "people")
    assert [row["at"] for row in state(database)["activities"]] == [1_738_540_800_000_000]


def test_people_alone_are_no_requests(database, bring):
    bring("Id,Email,Badge scanned\nP1,ada@acme.example,2025-01-02\n", "people")
    with database.reading() as session:
        assert session.exec(select(Activity)).all() == []


def test_requests_are_inbound_and_calls_as_their_direction_says(database, bring):
    bring(EXPORT["activities"], "activities")
    assert [(row["kind_id"], row["direction"]) for row in state(database)["activities"]] == [
        ("Demo request", "inbound"), ("Call", "outbound"), ("Call", "inbound")
    ]  # fmt: skip
    with database.reading() as session:
        kinds = dict(session.execute(select(ActivityKind.name, ActivityKind.is_request)).all())
    assert kinds == {"Call": False, "Demo request": True}


def test_the_contacts_of_a_deal_have_roles_and_one_is_the_primary(database, bring):
    bring("Record ID,Deal Name,Deal Stage,Associated Contact IDs\n9,Engines,Demo,101;102\n", "deals")
    bring("Record ID,Last Name\n101,Lovelace\n102,Clarke\n103,Turing\n", "people")
    roles = [
        (row["person_id"], row["role"], bool(row["is_primary"])) for row in state(database)["deal_roles"]
    ]
    assert roles == [("102", "", False), ("101", "primary contact", True)]

    bring("Record ID,Deal Name,Deal Stage,Associated Contact IDs\n9,Engines,Demo,103\n", "deals")
    with database.reading() as session:
        primary = session.exec(select(DealRole.person_id).where(DealRole.is_primary)).all()
        assert (
            primary
            == session.execute(text("SELECT id FROM person WHERE last_name = 'Turing'")).scalars().all()
        )
