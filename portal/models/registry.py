"""Commands and queries on models: start training, keep what came of it, find them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from portal import events, jobs, notices
from portal.errors import Invalid, NotFound
from portal.fields import Level
from portal.jobs.tables import Job
from portal.models import guard, learned, reigns, standing, words
from portal.models.standing import Standing
from portal.models.tables import Model, ModelFile, ModelState

YES_WORDS: Final = (
    "1",
    "1.0",
    "yes",
    "true",
    "won",
    "converted",
    "customer",
    "y",
    "closed won",
    "ja",
    "oui",
    "si",
)


@dataclass(frozen=True)
class Recipe:
    """What a model is to learn: records of a level whose `outcome` is `positive`, in the order of `order_by`.

    `undecided` are values that say the outcome is not known yet; of records that came less than `within_days` ago it is
    not known either. With `term` it learns who first meets that definition, as it is in force, within these days; with
    `of_term` it learns only of those who meet that one when they are looked at. Only those that `source` knows, and whose `only_field` is `only_value`, are learned from.
    """

    outcome: str = ""
    level: Level = Level.PERSON
    term: str = ""
    of_term: str = ""
    positive: str = ""
    undecided: Sequence[str] = field(default_factory=tuple)
    within_days: int | None = None
    order_by: str | None = None
    source: str | None = None
    only_field: str = ""
    only_value: str = ""
    left_out: Sequence[str] = field(default_factory=tuple)
    promote: bool = True


def start_training(session: Session, recipe: Recipe, *, by: int | None, at: datetime) -> Model:
    """Add a model to be trained, and the job that does it."""
    if not (recipe.outcome.strip() or recipe.term):
        raise Invalid("Say which field a model is to learn, such as Converted.")
    meaning = learned.choose(session, recipe.term, recipe.level) if recipe.term else None
    of = learned.choose(session, recipe.of_term, recipe.level) if recipe.of_term else None
    if meaning and not recipe.within_days:
        raise Invalid(f"Say within how many days a record is to meet {meaning.name}, such as 90.")
    model = Model(
        level=recipe.level,
        outcome=f"{meaning.name} v{meaning.number}" if meaning else recipe.outcome.strip(),
        met_version_id=meaning.version_id if meaning else None,
        of_version_id=of.version_id if of else None,
        positive=recipe.positive.strip(),
        undecided=_names(recipe.undecided),
        within_days=recipe.within_days,
        order_by=recipe.order_by or None,
        source=recipe.source or None,
        only_field=recipe.only_field.strip() if recipe.only_value.strip() else "",
        only_value=recipe.only_value.strip() if recipe.only_field.strip() else "",
        left_out=_names(recipe.left_out),
        promote=recipe.promote,
        as_of=at,
        created_at=at,
        created_by=by,
    )
    session.add(model)
    session.flush()
    job = jobs.add(
        session,
        "train",
        title=f"Train model {model.id}: {words.outcome(model)}",
        arguments={"model_id": model.id},
        by=by,
        at=at,
        page=f"/models/{model.id}",
    )
    model.job_id = job.id
    events.record(session, "model.training_started", "model", model.id, by=by, at=at, outcome=model.outcome)
    return model


def _names(given: Sequence[str]) -> list[str]:
    return [name.strip() for name in given if name.strip()]


@dataclass(frozen=True)
class Learned:
    """What training found, as plain data. `document` is None where nothing could be learned."""

    records: int
    positives: int
    positive: str
    label: dict[str, Any]
    out_of_fold_auc: float | None
    forward_auc: float | None
    is_usable: bool
    is_promotable: bool
    why: str
    document: str | None
    scorer: bytes | None
    digest: str
    data_digest: str
    value_document: str | None = None
    value_scorer: bytes | None = None


KEPT: Final = (
    "records",
    "positives",
    "positive",
    "label",
    "out_of_fold_auc",
    "forward_auc",
    "is_usable",
    "is_promotable",
    "why",
    "digest",
    "data_digest",
)
HEAVY: Final = ("document", "scorer", "value_document", "value_scorer")


def keep(session: Session, model_id: int, found: Learned, *, at: datetime) -> Model:
    """Record a trained model; let it rank where it may, nothing speaks against it, that was asked for and no other does."""
    model = get(session, model_id)
    for name in KEPT:
        setattr(model, name, getattr(found, name))
    model.state = ModelState.READY
    if found.document is not None:
        heavy = {name: getattr(found, name) for name in HEAVY}
        session.merge(ModelFile(model_id=model_id, **heavy))
    by = model.created_by
    events.record(
        session, "model.trained", "model", model_id, by=by, at=at, model=model_id, records=model.records
    )
    if by is not None:
        notices.tell(session, by, _told(model), at=at, path=f"/models/{model_id}")
    if _ranks_by_itself(session, model):
        reigns.promote(session, model, reason=reigns.BY_ITSELF, by=None, at=at)
    return model


def _ranks_by_itself(session: Session, model: Model) -> bool:
    """A column that looks as if it knew the future waits for a person."""
    fits = model.promote and model.is_promotable and not guard.waiting(session, model)
    return fits and reigns.champion(session, Level(model.level)) is None


def _told(model: Model) -> str:
    found = "is trained" if model.is_usable else "found nothing useful"
    return f"Model {model.id} ({words.outcome(model)}) {found}. {model.why}"


def fail(session: Session, model_id: int, reason: str) -> None:
    """Training ended without a model."""
    model = get(session, model_id)
    model.state, model.why = ModelState.FAILED, reason


def get(session: Session, model_id: int) -> Model:
    if (model := session.get(Model, model_id)) is None:
        raise NotFound(f"There is no model {model_id}.")
    return model


def file(session: Session, model_id: int) -> ModelFile:
    """The model as the scorer reads it."""
    if (found := session.get(ModelFile, model_id)) is None:
        raise Invalid(f"Model {model_id} learned nothing it could score by: {get(session, model_id).why}")
    return found


def trees(session: Session, model_id: int) -> tuple[str, str]:
    """The trees as LightGBM's own text, and its SHA-256."""
    if get(session, model_id).digest == "":
        raise NotFound(f"Model {model_id} has no trees to download.")
    found: dict[str, str] = json.loads(file(session, model_id).document)["trees"]
    return found["text"], found["digest"]


