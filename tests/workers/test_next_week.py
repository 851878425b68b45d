"""Next week's file: two clicks, only what differs, what a vanished row means, and what follows by itself."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from portal import jobs
from portal.accounts import User
from portal.db import Database
from portal.duplicates import automatic
from portal.errors import Invalid
from portal.imports import commands, differences, following, pages, vanishing
from portal.imports.tables import ImportState, SavedMapping
from portal.jobs.tables import Job
from portal.people import FieldChange, Person
from portal.ranking.places import Filters
from portal.ranking.places import page as ranked
from portal.settings import Settings
from tests.workers.test_imports import Desk

FILE = "ID,First Name,Country,Visits\n" + "".join(f"{n},Ada {n},Ghana,{n}\n" for n in range(1, 13))
NEXT = (
    FILE.replace("\n3,Ada 3,Ghana,3\n", "\n3,Ada 3,Benin,4\n").replace("\n5,Ada 5,Ghana,5\n", "\n")
    + "13,Bo,Togo,1\n"
)


def brought(desk: Desk, content: str, **said: str) -> int:
    import_id = desk.upload(content, name="CRM people.csv")
    with desk.database.transaction() as session:
        commands.start(session, import_id, by=None, at=desk.at, **said)
    desk.work()
    return import_id


@pytest.fixture
def first(database: Database, settings: Settings, at) -> Desk:
    """A first file is in."""
    desk = Desk(database, settings, at)
    import_id = desk.upload(FILE, name="CRM people.csv")
    desk.start(import_id, source="CRM")
    return desk


def standing(desk: Desk) -> dict[str, bool]:
    """Whether each person is gone."""
    with desk.database.reading() as session:
        people = session.exec(select(Person).order_by(col(Person.id)))
        return {person.first_name: person.gone_at is not None for person in people}


def test_an_upload_that_says_nothing_new_of_its_columns_is_tried_at_once(first):
    import_id = first.upload(NEXT, name="CRM people 2026-03-09.csv")
    found = first.state(import_id)
    assert (found.state, found.source) == (ImportState.CHECKED, "CRM")
    assert first.counts(import_id) == (12, 1, 1, 10, 0)
    assert found.vanished == 1
    assert found.differences["fields"] == {"country": 1, "Visits": 1}
    assert found.differences["new"] == ["13"]
    with first.database.reading() as session:
        lines = differences.lines(session, found, pages.mapping_of(found))
    assert [(line.record, line.path, line.field, line.before, line.after) for line in lines] == [
        ("Ada 3", "/people/3", "country", "Ghana", "Benin"),
        ("Ada 3", "/people/3", "Visits", "3", "4"),
    ]


WIDER = "".join(f"{line},{'Opens' if line.startswith('ID') else 7}\n" for line in FILE.splitlines())


@pytest.mark.parametrize(
    ("content", "new", "vanished"),
    [(WIDER, ("Opens",), ()), (FILE.replace("Visits", "Opens"), ("Opens",), ("Visits",))],
)
def test_new_and_missing_columns_are_named_and_open_the_mapping_instead(first, content, new, vanished):
    import_id = first.upload(content, name="CRM people.csv")
    found = first.state(import_id)
    assert found.state == ImportState.UNDERSTOOD
    with first.database.reading() as session:
        changed = following.changed(session, found, pages.understanding_of(found))
    assert (changed.new, changed.vanished) == (new, vanished)


def test_what_a_vanished_row_means_is_asked_once_and_kept(first):
    import_id = first.upload(NEXT, name="CRM people.csv")
    with pytest.raises(Invalid, match="Say what it means"), first.database.transaction() as session:
        commands.start(session, import_id, by=None, at=first.at)
    with first.database.transaction() as session:
        commands.start(session, import_id, vanished="gone", by=None, at=first.at)
    first.work()
    assert [name for name, is_gone in standing(first).items() if is_gone] == ["Ada 5"]
    assert first.state(import_id).vanished == 1

    brought(first, NEXT.replace("\n6,Ada 6,Ghana,6\n", "\n"))
    assert [name for name, is_gone in standing(first).items() if is_gone] == ["Ada 5", "Ada 6"]
    with first.database.reading() as session:
        changes = session.exec(select(FieldChange).where(FieldChange.field == "gone_at")).all()
        assert [(change.before, change.import_id) for change in changes] == [(None, 2), (None, 3)]
        assert {place.id for place in ranked(session, None, Filters()).places}.isdisjoint({5, 6})


def test_who_is_in_the_file_again_is_there_again(first):
    brought(first, NEXT, vanished="gone")
    brought(first, FILE)
    assert not standing(first)["Ada 5"]
    assert standing(first)["Bo"]


def test_a_file_that_is_only_a_part_marks_nobody(first):
    brought(first, NEXT, vanished="part")
    brought(first, FILE[: FILE.index("\n2,") + 1])
    assert not any(standing(first).values())
    with first.database.reading() as session:
        assert session.exec(select(SavedMapping.vanished)).one() == "part"


def test_another_file_of_the_same_kind_makes_nobody_vanish(first):
    import_id = first.upload("Lead,Email,Score\n77,x@example.com,3\n", name="other.csv")
    first.start(import_id, source="CRM", id_columns=("Lead",))
    assert first.state(import_id).vanished == 0


def test_marking_killed_between_its_writes_comes_to_the_same_end(first, monkeypatch):
    monkeypatch.setattr(vanishing, "RECORDS", 3)
    mark, calls = vanishing.mark, []

    def die(*arguments, **named):
        calls.append(named)
        if len(calls) == 4:
            raise MemoryError
        mark(*arguments, **named)

    monkeypatch.setattr(vanishing, "mark", die)
    import_id = brought(first, FILE[: FILE.index("\n2,") + 1], vanished="gone")
    assert 0 < sum(standing(first).values()) < 11
    with first.database.transaction() as session:
        session.get_one(Job, first.state(import_id).job_id).run_after = first.at
    first.work()
    assert sum(standing(first).values()) == 11
    with first.database.reading() as session:
        assert len(session.exec(select(FieldChange).where(FieldChange.field == "gone_at")).all()) == 11


# What follows by itself.


def searches(desk: Desk) -> list[Job]:
    with desk.database.reading() as session:
        return list(session.exec(select(Job).where(Job.kind == "duplicates")))


def test_a_search_for_duplicates_starts_once_after_a_burst_unless_switched_off(sqlite, settings, at):
    small = Desk(sqlite, settings, at)
    small.put(FILE)
    small.put(FILE.replace("\n1,", "\n100,"))
    (search,) = searches(small)
    assert timedelta() < search.run_after - search.created_at <= timedelta(minutes=1)

    with small.database.transaction() as session:
        session.delete(session.get_one(Job, search.id))
        session.flush()
        session.add(User(id=1, email="a@example.com", name="A", function="other", right="administrator", created_at=small.at))  # fmt: skip
        session.flush()
        automatic.search_after_import(session, is_on=False, by=1, at=small.at)
    small.put(FILE.replace("\n1,", "\n200,"))
    assert searches(small) == []


def test_files_of_finished_imports_are_swept_after_some_days(sqlite, settings: Settings, at):
    old = Desk(sqlite, settings.model_copy(update={"import_files_days": 0}), at)
    done, waiting = old.upload(FILE), old.upload(FILE.replace("Visits", "Opens"), name="later.csv")
    old.start(done)
    assert len(files_of(old)) == 2
    with old.database.transaction() as session:
        jobs.add(session, "sweep", title="", arguments={}, by=None, at=old.at)
    old.work()
    assert files_of(old) == [old.state(waiting).file]
    assert old.state(done).file == ""


def files_of(desk: Desk) -> list[str]:
    return sorted(path.name for path in Path(desk.settings.files_dir).rglob("*") if path.is_file())
