"""The jobs of definitions: those signed come into force when their day comes, and all of them go on paper."""

import hashlib
from importlib.metadata import version
from typing import Any

from sqlmodel import Session

from portal import own_name, prose
from portal.accounts.rules import FUNCTION_NAMES
from portal.clock import now
from portal.definitions import life, paper
from portal.definitions.paper import Leaf
from portal.errors import Unavailable
from reports import definitions as document
from reports import pdf
from reports.formats import day
from workers.tasks import Claim, Effects, task


@task("definitions")
def put_in_force(_job: Claim) -> Effects:
    """All at once, in the transaction that marks the job done."""

    def effects(session: Session) -> dict[str, Any]:
        return {"in_force": life.enforce_due(session, at=now())}

    return effects


@task("paper")
def put_on_paper(job: Claim, report_id: int) -> Effects:
    """Read what counts at one moment, and set it as a PDF."""
    with job.database.reading() as session:
        as_of = now()
        leaves = paper.leaves(session)
        company = own_name.own_name(session, job.settings)
    asked = document.Paper(company, as_of, version("concord"), [_term(leaf) for leaf in leaves])
    try:
        made = pdf.render(document.page(asked))
    except pdf.MissingLibraryError as missing:
        raise Unavailable(str(missing)) from missing
    digest = hashlib.sha256(made).hexdigest()

    def effects(session: Session) -> dict[str, Any]:
        paper.keep(session, report_id, made, digest, as_of=as_of, at=now())
        return {"report": report_id, "definitions": len(leaves), "sha256": digest}

    return effects


def _term(leaf: Leaf) -> document.Term:
    """A definition as the document takes it."""
    found, held = leaf.sheet.version, leaf.entry.holding
    since = f"in force since {day(found.in_force_at)}" if found.in_force_at else ""
    return document.Term(
        name=leaf.entry.definition.name,
        number=found.number,
        state="provisional, unsigned" if found.is_shipped else since,
        wording=prose.html(found.wording),
        rule=leaf.sheet.rule,
        lines=[(line.depth, line.text) for line in leaf.sheet.lines],
        facts=_facts(leaf),
        signed=[
            document.Signed(FUNCTION_NAMES[side], pair[1].name, pair[0].at)
            if held and (pair := held.by(side))
            else document.Signed(FUNCTION_NAMES[side])
            for side in leaf.entry.definition.signers
        ],
    )


def _facts(leaf: Leaf) -> list[tuple[str, str]]:
    said = leaf.sheet
    return [
        (word, text)
        for word, text in (
            ("Owns the stage", said.owner),
            *((f"{FUNCTION_NAMES[duty.function]} owes", duty.says) for duty in said.duties),
            ("Working time", said.working if said.duties else ""),
            ("Required fields", ", ".join(said.fields)),
            ("Why it changed", said.version.why),
        )
        if text
    ]
