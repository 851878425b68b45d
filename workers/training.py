"""The job that trains a model."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from dataclasses import field as dataclass_field
from datetime import datetime
from typing import Any, Final

import numpy as np
import polars as pl
from sqlmodel import Session, select

from portal import columns, imports
from portal.clock import now
from portal.columns import Input
from portal.criteria import catalogue
from portal.db import Database, microseconds
from portal.errors import Invalid, Problem
from portal.fields import Field, FieldKind, Level
from portal.models import afterwards, amounts, choices, learned, registry
from portal.models.registry import Learned
from portal.models.tables import Model
from portal.ranking import runs
from scoring import activities, leaks
from scoring.activities import Heading
from scoring.columns import FloatArray, Table
from scoring.label import DataSheet, Test
from scoring.leaks import Suspect
from scoring.training import Trained, train
from scoring.value import TrainedValue, train_value
from workers import doings, meeting, tables, targets
from workers.targets import Target
from workers.tasks import Claim, Effects, task

THREADS: Final = 2
MET: Final = "met"
OUTCOME: Final = "\0outcome"
AMOUNT: Final = "\0amount"
"""No field is called that: what a record's purchases were worth."""


@dataclass(frozen=True)
class Asked:
    """What a model is to learn from, found among the fields there are."""

    outcome: Input | None
    order: Input | None
    inputs: Sequence[Input]
    only: Input | None = None

    @property
    def read(self) -> list[Input]:
        """All that is to be read, each once."""
        wanted = [*self.inputs, *(field for field in (self.outcome, self.order, self.only) if field)]
        return list({field.name: field for field in wanted}.values())


@task("train")
def train_model(job: Claim, model_id: int) -> Effects:
    """Learn the model's outcome from every record that has one; keep the model with its score label."""
    with job.database.reading() as session:
        model = registry.get(session, model_id)
    try:
        return _train(job, model)
    except Problem as problem:
        with job.transaction() as session:
            registry.fail(session, model_id, problem.sentence)
        raise


def _train(job: Claim, model: Model) -> Effects:
    read = read_of(job, model, as_of=model.as_of)
    table, outcome = read.table, read.outcome
    job.progress(0, None, f"learning from {len(table):,} records")
    as_of = microseconds(model.as_of) / tables.MICROSECONDS_A_DAY
    trained = train(table, outcome, order=read.order, as_of=as_of, threads=THREADS)
    job.progress(0, None, "learning what a purchase is worth")
    value = train_value(table, read.amounts, as_of=as_of, threads=THREADS)
    job.progress(0, None, "looking for columns that know the future")
    found = _with_history(job.database, model, read, leaks.suspects(table, outcome))
    result = _learned(trained, read, found, tables.digest(table, outcome, read.amounts))
    result = replace(result, **_valued(value, read.currency, result.label))

    def effects(session: Session) -> dict[str, Any]:
        kept = registry.keep(session, model.id, result, at=now())
        if kept.promoted_at is not None:
            runs.start_run(session, kept, by=kept.created_by, at=now())
        return {"model": kept.id, "usable": kept.is_usable}

    return effects


@dataclass(frozen=True)
class Watched:
    """What records did, as a model sees it: the kinds of activity, as inputs, and what is said of them on the label."""

    kinds: Sequence[str] = ()
    inputs: Sequence[Input] = ()
    label: dict[str, Any] = dataclass_field(default_factory=dict)


@dataclass(frozen=True)
class Read:
    """The records to learn from, in an order that does not depend on when each was imported: their outcomes (n,), the order of
    time (n,) where one is named, and what their purchases were worth (n,), NaN without one, in a currency. `sources` names
    the system each attribute came from.
    """

    table: Table
    target: Target
    outcome: FloatArray
    order: FloatArray | None
    amounts: FloatArray
    currency: str
    activities: Watched
    sources: Mapping[str, str]
    is_dated: bool = False
    name: str = ""
    kind: FieldKind | None = None


def _with_history(database: Database, model: Model, read: Read, found: Sequence[Suspect]) -> list[Suspect]:
    """The suspects, with those that the history of values says were filled in only once the outcome was there."""
    if read.kind is None:
        return list(found)
    with database.reading() as session:
        late = afterwards.filled_late(session, Level(model.level), read.name, read.kind, read.target.positive)
    known = {suspect.column: suspect for suspect in found}
    for each in late:
        if each.column in read.table.columns:
            before = known.get(each.column, Suspect(each.column, "leak", math.nan, ()))
            evidence = (*before.evidence, each.sentence)
            known[each.column] = replace(before, grade="leak", evidence=evidence)
    return sorted(known.values(), key=lambda suspect: suspect.grade != "leak")


