"""Undoing an import: all is as if it had never been, unless something was built on it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import select

from portal.accounts import User
from portal.db import Database
from portal.duplicates import merging
from portal.editing import people as editing
from portal.errors import Conflict
from portal.events import Event
from portal.imports import links
from portal.imports.tables import DeliveryState, Import, ImportState
from portal.imports.targets import TARGETS
from portal.imports.undoing import commands, removing, restoring
from portal.jobs.tables import Job
from portal.people import Person
from portal.settings import Settings
from portal.spend import record as type_in
from tests.portal.imports.exports import EXPORT, KIND, Bringing, empty, state
from tests.workers.test_deliveries import FILES
from tests.workers.test_deliveries import Desk as Exports
from tests.workers.test_imports import Desk as Files
from tests.workers.test_next_week import FILE, NEXT, brought, standing
from workers import inline, undoing

FIRST = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


class Desk:
    """Imports files one after another, a day apart, and undoes them."""

    def __init__(self, database: Database, settings: Settings, folder: Path) -> None:
        self.database, self.settings = database, settings
        self.put, self.day = Bringing(database, folder), 0

    def bring(self, name: str, content: str, **more: Any) -> int:
        """An import that is done. Returns its id."""
        self.day += 1
        at = FIRST + timedelta(days=self.day)
        self.put(content, KIND.get(name, name), at=at, **more)
        with self.database.transaction() as session:
            found = session.exec(select(Import).order_by(text("id DESC"))).first()
            found.state, found.is_undoable, found.started_at, found.filename = (
                ImportState.DONE,
                True,
                at,
                f"{name}.csv",
            )
        return found.id

    def undo(self, import_id: int) -> None:
        with self.database.transaction() as session:
            commands.undo(session, import_id, by=None, at=FIRST + timedelta(days=self.day, hours=1))
        self.work()

    def wait_is_over(self, import_id: int) -> None:
        """What was killed is tried again."""
        with self.database.transaction() as session:
            session.get_one(Job, session.get_one(Import, import_id).job_id).run_after = FIRST
        self.work()

    def work(self) -> None:
        inline.run_all(self.database, self.settings)

    def survey(self, import_id: int) -> commands.Survey:
        with self.database.reading() as session:
            return commands.survey(session, [session.get_one(Import, import_id)])

    def found(self, import_id: int) -> Import:
        with self.database.reading() as session:
            return session.get_one(Import, import_id)

    def all(self) -> dict[str, Any]:
        """Everything records are and were, by their ids in their sources; ids here, versions and when it was written aside."""
        found: dict[str, Any] = state(self.database)
        for name, query in BESIDE.items():
            with self.database.reading() as session:
                found[name] = sorted(tuple(row) for row in session.execute(text(query)))
        return found


KNOWN = "(SELECT MIN(e.external_id) FROM external_id e WHERE e.level = f.level AND e.record_id = f.record_id)"
BESIDE = {
    "history": f"SELECT f.level, {KNOWN}, f.field, COALESCE(f.before, ''), COALESCE(f.after, '') FROM field_change f",
    "converted": "SELECT source, lead_id, contact_id, contact_came FROM converted_lead",
    "ids": "SELECT level, source, external_id FROM external_id",
    "arrived": "SELECT email, arrived_at, COALESCE(gone_at, 0), merged_into_id IS NULL FROM person",
    "spend": "SELECT channel, currency, amount, COALESCE(recorded_by, 0) FROM spend",
    "proposals": "SELECT a_id, b_id, state FROM proposal",
    **{kind: f"SELECT COUNT(*), SUM(LENGTH(attributes)) FROM {target.table}" for kind, target in TARGETS.items()},
    "requests": "SELECT DISTINCT k.name, k.is_request FROM activity_kind k JOIN activity a ON a.kind_id = k.id",
}  # fmt: skip
BESIDE = {f"all {name}": query for name, query in BESIDE.items()}


@pytest.fixture
def desk(database: Database, settings: Settings, tmp_path: Path) -> Desk:
    return Desk(database, settings, tmp_path)


@pytest.fixture
def light(sqlite: Database, settings: Settings, tmp_path: Path) -> Desk:
    return Desk(sqlite, settings, tmp_path)


# Any import after any others, undone: as if it had never been; and brought again, as if it had not been undone.

OTHERWISE = {
    "Acme": "Apex", "Ada": "Eve", "U1": "U2", "U2": "U7", "A1": "A2", "A2": "A8", "C1": "C2", "L1": "L2", "EUR": "USD", "10.50": "12",
    "Web": "Show", "Call": "Demo request", "D1": "D2", "K1": "K2", "UK": "", "Spring": "Autumn", "Proposal": "Closed Won", "Grace": "Ann",
}  # fmt: skip


def mutated(name: str, number: int, *, whole: bool = False) -> str:
    """Some rows of a file, some of them saying something else: as the digits of a number say."""
    header, *rows = EXPORT[name].splitlines()
    found = []
    for row in rows:
        number, choice = divmod(number, 24)
        words = [old for old in OTHERWISE if old in row.split(",", 1)[1]]
        if choice >= 4 and words:
            old = words[choice % len(words)]
            key, rest = row.split(",", 1)
            found.append(f"{key},{rest.replace(old, OTHERWISE[old])}")
        elif choice >= 2 or whole:
            found.append(row)
        if choice == 23:
            found.append(f"N{row}")
    return "\n".join([header, *(found or rows), ""])


BROUGHT = st.tuples(st.sampled_from(list(EXPORT)), st.integers(0, 24**4))


@hypothesis.settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    before=st.lists(BROUGHT, max_size=5), then=BROUGHT, cut=st.tuples(st.integers(1, 3), st.integers(0, 12))
)
def test_undone_it_never_was_and_brought_again_it_is(desk, before, then, cut):
    empty(desk.database)
    desk.day, (rows, killed_after) = 0, cut
    for name, number in before:
        desk.bring(name, mutated(name, number), rows=rows)
    alone = desk.all()
    name, number = then
    file = mutated(name, number, whole=True)
    import_id = desk.bring(name, file, rows=rows)
    both = desk.all()

    with killing(killed_after):
        desk.undo(import_id)
    if desk.found(import_id).state == ImportState.UNDOING:
        desk.wait_is_over(import_id)
    assert desk.found(import_id).state == ImportState.UNDONE
    assert desk.all() == alone

    desk.day -= 1
    desk.bring(name, file, rows=rows)
    assert desk.all() == both


@contextmanager
def killing(after: int) -> Iterator[None]:
    """The job dies within the part of this number, whichever that is; 0: it lives."""
    parts: list[int] = []

    def dying(do: Callable) -> Callable:
        def part(*args: Any, **named: Any) -> Any:
            done = do(*args, **named)
            parts.append(1)
            if len(parts) == after:
                raise MemoryError
            return done

        return part

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(restoring, "ENTRIES", 2)
        patch.setattr(removing, "RECORDS", 2)
        patch.setattr(undoing, "restore", dying(restoring.restore))
        for module, name in ((removing, "remove"), (removing, "let_go"), (links, "settle")):
            patch.setattr(module, name, dying(getattr(module, name)))
        yield


# What comes back with it.


def test_a_lead_and_the_contact_it_became_are_two_again(desk):
    leads = EXPORT["leads"].replace(",C1,A1,D1", ",,,").replace(",C1,A1,", ",,,")
    desk.bring("leads", leads)
    desk.bring("contacts", EXPORT["contacts"])
    desk.bring("activities", EXPORT["activities"])
    alone = desk.all()
    united = desk.bring("leads", EXPORT["leads"])
    assert desk.all()["all converted"] != alone["all converted"]

    desk.undo(united)
    assert desk.all() == alone


def test_spend_that_was_typed_in_comes_back(desk):
    desk.bring("spend", EXPORT["spend"])
    with desk.database.transaction() as session:
        add_user(session)
        for channel in ("Web", "Radio"):
            type_in(session, channel=channel, month="2025-01", amount="77", currency="EUR", by=1, at=FIRST)
    alone = desk.all()
    again = EXPORT["spend"].replace("10.50", "20").replace("Web,Autumn,2025-02", "Radio,Autumn,2025-01")
    over = desk.bring("spend", again)
    assert desk.all()["all spend"] != alone["all spend"]

    desk.undo(over)
    assert desk.all() == alone


def test_who_was_marked_as_gone_is_there_again(sqlite, settings, at):
    desk = Files(sqlite, settings, at)
    desk.start(desk.upload(FILE, name="CRM people.csv"), source="CRM")
    later = brought(desk, NEXT, vanished="gone")
    assert [name for name, is_gone in standing(desk).items() if is_gone] == ["Ada 5"]

    with sqlite.transaction() as session:
        commands.undo(session, later, by=None, at=at)
    desk.work()
    assert standing(desk) == {f"Ada {n}": False for n in range(1, 13)}


def test_a_whole_export_is_undone_at_once_and_may_come_again(sqlite, settings, at):
    desk = Exports(sqlite, settings, at)
    delivery_id = desk.bring(FILES)
    desk.start(delivery_id)
    with sqlite.transaction() as session:
        commands.undo_export(session, delivery_id, by=None, at=at)
    desk.work()

    assert desk.found(delivery_id).state == DeliveryState.UNDONE
    assert {each.state for each in desk.files(delivery_id).values()} == {ImportState.UNDONE}
    assert [name for name, rows in state(sqlite).items() if rows] == []
    again = desk.bring(FILES)
    desk.start(again)
    assert desk.found(again).state == DeliveryState.DONE


# What was built on it stops it.


def add_user(session) -> None:
    session.add(User(id=1, email="b@example.com", name="B", function="sales", right="member", created_at=FIRST))  # fmt: skip
    session.flush()


def edited(session) -> None:
    add_user(session)
    joan = session.exec(select(Person).where(Person.first_name == "Joan")).one()
    draft = editing.Draft.model_validate({"first_name": "Joan", "country": "Togo"})
    editing.change(session, joan.id, draft, version=joan.version, by=1, at=FIRST + timedelta(days=9))


def merged(session) -> None:
    joan, mary = session.exec(select(Person.id).where(Person.first_name != "Ada").order_by(Person.id)).all()
    merging.merge(session, joan, mary, by=None, at=FIRST + timedelta(days=9))


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (edited, "1 record was changed by hand since."),
        (merged, "1 pair of people was merged since; split them first."),
    ],
)
def test_what_people_did_since_stops_it(light, build, says):
    people = light.bring("contacts", EXPORT["contacts"])
    assert light.survey(people) == commands.Survey({"person": 3}, 0, [])
    with light.database.transaction() as session:
        build(session)
    assert light.survey(people).built == [says]
    with pytest.raises(Conflict, match=says):
        light.undo(people)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("contacts", EXPORT["contacts"], "contacts.csv (import 2) brought 3 of its records again since; undo that one first."),
        ("contacts", EXPORT["contacts"].replace("Joan", "Jo"), "contacts.csv (import 2) brought 3 of its records again since; undo that one first."),
        ("activities", EXPORT["activities"], "1 activity that did not come with it hangs on people it brought."),
        ("orders", EXPORT["orders"], "2 orders that did not come with it hang on people it brought."),
    ],
)  # fmt: skip
def test_a_later_import_stops_it_until_that_is_undone(light, name, content, says):
    people = light.bring("contacts", EXPORT["contacts"])
    later = light.bring(name, content)
    assert light.survey(people).built == [says]
    light.undo(later)
    light.undo(people)
    assert light.all()["people"] == []


def test_an_import_that_changed_what_another_brought_is_in_the_way_of_it_alone(light):
    first = light.bring("contacts", EXPORT["contacts"])
    second = light.bring("contacts", EXPORT["contacts"].replace("Joan", "Jo"))
    third = light.bring("contacts", EXPORT["contacts"].replace("Joan", "Jo"))
    assert [len(light.survey(each).built) for each in (first, second, third)] == [2, 1, 0]


def test_what_was_imported_before_the_ledger_stays(light):
    found = light.bring("contacts", EXPORT["contacts"])
    with light.database.transaction() as session:
        session.get_one(Import, found).is_undoable = False
    assert light.survey(found).built == ["contacts.csv was imported before Concord kept what undoing needs."]


def test_it_is_told_in_a_sentence_and_done_once(light):
    found = light.bring("contacts", EXPORT["contacts"])
    light.undo(found)
    with light.database.reading() as session:
        told = [event.kind for event in session.exec(select(Event)) if event.kind.startswith("import.und")]
    assert told == ["import.undo_started", "import.undone"]
    with pytest.raises(Conflict, match=r"contacts\.csv is undone; only what was imported can be undone\."):
        light.undo(found)


def test_a_parent_that_came_with_the_same_file_is_waited_for_again(light):
    header, parent, child = EXPORT["companies"].splitlines()
    light.bring("companies", f"{header}\n{child}\n")
    alone = light.all()
    both = light.bring("companies", f"{header}\n{parent}\n{child}\n")
    light.undo(both)
    assert light.all() == alone
