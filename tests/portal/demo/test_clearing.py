from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import text
from sqlmodel import col, func, select

from portal import columns, definitions, demo, exports, jobs, notices, reports
from portal.accounts import User, sessions
from portal.activities import Activity, ActivityKind
from portal.companies import Company
from portal.db import Database
from portal.deals import Deal, DealRole
from portal.demo import clearing
from portal.duplicates.merging import merge
from portal.events import Event, sentence
from portal.fields import Field, Level
from portal.jobs import Job, State
from portal.judging import judgings
from portal.judging.standing import grounds, standing
from portal.models.tables import CurrentRun, Model
from portal.orders import Order
from portal.owners import Owner
from portal.partners import Partner
from portal.people import ExternalId, Person
from portal.ranking import runs
from portal.ranking.frozen import FrozenBytes
from portal.ranking.terms import Terms
from portal.spend import Spend
from portal.tables import metadata

STAY = {
    "user_account",  # without access, as events name them
    "event",
    "job",  # one that runs is asked to stop
    "definition",
    "definition_version",
    "schedule",
}


def left(database: Database) -> dict[str, int]:
    """The tables that hold rows, and how many."""
    with database.reading() as session:
        counts = {
            t.name: session.execute(select(func.count()).select_from(t)).scalar_one()
            for t in metadata.sorted_tables
        }
    return {name: count for name, count in counts.items() if count}


def work(database: Database, at: datetime) -> tuple[int, int]:
    """What people do with the demo: sign in, train, score, ask for a report. Ids of a waiting job and a run."""
    with database.transaction() as session:
        user = session.exec(select(User).where(User.right == "leader", User.function == "sales")).one()
        sessions.begin(session, user, sessions.Browser(agent="test"), at=at)
        model = Model(level="person", outcome="Became customer", digest="d", as_of=at, created_at=at)
        session.add(model)
        session.flush()
        run = runs.start_run(session, model, by=user.id, at=at)
        runs.lay_out(session, run.id)
        session.add(CurrentRun(level="person", run_id=run.id, since=at))
        reports.request_roi(session, date(2025, 10, 1), date(2025, 12, 31), by=user.id, at=at)
        exports.request_list(session, exports.Kind.PEOPLE, "csv", by=user.id, at=at)
        a, b = session.exec(select(Person.id).order_by(col(Person.id)).limit(2)).all()
        merge(session, a, b, by=user.id, at=at)
        notices.tell(session, user.id, "Done", at=at)
        definitions.ship(session, at=at)
        session.flush()
        asked = standing(session)["lead"]
        judging = judgings.begin(
            session, asked, grounds(session, as_of=at)[asked.level], rests_on={}, as_of=at, job_id=None
        )
        judgings.finish(session, judging.id, at=at)
        session.add(FrozenBytes(digest="d", body=b"made up"))
        session.add(
            Terms(
                team="sales",
                per_week=1,
                cost=Decimal(1),
                margin=Decimal(1),
                currency="EUR",
                set_at=at,
                set_by=user.id,
            )
        )
        return run.job_id or 0, run.id


def test_nothing_of_it_is_left(loaded: Database, at: datetime) -> None:
    columns.refresh(loaded, Level.PERSON)
    job_id, run_id = work(loaded, at)
    with loaded.transaction() as session:
        jobs.get(session, job_id).state = State.RUNNING

    demo.clear(loaded, at=at)

    assert set(left(loaded)) <= STAY
    with loaded.reading() as session:
        assert session.exec(select(Job.id)).all() == [job_id]
        assert jobs.get(session, job_id).cancel_asked_at == at
        tables = session.connection().execute(text("SELECT name FROM sqlite_master")).scalars().all()
        assert f"score_{run_id}" not in tables
        assert not [table for table in tables if table.startswith("verdict_")]
        assert session.connection().execute(text("SELECT COUNT(*) FROM columns_person")).scalar() == 0


def test_its_users_lose_their_access_and_the_log_stays(loaded: Database, at: datetime) -> None:
    work(loaded, at)
    demo.clear(loaded, at=at)
    with loaded.reading() as session:
        users = session.exec(select(User)).all()
        kinds = [event.kind for event in session.exec(select(Event).order_by(col(Event.id)))]
        last = session.exec(select(Event).order_by(col(Event.id).desc())).first()
    assert {(user.disabled_at, user.password_hash) for user in users} == {(at, None)}
    assert "user.signed_in" in kinds
    assert last is not None
    assert sentence(last) == "cleared the demo company"


