"""One's own weights beside the model's, and what moved for a person since the run before."""

import json
from typing import Any

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field
from sqlmodel import Session

from portal import columns, people
from portal.accounts import Function, Right
from portal.accounts.rules import FUNCTION_NAMES
from portal.clock import now
from portal.columns import MAPPED
from portal.fields import Level
from portal.models import words
from portal.people import Person
from portal.ranking import moves, weights
from portal.ranking.weights import Rule
from routes.web import parse, reading, render, requires, say, shows_again, transaction, user

bp = Blueprint("weights", __name__)


class RuleForm(BaseModel):
    field: str = Field(max_length=300)
    how: str = Field(max_length=10)
    value: str = Field("", max_length=300)
    points: int = Field(
        ge=-100, le=100, json_schema_extra={"say": "Use from 1 to 100 points, or as many below zero."}
    )
    for_team: bool = False


@bp.get("/weights")
@requires(Right.MEMBER)
def index() -> ResponseReturnValue:
    with reading() as session:
        found, fields = weights.of(session, user()), _fields(session)
    return render(
        "weights/index.html",
        own=[rule for rule in found if rule.user_id is not None],
        team=[rule for rule in found if rule.user_id is None],
        team_name=FUNCTION_NAMES[Function(user().function)],
        leads=user().right == Right.LEADER,
        fields=[(name, words.title(name)) for name in fields],
        how=list(weights.HOW.items()),
    )


def _fields(session: Session) -> list[str]:
    known = columns.inputs(session, Level.PERSON)
    return sorted(known, key=lambda name: words.title(name).casefold())


@bp.post("/weights")
@requires(Right.MEMBER)
@shows_again("weights.index")
def create() -> ResponseReturnValue:
    form = parse(RuleForm)
    rule = Rule(form.field, form.how, form.value, form.points)
    with transaction() as session:
        fields = columns.inputs(session, Level.PERSON)
        added = weights.add(session, user(), rule, fields=fields, for_team=form.for_team, at=now())
    say(f"{added.points:+d} where {added.sentence}.")
    return redirect(url_for(".index"), 303)


@bp.post("/weights/<int:weight_id>/removal")
@requires(Right.MEMBER)
@shows_again("weights.index")
def remove(weight_id: int) -> ResponseReturnValue:
    with transaction() as session:
        weights.remove(session, user(), weight_id, at=now())
    return redirect(url_for(".index"), 303)


@bp.get("/people/<int:person_id>/moves")
@requires(Right.MEMBER)
def moved(person_id: int) -> ResponseReturnValue:
    """What moved since the run before, and one's own weights; in the person's page, or alone."""
    with reading() as session:
        person = people.known(session, person_id).person
        found = moves.of_person(session, person_id)
        rules = weights.of(session, user())
    met = weights.scored(rules, _record(person))
    return render(
        "weights/moved.html",
        "moved",
        person=person,
        moved=found,
        rules=rules,
        met=met,
        points=sum(rule.points for rule in met),
    )


def _record(person: Person) -> dict[str, Any]:
    """What a rule may ask of a person: mapped fields, and attributes by their names."""
    mapped = {name: getattr(person, name) for name in MAPPED[Level.PERSON]}
    return mapped | dict(json.loads(person.attributes))
