"""The states of an import: what people may do in each, and what jobs note."""

from datetime import datetime

import pytest
from sqlmodel import Session, select

from portal import jobs
from portal.db import Database
from portal.errors import Conflict, Invalid, NotFound
from portal.fields import Field, FieldKind
from portal.imports import commands, noting, pages
from portal.imports.applying import Applied
from portal.imports.commands import Upload, wider
from portal.imports.guessing import guess
from portal.imports.limits import Limits
from portal.imports.reading import Choices
from portal.imports.rejects import Reject
from portal.imports.tables import Import, ImportState, SavedMapping
from portal.imports.understanding import understand
from portal.jobs import State, claims
from portal.settings import Settings

UPLOAD = Upload("people", "leads.csv", "f0", 60, "digest")


@pytest.fixture
def understood(database: Database, at: datetime, table) -> Import:
    """An upload whose mapping waits for a person."""
    layout = understand(table("Id,Visits,Notes\n1,3,a\n2,4,b\n"), Limits())
    with database.transaction() as session:
        found = commands.upload(session, UPLOAD, by=None, at=at)
        noting.understood(session, found.id, layout, guess(layout, "people", source="CRM").mapping)
    return found


def test_an_upload_is_looked_into_by_a_job(database: Database, at: datetime) -> None:
    with database.transaction() as session:
        found = commands.upload(session, UPLOAD, by=None, at=at)
        job = jobs.get(session, found.job_id)

        assert (found.state, job.kind, job.queue, job.page) == (
            "uploaded",
            "understand",
            "imports",
            "/imports/1",
        )
        with pytest.raises(Conflict, match="This import is uploaded and can no longer be changed"):
            commands.start(session, found.id, by=None, at=at)


def test_a_kind_there_is_none_of_is_refused(database: Database, at: datetime) -> None:
    with database.transaction() as session, pytest.raises(Invalid, match="Nothing is called sheep here"):
        commands.upload(session, Upload("sheep", "a.csv", "f", 1, "d"), by=None, at=at)


def test_a_name_longer_than_any_title_is_cut(database: Database, at: datetime) -> None:
    with database.transaction() as session:
        found = commands.upload(session, Upload("people", "x" * 5000, "f", 1, "d"), by=None, at=at)
        assert len(found.filename) == commands.LONGEST_NAME


def test_limits_hold_for_uploads_and_not_for_the_console() -> None:
    settings = Settings(upload_bytes=2048, upload_rows=7, upload_columns=9)

    assert (commands.limits(settings).bytes, commands.limits(settings).rows) == (2048, 7)
    large = commands.limits(settings, is_large=True)
    assert (large.bytes, large.rows, large.columns) == (commands.LARGE_BYTES, commands.LARGE_ROWS, 9)


def test_starting_keeps_the_mapping_and_enters_the_fields(
    database: Database, understood: Import, at: datetime
) -> None:
    with database.transaction() as session:
        found = commands.start(session, understood.id, by=None, at=at)

        assert (found.state, found.started_at) == (ImportState.RUNNING, at)
        assert pages.sources(session) == ["CRM"]
        assert pages.saved_mapping(session, "people", "CRM") == pages.mapping_of(found)
        assert pages.saved_mapping(session, "deals", "CRM") is None
        assert {field.name for field in session.exec(select(Field))} == {"Visits", "Notes"}


def test_a_source_keeps_one_mapping(database: Database, understood: Import, at: datetime) -> None:
    for _ in range(2):
        with database.transaction() as session:
            found = commands.start(session, understood.id, by=None, at=at)
            claims.claim(session, found.job_id, token="t", at=at)
            claims.fail(session, found.job_id, token="t", reason="It rained.", at=at)
            noting.fail(session, found.id, "It rained.")

    with database.reading() as session:
        assert len(session.exec(select(SavedMapping)).all()) == 1


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (FieldKind.NUMBER, FieldKind.NUMBER, FieldKind.NUMBER),
        (FieldKind.NUMBER, FieldKind.DATE, FieldKind.CATEGORY),
        (FieldKind.TEXT, FieldKind.NUMBER, FieldKind.TEXT),
        (FieldKind.CATEGORY, FieldKind.BOOLEAN, FieldKind.CATEGORY),
    ],
)
def test_a_field_that_comes_in_two_kinds_is_the_wider(
    one: FieldKind, other: FieldKind, both: FieldKind
) -> None:
    assert wider(one, other) is wider(other, one) is both


def test_a_dry_run_that_failed_is_mapped_anew(database: Database, understood: Import, at: datetime) -> None:
    with database.transaction() as session:
        found = commands.start_check(session, understood.id, by=None, at=at)
        note(session, found)
        assert not found.is_partly_in
        noting.fail(session, found.id, "It rained.")

        again = commands.remap(session, found.id, pages.mapping_of(found))

        assert (again.state, again.next_part, again.created, again.rejected) == ("understood", 0, 0, 0)
        assert pages.rejects(session, found.id) == []


def note(session: Session, found: Import) -> None:
    """One part of two rows, one of them rejected."""
    rejects = [Reject(3, "", "It is torn.", ["2", "x"])]
    noting.part(session, found.id, Applied(created=1), rejects, next_part=1, unreadable={"Visits": 2})


