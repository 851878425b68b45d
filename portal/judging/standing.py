"""What the definitions in force ask, ready to judge by: criteria, level, and the versions they rest on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from portal import definitions
from portal.criteria import Criteria, catalogue, references
from portal.criteria.catalogue import Catalogue
from portal.criteria.ground import Ground, ground
from portal.definitions import Meaning
from portal.fields import Level
from portal.judging.tables import CurrentJudging, Judging


@dataclass(frozen=True)
class Standing:
    """A term in force with the criteria its version judges by."""

    meaning: Meaning
    level: Level
    criteria: Criteria

    @property
    def term(self) -> str:
        return self.meaning.term


def standing(session: Session) -> dict[str, Standing]:
    """The terms in force that a machine can judge, in the order of the funnel."""
    asked = catalogue(session, Level.DEAL).criteria
    meanings = definitions.in_force(session)
    return {
        term: Standing(meaning, Level(meaning.level), asked[term])
        for term, meaning in meanings.items()
        if term in asked
    }


def grounds(session: Session, *, as_of: datetime) -> dict[Level, Ground]:
    """What criteria of each level are judged on at a moment."""
    return {level: ground(session, known(session, level), as_of=as_of) for level in Level}


def known(session: Session, level: Level) -> Catalogue:
    return catalogue(session, level)


def judged_already(session: Session) -> bool:
    """Whether every term in force has verdicts by the version in force: what changed can then be judged by itself."""
    shown = select(Judging.term, Judging.version_id)
    shown = shown.join(CurrentJudging, col(CurrentJudging.judging_id) == col(Judging.id))
    judged = dict(session.exec(shown).all())
    return all(judged.get(term) == each.meaning.version_id for term, each in standing(session).items())


def rests_on(standing: Standing, by: Mapping[str, Standing]) -> dict[str, int]:
    """The versions of the other terms a term's criteria ask for, also through one another."""
    found: dict[str, int] = {}
    ahead = list(references(standing.criteria).terms)
    while ahead:
        term = ahead.pop()
        if term in by and term not in found:
            found[term] = by[term].meaning.version_id
            ahead += references(by[term].criteria).terms
    return dict(sorted(found.items()))


def resting_on(term: str, by: Mapping[str, Standing]) -> list[str]:
    """A term and those that ask for it, also through one another: what a new version of it changes."""
    return [each for each, standing in by.items() if each == term or term in rests_on(standing, by)]
