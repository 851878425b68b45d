"""Lists, scores and model-ready rows as the job makes them."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import text
from sqlmodel import select

from portal import exports
from portal.companies import Company
from portal.db import Database
from portal.errors import Invalid, NotFound, TooLarge
from portal.events import Event, sentence
from portal.exports import Kind, making, sweeping
from portal.fields import Level
from portal.models.tables import Run
from portal.people import ExternalId
from portal.ranking import runs
from portal.settings import Settings
from tests.portal.exports.cast import aim, done, files, know, tell
from tests.portal.models import crowd


@pytest.fixture
def ranked(tmp_path: Path) -> Iterator[Database]:
    """A portal of 604 people that model 1 ranks in run 1."""
    database = crowd.ranked(tmp_path)
    yield database
    database.dispose()


def asked(database: Database, kind: Kind, format_: str, at: datetime, **filters) -> int:
    with database.transaction() as session:
        return exports.request_list(session, kind, format_, filters, by=None, at=at).id


def test_people_come_as_the_list_has_them_with_groups_to_twenty(
    ranked: Database, settings: Settings, at: datetime
) -> None:
    id_ = asked(ranked, Kind.PEOPLE, "csv", at, country="Ghana", open_only=False)
    export, file = done(ranked, settings, id_)

    rows = list(csv.DictReader(StringIO(file.removeprefix("\ufeff"))))
    groups = {row[1]: row[4] for row in crowd.table(ranked, 1)}
    assert {row["country"] for row in rows} == {"Ghana"}
    assert [int(row["rank"]) for row in rows] == sorted(int(row["rank"]) for row in rows)
    assert {int(row["id"]): int(row["group"]) for row in rows} == {
        int(row["id"]): groups[int(row["id"])] for row in rows
    }
    assert export.rows == len(rows) == 200


def test_companies_come_with_money_as_numbers(database: Database, settings: Settings, at: datetime) -> None:
    with database.transaction() as session:
        session.add(
            Company(name="Acme", revenue=Decimal(1_500_000), currency="EUR", created_at=at, updated_at=at)
        )

    _, file = done(database, settings, asked(database, Kind.COMPANIES, "csv", at))

    assert next(csv.DictReader(StringIO(file.removeprefix("\ufeff"))))["revenue"] == "1500000.0"


def test_an_empty_list_is_a_file_of_its_heads(database: Database, settings: Settings, at: datetime) -> None:
    export, file = done(database, settings, asked(database, Kind.DEALS, "csv", at))

    assert export.rows == 0
    assert file.startswith("\ufeffid,name,outcome,stage")


def test_a_workbook_of_many_rows_is_refused_with_the_way_out(
    database: Database, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "XLSX_ROWS", 1)
    know(database, at, {"Ada": None, "Bob": None})

    with pytest.raises(TooLarge, match="Take CSV"):
        asked(database, Kind.PEOPLE, "xlsx", at)
    assert asked(database, Kind.PEOPLE, "csv", at)


def test_scores_are_the_run_to_the_last_digit(ranked: Database, settings: Settings, at: datetime) -> None:
    with ranked.transaction() as session:
        id_ = exports.request_scores(session, 1, "parquet", by=None, at=at).id
    export, _ = done(ranked, settings, id_)

    found = pl.read_parquet(settings.files_dir / export.file)
    kept = crowd.table(ranked, 1)
    assert found.columns == list(runs.SCORE_HEADS)
    assert found.select("rank", "record_id", "propensity", "group").rows() == [
        (rank, record, share, group) for rank, record, _, share, group, *_ in kept
    ]


def test_scores_that_were_dropped_are_refused(ranked: Database, at: datetime) -> None:
    with ranked.transaction() as session:
        session.get_one(Run, 1).state = "dropped"
        with pytest.raises(NotFound, match="no longer kept"):
            exports.request_scores(session, 1, "csv", by=None, at=at)


def test_wide_rows_have_a_typed_column_for_each_field(
    database: Database, settings: Settings, at: datetime
) -> None:
    crowd.people(database, count=30, unknown=1)
    with database.transaction() as session:
        session.add(ExternalId(level="person", source="mailer", external_id="m1", record_id=2))
        session.connection().execute(
            text(
                """INSERT INTO field (level, name, kind, source, first_seen_at) VALUES ('person', 'id', 'text', 'crm', 0)"""
            )
        )
        id_ = exports.request_wide(session, Level.PERSON, "parquet", by=None, at=at).id
    export, _ = done(database, settings, id_)

    found = pl.read_parquet(settings.files_dir / export.file)
    first = found.row(0, named=True)
    assert export.rows == found.height == 31
    assert found.columns[:4] == ["id", "crm id", "mailer id", "name"]
    assert found["mailer id"].to_list()[:3] == [None, "m1", None]
    assert (found.schema["Visits"], found.schema["Demo"]) == (pl.Float64, pl.Boolean)
    assert found.schema["came_at"] == pl.Datetime("us", "UTC")
    assert first["came_at"] == crowd.AT - timedelta(days=700)
    assert "id (attribute)" in found.columns
    assert first["name"] == "Ada Number 0"


def test_a_list_never_comes_as_parquet(database: Database, at: datetime) -> None:
    with pytest.raises(Invalid, match="CSV or XLSX"):
        asked(database, Kind.PEOPLE, "parquet", at)


def test_files_are_swept_after_two_weeks_and_what_was_sent_stays_known(
    database: Database, settings: Settings, at: datetime
) -> None:
    know(database, at, {"Ada": "51"}, owner="Max")
    target = aim(database, at, "hubspot", owner="owner")
    old, _ = tell(database, settings, target, at)
    later = at + sweeping.KEPT + timedelta(hours=1)
    new, _ = tell(database, settings, target, later)
    draft = settings.files_dir / f"export-{old.id}-feed.csv.part"
    draft.touch()
    other = settings.files_dir / "an-import"
    other.touch()

    with database.transaction() as session:
        over = sweeping.over(session, at=later)
        sweeping.remove(settings.files_dir, over)
        sweeping.forget(session, over)

    assert over == [old.id]
    assert files(settings.files_dir) == sorted(["an-import", new.file])
    assert new.rows == 0
    with database.reading() as session:
        assert sweeping.over(session, at=later) == []
        with pytest.raises(NotFound, match="no longer kept"):
            exports.path_of(exports.get(session, old.id), settings.files_dir)


def test_what_was_exported_is_in_the_log(database: Database, settings: Settings, at: datetime) -> None:
    done(database, settings, asked(database, Kind.DEALS, "csv", at))

    with database.reading() as session:
        told = [sentence(event) for event in session.exec(select(Event).order_by(Event.id))]
    assert told == ["asked for the file “Deals”", "finished the file “Deals”: 0 rows"]


def test_a_file_is_called_what_it_holds_and_when(database: Database, settings: Settings) -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    know(database, at, {"Ada": "51"}, owner="Max")
    export, _ = tell(database, settings, aim(database, at, "hubspot", owner="owner"), at)

    name = exports.filename(export)
    assert name.startswith("people-of-crm-for-hubspot-import-")
    assert name.endswith(f"-{export.id}.csv")
