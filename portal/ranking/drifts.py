"""Whether what a run scored is still like what its model learned from; leaders are warned when it is not."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlmodel import Session, col, select

from portal import jobs, notices
from portal.accounts import Right, User
from portal.models import words
from portal.models.tables import Model, Run

GROUPS: Final = 20


def ask(session: Session, run: Run, *, at: datetime) -> None:
    """Have a finished run looked at."""
    jobs.add(
        session,
        "watch",
        title=f"See whether anything moved since the model of run {run.id} was trained",
        arguments={"run_id": run.id},
        by=None,
        at=at,
        key=f"watch {run.id}",
        page=f"/runs/{run.id}",
    )


def groups(session: Session, run: Run) -> list[int]:
    """How many records of a run are in each of the twenty groups."""
    query = text(f"SELECT grp, COUNT(*) FROM score_{run.id:d} GROUP BY grp")
    found = {row[0]: row[1] for row in session.connection().execute(query)}
    return [found.get(number, 0) for number in range(1, GROUPS + 1)]


def keep(session: Session, run_id: int, found: Mapping[str, Any], *, at: datetime) -> None:
    """Keep with a run what moved. Leaders are told once of each model and of each thing that moved."""
    run = session.get_one(Run, run_id)
    run.drift = dict(found)
    session.add(run)
    model = session.get_one(Model, run.model_id)
    if model.promoted_at is None or model.retired_at is not None:
        return
    for name in [name for name, each in found.items() if each["moved"]]:
        for user_id in _leaders(session):
            notices.tell(
                session,
                user_id,
                _told(model, run, name),
                at=at,
                path=f"/runs/{run_id}",
                key=f"moved {name} {model.id} {user_id}",
            )


def _told(model: Model, run: Run, name: str) -> str:
    what = "The rate of the outcome" if name == "outcome" else f"The {words.LEVELS[model.level][1]} scored"
    verb = "moved" if name == "outcome" else "are no longer like those it learned from"
    return f"Model {model.id} ({words.outcome(model)}): {what[0].lower()}{what[1:]} {verb}, says run {run.id}. Train a challenger"


def _leaders(session: Session) -> list[int]:
    who = select(User.id).where(col(User.right) == Right.LEADER, col(User.disabled_at).is_(None))
    return list(session.exec(who.order_by(col(User.id))))
