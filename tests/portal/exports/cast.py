"""People a CRM knows, a run that scores them, and files made without a queue."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from portal import exports
from portal.db import Database
from portal.exports import Export, Target, targets
from portal.fields import Level
from portal.models.tables import CurrentRun, Model, Run, RunState
from portal.people import ExternalId, Person
from portal.ranking import runs
from portal.settings import Settings
from workers import inline

ADA, BOB, CYD = "00QAa00000AbCdE", "00QAa00000AbCdFMAV", "003Aa00000XyZzzIAB"
ADA_WHOLE = "00QAa00000AbCdEMAV"


def know(database: Database, at: datetime, people: Mapping[str, str | None], **fields: Any) -> list[int]:
    """People by first name, with the id that the source `crm` has for each; None: it does not know them."""
    with database.transaction() as session:
        made = [
            Person(first_name=name, created_at=at, updated_at=at, arrived_at=at, **fields) for name in people
        ]
        session.add_all(made)
        session.flush()
        for person, id_ in zip(made, people.values(), strict=True):
            if id_:
                session.add(ExternalId(level="person", source="crm", external_id=id_, record_id=person.id))
        return [person.id for person in made]


def score(database: Database, at: datetime, scores: Mapping[int, tuple[int, float, int]]) -> int:
    """A run that is current: rank, propensity, group by person."""
    with database.transaction() as session:
        model = Model(level="person", outcome="Converted", as_of=at, created_at=at)
        session.add(model)
        session.flush()
        run = Run(level="person", model_id=model.id, as_of=at, created_at=at, scored=len(scores))
        session.add(run)
        session.flush()
        runs.lay_out(session, run.id)
        rows = [
            (rank, person, 0.0, share, group, None, 0.0) for person, (rank, share, group) in scores.items()
        ]
        runs.fill(session, run.id, rows)
        run.state = RunState.DONE
        session.merge(CurrentRun(level="person", run_id=run.id, since=at))
        return run.id


def rescore(database: Database, run_id: int, person_id: int, *, group: int) -> None:
    with database.transaction() as session:
        session.connection().execute(
            text(f"UPDATE score_{run_id} SET grp = :group WHERE record_id = :id"),
            {"group": group, "id": person_id},
        )


def aim(
    database: Database, at: datetime, layout: str = "salesforce", prefix: str = "", **names: str
) -> Target:
    """A target of the source `crm`, with its columns if they are named."""
    with database.transaction() as session:
        target = targets.find_or_make(session, Level.PERSON, layout, "crm", prefix, by=None, at=at)
        if names:
            targets.name_columns(session, target.id, list(names.items()), by=None, at=at)
        return target


def tell(
    database: Database, settings: Settings, target: Target, at: datetime, **how: bool
) -> tuple[Export, str]:
    """Make the file of a target; it and its text."""
    with database.transaction() as session:
        asked = exports.request_crm(session, target.id, by=None, at=at, **how)
    return done(database, settings, asked.id)


def done(database: Database, settings: Settings, export_id: int) -> tuple[Export, str]:
    inline.run_all(database, settings)
    with database.reading() as session:
        export = exports.get(session, export_id)
    path = settings.files_dir / (export.file or "none")
    is_text = export.format == "csv" and path.is_file()
    return export, path.read_bytes().decode() if is_text else ""


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
