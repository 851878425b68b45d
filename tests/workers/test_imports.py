"""An import from the upload to its end, done by its jobs."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal import files
from portal.db import Database
from portal.errors import Conflict
from portal.imports import commands, pages, rejects
from portal.imports.applying import apply
from portal.imports.commands import Upload
from portal.imports.pages import COUNTS
from portal.imports.tables import Import, ImportState
from portal.jobs import Job, State
from portal.people import FieldChange, Person
from portal.settings import Settings
from workers import imports, inline

FILE = "ID,First Name,Country,Visits\n" + "".join(f"{n},Ada,Ghana,{n}\n" for n in range(1, 26))


class Desk:
    """Where somebody imports files and looks at what came of them."""

    def __init__(self, database: Database, settings: Settings, at) -> None:
        self.database, self.settings, self.at = database, settings, at

    def upload(self, content: str | bytes, name: str = "export.csv", kind: str = "people") -> int:
        data = content.encode() if isinstance(content, str) else content
        got = files.receive(io.BytesIO(data), self.settings.files_dir)
        with self.database.transaction() as session:
            added = commands.upload(
                session, Upload(kind, name, got.file, got.bytes, got.digest), by=None, at=self.at
            )
        self.work()
        return added.id

    def start(self, import_id: int, begin: Callable = commands.start, **changes: object) -> None:
        with self.database.transaction() as session:
            mapping = pages.mapping_of(pages.get(session, import_id))
            chosen = {"source": "CRM", "id_columns": ("ID",)} | changes
            commands.remap(session, import_id, mapping.model_copy(update=chosen))
            begin(session, import_id, by=None, at=self.at)
        self.work()

    def work(self) -> None:
        inline.run_all(self.database, self.settings)

    def state(self, import_id: int) -> Import:
        with self.database.reading() as session:
            return pages.get(session, import_id)

    def counts(self, import_id: int) -> tuple[int, ...]:
        """Rows, created, updated, unchanged, rejected."""
        found = self.state(import_id)
        return tuple(getattr(found, name) for name in COUNTS)

    def put(self, content: str | bytes, **changes: object) -> tuple[int, ...]:
        import_id = self.upload(content)
        self.start(import_id, **changes)
        assert self.state(import_id).state == ImportState.DONE
        return self.counts(import_id)

    def many(self, table: type) -> int:
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(table))

    def job(self, import_id: int) -> Job:
        with self.database.reading() as session:
            return session.get(Job, pages.get(session, import_id).job_id)

    def rejected(self, import_id: int) -> list[list[str]]:
        """The rejected rows as they are downloaded."""
        with self.database.reading() as session:
            names = pages.understanding_of(pages.get(session, import_id)).names
            content = "".join(rejects.lines(names, pages.every_reject(session, import_id)))
        return list(csv.reader(io.StringIO(content.lstrip("\ufeff"))))


@pytest.fixture
def desk(database: Database, settings: Settings, at) -> Desk:
    return Desk(database, settings, at)


@pytest.fixture
def small(sqlite: Database, settings: Settings, at, monkeypatch) -> Desk:
    """Four rows a part and ten a batch."""
    monkeypatch.setattr(imports, "ROWS_A_PART", 4)
    monkeypatch.setattr("portal.imports.blocks.ROWS", 10)
    return Desk(sqlite, settings, at)


def test_a_file_is_uploaded_understood_checked_and_imported(desk):
    import_id = desk.upload(FILE)
    found = desk.state(import_id)
    assert (found.state, found.rows) == (ImportState.UNDERSTOOD, 25)

    desk.start(import_id, commands.start_check)
    assert (desk.state(import_id).state, desk.counts(import_id)) == (
        ImportState.CHECKED,
        (25, 25, 0, 0, 0),
    )
    assert desk.many(Person) == 0

    desk.start(import_id)
    assert (desk.state(import_id).state, desk.counts(import_id)) == (ImportState.DONE, (25, 25, 0, 0, 0))
    assert desk.many(Person) == 25
    assert desk.job(import_id).result == {
        "rows": 25,
        "created": 25,
        "updated": 0,
        "unchanged": 0,
        "rejected": 0,
    }


def test_the_same_file_again_changes_nothing(desk):
    desk.put(FILE)
    assert desk.put(FILE) == (25, 0, 0, 25, 0)
    assert desk.many(FieldChange) == 0


def test_many_parts_and_batches_count_as_one(small):
    assert small.put(FILE) == (25, 25, 0, 0, 0)
    assert small.put(FILE.replace("7,Ada", "7,Bo")) == (25, 0, 2, 23, 0)


@pytest.mark.parametrize("killed_at", [0, 1, 3, 6])
def test_a_killed_import_goes_on_where_it_was(small, monkeypatch, killed_at):
    parts = []

    def die(session, part):
        parts.append(part)
        if len(parts) == killed_at + 1:
            apply(session, part)
            raise MemoryError
        return apply(session, part)

    import_id = small.upload(FILE.replace("\n9,Ada", "\n8,Ada"))
    go_through(monkeypatch, die)
    small.start(import_id)
    assert small.job(import_id).state == State.QUEUED
    assert sum(small.counts(import_id)[1:4]) == small.many(Person) < 25

    again(small, import_id)
    assert (small.state(import_id).state, small.counts(import_id)) == (ImportState.DONE, (25, 24, 0, 0, 1))
    assert small.many(Person) == 24
    assert len(small.rejected(import_id)) == 2


def go_through(monkeypatch, do) -> None:
    """Have parts applied by another function."""
    monkeypatch.setattr(imports, "apply", do)


def again(desk: Desk, import_id: int) -> None:
    """The wait before the next attempt is over."""
    with desk.database.transaction() as session:
        session.get_one(Job, desk.state(import_id).job_id).run_after = desk.at
    desk.work()


def test_a_part_that_is_imported_cannot_be_discarded(small, monkeypatch):
    def die(session, part):
        if int(part.records["external_id"][0]) >= 9:
            raise MemoryError
        return apply(session, part)

    import_id = small.upload(FILE)
    go_through(monkeypatch, die)
    small.start(import_id)
    assert small.many(Person) == 8
    with pytest.raises(Conflict), small.database.transaction() as session:
        commands.discard(session, import_id, by=None, at=small.at)


def test_rejected_rows_are_downloaded_with_their_reasons(desk):
    import_id = desk.upload("ID,First Name,Visits\n1,Ada,3\n,Bo,4\n1,Cy,5\n2,Di\n3,Ed,6\n")
    desk.start(import_id)
    assert desk.counts(import_id) == (5, 2, 0, 0, 3)

    head, *rows = desk.rejected(import_id)
    assert head == ["Row", "Reason", "ID", "First Name", "Visits"]
    assert [(row[0], row[2:]) for row in rows] == [
        ("3", ["", "Bo", "4"]),
        ("4", ["1", "Cy", "5"]),
        ("5", ["2", "Di"]),
    ]
    assert rows[1][1] == "ID 1 stands in row 2 already; the first one counts."


@pytest.mark.parametrize(
    "content", [b"\x00\x01\x02\x03" * 50, b"%PDF-1.7 nothing", b"ID,Name\n", b'ID,Name\n1,"open\n']
)
def test_a_file_that_is_no_table_leaves_nothing(desk, content):
    import_id = desk.upload(content)
    found = desk.state(import_id)
    assert found.state == ImportState.FAILED
    assert found.reason == desk.job(import_id).reason
    assert found.reason.endswith(".")
    assert desk.many(Person) == 0


def test_a_file_that_was_exchanged_since_leaves_nothing(desk):
    import_id = desk.upload(FILE)
    (desk.settings.files_dir / desk.state(import_id).file).write_text("ID\n")
    desk.start(import_id)
    assert desk.many(Person) == 0
    assert desk.state(import_id).state != ImportState.DONE


def test_the_next_file_of_a_source_is_mapped_as_the_last_one(desk):
    import_id = desk.upload(FILE, name="CRM leads.csv")
    source = desk.state(import_id).source
    desk.start(import_id, source=source, direction="inbound")

    following = desk.upload(FILE, name="CRM leads.csv")
    mapping = pages.mapping_of(desk.state(following))
    assert (mapping.source, mapping.direction, mapping.id_columns) == (source, "inbound", ("ID",))


# Reading ahead.


def test_what_is_read_ahead_comes_in_order():
    assert list(imports.ahead(iter(range(1, 50)))) == list(range(1, 50))


def test_an_error_met_ahead_is_raised_where_it_is_used():
    def broken():
        yield 1
        raise ValueError("broken")

    read = imports.ahead(broken())
    assert next(read) == 1
    with pytest.raises(ValueError, match="broken"):
        next(read)


# Real data.


@pytest.mark.shared
def test_x_education_goes_in_once(sqlite, settings, at, shared: Path):
    desk = Desk(sqlite, settings, at)
    (path,) = (shared / "xeducation").glob("*.csv")
    content = path.read_bytes()
    assert desk.put(content, id_columns=("Prospect ID",)) == (9240, 9240, 0, 0, 0)
    assert desk.put(content, id_columns=("Prospect ID",)) == (9240, 0, 0, 9240, 0)
    assert (desk.many(Person), desk.many(FieldChange)) == (9240, 0)
