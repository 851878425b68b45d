import threading
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import select

from portal import keeping
from portal.companies import Company
from portal.db import Database
from portal.errors import Conflict, Invalid
from portal.settings import Settings


def named(database: Database, name: str, at: datetime) -> None:
    with database.transaction() as session:
        session.add(Company(name=name, created_at=at, updated_at=at))


def names(settings: Settings) -> list[str]:
    database = Database(settings.engine_url)
    with database.reading() as session:
        found = sorted(company.name for company in session.exec(select(Company)))
    database.dispose()
    return found


def test_a_backup_restores_what_was_there(
    settings: Settings, sqlite: Database, at: datetime, tmp_path: Path
) -> None:
    named(sqlite, "Alder", at)
    (settings.files_dir).mkdir()
    (settings.files_dir / "kept").write_text("a file")
    (settings.files_dir / "half.part").write_text("half")
    key = settings.secret_key
    keeping.backup(settings, tmp_path / "b.tar.gz")

    elsewhere = Settings(data_dir=tmp_path / "elsewhere")
    assert keeping.restore(elsewhere, tmp_path / "b.tar.gz", at=at) is None
    assert names(elsewhere) == ["Alder"]
    assert elsewhere.secret_key == key
    assert [path.name for path in elsewhere.files_dir.iterdir()] == ["kept"]


def test_what_was_there_before_a_restore_is_kept(
    settings: Settings, sqlite: Database, at: datetime, tmp_path: Path
) -> None:
    named(sqlite, "Alder", at)
    keeping.backup(settings, tmp_path / "b.tar.gz")
    named(sqlite, "Birch", at)
    sqlite.dispose()

    before = keeping.restore(settings, tmp_path / "b.tar.gz", at=at)

    assert names(settings) == ["Alder"]
    assert before is not None
    assert (before / "concord.db").exists()


def test_a_backup_under_load_is_whole_and_of_one_moment(
    settings: Settings, sqlite: Database, at: datetime, tmp_path: Path
) -> None:
    over = threading.Event()

    def write() -> None:
        while not over.is_set():
            with sqlite.transaction() as session:
                session.add(Company(name="left", created_at=at, updated_at=at))
                session.add(Company(name="right", created_at=at, updated_at=at))

    writers = [threading.Thread(target=write) for _ in range(3)]
    for writer in writers:
        writer.start()
    try:
        for number in range(5):
            keeping.backup(settings, tmp_path / f"{number}.tar.gz")
    finally:
        over.set()
        for writer in writers:
            writer.join()
    for number in range(5):
        elsewhere = Settings(data_dir=tmp_path / f"restored-{number}")
        keeping.restore(elsewhere, tmp_path / f"{number}.tar.gz", at=at)
        found = names(elsewhere)
        assert found.count("left") == found.count("right")


def test_a_backup_never_overwrites(settings: Settings, sqlite: Database, tmp_path: Path) -> None:
    (tmp_path / "b.tar.gz").write_text("precious")
    with pytest.raises(Conflict, match="exists already"):
        keeping.backup(settings, tmp_path / "b.tar.gz")
    with pytest.raises(Invalid, match="There is no folder"):
        keeping.backup(settings, tmp_path / "nowhere" / "b.tar.gz")
    assert (tmp_path / "b.tar.gz").read_text() == "precious"


def test_what_is_no_backup_changes_nothing(
    settings: Settings, sqlite: Database, at: datetime, tmp_path: Path
) -> None:
    named(sqlite, "Alder", at)
    (tmp_path / "rubbish.tar.gz").write_bytes(b"\x00\x01rubbish")

    with pytest.raises(Invalid, match="is no backup of Concord"):
        keeping.restore(settings, tmp_path / "rubbish.tar.gz", at=at)
    with sqlite.reading() as session:
        assert session.exec(select(Company.name)).all() == ["Alder"]


def test_a_damaged_database_is_refused(
    settings: Settings, sqlite: Database, at: datetime, tmp_path: Path
) -> None:
    import tarfile

    (tmp_path / "concord-broken.db").write_bytes(b"SQLite format 3\x00" + b"\xff" * 4096)
    with tarfile.open(tmp_path / "b.tar.gz", "w:gz") as packed:
        packed.add(tmp_path / "concord-broken.db", "concord.db")

    with pytest.raises(Invalid, match="damaged"):
        keeping.restore(settings, tmp_path / "b.tar.gz", at=at)


def test_postgresql_is_backed_up_by_its_own_tools(tmp_path: Path, at: datetime) -> None:
    settings = Settings(data_dir=tmp_path, database_url="postgresql://nobody@127.0.0.1/none")
    with pytest.raises(Invalid, match="pg_dump"):
        keeping.backup(settings, tmp_path / "b.tar.gz")
    with pytest.raises(Invalid, match="pg_restore"):
        keeping.restore(settings, tmp_path / "b.tar.gz", at=at)


def test_without_a_database_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no database"):
        keeping.backup(Settings(data_dir=tmp_path), tmp_path / "b.tar.gz")


def test_the_backup_of_a_migrated_database_passes_its_own_check(
    settings: Settings, sqlite: Database, at: datetime, tmp_path: Path
) -> None:
    keeping.backup(settings, tmp_path / "b.tar.gz")
    elsewhere = Settings(data_dir=tmp_path / "elsewhere")
    keeping.restore(elsewhere, tmp_path / "b.tar.gz", at=at)
    database = Database(elsewhere.engine_url)
    with database.reading() as session:
        assert session.connection().execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
    database.dispose()
