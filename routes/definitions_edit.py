"""Terms and their versions, edited and signed by the leaders."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field
from sqlmodel import Session

from portal import discussion, events, evidence, impact
from portal.accounts import Function, Right
from portal.clock import now
from portal.criteria import Catalogue
from portal.definitions import Definition, DefinitionVersion, drafts, life, terms, versions
from portal.definitions.builder import form as builder
from portal.definitions.builder import reading as understanding
from portal.definitions.builder.subjects import subject_from
from portal.definitions.builder.tree import Tree
from portal.definitions.choices import choices
from portal.definitions.terms import NewTerm
from portal.discussion import Said
from routes import criteria_form, definition_form
from routes.editing import Merge, SeenForm, form_of
from routes.errors import problem
from routes.web import (
    is_partial,
    parse,
    reading,
    render,
    requires,
    say,
    shows_again,
    transaction,
    user,
)

bp = Blueprint("definitions_edit", __name__, url_prefix="/definitions")

SIDES = (Function.SALES, Function.MARKETING, Function.FINANCE)


class Name(BaseModel):
    name: str = Field(min_length=2, max_length=100)


class Place(BaseModel):
    steps: int = Field(ge=-1, le=1)


class Proposal(BaseModel):
    edition: int
    in_force_on: date | None = None


class Edition(BaseModel):
    edition: int


class Rejection(BaseModel):
    reason: str = Field("", max_length=2000)


@bp.post("")
@requires(Right.LEADER, functions=SIDES)
@shows_again("definitions.index")
def create() -> ResponseReturnValue:
    """Add a term."""
    new = parse(NewTerm)
    with transaction() as session:
        added = terms.add(session, new, by=user().id, at=now())
    say(f"{added.name} is added. It counts once its first version is signed.")
    return _to(added)


@bp.post("/<term>/name")
@requires(Right.LEADER, functions=SIDES)
@shows_again("definitions.show")
def rename(term: str) -> ResponseReturnValue:
    given = parse(Name)
    with transaction() as session:
        definition = terms.rename(session, term, given.name, by=user().id, at=now())
    say(f"The term is called {definition.name} now.")
    return _to(definition)


@bp.post("/<term>/place")
@requires(Right.LEADER, functions=SIDES)
def move(term: str) -> ResponseReturnValue:
    given = parse(Place)
    with transaction() as session:
        terms.move(session, term, given.steps, by=user().id, at=now())
    return redirect(url_for("definitions.index", _anchor=term), 303)


@bp.post("/<term>/versions")
@requires(Right.LEADER, functions=SIDES)
def begin(term: str) -> ResponseReturnValue:
    """Begin a draft of the next version."""
    with transaction() as session:
        versions.begin(session, terms.get(session, term, for_update=True), by=user().id, at=now())
    return redirect(url_for(".edit", term=term), 303)


@bp.get("/<term>/draft")
@requires(Right.LEADER, functions=SIDES)
def edit(term: str) -> ResponseReturnValue:
    """The draft's form; after it was refused, with what was typed; after a conflict, with both texts."""
    with reading() as session:
        definition, version = versions.opened(session, term)
        known = drafts.catalogue(session, definition)
        contested = evidence.counts(session, definition)
        remarks = impact.remarks_of(session, definition, version)
    texts = drafts.texts(version)
    sent = definition_form.sent(known) if problem() else None
    filled = form_of(texts, version.edition, yours=sent.texts if sent else None)
    page = _page(definition, version, known, sent.tree if sent else drafts.tree_of(texts["criteria"]))
    words = _both_words(definition, known, filled["merge"])
    response = render(
        "definitions/edit.html", **page, **filled, contested=contested, remarks=remarks, both_words=words
    )
    if problem() and is_partial():
        response.headers.update({"HX-Retarget": "#draft", "HX-Reswap": "outerHTML"})
    return response


def _both_words(definition: Definition, known: Catalogue, merge: Merge | None) -> dict[str, dict[str, str]]:
    """The texts of parts that differ, as people read them."""
    return {
        each.name: {
            text: drafts.words_of(definition, each.name, text, known) for text in (each.theirs, each.yours)
        }
        for each in (merge.differences if merge else [])
    }


@bp.post("/<term>/draft")
@requires(Right.LEADER, functions=SIDES)
@shows_again("definitions_edit.edit", "draft")
def change(term: str) -> ResponseReturnValue:
    """Save the draft; or, for the builder's own buttons and while somebody types, show it changed and checked, unsaved."""
    return _save(term) if request.form.get("do") == "save" else _work(term)


def _save(term: str) -> ResponseReturnValue:
    seen = parse(SeenForm)
    with transaction() as session:
        definition, version = versions.opened(session, term, for_update=True)
        known = drafts.catalogue(session, definition)
        draft = definition_form.draft(definition_form.sent(known).texts)
        content = drafts.content(session, definition, draft, known)
        versions.change(session, definition, version, content, edition=seen.version, by=user(), at=now())
    say(f"{definition.name} v{version.number} is saved.")
    page = url_for("definitions.show", term=term)
    return Response(status=204, headers={"HX-Redirect": page}) if is_partial() else redirect(page, 303)


