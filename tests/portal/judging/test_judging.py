from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import select

from portal import criteria, definitions, judging
from portal.activities import Activity, ActivityKind
from portal.companies import Company
from portal.criteria.evaluating import evaluate
from portal.criteria.facts import facts
from portal.criteria.ground import ground
from portal.db import Database
from portal.deals import Deal
from portal.definitions import DefinitionVersion
from portal.duplicates.merging import merge
from portal.duplicates.splitting import split
from portal.editing import activities, people
from portal.fields import Level
from portal.judging import judgings
from portal.judging.tables import Judging
from portal.people import Person
from portal.settings import Settings
from workers import inline

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def settle(database: Database) -> None:
    """Ada asked and is a lead; Ben asked and opted out; Cleo never asked; Dan asked, and sales works a deal with him."""
    with database.transaction() as session:
        definitions.ship(session, at=AT)
        session.add(ActivityKind(id=1, name="Demo request", is_request=True))
        session.add(ActivityKind(id=2, name="Badge scan"))
        session.add(Company(id=1, name="Pumps", created_at=AT, updated_at=AT))
        names = {1: ("Ada", None), 2: ("Ben", AT), 3: ("Cleo", None), 4: ("Dan", None)}
        for number, (name, left) in names.items():
            session.add(Person(id=number, first_name=name, opted_out_at=left, created_at=AT, updated_at=AT))
        session.flush()
        for person in (1, 2, 4):
            session.add(Activity(person_id=person, at=AT - timedelta(days=9), kind_id=1, updated_at=AT))
        session.add(Activity(person_id=3, at=AT - timedelta(days=9), kind_id=2, updated_at=AT))
        session.add(Deal(id=1, person_id=4, expected_close_on=AT.date(), created_at=AT, updated_at=AT))


def judged(database: Database, settings: Settings, **asked: Any) -> None:
    with database.transaction() as session:
        judging.ask(session, by=None, at=AT, **asked)
    inline.run_all(database, settings)


def met(database: Database) -> dict[str, list[int]]:
    """Who meets each term, by the verdicts that count."""
    with database.reading() as session:
        found = {}
        for term, each in judging.current(session).items():
            rows = session.connection().execute(
                text(f"SELECT record_id FROM verdict_{each.id} WHERE verdict = 1 ORDER BY 1")
            )
            found[term] = list(rows.scalars())
        return found


def test_every_record_is_judged_by_every_term(database: Database, settings: Settings) -> None:
    settle(database)
    judged(database, settings)

    assert met(database) == {
        "target": [1, 2, 3, 4],
        "inquiry": [1, 2, 4],
        "lead": [1, 4],
        "qualified_lead": [4],
        "nurture": [1],
        "customer": [],
        "opportunity": [1],
        "marketing_sourced": [],
        "marketing_influenced": [],
    }
    with database.reading() as session:
        lead = judging.counts(session)["lead"]
        assert (lead.records, lead.met, lead.failed, lead.unknown) == (4, 2, 2, 0)
        version = definitions.in_force(session)["lead"].version_id
        assert judging.verdicts_of(session, Level.PERSON, 2)["lead"] == (False, version)
        assert judging.current(session)["qualified_lead"].rests_on == {"lead": version}


def test_a_record_changed_by_hand_is_judged_at_once(database: Database, settings: Settings) -> None:
    settle(database)
    judged(database, settings)
    draft = activities.Draft(person="3", when=AT, kind="Demo request")  # type: ignore[arg-type]
    with database.transaction() as session:
        activities.add(session, draft, by=None, at=AT)
    inline.run_all(database, settings)

    assert met(database)["lead"] == [1, 3, 4]
    with database.reading() as session:
        assert judging.counts(session)["lead"].met == 3
        assert len(session.exec(select(Judging).where(Judging.term == "lead")).all()) == 1


def test_a_deal_counts_for_its_person_at_once(sqlite: Database, settings: Settings) -> None:
    settle(sqlite)
    judged(sqlite, settings)
    with sqlite.transaction() as session:
        session.add(Deal(id=2, person_id=1, outcome="won", closed_at=AT, created_at=AT, updated_at=AT))
        session.flush()
        judging.after_edit(session, "deal", 2, by=None, at=AT)
    inline.run_all(sqlite, settings)

    found = met(sqlite)
    assert (found["customer"], found["nurture"], found["marketing_sourced"]) == ([1], [], [2])


def test_what_an_import_brought_is_judged_after_it(database: Database, settings: Settings) -> None:
    settle(database)
    judged(database, settings)
    later = AT + timedelta(hours=1)
    with database.transaction() as session:
        session.add(Person(id=5, created_at=later, updated_at=later))
        session.add(Activity(person_id=3, at=AT, kind_id=1, created_at=later, updated_at=later))
        judging.after_import(session, since=later, by=None, at=later)
    inline.run_all(database, settings)

    assert met(database)["target"] == [1, 2, 3, 4, 5]
    assert met(database)["lead"] == [1, 3, 4]


