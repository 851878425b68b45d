"""Lists of records by what they were found to be, and of those that the CRM calls otherwise."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from portal import judging, listing
from portal.db import Database
from portal.deals import Deal
from portal.errors import NotFound
from portal.fields import Level
from portal.judging import contradictions
from portal.judging.contradictions import Counted
from portal.judging.lists import Verdict, judging_of, of_verdict
from portal.people import Person
from portal.ranking import places
from portal.settings import Settings
from tests.portal.judging.test_judging import AT, judged, settle

NAMES = {"inquiry": "Inquiry", "lead": "Lead", "qualified_lead": "Qualified lead", "customer": "Customer"}


@pytest.fixture
def company(database: Database, settings: Settings) -> Database:
    """Who is called what: Ada a qualified lead, Ben a lead, Cleo nothing, Dan an inquiry; his deal an opportunity.

    Eve, called an opportunity, has a deal without a close date, in a stage that stands for a customer.
    """
    settle(database)
    called = {1: "qualified_lead", 2: "lead", 4: "inquiry"}
    with database.transaction() as session:
        for number, term in called.items():
            person = session.get_one(Person, number)
            person.term, person.status, person.owner = term, term.title(), "Gus"
        session.get_one(Deal, 1).term = "opportunity"
        session.add(Person(id=5, first_name="Eve", term="opportunity", created_at=AT, updated_at=AT))
        session.flush()
        session.add(Deal(id=2, name="Big", person_id=5, term="customer", created_at=AT, updated_at=AT))
    judged(database, settings)
    return database


def test_every_record_stands_in_the_list_of_its_verdict(company: Database) -> None:
    with company.reading() as session:
        found = judging_of(session, "lead")
        lists = {verdict: list(listing.every(session, of_verdict(found, verdict))) for verdict in Verdict}
        assert [line.cells[0] for line in lists[Verdict.MET]] == ["Dan", "Ada"]
        assert [line.id for line in lists[Verdict.FAILED]] == [5, 3, 2]
        assert lists[Verdict.UNKNOWN] == []
        narrowed = of_verdict(found, Verdict.FAILED).narrowed(owner="Gus", search="BE")
        assert [line.id for line in listing.every(session, narrowed)] == [2]
        assert listing.count(session, of_verdict(found, Verdict.FAILED), cap=1) == 2
        with pytest.raises(NotFound, match="judged by that definition yet"):
            judging_of(session, "lead", Level.DEAL)


def test_a_list_is_paged_by_ids_both_ways(company: Database) -> None:
    with company.reading() as session:
        target = of_verdict(judging_of(session, "target"), Verdict.MET)
        first = listing.page(session, target, limit=2)
        assert ([line.id for line in first.lines], first.newer, first.older) == ([5, 4], None, 4)
        second = listing.page(session, target, before=4, limit=2)
        assert ([line.id for line in second.lines], second.newer, second.older) == ([3, 2], 3, 2)
        last = listing.page(session, target, before=2, limit=2)
        assert ([line.id for line in last.lines], last.newer, last.older) == ([1], 1, None)
        back = listing.page(session, target, after=3, limit=2)
        assert ([line.id for line in back.lines], back.newer, back.older) == ([5, 4], None, 4)


def test_the_ranked_list_shows_those_who_meet_a_term(company: Database) -> None:
    with company.reading() as session:
        found = places.page(session, None, places.Filters(meets="lead"))
        assert [place.name for place in found.places] == ["Dan", "Ada"]
        assert judging.judged_terms(session, Level.DEAL)[0] == ("opportunity", "Opportunity")
        with pytest.raises(NotFound, match="No person was judged"):
            places.page(session, None, places.Filters(meets="opportunity"))


def test_what_the_crm_says_too_much_or_too_little(company: Database) -> None:
    with company.reading() as session:
        by = judging.current(session)
        person, deal = Level.PERSON, Level.DEAL
        assert sorted(contradictions.counts(session, by), key=lambda each: (each.level, each.term)) == [
            Counted(deal, "customer", 1, 1, 0),  # Eve never bought
            Counted(deal, "opportunity", 1, 0, 0),
            Counted(person, "inquiry", 1, 0, 1),  # Dan is a qualified lead
            Counted(person, "lead", 1, 1, 0),  # Ben opted out
            Counted(person, "opportunity", 1, 1, 0),  # Eve's deal has no close date
            Counted(person, "qualified_lead", 1, 1, 0),  # Ada has no deal
        ]
        for each in contradictions.counts(session, by):
            for how, count in (("more", each.more), ("less", each.less)):
                chosen = contradictions.selection(each.level, each.term, how, by, NAMES)
                assert len(list(listing.every(session, chosen))) == count
        (dan,) = listing.every(session, contradictions.selection("person", "inquiry", "less", by, NAMES))
        assert dan.cells[:3] == ("Dan", "Inquiry", "Qualified lead")
        (big,) = listing.every(session, contradictions.selection("deal", "customer", "more", by, NAMES))
        assert big.id == 2
        for asked in (("company", "lead", "more"), ("person", "bought", "more"), ("person", "lead", "same")):
            with pytest.raises(NotFound, match="no such contradiction"):
                contradictions.selection(*asked, by, NAMES)


def test_who_is_gone_or_somebody_else_is_nothing_to_work_through(company: Database) -> None:
    with company.transaction() as session:
        session.get_one(Person, 1).merged_into_id = 4
        session.get_one(Person, 2).gone_at = AT + timedelta(days=1)
    with company.reading() as session:
        by = judging.current(session)
        called = {each.term for each in contradictions.counts(session, by) if each.level == Level.PERSON}
        assert called == {"inquiry", "opportunity"}
        for term in ("lead", "qualified_lead"):
            chosen = contradictions.selection("person", term, "more", by, NAMES)
            assert listing.page(session, chosen).lines == []
        assert session.exec(select(Person.id).where(col(Person.term) != "")).all() != []
