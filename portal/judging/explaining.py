"""How one record is judged now: by each definition in force of its level, clause by clause, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from portal import definitions
from portal.criteria import Catalogue, Criteria, catalogue, clause_sentence
from portal.criteria.evaluating import Finding, Verdict, evaluate
from portal.criteria.facts import facts
from portal.criteria.ground import ground
from portal.definitions import Meaning
from portal.fields import Level

UNREADABLE = "A clause that is not there any more"


@dataclass(frozen=True)
class Line:
    """What one clause asks and what it came to; `truth` None is unknown. Lines of a definition that it asks for stand below it."""

    clause: str
    says: str
    truth: bool | None
    why: str
    inner: Sequence["Line"] = ()


@dataclass(frozen=True)
class Judged:
    """What a record is by one definition in force."""

    meaning: Meaning
    truth: bool | None
    lines: Sequence[Line]


def of_record(session: Session, level: Level, record_id: int, *, at: datetime) -> list[Judged]:
    """Judge a record at a moment by every definition in force of its level, in their order. Raises NotFound."""
    known = catalogue(session, level)
    base = ground(session, known, as_of=at)
    found = facts(session, level, record_id, base)
    return [
        _judged(meaning, known.criteria[term], evaluate(known.criteria[term], found, base), known)
        for term, meaning in definitions.in_force(session).items()
        if meaning.level == level and term in known.criteria
    ]


def _judged(meaning: Meaning, criteria: Criteria, verdict: Verdict, known: Catalogue) -> Judged:
    return Judged(meaning, verdict.truth, [_line(each, criteria, known) for each in verdict.findings])


def _line(finding: Finding, criteria: Criteria, known: Catalogue) -> Line:
    clause = criteria.clause(finding.clause)
    says = clause_sentence(clause, known) if clause else UNREADABLE
    asked = known.criteria.get(getattr(clause, "term", ""))
    inner = finding.inner.findings if finding.inner and asked else ()
    return Line(
        finding.clause,
        says,
        finding.truth,
        finding.why,
        [_line(each, asked, known) for each in inner if asked],
    )
