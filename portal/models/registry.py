"""Commands and queries on models: start training, keep what came of it, promote by a person's decision."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col, select

from portal import events, jobs
from portal.errors import Conflict, Invalid, NotFound
from portal.fields import Level
from portal.jobs.tables import Job
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
    """What a model is to learn: records of a level whose `outcome` is `positive`, in the order of `order_by`."""

    outcome: str
    level: Level = Level.PERSON
    positive: str = ""
    order_by: str | None = None
    source: str | None = None
    left_out: Sequence[str] = field(default_factory=tuple)
    promote: bool = True


def start_training(session: Session, recipe: Recipe, *, by: int | None, at: datetime) -> Model:
    """Add a model to be trained, and the job that does it."""
    if not recipe.outcome.strip():
        raise Invalid("Say which field a model is to learn, such as Converted.")
    model = Model(
        level=recipe.level,
        outcome=recipe.outcome.strip(),
        positive=recipe.positive.strip(),
        order_by=recipe.order_by or None,
        source=recipe.source or None,
        left_out=[name.strip() for name in recipe.left_out if name.strip()],
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
        title=f"Train model {model.id}: who has “{model.outcome}”",
        arguments={"model_id": model.id},
        by=by,
        at=at,
        page=f"/models/{model.id}",
    )
    model.job_id = job.id
    events.record(session, "model.training_started", "model", model.id, by=by, at=at, outcome=model.outcome)
    return model


@dataclass(frozen=True)
class Learned:
    """What training found, as plain data. `document` is None where nothing could be learned."""

    records: int
    positives: int
    positive: str
    label: dict[str, Any]
    is_usable: bool
    is_promotable: bool
    why: str
    document: str | None
    digest: str
    data_digest: str


def keep(session: Session, model_id: int, learned: Learned, *, at: datetime) -> Model:
    """Record a trained model; let it rank where it may, where that was asked for and no other model does."""
    model = get(session, model_id)
    for name in (
        "records",
        "positives",
        "positive",
        "label",
        "is_usable",
        "is_promotable",
        "why",
        "digest",
        "data_digest",
    ):
        setattr(model, name, getattr(learned, name))
    model.state = ModelState.READY
    if learned.document is not None:
        session.merge(ModelFile(model_id=model_id, document=learned.document))
    events.record(
        session,
        "model.trained",
        "model",
        model_id,
        by=model.created_by,
        at=at,
        model=model_id,
        records=model.records,
    )
    if model.promote and model.is_promotable and champion(session, Level(model.level)) is None:
        promote(session, model_id, by=model.created_by, at=at)
    return model


def fail(session: Session, model_id: int, reason: str) -> None:
    """Training ended without a model."""
    model = get(session, model_id)
    model.state, model.why = ModelState.FAILED, reason


def get(session: Session, model_id: int) -> Model:
    if (model := session.get(Model, model_id)) is None:
        raise NotFound(f"There is no model {model_id}.")
    return model


def document(session: Session, model_id: int) -> str:
    """The model as the scorer reads it."""
    if (file := session.get(ModelFile, model_id)) is None:
        raise Invalid(f"Model {model_id} learned nothing it could score by: {get(session, model_id).why}")
    return file.document


def champion(session: Session, level: Level) -> Model | None:
    """The model that ranks a level, if any does."""
    return session.exec(
        select(Model).where(
            Model.level == level, col(Model.promoted_at).is_not(None), col(Model.retired_at).is_(None)
        )
    ).first()


def latest(session: Session, level: Level) -> Model | None:
    """The newest model of a level that can score."""
    return session.exec(
        select(Model)
        .where(Model.level == level, Model.state == ModelState.READY, Model.digest != "")
        .order_by(col(Model.id).desc())
    ).first()


def promote(session: Session, model_id: int, *, by: int | None, at: datetime) -> Model:
    """Let a model rank its level from now on; the one before retires."""
    model = get(session, model_id)
    if not model.is_promotable:
        raise Invalid(f"Model {model_id} may not rank: {_why_not(model)}")
    before = champion(session, Level(model.level))
    if before is not None and before.id == model_id:
        raise Conflict(f"Model {model_id} ranks already.")
    if before is not None:
        retire(session, before.id, by=by, at=at)
    model.promoted_at, model.promoted_by, model.retired_at = at, by, None
    events.record(session, "model.promoted", "model", model_id, by=by, at=at, model=model_id)
    return model


def _why_not(model: Model) -> str:
    if model.state != ModelState.READY:
        return "it is not trained."
    if model.is_usable:
        return "it has no forward test. Train it again and name the field that says what came first."
    return model.why


def retire(session: Session, model_id: int, *, by: int | None, at: datetime) -> Model:
    """Stop ranking by a model."""
    model = get(session, model_id)
    if model.promoted_at is None or model.retired_at is not None:
        raise Conflict(f"Model {model_id} does not rank.")
    model.retired_at = at
    events.record(session, "model.retired", "model", model_id, by=by, at=at, model=model_id)
    return model


def listed(session: Session, *, before: int | None = None, limit: int = 50) -> Sequence[Model]:
    """Models, the newest first."""
    query = select(Model).order_by(col(Model.id).desc()).limit(limit)
    return session.exec(query.where(Model.id < before) if before else query).all()


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
