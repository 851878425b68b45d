"""`portal train`, `score` and `rank`: from records to a list, from the console."""

from pathlib import Path
from typing import Any, Final

import click
from sqlmodel import Session

import commands
from commands import opened
from portal.clock import now
from portal.errors import Conflict, Invalid
from portal.fields import Level
from portal.models import registry, reigns
from portal.models.registry import Recipe
from portal.models.tables import Model, Run
from portal.ranking import frozen, places, runs
from portal.ranking.places import Filters
from portal.ranking.rows import HEADS, cells
from portal.spreadsheets import csv_lines

LEVELS: Final = click.Choice([level.value for level in Level])


@click.command()
@click.option("--outcome", default="", help="The field to learn, such as Converted.")
@click.option(
    "--term",
    default="",
    help="Or the definition in force to foresee, such as qualified_lead, within --within-days.",
)
@click.option(
    "--of-term", default="", help="Only those who meet this definition in force when they are looked at."
)
@click.option("--positive", default="", help="The value that means yes, where it is not plain.")
@click.option(
    "--undecided",
    default="",
    help='Values that mean it is not known yet, separated by commas: "Engaging,Open".',
)
@click.option(
    "--within-days",
    type=click.IntRange(1, 36_500),
    help="So many days an outcome takes: younger records, by --order-by, do not know theirs yet.",
)
@click.option(
    "--leave-out", default="", help='Fields not to learn from, separated by commas: "Tags,Lead Quality".'
)
@click.option("--order-by", help="The field that says what came first. Without one there is no forward test.")
@click.option("--source", help="Only records that this source knows.")
@click.option("--only", default="", help='Only records where a field holds a value: "Country=France".')
@click.option("--level", type=LEVELS, default=Level.PERSON.value, show_default=True, help="What is scored.")
@click.option(
    "--promote/--no-promote", default=True, help="Let it rank at once where it may and no other model does."
)
@click.option("--wait", is_flag=True, help="Wait until it is done; it always does.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def train(wait: bool, as_json: bool, level: str, **options: Any) -> None:
    """Train a model on the records whose outcome is known, and say how good it is."""
    del wait
    lists: dict[str, Any] = {
        "left_out": _names(options.pop("leave_out")),
        "undecided": _names(options.pop("undecided")),
    }
    if not (options["outcome"] or options["term"]):
        raise click.UsageError("Missing option '--outcome' (or '--term').")
    only_field, only_value = _only(options.pop("only"))
    recipe = Recipe(level=Level(level), only_field=only_field, only_value=only_value, **lists, **options)
    with opened() as (settings, database):
        with database.transaction() as session:
            model = registry.start_training(session, recipe, by=None, at=now())
        assert model.job_id is not None
        commands.finished(settings, database, model.job_id)
        with database.reading() as session:
            trained = registry.get(session, model.id)
    commands.tell(_trained(trained), as_json=as_json, sentence=f"Model {trained.id}: {trained.why}")


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _only(text: str) -> tuple[str, str]:
    """A field and the value it is to hold; nothing of nothing."""
    field, equals, value = (part.strip() for part in text.partition("="))
    if text and not (field and equals and value):
        raise click.UsageError('Write --only as a field and its value, such as "Country=France".')
    return field, value


def _trained(model: Model) -> dict[str, Any]:
    label = model.label
    tests = {name: label.get(name) for name in ("out_of_fold", "forward")}
    return {
        "model": model.id,
        "records": model.records,
        "positives": model.positives,
        "unknown": label.get("unknown", 0),
        "too_young": label.get("young", 0),
        "metrics": {name: _brief(test["quality"]) if test else None for name, test in tests.items()},
        "baselines": {name: _baselines(test) for name, test in tests.items() if test},
        "leaks": [
            {"column": leak["column"], "evidence": leak["evidence"]} for leak in label.get("leaks", [])
        ],
        "usable": model.is_usable,
        "promotable": model.is_promotable,
        "ranks": model.promoted_at is not None and model.retired_at is None,
        "why": model.why,
        "warnings": label.get("warnings", []),
        "digest": model.digest,
    }


def _brief(quality: dict[str, Any]) -> dict[str, Any]:
    return {name: quality[name] for name in ("auc", "auc_low", "auc_high", "log_loss", "brier", "lift_10")}


def _baselines(test: dict[str, Any]) -> dict[str, Any]:
    return {rival["name"]: _brief(rival["quality"]) for rival in test["rivals"]}


@click.command()
@click.option(
    "--model", "model_id", type=int, help="The model to score with; the one that ranks, else the newest."
)
@click.option("--level", type=LEVELS, default=Level.PERSON.value, show_default=True, help="What is scored.")
@click.option("--replay", type=int, help="Work a run out again from what it read, and compare every score.")
@click.option("--wait", is_flag=True, help="Wait until it is done; it always does.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def score(model_id: int | None, level: str, replay: int | None, wait: bool, as_json: bool) -> None:
    """Score every record, and make the run the list people work from if its model may rank."""
    del wait
    if replay:
        _replay(replay, as_json=as_json)
        return
    with opened() as (settings, database):
        with database.transaction() as session:
            model = _model(session, model_id, Level(level))
            run = runs.start_run(session, model, by=None, at=now())
        assert run.job_id is not None
        job = commands.finished(settings, database, run.job_id)
        with database.reading() as session:
            shown = runs.current(session, Level(level))
    result = (job.result or {}) | {"model": model.id, "current": shown is not None and shown.id == run.id}
    told = f"Run {run.id}: {result['scored']:,} of {result['records']:,} records scored in {result['seconds']} s."
    commands.tell(result, as_json=as_json, sentence=told)


def _replay(run_id: int, *, as_json: bool) -> None:
    """Ends with 1 where the scores differ."""
    with opened() as (settings, database):
        with database.transaction() as session:
            asked = frozen.ask_replay(session, run_id, by=None, at=now())
        result = commands.finished(settings, database, asked.id).result or {}
    if not result["identical"]:
        raise Conflict(
            f"Run {run_id} does not come out the same: its replay gave the digest {result['digest']}."
        )
    told = f"Run {run_id}: {result['replayed']:,} scores are the same to the bit."
    commands.tell(result, as_json=as_json, sentence=told)


def _model(session: Session, model_id: int | None, level: Level) -> Model:
    if model_id:
        return registry.get(session, model_id)
    if found := reigns.champion(session, level) or registry.latest(session, level):
        return found
    raise Invalid("There is no model to score with. Train one first: portal train --outcome FIELD")


@click.command()
@click.option("--top", type=click.IntRange(1), default=50, show_default=True, help="How many places.")
@click.option("--run", "run_id", type=int, help="The run to rank by; the current one.")
@click.option("--everybody", is_flag=True, help="Also who opted out, and customers.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the whole list to this CSV file."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def rank(top: int, run_id: int | None, everybody: bool, out: Path | None, as_json: bool) -> None:
    """The list, from its top: whom to call first."""
    filters = Filters(open_only=not everybody)
    with opened() as (_, database), database.reading() as session:
        run = _run(session, run_id) if run_id else runs.current(session, Level.PERSON)
        if out:
            with out.open("w", encoding="utf-8", newline="") as file:
                file.writelines(csv_lines(HEADS, map(cells, places.every(session, run, filters))))
        first = places.page(session, run, filters, limit=top).places
    shown = [dict(zip(HEADS, cells(place), strict=True)) for place in first]
    result = {"run": run.id if run else None, "ranked": run is not None, "people": shown}
    commands.tell(result | ({"out": str(out)} if out else {}), as_json=as_json, sentence=_table(shown))


def _run(session: Session, run_id: int) -> Run:
    run = runs.with_scores(session, run_id)
    if run.level != Level.PERSON:
        raise Invalid(f"Run {run_id} scored no people but the level {run.level}. Name a run of people.")
    return run


def _table(shown: list[dict[str, Any]]) -> str:
    if not shown:
        return (
            "Nobody is in the list whom one could still call. Import people first: portal import people FILE"
        )
    return "\n".join(map(_line, shown))


def _line(row: dict[str, Any]) -> str:
    who = row["name"] or row["email"] or f"person {row['id']}"
    if row["rank"] is None:
        return who
    return f"{row['rank']:>7}  {row['group']:>2}  {row['propensity']:6.1%}  {who}"
