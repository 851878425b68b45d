from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import text
from sqlmodel import col, func, select

from portal import columns, demo, jobs, reports
from portal.accounts import SignIn, User, sessions
from portal.activities import Activity, ActivityKind
from portal.companies import Company
from portal.db import Database
from portal.deals import Deal
from portal.events import Event, sentence
from portal.fields import Field, Level
from portal.jobs import State
from portal.models.tables import CurrentRun, Model, Run
from portal.people import ExternalId, FieldChange, Person
from portal.ranking import runs
from portal.reports import Report
from portal.spend import Spend

EMPTY = (
    Person,
    Company,
    Deal,
    Activity,
    ActivityKind,
    ExternalId,
    FieldChange,
    Field,
    Spend,
    SignIn,
    Report,
    Run,
    CurrentRun,
    Model,
)


def counts(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return {t.__name__: session.exec(select(func.count()).select_from(t)).one() for t in EMPTY}


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
        return run.job_id or 0, run.id


def test_nothing_of_it_is_left(loaded: Database, at: datetime) -> None:
    columns.refresh(loaded, Level.PERSON)
    job_id, run_id = work(loaded, at)

    demo.clear(loaded, at=at)

    assert set(counts(loaded).values()) == {0}
    with loaded.reading() as session:
        assert jobs.get(session, job_id).state == State.CANCELLED
        tables = session.connection().execute(text("SELECT name FROM sqlite_master")).scalars().all()
        assert f"score_{run_id}" not in tables
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
    assert demo.clear(loaded, at=at) == {"companies": 0, "people": 0, "deals": 0}