def read_of(job: Claim, model: Model, *, as_of: datetime, by_content: bool = True) -> Read:
    """What a model learns from, as of a time; numbered by content, else in the order of ids and by them."""
    level = Level(model.level)
    columns.refresh(
        job.database, level, progress=lambda done, total: job.progress(done, total, "laying out columns")
    )
    with job.database.reading() as session:
        asked = asked_of(session, model)
        won = amounts.won(session, level)
        sources = dict(session.exec(select(Field.name, Field.source).where(Field.level == level)).all())
    frame = _records(job, model, asked)
    target = target_of(job.database, model, asked, frame, as_of=as_of)
    frame, watched = _watched(job, model, asked, frame.with_columns(pl.Series(OUTCOME, target.outcome)))
    frame = frame.join(won.frame.rename({"amount": AMOUNT}), on="id", how="left", maintain_order="left")
    if by_content:
        frame = tables.by_content(frame)
    table = tables.table_of(frame, [*asked.inputs, *watched.inputs])
    outcome, worth = (tables.floats(frame[name].fill_nan(None)) for name in (OUTCOME, AMOUNT))
    is_dated = asked.order is not None and asked.order.kind is FieldKind.DATE
    return Read(
        table,
        target,
        outcome,
        _order(frame, asked),
        worth,
        won.currency,
        watched,
        sources,
        is_dated,
        *_named(asked),
    )


def _named(asked: Asked) -> tuple[str, FieldKind | None]:
    """The attribute that is the outcome, and its kind; none where a definition is."""
    return (asked.outcome.name, asked.outcome.kind) if asked.outcome else ("", None)


def target_of(
    database: Database, model: Model, asked: Asked, frame: pl.DataFrame, *, as_of: datetime
) -> Target:
    """What a model is to learn of records as they are read: an attribute, or who first meets a definition's version."""
    order = _order(frame, asked)
    if asked.outcome:
        return targets.of(frame[asked.outcome.name], asked.outcome, model, order, as_of=as_of)
    assert model.met_version_id is not None
    with database.reading() as session:
        criteria = learned.criteria_of(session, model.met_version_id)
        rests_on_more = learned.rests_on_more(criteria, catalogue(session, Level(model.level)))
    found = meeting.first_met(
        database,
        criteria,
        Level(model.level),
        frame["id"].to_numpy(),
        own_moments(model, frame, order),
        within=model.within_days or 0,
        as_of=targets.days(as_of),
    )
    return Target(MET, found.outcome, found.young, found.already, rests_on_more)


def own_moments(model: Model, frame: pl.DataFrame, order: FloatArray | None) -> FloatArray:
    """When each record is looked at, to foresee what follows: people some days after they came, others when they came, in days."""
    if Level(model.level) in doings.READ:
        return tables.floats(frame[doings.CAME.name]) + doings.WATCHED_DAYS
    if order is None:
        raise Invalid(choices.NO_AGE)
    return order


def _records(job: Claim, model: Model, asked: Asked) -> pl.DataFrame:
    frame = tables.read(
        job.database,
        Level(model.level),
        [*asked.read, *doings.READ.get(Level(model.level), ())],
        source=model.source,
        progress=lambda done, total: job.progress(done, total, "reading records"),
    )
    if asked.only:
        frame = frame.filter(pl.col(asked.only.name).cast(pl.String) == model.only_value)
    return _of_version(job.database, model, asked, frame)


def _of_version(database: Database, model: Model, asked: Asked, frame: pl.DataFrame) -> pl.DataFrame:
    """Those who met the version that makes the population when they are looked at; all where there is none."""
    if model.of_version_id is None:
        return frame
    own, level = own_moments(model, frame, _order(frame, asked)), Level(model.level)
    with database.reading() as session:
        criteria = learned.criteria_of(session, model.of_version_id)
    known = np.where(np.isnan(own), targets.days(model.as_of), own)
    return frame.filter(pl.Series(meeting.met(database, criteria, level, frame["id"].to_numpy(), known)))


def _order(frame: pl.DataFrame, asked: Asked) -> FloatArray | None:
    return tables.floats(frame[asked.order.name]) if asked.order else None


def _watched(job: Claim, model: Model, asked: Asked, frame: pl.DataFrame) -> tuple[pl.DataFrame, Watched]:
    """The same with columns of what each record had done by its own moment, and without the outcomes that came before it."""
    if Level(model.level) not in doings.READ:
        return frame, Watched()
    job.progress(0, None, "summing up activities")
    as_of = microseconds(model.as_of) / tables.MICROSECONDS_A_DAY
    moments = _moments(model, asked, frame, as_of)
    found = doings.learnable(job.database, frame["id"].to_numpy(), moments.own)
    frame = frame.drop(doings.CAME.name, doings.CUSTOMER.name)
    if not found.kinds:
        return frame, Watched()
    more = found.columns.select(name for name in found.columns.columns if name not in frame.columns)
    outcome = np.where(moments.too_late, np.nan, frame[OUTCOME].to_numpy())
    frame = frame.with_columns(*more.get_columns(), pl.Series(OUTCOME, outcome))
    said = {
        "kinds": found.kinds,
        "days": doings.WATCHED_DAYS,
        "is_dated": moments.is_dated,
        "too_late": int(moments.too_late.sum()),
    }
    inputs = [Input(name, FieldKind.NUMBER, "") for name in more.columns]
    return frame, Watched(found.kinds, inputs, said)


