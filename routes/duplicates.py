"""Duplicates: pairs that wait for a decision, people merged already, and what may be merged without being asked."""

from collections.abc import Collection
from typing import Any, Final

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field

from portal import judging
from portal.accounts import Right, users
from portal.clock import now
from portal.duplicates import automatic, merging, proposals, searching, sheets, splitting
from portal.duplicates.automatic import WORDS, Rule
from portal.errors import Invalid
from portal.jobs.rules import OPEN
from reports import charts, formats
from reports.charts import Chart, Line
from routes.waiting import progress_of, seconds_left
from routes.web import parse, reading, render, requires, saved, say, transaction, user

bp = Blueprint("duplicates", __name__, url_prefix="/duplicates")

CHOICE: Final = "field-"


class Place(BaseModel):
    after: str = Field("", max_length=40)
    before: str = Field("", max_length=40)


class MergedPlace(BaseModel):
    before: int | None = Field(None, ge=1)


class MergeForm(BaseModel):
    stays: int = Field(json_schema_extra={"say": "Choose who of the two stays."})


class RulesForm(BaseModel):
    exact_id: bool = False
    email_and_name: bool = False


@bp.get("")
@requires(Right.MEMBER)
def index() -> ResponseReturnValue:
    """Pairs that wait, the surest first, side by side."""
    place = parse(Place)
    with reading() as session:
        page = proposals.waiting(session, after=place.after, before=place.before)
        found = sheets.of(session, page.pairs)
        waits, last, job = proposals.count(session), searching.outcome(session), searching.latest(session)
    return render(
        "duplicates/index.html",
        sheets=found,
        waits=waits,
        counted=proposals.COUNTED,
        last=last,
        curve=_curve(last.result.get("curve", [])) if last else None,
        job=job,
        is_at_work=bool(job and job.state in OPEN),
        left=seconds_left(job),
        progress_url=url_for(".show_progress"),
        newer=url_for(".index", before=page.before) if page.before else "",
        older=url_for(".index", after=page.after) if page.after else "",
    )


def _curve(steps: list[dict[str, Any]]) -> Chart | None:
    if not steps:
        return None
    usual = next((step for step in steps if step["threshold"] == 0.5), steps[0])  # noqa: PLR2004  the search's own
    title = f"Of all pairs at 50% or above, {formats.percent(usual['precision'])} should be one person"
    lines = [
        Line("Precision", [step["precision"] for step in steps]),
        Line("Recall", [step["recall"] for step in steps], "marketing"),
    ]
    names = [formats.percent(step["threshold"]) for step in steps]
    return charts.series("curve", title, names, lines, names="At least so sure", show=formats.percent)


@bp.get("/progress")
@requires(Right.MEMBER)
def show_progress() -> ResponseReturnValue:
    with reading() as session:
        job = searching.latest(session)
    return progress_of(job, url_for(".show_progress"), url_for(".index"))


@bp.post("/searches")
@requires(Right.MEMBER)
def search() -> ResponseReturnValue:
    with transaction() as session:
        searching.ask(session, by=user().id, at=now())
    return redirect(url_for(".index"), 303)


@bp.post("/<int:proposal_id>/merge")
@requires(Right.MEMBER)
def merge(proposal_id: int) -> ResponseReturnValue:
    """Merge the two, with the chosen values."""
    form = parse(MergeForm)
    with transaction() as session:
        _, a, b = proposals.get(session, proposal_id)
        if form.stays not in (a.id, b.id):
            raise Invalid("Choose who of the two stays.")
        other = b.id if form.stays == a.id else a.id
        found = merging.merge(session, form.stays, other, take=_taken_from(other), by=user().id, at=now())
        judging.after_merges(session, (a.id, b.id), by=user().id, at=now())
        name = (a if a.id == form.stays else b).name
    say("Merged. It can be split again.")
    return saved(
        url_for(".index"),
        "duplicates/decided.html",
        "decided",
        proposal_id=proposal_id,
        merge=found,
        name=name,
    )


def _taken_from(person_id: int) -> Collection[str]:
    """The fields for which this person's value was chosen: each button's value is a person's id and the field's key."""
    chosen = [value.partition(":") for name, value in request.form.items() if name.startswith(CHOICE)]
    return {key for id_, _, key in chosen if id_ == str(person_id)}


@bp.post("/<int:proposal_id>/separation")
@requires(Right.MEMBER)
def keep_apart(proposal_id: int) -> ResponseReturnValue:
    """They are not the same."""
    with transaction() as session:
        proposals.keep_apart(session, proposal_id, by=user().id, at=now())
    say("Kept apart. They are not proposed again.")
    return saved(
        url_for(".index"), "duplicates/decided.html", "decided", proposal_id=proposal_id, merge=None, name=""
    )


@bp.get("/merged")
@requires(Right.MEMBER)
def merged() -> ResponseReturnValue:
    """Who was taken into whom, the newest first."""
    place = parse(MergedPlace)
    with reading() as session:
        found = proposals.merges(session, before=place.before, limit=proposals.MERGES + 1)
        searches = automatic.searches_after_import(session)
        allowed, names = automatic.allowed(session), users.names(session)
    lines = found[: proposals.MERGES]
    return render(
        "duplicates/merged.html",
        lines=lines,
        names=names,
        rule_words=WORDS,
        searches=searches,
        rules=[(rule, WORDS[rule], allowed[rule]) for rule in Rule],
        may_rule=user().right == Right.ADMINISTRATOR,
        older=url_for(".merged", before=lines[-1][0].id) if len(found) > len(lines) else "",
        newest=url_for(".merged") if place.before else "",
    )


@bp.post("/merged/<int:merge_id>/split")
@requires(Right.MEMBER)
def split(merge_id: int) -> ResponseReturnValue:
    with transaction() as session:
        found = splitting.split(session, merge_id, by=user().id, at=now())
        people = found.survivor_id, found.merged_id
        judging.after_merges(session, people, by=user().id, at=now())
    say("Split again, as they were. They are kept apart from now on.")
    return redirect(url_for(".merged"), 303)


class SearchForm(BaseModel):
    after_import: bool = False


@bp.post("/searches")
@requires(Right.ADMINISTRATOR)
def switch_search() -> ResponseReturnValue:
    """Whether a search starts by itself once people were imported."""
    form = parse(SearchForm)
    with transaction() as session:
        automatic.search_after_import(session, is_on=form.after_import, by=user().id, at=now())
    say("Saved. It holds from the next import on.")
    return redirect(url_for(".merged"), 303)


@bp.post("/rules")
@requires(Right.ADMINISTRATOR)
def allow() -> ResponseReturnValue:
    """What may be merged without being asked."""
    form = parse(RulesForm)
    wanted = {Rule.EXACT_ID: form.exact_id, Rule.EMAIL_AND_NAME: form.email_and_name}
    with transaction() as session:
        automatic.allow(session, wanted, by=user().id, at=now())
    say("Saved. It holds from the next search on.")
    return redirect(url_for(".merged"), 303)
