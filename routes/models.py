"""Models: train one, read its score label, let it rank or stop it."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, Response, redirect, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field

from portal.accounts import Right, rules, users
from portal.clock import now
from portal.definitions import Meaning
from portal.fields import Level
from portal.models import choices, comparisons, guard, learned, registry, reigns, standing, words
from portal.models.choices import Choice
from portal.models.registry import Recipe
from portal.models.standing import Standing
from portal.models.tables import LeakDecision, Model, ModelState
from portal.ranking import runs
from routes import pictures
from routes.waiting import progress_of, seconds_left
from routes.web import parse, reading, render, requires, say, shows_again, transaction, user

bp = Blueprint("models", __name__, url_prefix="/models")

PAGE = 50
DAYS = "Use a number of days, such as 90, or leave it empty."
A_TERM = "term:"
NOTHING_SAID: Final[Mapping[str, Any]] = {
    "leaks": [],
    "warnings": [],
    "features": [],
    "activities": {},
    "value": {},
    "unknown": 0,
    "young": 0,
    "already": 0,
    "rests_on_more": False,
}
"""What an older label may not say yet."""
MAY_PROMOTE = (Right.LEADER, Right.ADMINISTRATOR)


class Place(BaseModel):
    before: int | None = None


class RecipeForm(BaseModel):
    """`shown`: the form was shown before, so that a box without a tick means no; `asked_of`: with the values of this outcome."""

    level: Level = Level.PERSON
    outcome: str = Field("", max_length=300)
    positive: str = Field("", max_length=300)
    undecided: list[str] = []
    within_days: int | None = Field(None, ge=1, le=36_500, json_schema_extra={"say": DAYS})
    order_by: str = Field("", max_length=300)
    source: str = Field("", max_length=100)
    only_field: str = Field("", max_length=300)
    only_value: str = Field("", max_length=300)
    of_term: str = Field("", max_length=40)
    leave_out: list[str] = []
    promote: bool = False
    shown: bool = False
    asked_of: str = Field("", max_length=300)

    @property
    def term(self) -> str:
        """The definition to learn, if the outcome is one."""
        return self.outcome.removeprefix(A_TERM) if self.outcome.startswith(A_TERM) else ""

    def recipe(self) -> Recipe:
        return Recipe(
            outcome="" if self.term else self.outcome,
            term=self.term,
            of_term=self.of_term,
            level=self.level,
            positive=self.positive,
            undecided=tuple(self.undecided),
            within_days=self.within_days,
            order_by=self.order_by or None,
            source=self.source or None,
            only_field=self.only_field,
            only_value=self.only_value,
            left_out=tuple(self.leave_out),
            promote=self.promote,
        )


class DecisionForm(BaseModel):
    column: str = Field(max_length=300)
    decision: str = Field(pattern="^(known|out)$")
    reason: str = Field("", max_length=500)


class ReasonForm(BaseModel):
    reason: str = Field("", max_length=500)


@bp.get("")
@requires(Right.MEMBER)
def index() -> ResponseReturnValue:
    place = parse(Place)
    with reading() as session:
        found = registry.listed(session, before=place.before, limit=PAGE + 1)
        total = registry.count(session)
        reigned, names = reigns.history(session), users.names(session)
    lines = [(line.model, line.stands) for line in found[:PAGE]]
    older = url_for(".index", before=lines[-1][0].id) if len(found) > PAGE else ""
    newest = url_for(".index") if place.before else ""
    return render(
        "models/index.html",
        lines=lines,
        total=total,
        older=older,
        newest=newest,
        outcome=words.outcome,
        reigned=reigned,
        names=names,
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Right.MEMBER)
def new() -> ResponseReturnValue:
    """The form; sent here again when the level or the outcome changes, it shows what can be chosen then."""
    form = parse(RecipeForm)
    with reading() as session:
        survey = choices.survey(session, form.level)
        sources = choices.sources(session, form.level)
        said = guard.decisions(session, form.level, form.outcome)
        terms = learned.learnable(session, form.level)
    outcome, only = survey.find(form.outcome), survey.find(form.only_field)
    positive = outcome.chosen(form.positive) if outcome else ""
    return render(
        "models/new.html",
        "recipe",
        form=form,
        survey=survey,
        sources=[(source, source) for source in sources],
        outcome=outcome,
        positive=positive,
        undecided=_undecided(form, outcome, positive),
        only=only,
        said=said,
        terms=[(meaning.term, meaning.label, meaning.rule) for meaning in terms],
        is_fresh=form.asked_of != form.outcome,
        order_by=survey.chosen_order(form.order_by, is_first=not form.shown),
        levels=[(level, words.LEVELS[level][1].capitalize()) for level in Level],
    )


def _undecided(form: RecipeForm, outcome: Choice | None, positive: str) -> list[str]:
    """The values ticked as not known yet; the likely ones where the outcome was only just chosen."""
    held = [value for value, _ in outcome.answers if value != positive] if outcome else []
    if outcome and form.asked_of != form.outcome and not form.undecided:
        return outcome.open_values(positive)
    return [value for value in form.undecided if value in held]


@bp.post("")
@requires(Right.MEMBER)
@shows_again("models.new")
def create() -> ResponseReturnValue:
    recipe = parse(RecipeForm).recipe()
    with reading() as session:
        choices.check(choices.survey(session, recipe.level), recipe)
    with transaction() as session:
        model = registry.start_training(session, recipe, by=user().id, at=now())
    return redirect(url_for(".show", model_id=model.id), 303)


@bp.get("/<int:model_id>")
@requires(Right.MEMBER)
def show(model_id: int) -> ResponseReturnValue:
    """The score label: how good the model is, what speaks against it, what it learned from."""
    with reading() as session:
        found = registry.line(session, model_id)
        model, job = found.model, found.job
        met, of = (learned.named(session, each) for each in (model.met_version_id, model.of_version_id))
        lines = runs.listed(session, model_id=model_id, limit=5)
        names = users.names(session)
        said = guard.decisions(session, model.level, model.outcome) if guard.suspects(model) else {}
        reigned = reigns.history(session, level=model.level)
        compared = comparisons.newest(session, model_id)
    champion = next((each.model_id for each in reigned if each.ended_at is None), None)
    stands, tests = standing.of_model(model, job.state if job else None), _tests(model)
    return render(
        "models/show.html",
        model=model,
        label={**NOTHING_SAID, **model.label},
        job=job,
        left=seconds_left(job),
        progress_url=url_for(".progress", model_id=model_id),
        stands=stands,
        goes_on=standing.goes_on(stands),
        tests=tests,
        charts=[(name, pictures.of_test(name.replace("_", "-"), test)) for name, test in tests.items()],
        lines=[(line, line.stands) for line in lines],
        names=names,
        may_promote=rules.may(user().right, MAY_PROMOTE),
        said=said,
        waiting=guard.undecided(model, said),
        champion=champion if champion != model_id else None,
        compared=compared,
        comparison_url=url_for(".comparison_progress", model_id=model_id),
        reigned=[each for each in reigned if each.model_id == model_id],
        again=_address(model, met, of, []),
        without=_address(
            model, met, of, [leak["column"] for leak in guard.suspects(model) if not _stays(leak, said)]
        ),
        left_out=[words.title(name) for name in model.left_out],
        outcome=words.outcome(model),
        population=words.population(model),
        met=met.label if met else "",
        of=of.label if of else "",
        people=words.LEVELS[model.level][1],
        title=words.title,
        Standing=Standing,
    )


def _stays(leak: Mapping[str, Any], said: Mapping[str, LeakDecision]) -> bool:
    """Whether a person said that the column is known in time."""
    return leak["column"] in said and said[leak["column"]].is_known


def _tests(model: Model) -> Mapping[str, Any]:
    """The tests that were made: out of fold, and forward in time where there is an order."""
    if model.state != ModelState.READY:
        return {}
    return {name: test for name in ("out_of_fold", "forward") if (test := model.label[name])}


def _address(model: Model, met: Meaning | None, of: Meaning | None, suspects: list[str]) -> str:
    """The form filled in as for this model, without the suspects."""
    return url_for(
        ".new",
        level=model.level,
        outcome=f"{A_TERM}{met.term}" if met else model.outcome,
        of_term=of.term if of else None,
        positive=model.positive,
        undecided=model.undecided,
        within_days=model.within_days,
        order_by=model.order_by,
        source=model.source,
        only_field=model.only_field or None,
        only_value=model.only_value or None,
        leave_out=sorted({*model.left_out, *suspects}),
    )


@bp.get("/<int:model_id>/progress")
@requires(Right.MEMBER)
def progress(model_id: int) -> ResponseReturnValue:
    """How far the training is. Once it ended the page is fetched anew."""
    with reading() as session:
        job = registry.job_of(session, registry.get(session, model_id))
    return progress_of(job, url_for(".progress", model_id=model_id), url_for(".show", model_id=model_id))


@bp.post("/<int:model_id>/columns")
@requires(*MAY_PROMOTE)
@shows_again("models.show")
def decide(model_id: int) -> ResponseReturnValue:
    """Say of a column that looks as if it knew the future whether it is known in time."""
    form = parse(DecisionForm)
    with transaction() as session:
        model = registry.get(session, model_id)
        guard.decide(
            session,
            model,
            form.column,
            is_known=form.decision == "known",
            reason=form.reason,
            by=user().id,
            at=now(),
        )
    return redirect(url_for(".show", model_id=model_id), 303)


@bp.post("/<int:model_id>/comparisons")
@requires(Right.MEMBER)
@shows_again("models.show")
def compare(model_id: int) -> ResponseReturnValue:
    """Hold the model against the one that ranks, on the same newest records."""
    with transaction() as session:
        model = registry.get(session, model_id)
        champion = reigns.champion(session, Level(model.level))
        comparisons.ask(session, model, champion, by=user().id, at=now())
    return redirect(url_for(".show", model_id=model_id), 303)


@bp.get("/<int:model_id>/comparisons/progress")
@requires(Right.MEMBER)
def comparison_progress(model_id: int) -> ResponseReturnValue:
    with reading() as session:
        found = comparisons.newest(session, model_id)
    address = url_for(".comparison_progress", model_id=model_id)
    return progress_of(found.job if found else None, address, url_for(".show", model_id=model_id))


@bp.post("/<int:model_id>/promotion")
@requires(*MAY_PROMOTE)
@shows_again("models.show")
def promote(model_id: int) -> ResponseReturnValue:
    """Let the model rank, and score with it at once: the list follows when that is done."""
    at, form = now(), parse(ReasonForm)
    with transaction() as session:
        model = registry.get(session, model_id)
        reigns.promote(session, model, reason=form.reason, by=user().id, at=at)
        run = runs.start_run(session, model, by=user().id, at=at)
    say(f"Model {model_id} ranks. The list follows as soon as run {run.id} is done.")
    return redirect(url_for(".show", model_id=model_id), 303)


@bp.post("/<int:model_id>/retirement")
@requires(*MAY_PROMOTE)
@shows_again("models.show")
def retire(model_id: int) -> ResponseReturnValue:
    form = parse(ReasonForm)
    with transaction() as session:
        model = registry.get(session, model_id)
        reigns.retire(session, model, reason=form.reason, by=user().id, at=now())
    say(f"Model {model_id} is retired. The list shows the newest first until another model ranks.")
    return redirect(url_for(".show", model_id=model_id), 303)


@bp.post("/<int:model_id>/runs")
@requires(Right.MEMBER)
@shows_again("models.show")
def score(model_id: int) -> ResponseReturnValue:
    with transaction() as session:
        run = runs.start_run(session, registry.get(session, model_id), by=user().id, at=now())
    return redirect(url_for("runs.show", run_id=run.id), 303)


@bp.get("/<int:model_id>/model.txt")
@requires(Right.MEMBER)
def text(model_id: int) -> Response:
    """The trees as LightGBM's own text, with their digest."""
    with reading() as session:
        trees, digest = registry.trees(session, model_id)
    return Response(
        trees,
        mimetype="text/plain",
        headers={
            "Content-Disposition": f'attachment; filename="model-{model_id}-{digest[:12]}.txt"',
            "Repr-Digest": f"sha-256=:{b64encode(bytes.fromhex(digest)).decode()}:",
        },
    )