def _moments(model: Model, asked: Asked, frame: pl.DataFrame, as_of: float) -> doings.Moments:
    """Whether a definition was met is asked as of each moment; who had met it by then is left out there already."""
    if asked.outcome:
        return doings.moments(frame, frame[OUTCOME].to_numpy(), asked.outcome, as_of)
    own = np.minimum(own_moments(model, frame, None), as_of)
    return doings.Moments(own, np.full(len(own), np.nan), is_dated=True)


def asked_of(session: Session, model: Model) -> Asked:
    """The fields of a model's outcome, order, population and inputs. Raises Invalid where there is none of that name."""
    level = Level(model.level)
    known = columns.inputs(session, level)
    aliases = imports.aliases(session, level)

    def field(name: str) -> Input:
        return columns.resolve(known, name, aliases=aliases)

    outcome = field(model.outcome) if model.met_version_id is None else None
    order = field(model.order_by) if model.order_by else None
    if order and order.kind not in {FieldKind.NUMBER, FieldKind.DATE}:
        raise Invalid(f"“{order.name}” cannot say what came first: name a field of dates or numbers.")
    out = {*choices.NEVER[level], *(field(name).name for name in model.left_out)}
    if model.within_days and (order is None or order.kind is not FieldKind.DATE):
        raise Invalid(choices.NO_AGE)
    only = field(model.only_field) if model.only_field else None
    out |= {each.name for each in (outcome, order, only) if each}
    if model.met_version_id:
        out |= learned.asked_fields(session, model.met_version_id, level)
    out |= imports.repeated(session, level) | {aliases.get(name.casefold(), "") for name in model.left_out}
    inputs = [f for f in known.values() if f.name not in out and f.kind is not FieldKind.TEXT]
    return Asked(outcome, order, inputs, only)


def _learned(trained: Trained, read: Read, found: Sequence[Suspect], digest: str) -> Learned:
    label, kept = trained.label, trained.model
    model = replace(kept, kinds=tuple(read.activities.kinds)) if kept else None
    return Learned(
        records=label.records,
        positives=label.positives,
        positive=read.target.positive,
        label=finite(
            label.as_data()
            | {
                "leaks": [asdict(suspect) for suspect in found],
                "young": read.target.young,
                "already": read.target.already,
            }
            | {"activities": read.activities.label, "features": _sheets(label.features, read)}
        ),
        out_of_fold_auc=_auc(label.out_of_fold),
        forward_auc=_auc(label.forward),
        is_usable=label.usable,
        is_promotable=label.promotable,
        why=label.why,
        document=model.to_json() if model else None,
        scorer=trained.packed,
        digest=model.trees.digest if model else "",
        data_digest=digest,
    )


def _sheets(sheets: Iterable[DataSheet], read: Read) -> list[dict[str, Any]]:
    """The data sheet of each feature, with where it comes from and the stretch of time it looks at."""
    headings = {each.name: each for each in activities.headings(read.activities.kinds)}
    return [
        asdict(sheet) | _origin(headings.get(sheet.name), read.sources.get(sheet.name)) for sheet in sheets
    ]


def _origin(heading: Heading | None, source: str | None) -> dict[str, str]:
    if heading:
        return {"source": f"Activities: {heading.kind}", "window": heading.window}
    return {"source": source or "Mapped field", "window": "as it stands"}


def _valued(value: TrainedValue, currency: str, label: dict[str, Any]) -> dict[str, Any]:
    """What is kept of the model of amounts: it counts only where it is better than the mean."""
    used = value.label.usable and value.model is not None
    said = finite(asdict(value.label)) | {"currency": currency}
    return {
        "label": label | {"value": said},
        "value_document": value.model.to_json() if used and value.model else None,
        "value_scorer": value.packed if used else None,
    }


def _auc(test: Test | None) -> float | None:
    return test.quality.auc if test else None


def finite(data: Any) -> Any:
    """The same with null where a measure could not be taken: JSON has no infinity."""
    if isinstance(data, dict):
        return {key: finite(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [finite(value) for value in data]
    return None if isinstance(data, float) and not math.isfinite(data) else data
