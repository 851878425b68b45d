"""Merging two who are one, and splitting them again."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from portal import people as known_people
from portal.db import Database
from portal.deals import Deal
from portal.duplicates.merging import merge
from portal.duplicates.splitting import split
from portal.duplicates.tables import Proposal
from portal.errors import Conflict, Invalid, NotFound
from portal.people import ExternalId, FieldChange, Person
from portal.ranking import places
from portal.ranking.places import Filters
from tests.portal.duplicates.conftest import AT, people, person, snapshot


@pytest.fixture
def pair(database: Database) -> tuple[int, int]:
    ada, again = people(
        database,
        person(first_name="Ada", last_name="Byron", email="ada@x.org", city="Rome", attributes={"Size": 3}),
        person(first_name="Ada", last_name="Byron", phone="1", city="Bonn", came_at=AT - timedelta(days=9),
               opted_out_at=AT, attributes={"Size": 4, "Tier": "gold"}),
    )  # fmt: skip
    return ada, again


def test_one_stays_with_the_gaps_filled(database, pair):
    with database.transaction() as session:
        merge(session, *pair, by=1, at=AT)
    with database.reading() as session:
        found = known_people.known(session, pair[0])
    assert (found.person.email, found.person.phone, found.person.city) == ("ada@x.org", "1", "Rome")
    assert found.person.opted_out_at == AT
    assert found.person.came_at == AT - timedelta(days=9)
    assert found.attributes == {"Size": 3, "Tier": "gold"}


def test_chosen_values_come_from_the_other(database, pair):
    with database.transaction() as session:
        merge(session, *pair, take={"city", "attribute:Size"}, by=1, at=AT)
    with database.reading() as session:
        found = known_people.known(session, pair[0])
    assert (found.person.city, found.person.phone) == ("Bonn", "")
    assert found.attributes == {"Size": 4}


def test_everything_that_hung_on_the_other_hangs_on_the_one_who_stays(database, pair):
    with database.transaction() as session:
        merge(session, *pair, by=1, at=AT)
    with database.reading() as session:
        found = known_people.known(session, pair[0])
        left = known_people.known(session, pair[1])
    assert sorted(each.external_id for each in found.ids) == [f"id-{pair[0]}", f"id-{pair[1]}"]
    assert len(found.activities) == len(found.deals) == 2
    assert (list(left.ids), list(left.activities), list(left.deals)) == ([], [], [])


def test_a_record_of_another_level_with_the_same_number_is_not_touched(database, pair):
    with database.transaction() as session:
        merge(session, *pair, by=1, at=AT)
    with database.reading() as session:
        owners = session.exec(select(ExternalId.record_id).where(ExternalId.level == "deal"))
        assert sorted(owners) == sorted(pair)


def test_what_was_replaced_is_kept_in_the_history(database, pair):
    with database.transaction() as session:
        merge(session, *pair, take={"city"}, by=1, at=AT)
    with database.reading() as session:
        change = session.exec(select(FieldChange).where(col(FieldChange.field) == "city")).one()
    assert (change.before, change.after, change.user_id) == ('"Rome"', '"Bonn"', 1)


def test_the_merged_row_stays_and_no_list_shows_it(database, pair):
    with database.transaction() as session:
        merge(session, *pair, by=1, at=AT)
    with database.reading() as session:
        assert session.get(Person, pair[1]).merged_into_id == pair[0]
        listed = places.page(session, None, Filters(open_only=False)).places
    assert [place.id for place in listed] == [pair[0]]


def test_merging_and_splitting_again_leaves_equal_data(database, pair):
    before = snapshot(database)
    with database.transaction() as session:
        done = merge(session, *pair, take={"city", "email", "attribute:Tier"}, by=1, at=AT)
    assert snapshot(database) != before
    with database.transaction() as session:
        split(session, done.id, by=1, at=AT)
    assert snapshot(database) == before


def test_what_came_since_stays_with_the_one_who_stayed(database, pair):
    with database.transaction() as session:
        done = merge(session, *pair, by=1, at=AT)
        session.add(Deal(name="Since", person_id=pair[0], created_at=AT, updated_at=AT))
        session.get(Person, pair[0]).phone = "2"
    with database.transaction() as session:
        split(session, done.id, by=1, at=AT)
    with database.reading() as session:
        stayed, other = known_people.known(session, pair[0]), known_people.known(session, pair[1])
    assert sorted(deal.name for deal in stayed.deals) == [f"Deal of {pair[0]}", "Since"]
    assert [deal.name for deal in other.deals] == [f"Deal of {pair[1]}"]
    assert (stayed.person.phone, other.person.phone) == ("2", "1")


def test_those_who_were_split_are_kept_apart(database, pair):
    with database.transaction() as session:
        done = merge(session, *pair, by=1, at=AT)
        split(session, done.id, by=1, at=AT)
    with database.reading() as session:
        assert [p.state for p in session.exec(select(Proposal))] == ["apart"]


def test_nobody_is_merged_twice_nor_with_themselves(database, pair):
    with database.transaction() as session:
        with pytest.raises(Invalid):
            merge(session, pair[0], pair[0], by=1, at=AT)
        with pytest.raises(NotFound):
            merge(session, pair[0], 999, by=1, at=AT)
        merge(session, *pair, by=1, at=AT)
        with pytest.raises(Conflict, match="merged already"):
            merge(session, *pair, by=1, at=AT)


def test_the_outer_of_two_merges_is_split_first(database, pair):
    (third,) = people(database, person(first_name="A.", last_name="Byron"))
    with database.transaction() as session:
        inner = merge(session, *pair, by=1, at=AT)
        outer = merge(session, third, pair[0], by=1, at=AT)
        with pytest.raises(Conflict, match="Split that one first"):
            split(session, inner.id, by=1, at=AT)
        split(session, outer.id, by=1, at=AT)
        split(session, inner.id, by=1, at=AT)
        with pytest.raises(Conflict, match="already"):
            split(session, inner.id, by=1, at=AT)
