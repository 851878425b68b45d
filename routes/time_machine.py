"""The time machine: the funnel of two periods under any versions, and why its rates changed."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from flask import Blueprint, g, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, model_validator

from portal import funnel, time_machine
from portal.accounts import Right
from portal.clock import now
from portal.funnel import Period
from portal.time_machine import Choice, Journey, Split
from reports import charts
from reports.charts import Chart, Step
from reports.formats import MINUS, Number, exact, plain
from routes.web import Refused, parse, reading, render, requires

bp = Blueprint("time_machine", __name__, url_prefix="/time-machine")

QUARTER: Final = 3
RATE: Final = "qualified_lead-lead"
"""What sales and marketing argue about most."""
OTHER_WAY: Final = "A period ends on or after the day it begins."
Chosen = Mapping[str, Choice]


class AskForm(BaseModel):
    """Two periods; without them the last two whole quarters."""

    first_from: date
    first_to: date
    second_from: date
    second_to: date
    rate: str = RATE

    @model_validator(mode="before")
    @classmethod
    def _quarters(cls, given: Any) -> Any:
        found = {name: value for name, value in dict(given).items() if value}
        second_to = now().date().replace(day=1)
        second_to = _months_before(second_to, (second_to.month - 1) % QUARTER) - timedelta(days=1)
        second_from = _months_before(second_to.replace(day=1), QUARTER - 1)
        first_to = second_from - timedelta(days=1)
        first_from = _months_before(first_to.replace(day=1), QUARTER - 1)
        days = {
            "first_from": first_from,
            "first_to": first_to,
            "second_from": second_from,
            "second_to": second_to,
        }
        return {**days, **found}

    @property
    def first(self) -> Period:
        return Period(self.first_from, self.first_to)

    @property
    def second(self) -> Period:
        return Period(self.second_from, self.second_to)


def _months_before(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


@bp.get("")
@requires(Right.MEMBER)
def index() -> ResponseReturnValue:
    form = _tried()
    at = now()
    with reading() as session:
        choices = time_machine.choices(session)
        old = _chosen(choices, "old", _end(form.first))
        new = _chosen(choices, "new", _end(form.second))
        way = time_machine.travel(
            session,
            form.first,
            form.second,
            old=time_machine.asked(old.values()),
            new=time_machine.asked(new.values()),
            as_of=at,
        )
    names = {term: found[0].label.rpartition(" v")[0] for term, found in choices.items()}
    split = _split(way, form.rate)
    page = render(
        "time_machine/index.html",
        form=form,
        at=at,
        choices=choices,
        old=old,
        new=new,
        way=way,
        split=split,
        names=names,
        rates=[(_key(each), _named(each, names)) for each in way.rates],
        stages=[term for term in funnel.FUNNEL if term in choices],
        is_empty=way.before[funnel.FUNNEL[0]] is None,
        named=lambda each: _named(each, names),
        chart=picture(split, names),
    )
    if g.get("problem"):
        page.status_code = g.problem.status
    return page


def _tried() -> AskForm:
    """What the address asks for; where it cannot be read the form is shown again, with what was typed."""
    try:
        form = parse(AskForm)
        if wrong := [side for side in ("first", "second") if _is_backwards(form, side)]:
            raise Refused({f"{side}_to": OTHER_WAY for side in wrong})
    except Refused as refused:
        g.problem = g.get("problem") or refused
        return AskForm.model_validate({})
    return form


def _is_backwards(form: AskForm, side: str) -> bool:
    first, last = (getattr(form, f"{side}_{end}") for end in ("from", "to"))
    return bool(last < first)


def _end(period: Period) -> datetime:
    return datetime.combine(period.last_day + timedelta(days=1), time(), UTC)


def _chosen(choices: Mapping[str, Sequence[Choice]], side: str, at: datetime) -> dict[str, Choice]:
    """The version of each term that the address names; else the one in force at the end of the period."""
    found = {}
    for term, among in choices.items():
        number = request.args.get(f"{side}_{term}", type=int)
        named = next((each for each in among if each.number == number), None)
        found[term] = named or time_machine.held(among, at)
    return found


def _key(split: Split) -> str:
    return f"{split.part}-{split.whole}"


def _split(way: Journey, key: str) -> Split:
    found = {_key(each): each for each in way.rates}
    return found.get(key, found[RATE])


def _named(split: Split, names: Mapping[str, str]) -> str:
    part, whole = (names.get(term, term) for term in (split.part, split.whole))
    return f"{part} of {whole.lower()}"


def picture(split: Split, names: Mapping[str, str]) -> Chart:
    """From the first period's rate over the two effects to the second's, in percentage points."""
    named = _named(split, names)
    if split.before is None or split.after is None or split.between is None:
        return charts.waterfall("effects", f"{named}: nobody can say for one of the periods", [])
    before, definition, performance, change = (
        float(each * 100)
        for each in (
            split.before,
            split.between - split.before,
            split.after - split.between,
            split.after - split.before,
        )
    )
    moved = (
        f"{'rose' if change > 0 else 'fell'} by {abs(change):.1f} points"
        if round(change, 1)
        else "stayed the same"
    )
    title = (
        f"{named} {moved}: {_signed(definition)} by the definitions, {_signed(performance)} by performance"
    )
    steps = [
        Step(f"First period, {plain(before, 1)}%", exact(before)),
        Step("Other definitions", exact(definition)),
        Step("Other performance", exact(performance)),
    ]
    return charts.waterfall("effects", title, steps, total="Second period", show=_percent)


def _percent(value: Number) -> str:
    return f"{plain(value, 1)}%"


def _signed(points: float) -> str:
    return f"{MINUS if round(points, 1) < 0 else '+'}{abs(points):.1f}"
