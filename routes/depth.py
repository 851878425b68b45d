"""How far down to work: from what a team can do in a week, what a pursuit costs and what a win brings."""

from decimal import Decimal
from typing import Annotated, Any, Final

from flask import Blueprint, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import AfterValidator, BaseModel, Field

from portal import spend
from portal.accounts import Function, Right, users
from portal.accounts.rules import FUNCTION_NAMES
from portal.clock import now
from portal.errors import Forbidden, Invalid
from portal.fields import Level
from portal.ranking import economics, runs, terms
from portal.ranking.terms import Asked, Chances
from reports import formats
from routes import pictures
from routes.web import Refused, parse, reading, render, requires, say, shows_again, transaction, user

bp = Blueprint("depth", __name__, url_prefix="/depth")

MOST: Final = Decimal(10) ** 10


def _currency(text: str) -> str:
    try:
        return spend.currency_of(text)
    except Invalid as problem:
        raise ValueError(problem.sentence) from None


def _capacity(default: Any = None) -> Any:
    return Field(
        default, ge=1, le=1_000_000, json_schema_extra={"say": "Use a number of pursuits, such as 60."}
    )


def _amount(default: Any = None) -> Any:
    return Field(
        default, gt=0, lt=MOST, decimal_places=2, json_schema_extra={"say": "Use an amount, such as 25.00."}
    )


class TryForm(BaseModel):
    """What somebody tries; without numbers what the team kept."""

    team: Function | None = None
    per_week: int | None = _capacity()
    cost: Decimal | None = _amount()
    margin: Decimal | None = _amount()
    currency: Annotated[str, AfterValidator(_currency)] = "EUR"

    def asked(self) -> Asked | None:
        if self.per_week is None or self.cost is None or self.margin is None:
            return None
        return Asked(self.per_week, self.cost, self.margin, self.currency)


class KeepForm(BaseModel):
    team: Function
    per_week: int = _capacity(...)
    cost: Decimal = _amount(...)
    margin: Decimal = _amount(...)
    currency: Annotated[str, AfterValidator(_currency)]


@bp.get("")
@requires(Right.MEMBER)
def index() -> ResponseReturnValue:
    form = _tried()
    team = form.team or Function(user().function)
    with reading() as session:
        run = runs.current(session, Level.PERSON)
        found = terms.chances(session, run) if run else None
        past, names = terms.past(session, team), users.names(session)
    kept = past[0] if past else None
    asked = form.asked() or (terms.of(kept) if kept else None)
    page = render(
        "depth/index.html",
        typed_in=request.args if g.get("problem") else {},
        team=team,
        teams=[(function.value, FUNCTION_NAMES[function]) for function in Function],
        run=run,
        asked=asked,
        currency=asked.currency if asked else form.currency,
        is_kept=bool(asked and asked.is_kept(kept)),
        may_keep=_may_keep(team),
        past=past,
        names=names,
        money=formats.money,
        **(_worked(found, asked) if found and asked else {"depth": None}),
    )
    if g.get("problem"):
        page.status_code = g.problem.status
    return page


def _tried() -> TryForm:
    """What the address asks for; where it cannot be read the form is shown again, with what was typed."""
    try:
        return parse(TryForm)
    except Refused as refused:
        g.problem = g.get("problem") or refused
        return TryForm(team=_team(request.values.get("team", "")))


def _team(word: str) -> Function | None:
    return Function(word) if word in set(Function) else None


def _may_keep(team: Function) -> bool:
    """The leader of a team says what it can do, and an administrator."""
    who = user()
    return who.right == Right.ADMINISTRATOR or (who.right == Right.LEADER and who.function == team)


def _worked(found: Chances, asked: Asked) -> dict[str, Any]:
    """The depth with what it means for the list."""
    prices = {"cost": asked.cost, "margin": asked.margin}
    depth = economics.depth(found.propensities, capacity=asked.per_week, **prices)
    paying = economics.paying_depth(sorted(found.propensities, reverse=True), **prices)
    return {
        "depth": depth,
        "paying": paying,
        "is_all": found.is_all or paying < len(found.ranks),
        "rank": found.ranks[depth.pursuits - 1] if depth.pursuits else None,
        "wins": sum(found.propensities[: depth.pursuits]),
        "break_even": asked.cost / asked.margin,
        "weeks": -(-paying // asked.per_week),
        "chart": pictures.depth(found, asked, depth, paying),
    }


@bp.post("")
@requires(Right.LEADER, Right.ADMINISTRATOR)
@shows_again("depth.index")
def create() -> ResponseReturnValue:
    """Keep the terms of a team."""
    form = parse(KeepForm)
    if not _may_keep(form.team):
        raise Forbidden(f"The leader of {FUNCTION_NAMES[form.team]} or an administrator says what it can do.")
    asked = Asked(form.per_week, form.cost, form.margin, form.currency)
    with transaction() as session:
        terms.keep(session, form.team, asked, by=user().id, at=now())
    say(f"Kept for {FUNCTION_NAMES[form.team]}.")
    return redirect(url_for(".index", team=form.team), 303)
