"""What holds for papers that several sides sign, decided from values alone."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Final

from portal.accounts import Function
from portal.accounts.rules import FUNCTION_NAMES, may_sign
from portal.errors import Conflict, Forbidden, Problem
from portal.signing.tables import OPEN, State

BOTH: Final = (Function.SALES, Function.MARKETING)
NOT_OPEN: Final = {
    State.IN_FORCE: "It is in force: what is in force never changes. Start a draft of the next version.",
    State.SUPERSEDED: "It was in force and another took its place: what was in force never changes.",
    State.REJECTED: "It was rejected. Start a draft of the next version.",
    State.WITHDRAWN: "It was withdrawn. Start a draft of the next version.",
}


def sides(functions: Iterable[str]) -> str:
    """Functions in words: "sales and marketing"."""
    words = [FUNCTION_NAMES[Function(function)].lower() for function in functions]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def objection(
    right: str, function: str, *, required: Collection[str], signed: Collection[str], state: State
) -> Problem | None:
    """Why somebody of this right and function cannot sign now: Forbidden or Conflict; None when they can."""
    if not may_sign(right, function):
        return Forbidden(f"Only a leader signs, for the own side: here those of {sides(required)}.")
    if function not in required:
        return Forbidden(f"This is signed by {sides(required)}, not by {sides([function])}.")
    if function in signed:
        return Conflict(f"{sides([function]).capitalize()} has signed this already.")
    if state != State.PROPOSED:
        return Conflict(NOT_OPEN.get(state, "It is not proposed yet, so there is nothing to sign."))
    return None


def objection_to_change(state: State) -> Conflict | None:
    """Why a paper cannot be changed, rejected or withdrawn any more."""
    return None if state in OPEN else Conflict(NOT_OPEN[state])


def missing(required: Iterable[str], signed: Collection[str]) -> list[str]:
    """The functions whose signature is still to come, in the order they are asked for."""
    return [function for function in required if function not in signed]


def is_due(in_force_on: date | None, at: datetime) -> bool:
    """Whether the day has come from which a signed paper is to hold. Days are those of UTC."""
    return in_force_on is None or in_force_on <= at.date()


def day_problem(in_force_on: date | None, today: date) -> str | None:
    """What is wrong with the day somebody wants a paper to hold from."""
    if in_force_on is None or today <= in_force_on <= date(today.year + 2, today.month, min(today.day, 28)):
        return None
    if in_force_on < today:
        return f"It cannot be in force before today: choose {today.isoformat()} or later."
    return "Choose a day within the next two years."
