"""Which model ranks a level: one at a time, by a person's decision with a reason, and who ranked before."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, delete, select

from portal import events
from portal.errors import Conflict, Invalid
from portal.fields import Level
from portal.models import guard
from portal.models.tables import CurrentRun, Model, ModelState, Reign, Run

BY_ITSELF: Final = "It passed every test, nothing spoke against it, and no other model ranked."
REPLACED: Final = "Model {} took over."
SHOWN: Final = 50


def champion(session: Session, level: Level) -> Model | None:
    """The model that ranks a level, if any does."""
    return session.exec(
        select(Model).where(
            Model.level == level, col(Model.promoted_at).is_not(None), col(Model.retired_at).is_(None)
        )
    ).first()


def promote(session: Session, model: Model, *, reason: str, by: int | None, at: datetime) -> Model:
    """Let a model rank its level from now on; the one before retires. Its next run shows in the list."""
    if objection := why_not(session, model):
        raise Invalid(f"Model {model.id} may not rank: {objection}")
    before = champion(session, Level(model.level))
    if before is not None and before.id == model.id:
        raise Conflict(f"Model {model.id} ranks already.")
    if before is not None and not reason.strip():
        raise Invalid(f"Say why model {model.id} takes over from model {before.id}.")
    if before is not None:
        _end(session, before, because=REPLACED.format(model.id), by=by, at=at)
    model.promoted_at, model.promoted_by, model.retired_at = at, by, None
    session.add(model)
    session.add(Reign(level=model.level, model_id=model.id, began_at=at, began_by=by, reason=reason.strip()))
    events.record(session, "model.promoted", "model", model.id, by=by, at=at, model=model.id)
    return model


def why_not(session: Session, model: Model) -> str:
    """Why a model may not rank, as a sentence; empty where it may."""
    if model.state != ModelState.READY:
        return "it is not trained."
    if not model.is_usable:
        return model.why
    if not model.is_promotable:
        return "it has no forward test. Train it again and name the field that says what came first."
    if waiting := guard.waiting(session, model):
        return f"{guard.listed(waiting)} looks as if it knew the future. Say of each such column whether it is known in time."
    return ""


def retire(session: Session, model: Model, *, reason: str = "", by: int | None, at: datetime) -> Model:
    """Stop ranking by a model: the list shows its runs no more."""
    if model.promoted_at is None or model.retired_at is not None:
        raise Conflict(f"Model {model.id} does not rank.")
    _end(session, model, because=reason.strip(), by=by, at=at)
    of_it = select(Run.id).where(Run.model_id == model.id)
    session.exec(delete(CurrentRun).where(col(CurrentRun.run_id).in_(of_it)))
    return model


def _end(session: Session, model: Model, *, because: str, by: int | None, at: datetime) -> None:
    model.retired_at = at
    session.add(model)
    open_ = select(Reign).where(Reign.model_id == model.id, col(Reign.ended_at).is_(None))
    for reign in session.exec(open_):
        reign.ended_at, reign.ended_by, reign.ended_because = at, by, because
        session.add(reign)
    events.record(session, "model.retired", "model", model.id, by=by, at=at, model=model.id)


def history(session: Session, *, level: str | None = None) -> Sequence[Reign]:
    """Who ranked, the newest first; all, or one level."""
    query = select(Reign).order_by(col(Reign.id).desc()).limit(SHOWN)
    return session.exec(query.where(Reign.level == level) if level else query).all()
