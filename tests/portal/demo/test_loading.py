import hashlib
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlmodel import col, func, select

from portal import demo
from portal.accounts import User, passwords, rules
from portal.activities import Activity
from portal.companies import Company
from portal.db import Database
from portal.deals import Deal
from portal.demo import world
from portal.demo.world import World
from portal.errors import Conflict
from portal.people import ExternalId, FieldChange, Person
from portal.spend import Spend
from tests.portal.demo.conftest import LOADED_AT

TABLES = (
    "owner",
    "partner",
    "campaign",
    "product",
    "company",
    "person",
    "deal",
    "quota",
    "customer_order",
    "spend_line",
    "spend",
    "field",
    "field_change",
    "stage_change",
    "deal_role",
    "campaign_member",
    "activity",
    "external_id",
    "activity_kind",
)


def digest(database: Database) -> str:
    """Of all rows of the demo, and of all but the salted hashes of its users."""
    found = hashlib.sha256()
    with database.reading() as session:
        for table in TABLES:
            for row in session.connection().execute(text(f"SELECT * FROM {table} ORDER BY id")):
                found.update(repr(tuple(row)).encode())
    return found.hexdigest()


def count(database: Database, table: type) -> int:
    with database.reading() as session:
        return session.exec(select(func.count()).select_from(table)).one()


def test_it_is_loaded_once_on_both_databases(database: Database, at: datetime) -> None:
    counts = demo.load(database, at=at)

    assert counts["person"] == count(database, Person) == 3000
    assert counts["company"] == count(database, Company) == 400
    assert counts["deal"] == count(database, Deal)
    assert counts["activity"] == count(database, Activity)
    assert counts["spend"] == count(database, Spend)
    assert counts["field_change"] == count(database, FieldChange)
    assert demo.load(database, at=at) == {}
    assert count(database, Person) == 3000

    cleared = demo.clear(database, at=at)
    assert (cleared["companies"], cleared["people"], cleared["deals"]) == (400, 3000, counts["deal"])
    assert (cleared["campaigns"], cleared["orders"]) == (counts["campaign"], counts["customer_order"])
    assert demo.load(database, at=at) == counts


def test_the_same_seed_and_time_give_the_same_rows(loaded: Database, sqlite: Database) -> None:
    seen: list[tuple[int, int]] = []
    demo.load(sqlite, at=LOADED_AT, progress=lambda done, total: seen.append((done, total)))

    assert digest(sqlite) == digest(loaded)
    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1]


def test_another_seed_gives_another_company(company: World) -> None:
    other = world.make(7)
    assert [m.email for m in other.members] != [m.email for m in company.members]
    assert [t.amount for t in other.talks] != [t.amount for t in company.talks]


def test_it_refuses_to_mix_with_real_people(sqlite: Database, at: datetime) -> None:
    with sqlite.transaction() as session:
        session.add(Person(last_name="Real", created_at=at, updated_at=at))
    with pytest.raises(Conflict, match="does not mix with them"):
        demo.load(sqlite, at=at)
    assert count(sqlite, Person) == 1


def test_a_killed_loading_is_begun_anew(sqlite: Database, at: datetime) -> None:
    def kill(done: int, total: int) -> None:
        if done > total / 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        demo.load(sqlite, at=at, progress=kill)
    assert count(sqlite, Person) == 3000

    assert demo.load(sqlite, at=at)["person"] == 3000
    assert count(sqlite, Person) == 3000
    assert count(sqlite, Company) == 400


def test_its_users_can_sign_in_and_cover_every_part(loaded: Database) -> None:
    with loaded.reading() as session:
        users = {user.email: user for user in session.exec(select(User))}
    assert [(e, users[e].name, users[e].function, users[e].right) for e, *_ in demo.people()] == demo.people()
    assert all(
        user.is_demo and passwords.matches(demo.PASSWORD, user.password_hash) for user in users.values()
    )
    assert not any(rules.weakness(demo.PASSWORD, email=u.email, name=u.name) for u in users.values())


def test_every_inbound_person_asked_and_no_target_did(loaded: Database) -> None:
    asked = (
        "SELECT p.direction, COUNT(*), SUM(EXISTS (SELECT 1 FROM activity a JOIN activity_kind k ON k.id = a.kind_id "
        "WHERE a.person_id = p.id AND k.is_request AND a.at >= p.came_at)) FROM person p GROUP BY 1 ORDER BY 1"
    )
    with loaded.reading() as session:
        rows = session.connection().execute(text(asked)).all()
    assert [(d, people == askers, askers == 0) for d, people, askers in rows] == [
        ("inbound", True, False),
        ("outbound", False, True),
        ("unknown", False, True),
    ]


def test_nothing_happens_before_a_person_came_or_after_the_loading(loaded: Database) -> None:
    with loaded.reading() as session:
        early = select(func.count()).join(Person, col(Person.id) == Activity.person_id).select_from(Activity)
        assert session.exec(early.where(col(Activity.at) < col(Person.came_at))).one() == 0
        assert session.exec(select(func.max(Activity.at))).one() <= LOADED_AT
        assert session.exec(select(func.count()).where(col(Deal.closed_at) < col(Deal.opened_at))).one() == 0


def test_who_bought_has_a_won_deal_and_a_date(loaded: Database) -> None:
    with loaded.reading() as session:
        first_wins = session.exec(
            select(Deal.person_id, func.min(Deal.closed_at))
            .where(Deal.outcome == "won")
            .group_by(Deal.person_id)
        ).all()
        customers = session.exec(
            select(Person.id, Person.customer_at).where(col(Person.customer_at).is_not(None))
        )
        assert dict(customers.all()) == dict(first_wins)


def test_every_record_bears_its_source_and_every_mail_address_is_made_up(
    loaded: Database, company: World
) -> None:
    with loaded.reading() as session:
        marks = session.exec(
            select(ExternalId.level, func.count())
            .where(ExternalId.source == demo.SOURCE)
            .group_by(ExternalId.level)
        )
        assert dict(marks.all()) == {
            "company": 400,
            "deal": len(company.talks),
            "person": 3000,
            "owner": 9,
            "partner": 4,
            "campaign": 17,
            "product": 4,
            "quota": 72,
            "order": len(company.purchases),
            "spend": 296,
        }
        strange = select(func.count()).where(Person.email != "", ~col(Person.email).endswith(".example"))
        assert session.exec(strange).one() == 0


def test_spend_covers_the_24_months_before(loaded: Database) -> None:
    with loaded.reading() as session:
        spend = session.exec(select(Spend)).all()
    months = sorted({row.month.isoformat() for row in spend})
    assert (len(months), months[0], months[-1]) == (24, "2024-03-01", "2026-02-01")
    assert len({row.channel for row in spend}) == 8
    assert {row.currency for row in spend} == {"EUR"}