def test_who_turned_out_to_be_somebody_else_is_judged_no_more(sqlite: Database, settings: Settings) -> None:
    settle(sqlite)
    judged(sqlite, settings)
    with sqlite.transaction() as session:
        session.get_one(Person, 4).merged_into_id = 1
        judging.after_edit(session, "person", 4, by=None, at=AT)
    inline.run_all(sqlite, settings)

    assert met(sqlite)["lead"] == [1]


def test_people_who_are_merged_or_split_again_are_judged_at_once(
    sqlite: Database, settings: Settings
) -> None:
    settle(sqlite)
    judged(sqlite, settings)
    with sqlite.transaction() as session:
        found = merge(session, 3, 1, by=None, at=AT)
        judging.after_merges(session, (1, 3), by=None, at=AT)
    inline.run_all(sqlite, settings)
    together = met(sqlite)["lead"]
    with sqlite.transaction() as session:
        split(session, found.id, by=None, at=AT)
        judging.after_merges(session, (1, 3), by=None, at=AT)
    inline.run_all(sqlite, settings)

    assert (together, met(sqlite)["lead"]) == ([3, 4], [1, 4])


def test_new_scores_are_judged_where_a_term_asks_for_them(sqlite: Database) -> None:
    settle(sqlite)
    hot = {"id": "c2", "type": "score", "of": "person", "test": "group_at_most", "value": 2.0}
    with sqlite.transaction() as session:
        before = judging.after_run(session, Level.PERSON, at=AT)
        version = session.get_one(DefinitionVersion, definitions.in_force(session)["nurture"].version_id)
        version.superseded_at = AT
        session.flush()
        session.add(
            DefinitionVersion.model_validate(
                version.model_dump(exclude={"id", "superseded_at"})
                | {"number": 2, "criteria": {"version": 1, "root": {"all": [hot]}}}
            )
        )
        session.flush()
        after = judging.after_run(session, Level.PERSON, at=AT)
        others = judging.after_run(session, Level.DEAL, at=AT)

    assert (before, [job.arguments for job in after], others) == ([], [{"term": "nurture"}], [])


def test_a_killed_judging_goes_on_where_it_was(
    sqlite: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(sqlite)
    monkeypatch.setattr(judgings, "RECORDS_A_WRITE", 2)
    began: list[int] = []
    judge = judgings.judge

    def killed(session: Any, judging_id: int, *given: Any, first: int, last: int) -> None:
        began.append(first)
        if began == [1, 3]:
            raise OSError("the worker was killed")
        judge(session, judging_id, *given, first=first, last=last)

    monkeypatch.setattr(judgings, "judge", killed)
    with sqlite.transaction() as session:
        job = judging.ask(session, by=None, at=AT)
    inline.run_all(sqlite, settings)
    assert met(sqlite) == {}, "nothing counts before all of it is judged"

    with sqlite.transaction() as session:
        session.get_one(type(job), job.id).run_after = AT
    inline.run_all(sqlite, settings)
    assert began[:3] == [1, 3, 3]
    assert met(sqlite)["lead"] == [1, 4]


def test_only_the_newest_judgings_are_kept(sqlite: Database, settings: Settings) -> None:
    settle(sqlite)
    for _ in range(4):
        judged(sqlite, settings, term="lead")
    with sqlite.reading() as session:
        kept = session.exec(select(Judging.state).where(Judging.term == "lead").order_by(Judging.id)).all()  # type: ignore[arg-type]
    assert kept == ["dropped", "dropped", "done", "done"]


def test_a_term_takes_those_along_that_ask_for_it(sqlite: Database, settings: Settings) -> None:
    settle(sqlite)
    judged(sqlite, settings, term="lead")
    assert sorted(met(sqlite)) == ["lead", "nurture", "qualified_lead"]


def test_an_edit_by_hand_asks_for_the_records_own_verdict(sqlite: Database, settings: Settings) -> None:
    settle(sqlite)
    judged(sqlite, settings)
    with sqlite.transaction() as session:
        ben = session.get_one(Person, 2)
        people.change(session, 2, people.Draft(first_name="Ben"), version=ben.version, by=None, at=AT)
    inline.run_all(sqlite, settings)

    assert met(sqlite)["lead"] == [1, 2, 4]


def test_verdicts_are_what_python_finds(database: Database, settings: Settings) -> None:
    settle(database)
    judged(database, settings)
    with database.reading() as session:
        for term, each in judging.standing(session).items():
            stands = ground(session, criteria.catalogue(session, each.level), as_of=AT)
            told = [
                record
                for record in range(1, 5)
                if (each.level is Level.PERSON or record == 1)
                and evaluate(each.criteria, facts(session, each.level, record, stands), stands).met
            ]
            assert met(database)[term] == told
