"""Six hundred made-up people whose outcome can be learned, and what trains and scores them in a test."""

import json
import os
import random
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text

from portal import migrating
from portal.db import Database
from portal.fields import Field, Level
from portal.models import registry
from portal.models.registry import Recipe
from portal.models.tables import Model, Run
from portal.people import ExternalId, Person
from portal.ranking import runs
from portal.settings import Settings
from workers import inline

os.environ.setdefault(
    "OMP_WAIT_POLICY", "PASSIVE"
)  # threads of LightGBM that wait must not spin: tests share the cores

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
KINDS = {
    "Visits": "number",
    "Channel": "category",
    "Demo": "boolean",
    "Notes": "text",
    "Contract": "category",
}
KINDS |= {"Converted": "boolean", "Luck": "boolean"}
RECIPE = Recipe(outcome="Converted", order_by="came_at", left_out=("Contract",))


@cache
def traits(count: int = 600) -> list[dict[str, Any]]:
    """Attributes of each: visits and channel tell half of the outcome, the contract all of it, luck nothing."""
    dice = random.Random(7)
    return [_traits(dice, number) for number in range(count)]


def _traits(dice: random.Random, number: int) -> dict[str, Any]:
    visits, channel = dice.randint(0, 20), dice.choice(("Search", "Event", "Partner", "Letter"))
    chance = 0.02 + (visits / 20) ** 2 * 0.6 + {"Partner": 0.35, "Search": 0.15}.get(channel, 0.0)
    converted = dice.random() < chance
    found = {
        "Visits": visits,
        "Channel": channel,
        "Demo": dice.random() < 0.3,
        "Notes": f"Called {number} times",
        "Contract": "Signed" if converted else "None",
        "Converted": converted,
        "Luck": dice.random() < 0.4,
    }
    return {name: value for name, value in found.items() if name == "Converted" or dice.random() > 0.05}


def people(database: Database, *, count: int = 600, shuffled: bool = False, unknown: int = 0) -> None:
    """Add them; `shuffled`: in another order of arrival in the portal; `unknown`: so many more of whom nothing is known."""
    rows = list(enumerate(traits(count)))
    if shuffled:
        random.Random(1).shuffle(rows)
    rows += [(count + number, {}) for number in range(unknown)]
    ids = range(1, len(rows) + 1)
    with database.transaction() as session:
        for name in sorted(KINDS, reverse=shuffled):
            session.add(Field(level="person", name=name, kind=KINDS[name], source="crm", first_seen_at=AT))
        session.execute(insert(Person), [_person(*row) for row in rows])
        known = [_external_id(number, record_id) for (number, _), record_id in zip(rows, ids, strict=True)]
        session.execute(insert(ExternalId), known)


def _external_id(number: int, record_id: int) -> dict[str, Any]:
    return {"level": "person", "source": "crm", "external_id": f"L-{number:04}", "record_id": record_id}


def _person(number: int, attributes: dict[str, Any]) -> dict[str, Any]:
    came = AT - timedelta(days=700) + timedelta(days=number % 600, hours=number % 24)
    return dict(  # noqa: C408  reads as the row it is
        first_name="Ada",
        last_name=f"Number {number}",
        email=f"ada{number}@example.com",
        country=("France", "Ghana", "Chile")[number % 3] if attributes else "",
        source=("Web", "Show")[number % 2] if attributes else "",
        direction="unknown" if attributes else "",
        came_at=came,
        arrived_at=came,
        opted_out_at=AT if number % 17 == 3 else None,
        customer_at=AT if number % 13 == 5 else None,
        attributes=json.dumps(attributes, sort_keys=True, separators=(",", ":")),
        created_at=AT,
        updated_at=AT,
    )


def trained(database: Database, settings: Settings, recipe: Recipe = RECIPE, at: datetime = AT) -> Model:
    """A model, trained by its job. What follows from it is done, too."""
    with database.transaction() as session:
        model = registry.start_training(session, recipe, by=None, at=at)
    inline.run_all(database, settings)
    with database.reading() as session:
        return registry.get(session, model.id)


def scored(database: Database, settings: Settings, model: Model, at: datetime = AT) -> Run:
    """A run of a model, done by its job."""
    with database.transaction() as session:
        run = runs.start_run(session, model, by=None, at=at)
    inline.run_all(database, settings)
    with database.reading() as session:
        return runs.get_run(session, run.id)


def current(database: Database) -> Run | None:
    with database.reading() as session:
        return runs.current(session, Level.PERSON)


@cache
def _ranked_file() -> Path:
    """People, four of whom nothing is known, a model that ranks them, and its run: made once a session."""
    folder = Path(tempfile.mkdtemp())
    database = Database(f"sqlite:///{folder / 'concord.db'}")
    migrating.upgrade(database)
    people(database, unknown=4)
    trained(database, Settings(data_dir=folder))
    database.dispose()
    return folder / "concord.db"


def ranked(folder: Path) -> Database:
    """A copy of a portal whose model 1 ranks, with run 1."""
    shutil.copy(_ranked_file(), folder / "ranked.db")
    return Database(f"sqlite:///{folder / 'ranked.db'}")


def table(database: Database, run_id: int) -> list[tuple[Any, ...]]:
    """What a run wrote: rank, record, raw sum, propensity, group 1-20, expected amount, engagement."""
    with database.reading() as session:
        rows = session.connection().execute(text(f"SELECT * FROM score_{run_id} ORDER BY rank"))
        return [tuple(row) for row in rows]
