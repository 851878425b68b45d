"""Run as a program: makes every kind of file of N made-up people, and prints the most memory of its own (MiB, without mapped files) and the seconds of each."""

import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from portal import exports, migrating
from portal.db import Database
from portal.exports import Kind, Work, targets
from portal.fields import Field, Level
from portal.people import ExternalId, Person
from tests.portal.exports.cast import score

AT = datetime(2026, 3, 2, tzinfo=UTC)
STEP = 25_000


def fill(database: Database, count: int) -> None:
    """People with ten attributes each, an id, and a place in run 1."""
    with database.transaction() as session:
        for name in "abcdefghij":
            session.add(Field(level="person", name=name, kind="number", source="crm", first_seen_at=AT))
    for first in range(1, count + 1, STEP):
        ids = range(first, first + STEP)
        with database.transaction() as session:
            session.execute(insert(Person), [_person(id_) for id_ in ids])
            session.execute(insert(ExternalId), [_external_id(id_) for id_ in ids])
    score(database, AT, {id_: (id_, 0.5, 1 + id_ % 20) for id_ in range(1, count + 1)})


def _person(id_: int) -> dict[str, Any]:
    attributes = json.dumps({name: id_ * place % 997 for place, name in enumerate("abcdefghij")})
    return {"id": id_, "first_name": "Ada", "attributes": attributes, "created_at": AT, "updated_at": AT}


def _external_id(id_: int) -> dict[str, Any]:
    return {"level": "person", "source": "crm", "external_id": str(id_), "record_id": id_}


@contextmanager
def watched(seen: dict[str, int], name: str) -> Iterator[None]:
    """Note the most memory of our own while something is done; SQLite's mapped file is the system's to take back."""
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.02):
            status = Path("/proc/self/status").read_text()
            own = int(status.partition("RssAnon:")[2].split()[0]) // 1024
            seen[name] = max(seen.get(name, 0), own)

    thread = threading.Thread(target=look)
    thread.start()
    yield
    over.set()
    thread.join()


def main(folder: Path, count: int) -> None:
    database = Database(f"sqlite:///{folder / 'concord.db'}")
    migrating.upgrade(database)
    fill(database, count)
    seconds: dict[str, float] = {}
    memory: dict[str, int] = {}
    who = {"by": None, "at": AT}
    with database.transaction() as session:
        target = targets.find_or_make(session, Level.PERSON, "hubspot", "crm", **who)
        asked = {
            "crm": exports.request_crm(session, target.id, **who),
            "list": exports.request_list(session, Kind.PEOPLE, "csv", **who),
            "scores": exports.request_scores(session, 1, "parquet", **who),
            "wide": exports.request_wide(session, Level.PERSON, "parquet", **who),
            "wide csv": exports.request_wide(session, Level.PERSON, "csv", **who),
        }
    for name, export in asked.items():
        began = time.monotonic()
        work = Work(database, database.transaction, lambda _: None, folder / f"{export.id}.{export.format}")
        with watched(memory, name):
            assert exports.make(work, export.id, at=AT).rows == count
        seconds[name] = round(time.monotonic() - began, 2)
    database.dispose()
    sys.stdout.write(json.dumps({"mib": memory, "seconds": seconds}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