def _work(term: str) -> ResponseReturnValue:
    with reading() as session:
        definition, version = versions.opened(session, term)
        known = drafts.catalogue(session, definition)
        contested = evidence.counts(session, definition)
        remarks = [] if is_partial() else impact.remarks_of(session, definition, version)
    sent = definition_form.sent(known)
    asked = criteria_form.done(sent.tree)
    page = _page(definition, version, known, asked)
    if is_partial() and "do" not in request.form and not criteria_form.shows_other_controls(asked):
        response = render("definitions/edit.html", "reading", **page)
        response.headers.update({"HX-Retarget": "#reading", "HX-Reswap": "innerHTML"})
        return response
    filled = {
        "remarks": remarks,
        "texts": sent.texts,
        "version": request.form.get("version", version.edition),
        "seen": request.form.get("seen", ""),
        "merge": None,
    }
    return render("definitions/edit.html", "criteria", **page, **filled, contested=contested, both_words={})


def _page(
    definition: Definition, version: DefinitionVersion, known: Catalogue, asked: Tree
) -> dict[str, Any]:
    read = understanding.read(asked, known, definition.term)
    return {
        "is_part": is_partial() and problem() is None,
        "definition": definition,
        "draft": version,
        "built": builder.form_of(asked, known, read, definition.term),
        "read": read,
        "choices": choices(known),
    }


@bp.get("/values")
@requires(Right.LEADER, functions=SIDES)
def values() -> ResponseReturnValue:
    """The values that a field of words has among the records: suggestions for one clause, when somebody comes to it."""
    with reading() as session:
        found = drafts.values_of(session, subject_from(request.args.get("about", "")))
    return render("definitions/values.html", "values", values=found)


@bp.post("/<term>/versions/<int:number>/proposal")
@requires(Right.LEADER, functions=SIDES)
@shows_again("definitions.show")
def propose(term: str, number: int) -> ResponseReturnValue:
    given = parse(Proposal)
    with transaction() as session:
        definition, version = _loaded(session, term, number)
        life.propose(
            session,
            definition,
            version,
            in_force_on=given.in_force_on,
            edition=given.edition,
            by=user(),
            at=now(),
        )
    say(f"{life.name(definition, version)} is proposed. Those who sign it are told.")
    return _to(definition)


@bp.post("/<term>/versions/<int:number>/signatures")
@requires(Right.LEADER)
@shows_again("definitions.show")
def sign(term: str, number: int) -> ResponseReturnValue:
    given = parse(Edition)
    with transaction() as session:
        definition, version = _loaded(session, term, number)
        life.sign(session, definition, version, edition=given.edition, by=user(), at=now())
    say(f"You signed {life.name(definition, version)}.")
    return _to(definition)


@bp.post("/<term>/versions/<int:number>/rejection")
@requires(Right.LEADER)
@shows_again("definitions.show")
def reject(term: str, number: int) -> ResponseReturnValue:
    given = parse(Rejection)
    with transaction() as session:
        definition, version = _loaded(session, term, number)
        life.reject(session, definition, version, given.reason, by=user(), at=now())
    say(f"{life.name(definition, version)} is rejected. What was in force stays in force.")
    return _to(definition)


@bp.post("/<term>/versions/<int:number>/withdrawal")
@requires(Right.LEADER, functions=SIDES)
@shows_again("definitions.show")
def withdraw(term: str, number: int) -> ResponseReturnValue:
    with transaction() as session:
        definition, version = _loaded(session, term, number)
        life.withdraw(session, definition, version, by=user(), at=now())
    say(f"The draft {life.name(definition, version)} is withdrawn.")
    return _to(definition)


@bp.post("/<term>/comments")
@requires(Right.MEMBER)
@shows_again("definitions.show")
def comment(term: str) -> ResponseReturnValue:
    """Say something about a term or one of its clauses."""
    said = parse(Said)
    with transaction() as session:
        definition = terms.get(session, term)
        page = versions.page(definition)
        discussion.say(
            session, "definition", definition.id, said, by=user(), at=now(), name=definition.name, path=page
        )
        events.record(
            session,
            "definition.discussed",
            "definition",
            definition.id,
            by=user().id,
            at=now(),
            term=definition.name,
        )
    return redirect(url_for("definitions.show", term=term, _anchor=f"said-{said.part or 'whole'}"), 303)


def _loaded(session: Session, term: str, number: int) -> tuple[Definition, DefinitionVersion]:
    definition = terms.get(session, term)
    return definition, versions.get(session, definition, number, for_update=True)


def _to(definition: Definition) -> ResponseReturnValue:
    return redirect(url_for("definitions.show", term=definition.term), 303)