def latest(session: Session, level: Level) -> Model | None:
    """The newest model of a level that can score."""
    return session.exec(
        select(Model)
        .where(Model.level == level, Model.state == ModelState.READY, Model.digest != "")
        .order_by(col(Model.id).desc())
    ).first()


@dataclass(frozen=True)
class Line:
    """A model in the list, without its label, and the job that trains it."""

    model: Model
    job: Job | None

    @property
    def stands(self) -> Standing:
        return standing.of_model(self.model, self.job.state if self.job else None)


def listed(session: Session, *, before: int | None = None, limit: int = 50) -> Sequence[Line]:
    """Models, the newest first."""
    query = select(Model, Job).outerjoin(Job, col(Job.id) == col(Model.job_id))
    query = query.options(defer(Model.label))  # type: ignore[arg-type]
    if before:
        query = query.where(Model.id < before)
    return [Line(*row) for row in session.exec(query.order_by(col(Model.id).desc()).limit(limit))]


def line(session: Session, model_id: int) -> Line:
    """One model, with its label and the job that trains it. Raises NotFound."""
    query = select(Model, Job).outerjoin(Job, col(Job.id) == col(Model.job_id)).where(Model.id == model_id)
    if (row := session.exec(query).first()) is None:
        raise NotFound(f"There is no model {model_id}.")
    return Line(*row)


def count(session: Session) -> int:
    return session.exec(select(func.count()).select_from(Model)).one()


def job_of(session: Session, model: Model) -> Job | None:
    return session.get(Job, model.job_id) if model.job_id else None


def guess_positive(values: Sequence[str]) -> str:
    """Which value of an outcome means yes. Raises Invalid where nobody could tell."""
    for word in YES_WORDS:
        for value in values:
            if value.casefold().strip() == word:
                return value
    shown = ", ".join(values[:10])
    raise Invalid(f"Say which value of the outcome means yes. It holds: {shown}.")