def test_real_people_users_and_their_links_stay(loaded: Database, at: datetime) -> None:
    with loaded.transaction() as session:
        made_up = session.exec(select(Person).limit(1)).one()
        company = session.exec(select(Company).limit(1)).one()
        user = User(
            email="real@example.com", name="Real", function="sales", right="leader", created_at=at, version=1
        )
        person = Person(
            last_name="Real",
            company_id=company.id,
            attributes='{"Employees":5}',
            created_at=at,
            updated_at=at,
        )
        session.add_all([user, person])
        session.flush()
        session.add(
            Spend(
                channel="Radio",
                month=date(2026, 1, 1),
                amount=Decimal(1),
                currency="EUR",
                recorded_at=at,
                recorded_by=user.id,
            )
        )
        session.add(Deal(name="Real", person_id=made_up.id, created_at=at, updated_at=at))
        session.add(Model(level="person", outcome="Bought", source="Ours", as_of=at, created_at=at))

    demo.clear(loaded, at=at)

    with loaded.reading() as session:
        assert session.exec(select(Person.last_name, Person.company_id)).all() == [("Real", None)]
        assert session.exec(select(Deal.name, Deal.person_id)).all() == [("Real", None)]
        assert session.exec(select(Spend.channel)).all() == ["Radio"]
        assert session.exec(select(Model.outcome)).all() == ["Bought"]
        assert session.exec(select(User.email).where(col(User.disabled_at).is_(None))).all() == [
            "real@example.com"
        ]
        assert session.exec(select(Field.level, Field.name)).all() == [("person", "Employees")]


def test_a_person_that_another_source_knows_too_stays(loaded: Database, at: datetime) -> None:
    with loaded.transaction() as session:
        known = session.exec(select(Person.id).limit(1)).one()
        session.add(ExternalId(level="person", source="Ours", external_id="1", record_id=known))
    demo.clear(loaded, at=at)
    with loaded.reading() as session:
        assert session.exec(select(Person.id)).all() == [known]
        assert session.exec(select(ExternalId.source)).all() == ["Ours"]


def test_clearing_twice_is_clearing_once(loaded: Database, at: datetime) -> None:
    demo.clear(loaded, at=at)
    assert set(demo.clear(loaded, at=at).values()) == {0}


def test_real_records_let_go_of_made_up_owners_partners_and_deals(loaded: Database, at: datetime) -> None:
    with loaded.transaction() as session:
        deal, owner, partner = (session.exec(select(t.id).limit(1)).one() for t in (Deal, Owner, Partner))
        person = Person(
            last_name="Real", owner="Amara", owner_id=owner, owner_by="id", created_at=at, updated_at=at
        )
        kind = session.exec(select(ActivityKind.id).limit(1)).one()
        session.add(person)
        session.flush()
        session.add_all(
            [
                Deal(name="Real", person_id=person.id, partner_id=partner, created_at=at, updated_at=at),
                Order(ordered_at=at, person_id=person.id, deal_id=deal),
                Activity(person_id=person.id, deal_id=deal, kind_id=kind, at=at),
                DealRole(person_id=person.id, deal_id=deal, role="User"),
            ]
        )

    demo.clear(loaded, at=at)

    with loaded.reading() as session:
        people = session.exec(select(Person.last_name, Person.owner, Person.owner_id, Person.owner_by)).all()
        assert people == [("Real", "Amara", None, "")]
        assert session.exec(select(Deal.name, Deal.partner_id)).all() == [("Real", None)]
        assert session.exec(select(Order.deal_id)).all() == [None]
        assert session.exec(select(Activity.deal_id)).all() == [None]
        assert session.exec(select(DealRole.id)).all() == []
        assert session.connection().execute(text("PRAGMA foreign_key_check")).all() == []


def test_what_a_killed_clearing_left_is_taken_by_the_next(loaded: Database, at: datetime) -> None:
    for step in clearing.STEPS[:6]:
        with loaded.transaction() as session:
            step(session, at)
    with loaded.reading() as session:
        assert demo.is_loaded(session)
    demo.clear(loaded, at=at)
    assert set(left(loaded)) <= STAY
