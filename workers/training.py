"""The job that trains a model."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import polars as pl
from sqlmodel import Session

from portal import columns, imports
from portal.clock import now
from portal.columns import Input
from portal.db import microseconds
from portal.errors import Invalid, Problem
from portal.fields import FieldKind, Level
from portal.models import amounts, choices, registry
from portal.models.registry import Learned
from portal.models.tables import Model
from portal.ranking import runs
from scoring import leaks
from scoring.label import Test
from scoring.leaks import Suspect
from scoring.training import Trained, train
from scoring.value import TrainedValue, train_value
from workers import tables, targets
from workers.targets import Target
from workers.tasks import Claim, Effects, task

THREADS: Final = 2
AMOUNT: Final = "\0amount"
"""No field is called that: what a record's purchases were worth."""


@dataclass(frozen=True)
class Asked:
    """What a model is to learn from, found among the fields there are."""

    outcome: Input
    order: Input | None
    inputs: Sequence[Input]
    only: Input | None = None

    @property
    def read(self) -> list[Input]:
        """All that is to be read, each once."""
        others = [field for field in (self.order, self.only) if field]
        wanted = [*self.inputs, self.outcome, *others]
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
    asked, frame, currency = _read(job, model)
    order = tables.floats(frame[asked.order.name]) if asked.order else None
    target = targets.of(frame[asked.outcome.name], asked.outcome, model, order)
    outcome = target.outcome
    table = tables.table_of(frame, asked.inputs)
    worth = tables.floats(frame[AMOUNT])
    job.progress(0, None, f"learning from {len(table):,} records")
    as_of = microseconds(model.as_of) / tables.MICROSECONDS_A_DAY
    trained = train(table, outcome, order=order, as_of=as_of, threads=THREADS)
    job.progress(0, None, "learning what a purchase is worth")
    value = train_value(table, worth, as_of=as_of, threads=THREADS)
    job.progress(0, None, "looking for columns that know the future")
    found = leaks.suspects(table, outcome)
    learned = _learned(trained, target, found, tables.digest(table, outcome, worth))
    learned = replace(learned, **_valued(value, currency, learned.label))

    def effects(session: Session) -> dict[str, Any]:
        kept = registry.keep(session, model.id, learned, at=now())
        if kept.promoted_at is not None:
            runs.start_run(session, kept, by=kept.created_by, at=now())
        return {"model": kept.id, "usable": kept.is_usable}

    return effects


def _read(job: Claim, model: Model) -> tuple[Asked, pl.DataFrame, str]:
    """What is asked, the records it is asked of, in an order that does not depend on when each was imported, and a currency.

    The column AMOUNT is what each record's purchases were worth in that currency.
    """
    level = Level(model.level)
    columns.refresh(
        job.database, level, progress=lambda done, total: job.progress(done, total, "laying out columns")
    )
    with job.database.reading() as session:
        asked = asked_of(session, model)
        won = amounts.won(session, level)
    frame = tables.read(
        job.database,
        level,
        asked.read,
        source=model.source,
        progress=lambda done, total: job.progress(done, total, "reading records"),
    )
    if asked.only:
        frame = frame.filter(pl.col(asked.only.name).cast(pl.String) == model.only_value)
    worth = won.frame.rename({"amount": AMOUNT})
    frame = frame.join(worth, on="id", how="left", maintain_order="left")
    return asked, tables.by_content(frame), won.currency


def asked_of(session: Session, model: Model) -> Asked:
    """The fields of a model's outcome, order, population and inputs. Raises Invalid where there is none of that name."""
    level = Level(model.level)
    known = columns.inputs(session, level)
    aliases = imports.aliases(session, level)

    def field(name: str) -> Input:
        return columns.resolve(known, name, aliases=aliases)

    outcome = field(model.outcome)
    order = field(model.order_by) if model.order_by else None
    if order and order.kind not in {FieldKind.NUMBER, FieldKind.DATE}:
        raise Invalid(f"“{order.name}” cannot say what came first: name a field of dates or numbers.")
    out = {outcome.name, *choices.NEVER[level], *(field(name).name for name in model.left_out)}
    if model.within_days and (order is None or order.kind is not FieldKind.DATE):
        raise Invalid(choices.NO_AGE)
    only = field(model.only_field) if model.only_field else None
    out |= {each.name for each in (order, only) if each}
    out |= imports.repeated(session, level) | {aliases.get(name.casefold(), "") for name in model.left_out}
    inputs = [f for f in known.values() if f.name not in out and f.kind is not FieldKind.TEXT]
    return Asked(outcome, order, inputs, only)


def _learned(trained: Trained, target: Target, found: Sequence[Suspect], digest: str) -> Learned:
    label = trained.label
    return Learned(
        records=label.records,
        positives=label.positives,
        positive=target.positive,
        label=_finite(
            label.as_data() | {"leaks": [asdict(suspect) for suspect in found], "young": target.young}
        ),
        out_of_fold_auc=_auc(label.out_of_fold),
        forward_auc=_auc(label.forward),
        is_usable=label.usable,
        is_promotable=label.promotable,
        why=label.why,
        document=trained.model.to_json() if trained.model else None,
        scorer=trained.packed,
        digest=trained.model.trees.digest if trained.model else "",
        data_digest=digest,
    )


def _valued(value: TrainedValue, currency: str, label: dict[str, Any]) -> dict[str, Any]:
    """What is kept of the model of amounts: it counts only where it is better than the mean."""
    used = value.label.usable and value.model is not None
    said = _finite(asdict(value.label)) | {"currency": currency}
    return {
        "label": label | {"value": said},
        "value_document": value.model.to_json() if used and value.model else None,
        "value_scorer": value.packed if used else None,
    }


def _auc(test: Test | None) -> float | None:
    return test.quality.auc if test else None


def _finite(data: Any) -> Any:
    """The same with null where a measure could not be taken: JSON has no infinity."""
    if isinstance(data, dict):
        return {key: _finite(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_finite(value) for value in data]
    return None if isinstance(data, float) and not math.isfinite(data) else data