def test_parts_add_up(database: Database, understood: Import, at: datetime) -> None:
    with database.transaction() as session:
        found = commands.start(session, understood.id, by=None, at=at)
        note(session, found)
        note(session, found)

        assert (found.created, found.rejected, found.unreadable, found.next_part) == (2, 2, {"Visits": 4}, 1)
        assert found.is_partly_in
        assert [(one.row, one.cells) for one in pages.every_reject(session, found.id)] == [
            (3, ["2", "x"])
        ] * 2


def test_what_is_partly_in_goes_on_and_nothing_else(
    database: Database, understood: Import, at: datetime
) -> None:
    with database.transaction() as session:
        found = commands.start(session, understood.id, by=None, at=at)
        note(session, found)
        noting.fail(session, found.id, "It rained.")
        mapping = pages.mapping_of(found)
        for command in (
            lambda: commands.remap(session, found.id, mapping),
            lambda: commands.start(session, found.id, by=None, at=at),
            lambda: commands.start_check(session, found.id, by=None, at=at),
            lambda: commands.reread(session, found.id, Choices(), by=None, at=at),
            lambda: commands.discard(session, found.id, by=None, at=at),
        ):
            with pytest.raises(Conflict, match="A part of this file is imported already"):
                command()

        again = noting.begin(session, found.id, ImportState.RUNNING, job_id=found.job_id)
        assert (again.state, again.created, again.next_part) == (ImportState.RUNNING, 1, 1)


def test_beginning_afresh_counts_afresh(database: Database, understood: Import, at: datetime) -> None:
    with database.transaction() as session:
        found = commands.start_check(session, understood.id, by=None, at=at)
        note(session, found)
        noting.fail(session, found.id, "It rained.")

        again = noting.begin(session, found.id, ImportState.CHECKING, job_id=found.job_id)

        assert (again.created, again.rejected, again.unreadable, again.reason) == (0, 0, {}, None)


def test_only_the_job_an_import_waits_for_may_work_on_it(
    database: Database, understood: Import, at: datetime
) -> None:
    with database.transaction() as session:
        first = commands.start_check(session, understood.id, by=None, at=at).job_id
        jobs.cancel(session, first, by=None, at=at)
        commands.start(session, understood.id, by=None, at=at)
        with pytest.raises(Conflict, match="This import went on without this job"):
            noting.begin(session, understood.id, ImportState.CHECKING, job_id=first)


def test_a_discarded_upload_takes_no_job_any_more(
    database: Database, understood: Import, at: datetime
) -> None:
    with database.transaction() as session:
        found = commands.discard(session, understood.id, by=None, at=at)

        with pytest.raises(Conflict):
            noting.begin(session, found.id, ImportState.RUNNING, job_id=found.job_id)
        with pytest.raises(Conflict, match="This import is discarded and can no longer be changed"):
            commands.start(session, found.id, by=None, at=at)


@pytest.mark.parametrize("ending", [State.CANCELLED, State.FAILED, State.DEAD])
def test_an_import_whose_job_ended_is_open_again(
    database: Database, understood: Import, at: datetime, ending: State
) -> None:
    with database.transaction() as session:
        found = commands.start_check(session, understood.id, by=None, at=at)
        assert (pages.is_at_work(session, found), pages.is_open(session, found)) == (True, False)
        jobs.get(session, found.job_id).state = ending
        session.flush()
        assert (pages.is_at_work(session, found), pages.is_open(session, found)) == (False, True)


def test_reading_otherwise_asks_the_job_for_it(database: Database, understood: Import, at: datetime) -> None:
    with database.transaction() as session:
        found = commands.reread(session, understood.id, Choices(separator=";", header=0), by=None, at=at)

        job = jobs.get(session, found.job_id)
        assert job.arguments == {"import_id": found.id, "choices": {"separator": ";", "header": 0}}


def test_a_mapping_that_cannot_work_is_refused_and_not_kept(
    database: Database, understood: Import, at: datetime
) -> None:
    with database.transaction() as session:
        mapping = pages.mapping_of(understood)
        for change, says in (
            ({"source": " "}, "Name the source"),
            ({"source": "x" * 101}, "The name of the source is longer than 100 letters."),
            ({"id_columns": ("Nope",)}, "The file has no column Nope."),
        ):
            with pytest.raises(Invalid, match=says):
                commands.remap(session, understood.id, mapping.model_copy(update=change))
        assert pages.mapping_of(pages.get(session, understood.id)) == mapping


def test_what_was_not_understood_has_no_mapping(database: Database, at: datetime) -> None:
    with database.transaction() as session:
        found = commands.upload(session, UPLOAD, by=None, at=at)
        for read in (pages.mapping_of, pages.understanding_of):
            with pytest.raises(Conflict, match="Nobody has looked into leads"):
                read(found)


def test_imports_are_listed_the_newest_first(database: Database, at: datetime) -> None:
    with database.transaction() as session:
        ids = [commands.upload(session, UPLOAD, by=None, at=at).id for _ in range(3)]

        assert [one.id for one in pages.listed(session)] == ids[::-1]
        assert [one.id for one in pages.listed(session, before=ids[2], limit=1)] == [ids[1]]
        with pytest.raises(NotFound, match="There is no import 99"):
            pages.get(session, 99)
