"""Columns that look as if they knew the future: a person says of each whether it is known in time."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from portal import events
from portal.errors import Invalid, NotFound
from portal.models import words
from portal.models.tables import LeakDecision, Model


def decisions(session: Session, level: str, outcome: str) -> dict[str, LeakDecision]:
    """What was said of the columns of an outcome, by column; of several the newest counts, whichever model it was said of."""
    query = select(LeakDecision).where(LeakDecision.level == level, LeakDecision.outcome == outcome)
    return {found.column: found for found in session.exec(query.order_by(col(LeakDecision.id)))}


def waiting(session: Session, model: Model) -> list[str]:
    """The columns of a model that look as if they knew the future, and of which nobody said that they are known in time."""
    return undecided(model, decisions(session, model.level, model.outcome)) if suspects(model) else []


def undecided(model: Model, said: Mapping[str, LeakDecision]) -> list[str]:
    """The same, from what was said."""
    graded = [leak["column"] for leak in suspects(model) if leak["grade"] == "leak"]
    return [column for column in graded if column not in said or not said[column].is_known]


def suspects(model: Model) -> list[dict[str, Any]]:
    """The columns that look as if they knew the future, each with its grade and evidence."""
    return list(model.label.get("leaks", ()))


def decide(
    session: Session,
    model: Model,
    column: str,
    *,
    is_known: bool,
    reason: str,
    by: int | None,
    at: datetime,
) -> LeakDecision:
    """Say that a column is known in time, or that it is to be left out. Raises NotFound where it is no suspect."""
    if column not in {leak["column"] for leak in suspects(model)}:
        raise NotFound(f"Model {model.id} has no column “{column}” that looks as if it knew the future.")
    if is_known and not reason.strip():
        raise Invalid(f"Say how you know that {words.title(column)} is filled in before the outcome.")
    found = LeakDecision(
        level=model.level,
        outcome=model.outcome,
        column=column,
        is_known=is_known,
        reason=reason.strip(),
        model_id=model.id,
        decided_at=at,
        decided_by=by,
    )
    session.add(found)
    what = "is known in time" if is_known else "is to be left out"
    events.record(session, "model.column_decided", "model", model.id, by=by, at=at, column=column, what=what)
    return found


def listed(columns: Collection[str]) -> str:
    """Such as "Tags and Lead Quality"."""
    named: Sequence[str] = [words.title(column) for column in columns]
    return " and ".join(filter(None, (", ".join(named[:-1]), named[-1])))
