"""What marketing paid, by channel and month."""

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any, Final

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import AfterValidator, BaseModel, Field

from portal import reports, spend
from portal.accounts import Right
from portal.clock import now
from portal.errors import Invalid
from reports import formats
from routes.web import parse, reading, render, requires, say, shows_again, transaction, user

bp = Blueprint("spend", __name__, url_prefix="/spend")


def _by(rule: Callable[[str], Any]) -> AfterValidator:
    """Let the domain's rule check a field; its sentence stands beside it."""

    def check(text: str) -> str:
        try:
            rule(text)
        except Invalid as problem:
            raise ValueError(problem.sentence) from None
        return text

    return AfterValidator(check)


Amount = Annotated[str, _by(spend.amount_of)]


class RecordForm(BaseModel):
    channel: Annotated[str, Field(max_length=200), _by(spend.channel_of)]
    month: Annotated[str, _by(spend.month_of)]
    amount: Amount
    currency: Annotated[str, _by(spend.currency_of)]
    version: int = 0


class ChangeForm(BaseModel):
    amount: Amount
    version: int


class RemovalForm(BaseModel):
    version: int


@bp.get("")
@requires(Right.MEMBER)
def index() -> ResponseReturnValue:
    last_month = now().date().replace(day=1) - timedelta(days=1)
    asked = request.args.get("year", type=int)
    with reading() as session:
        years = spend.years(session)
        year = asked if asked and asked in years else next(iter(years), last_month.year)
        sheets = spend.sheets(session, year)
        channels = spend.known_channels(session)
        currencies = reports.currencies(session)
    return render(
        "spend/index.html",
        years=years,
        year=year,
        sheets=sheets,
        channels=channels,
        currencies=currencies,
        last_month=f"{last_month:%Y-%m}",
        money=formats.money,
        plain=formats.plain,
        places=formats.places_of,
        heads=HEADS,
    )


MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
HEADS: Final = ("Channel", *((month, "number") for month in (*MONTHS, "Year")))


@bp.post("")
@requires(Right.MEMBER)
@shows_again("spend.index")
def create() -> ResponseReturnValue:
    form = parse(RecordForm)
    with transaction() as session:
        recorded = spend.record(session, **form.model_dump(), by=user().id, at=now())
    return _recorded(recorded)


def _recorded(found: spend.Spend) -> ResponseReturnValue:
    say(
        f"{formats.money(found.amount, found.currency)} is recorded for {found.channel} in {found.month:%B %Y}."
    )
    return redirect(url_for(".index", year=found.month.year), 303)


@bp.get("/<int:spend_id>")
@requires(Right.MEMBER)
def show(spend_id: int) -> ResponseReturnValue:
    with reading() as session:
        found = spend.get(session, spend_id)
    return render("spend/show.html", found=found, money=formats.money)


@bp.post("/<int:spend_id>")
@requires(Right.MEMBER)
@shows_again("spend.show")
def change(spend_id: int) -> ResponseReturnValue:
    form = parse(ChangeForm)
    with transaction() as session:
        changed = spend.change(
            session, spend_id, amount=form.amount, version=form.version, by=user().id, at=now()
        )
    return _recorded(changed)


@bp.get("/<int:spend_id>/removal")
@requires(Right.MEMBER)
def confirm(spend_id: int) -> ResponseReturnValue:
    with reading() as session:
        found = spend.get(session, spend_id)
    return render("spend/remove.html", found=found, money=formats.money)


@bp.post("/<int:spend_id>/removal")
@requires(Right.MEMBER)
@shows_again("spend.confirm")
def remove(spend_id: int) -> ResponseReturnValue:
    form = parse(RemovalForm)
    with transaction() as session:
        found = spend.remove(session, spend_id, version=form.version, by=user().id, at=now())
    say(f"The spend on {found.channel} in {found.month:%B %Y} is removed.")
    return redirect(url_for(".index", year=found.month.year), 303)
