"""The shared definitions, to read, to compare and to print."""

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from portal import discussion, evidence, impact, judging, prose
from portal.accounts import Right
from portal.clock import now
from portal.definitions import comparing, examples, naming, pages, terms, versions
from portal.definitions.pages import Known, Shown
from portal.definitions.sheets import sheet
from portal.definitions.tables import Definition
from portal.fields import Level
from routes.web import reading, render, requires

bp = Blueprint("definitions", __name__, url_prefix="/definitions")

LEVELS = [(Level.PERSON, "people"), (Level.COMPANY, "companies"), (Level.DEAL, "deals")]


@bp.get("")
@requires(Right.MEMBER)
def index() -> ResponseReturnValue:
    """All terms with what counts, who signed it and what waits for whom."""
    with reading() as session:
        entries = pages.entries(session)
        contested = evidence.open_by_term(session)
    definitions = [entry.definition for entry in entries]
    sheets = {
        entry.definition.term: sheet(
            entry.holding.version, naming.words_of(entry.definition.level, definitions)
        )
        for entry in entries
        if entry.holding
    }
    return render(
        "definitions/index.html",
        entries=entries,
        sheets=sheets,
        contested=contested,
        levels=LEVELS,
        prose=prose.html,
    )


@bp.get("/<term>")
@requires(Right.MEMBER)
def show(term: str) -> ResponseReturnValue:
    """One term: what counts, what is on its way, what is said about each clause, and all versions."""
    with reading() as session:
        definitions = terms.listed(session)
        definition = terms.among(definitions, term)
        known = pages.known(session, definition)
        said = discussion.by_part(session, "definition", definition.id)
        contested = evidence.counts(session, definition)
        judged = judging.counts(session).get(term)
        remarks = impact.remarks_of(session, definition, known.coming.version) if known.coming else []
        names = _example_names(session, definition, known)
    words = naming.words_of(definition.level, definitions)
    holding, coming = known.holding, known.coming
    return render(
        "definitions/show.html",
        definition=definition,
        known=known,
        holding=sheet(holding.version, words, term) if holding else None,
        coming=sheet(coming.version, words, term) if coming else None,
        change=comparing.compare(holding.version if holding else None, coming.version, words)
        if coming
        else None,
        said=said,
        contested=contested,
        judged=judged,
        remarks=remarks,
        names=names,
        today=now().date(),
        prose=prose.html,
    )


def _example_names(session: Session, definition: Definition, known: Known) -> dict[int, str]:
    shown = filter(None, (known.holding, known.coming))
    ids = [each["record_id"] for found in shown for each in found.version.examples]
    return examples.names(session, definition.level, ids)


@bp.get("/<term>/versions/<int:number>")
@requires(Right.MEMBER)
def version(term: str, number: int) -> ResponseReturnValue:
    """One version in full, whatever became of it, and what it changed."""
    with reading() as session:
        definitions = terms.listed(session)
        definition = terms.among(definitions, term)
        known = pages.known(session, definition)
        found = _numbered(known, definition, number)
        names = examples.names(
            session, definition.level, [each["record_id"] for each in found.version.examples]
        )
    words = naming.words_of(definition.level, definitions)
    return render(
        "definitions/version.html",
        definition=definition,
        known=known,
        found=found,
        sheet=sheet(found.version, words, term),
        names=names,
        prose=prose.html,
    )


@bp.get("/<term>/comparison")
@requires(Right.MEMBER)
def compare(term: str) -> ResponseReturnValue:
    """Any two versions, word by word and clause by clause."""
    with reading() as session:
        definitions = terms.listed(session)
        definition = terms.among(definitions, term)
        known = pages.known(session, definition)
    numbers = [each.version.number for each in known.versions]
    after = request.args.get("after", type=int, default=numbers[0] if numbers else 0)
    before = request.args.get("before", type=int, default=_before(known, after))
    pair = [_numbered(known, definition, number) for number in (before, after)]
    words = naming.words_of(definition.level, definitions)
    return render(
        "definitions/compare.html",
        definition=definition,
        numbers=[(number, f"v{number}") for number in numbers],
        pair=pair,
        change=comparing.compare(pair[0].version, pair[1].version, words),
        back=url_for(".show", term=term),
    )


def _numbered(known: Known, definition: Definition, number: int) -> Shown:
    for each in known.versions:
        if each.version.number == number:
            return each
    raise versions.missing(definition, number)


def _before(known: Known, after: int) -> int:
    """What a version is compared with first: the one that was in force before it, else itself."""
    earlier = [each.version for each in known.versions if each.version.number < after]
    held = [each.number for each in earlier if each.in_force_at]
    return held[0] if held else after
