"""Pairs that wait, and what is decided about them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.duplicates import automatic, proposals
from portal.duplicates.automatic import Rule
from portal.duplicates.merging import merge
from portal.duplicates.proposals import Finding, planned
from portal.errors import Conflict, Invalid, NotFound
from portal.fields import Field
from portal.people import ExternalId
from tests.portal.duplicates.conftest import AT, people, person


def found(a, b, score=0.9):
    return Finding(a, b, score, [{"column": "e-mail", "words": "the same e-mail", "weight": 9.0}])


def propose(database, *findings):
    with database.transaction() as session:
        plan = planned(findings, proposals.known(session), proposals.apart(session))
        for step in proposals.steps(plan):
            proposals.apply(session, step, at=AT)


def listed(database, **place):
    with database.reading() as session:
        return [(p.a_id, p.b_id) for p, _, _ in proposals.waiting(session, **place).pairs]


@pytest.fixture
def ids(database):
    return people(database, *(person(first_name="Ada", last_name=f"No {n}") for n in range(6)))


def test_the_surest_wait_first(database, ids):
    propose(database, found(ids[0], ids[1], 0.7), found(ids[2], ids[3], 0.99))
    assert listed(database) == [(ids[2], ids[3]), (ids[0], ids[1])]


def test_pages_follow_each_other_and_lead_back(database, ids):
    pairs = [(ids[0], other) for other in ids[1:]]
    propose(database, *(found(*pair, 0.8) for pair in pairs))
    with database.reading() as session:
        first = proposals.waiting(session, limit=2)
        second = proposals.waiting(session, after=first.after, limit=2)
        last = proposals.waiting(session, after=second.after, limit=2)
        back = proposals.waiting(session, before=last.before, limit=2)
    assert [len(page.pairs) for page in (first, second, last)] == [2, 2, 1]
    assert (first.before, last.after) == ("", "")
    assert back.pairs == second.pairs


def test_a_cursor_that_is_none_is_refused(database):
    with database.reading() as session, pytest.raises(Invalid):
        proposals.waiting(session, after="x")


def test_a_search_again_renews_scores_and_forgets_what_it_no_longer_finds(database, ids):
    propose(database, found(ids[0], ids[1], 0.7), found(ids[2], ids[3], 0.6))
    propose(database, found(ids[0], ids[1], 0.8))
    with database.reading() as session:
        page = proposals.waiting(session)
    assert [(p.a_id, p.b_id, p.score) for p, _, _ in page.pairs] == [(ids[0], ids[1], 0.8)]


def test_those_kept_apart_are_never_proposed_again(database, ids):
    propose(database, found(ids[0], ids[1]))
    with database.transaction() as session:
        (pair,) = proposals.waiting(session).pairs
        proposals.keep_apart(session, pair[0].id, by=1, at=AT)
    propose(database, found(ids[0], ids[1]))
    assert listed(database) == []


def test_nor_those_who_took_one_of_them_in(database, ids):
    propose(database, found(ids[0], ids[1]))
    with database.transaction() as session:
        (pair,) = proposals.waiting(session).pairs
        proposals.keep_apart(session, pair[0].id, by=1, at=AT)
        merge(session, ids[2], ids[1], by=1, at=AT)
    propose(database, found(ids[0], ids[2]))
    assert listed(database) == []


def test_a_pair_is_decided_once(database, ids):
    propose(database, found(ids[0], ids[1]))
    with database.transaction() as session:
        (pair,) = proposals.waiting(session).pairs
        proposals.keep_apart(session, pair[0].id, by=1, at=AT)
        with pytest.raises(Conflict):
            proposals.keep_apart(session, pair[0].id, by=1, at=AT)
        with pytest.raises(NotFound):
            proposals.get(session, 999)


def test_pairs_with_somebody_merged_are_not_counted(database, ids):
    propose(database, found(ids[0], ids[1]), found(ids[1], ids[2]))
    with database.transaction() as session:
        assert proposals.count(session) == 2
        merge(session, ids[0], ids[1], by=1, at=AT)
        assert proposals.count(session) == 0
        assert [(m.survivor_id, b.id) for m, _, b in proposals.merges(session)] == [(ids[0], ids[1])]


PAIRS = st.tuples(st.integers(1, 4), st.integers(5, 8))


@given(
    st.dictionaries(PAIRS, st.sampled_from(["waiting", "merged", "apart"])), st.sets(PAIRS), st.sets(PAIRS)
)
def test_a_plan_touches_nothing_that_was_decided(states, pairs, apart):
    known = {pair: (n, state) for n, (pair, state) in enumerate(states.items(), 1)}
    plan = planned([found(*pair) for pair in pairs], known, apart)
    waiting = {id_ for id_, state in known.values() if state == "waiting"}
    assert set(plan.again) | set(plan.gone) == waiting
    assert {(each.a, each.b) for each in plan.new} == pairs - set(known) - apart


def test_by_default_only_the_same_id_is_merged_without_asking(database):
    with database.reading() as session:
        assert automatic.allowed(session) == {Rule.EXACT_ID: True, Rule.EMAIL_AND_NAME: False}


def test_an_administrator_allows_and_stops_rules(database, ids):
    with database.transaction() as session:
        automatic.allow(session, {Rule.EXACT_ID: False, Rule.EMAIL_AND_NAME: True}, by=1, at=AT)
    with database.reading() as session:
        assert automatic.allowed(session) == {Rule.EXACT_ID: False, Rule.EMAIL_AND_NAME: True}


def test_one_long_id_in_two_systems_is_one_person_and_a_short_one_is_not(database, ids):
    with database.transaction() as session:
        for n, (source, key) in enumerate(
            [("A", "0035g00000AbCdE"), ("B", "0035g00000AbCdE"), ("C", "7"), ("D", "7")]
        ):
            session.add(ExternalId(level="person", source=source, external_id=key, record_id=ids[n]))
    with database.reading() as session:
        assert automatic.matches(session, Rule.EXACT_ID) == [(ids[0], ids[1])]


def test_a_field_that_names_another_system_holds_its_id(database):
    from portal import columns
    from portal.fields import Level

    one, other = people(
        database, person(first_name="Ada"), person(last_name="B", attributes={"Crm Contact ID": "id-1"})
    )
    with database.transaction() as session:
        session.add(
            Field(level="person", name="Crm Contact ID", kind="text", source="Mail", first_seen_at=AT)
        )
    columns.refresh(database, Level.PERSON)
    with database.reading() as session:
        assert automatic.matches(session, Rule.EXACT_ID) == [(one, other)]


def test_the_same_address_and_name_is_one_person_the_same_address_alone_is_not(database):
    one, _, other = people(
        database,
        person(first_name="Ada", last_name="Byron", email="Ada@x.org"),
        person(first_name="Bo", last_name="Byron", email="ada@x.org"),
        person(first_name="ADA", last_name="byron ", email="ada@X.org"),
    )
    with database.reading() as session:
        assert automatic.matches(session, Rule.EMAIL_AND_NAME) == [(one, other)]
