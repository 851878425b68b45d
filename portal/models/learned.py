"""What a model learns where that is a definition: which version, whom it can be learned of, and that no circle comes of it."""

from sqlmodel import Session, select

from portal import definitions
from portal.criteria import Criteria, catalogue, circle, references
from portal.criteria.catalogue import Catalogue
from portal.criteria.catalogue import criteria_of as kept_criteria
from portal.criteria.clauses import ActivityClause, DefinitionClause, EveryRecord
from portal.definitions import Definition, DefinitionVersion, Meaning
from portal.errors import Invalid, NotFound
from portal.fields import Level


def learnable(session: Session, level: Level) -> list[Meaning]:
    """The terms in force that a model of a level can learn: those with criteria, in the order of the funnel."""
    found = definitions.in_force(session).values()
    return [each for each in found if each.level == level and _is_judged(each)]


def _is_judged(meaning: Meaning) -> bool:
    return kept_criteria(meaning.term, meaning.criteria, is_shipped=meaning.is_provisional) is not None


def choose(session: Session, term: str, level: Level) -> Meaning:
    """The version of a term to learn. Raises Invalid where it has no criteria, or rests on the score it would make."""
    meaning = next((each for each in learnable(session, level) if each.term == term), None)
    if meaning is None:
        raise Invalid("Choose a definition that is in force and has criteria for these records.")
    known = catalogue(session, level)
    if circle(term, known.criteria[term], known.criteria, {level: frozenset({term})}):
        raise Invalid(
            f"{meaning.name} asks for a score of this level, so a model that learns it would learn from itself. "
            "Choose another definition, or sign a version without the score."
        )
    return meaning


def named(session: Session, version_id: int | None) -> Meaning | None:
    """A version as figures name it; None of none."""
    if version_id is None:
        return None
    query = select(Definition, DefinitionVersion).where(
        DefinitionVersion.id == version_id, DefinitionVersion.definition_id == Definition.id
    )
    return definitions.meaning(*session.exec(query).one())


def criteria_of(session: Session, version_id: int) -> Criteria:
    """The criteria of a version. Raises NotFound."""
    query = select(Definition.term, DefinitionVersion).where(
        DefinitionVersion.id == version_id, DefinitionVersion.definition_id == Definition.id
    )
    row = session.exec(query).first()
    found = kept_criteria(row[0], row[1].criteria, is_shipped=row[1].is_shipped) if row else None
    if found is None:
        raise NotFound(f"There is no definition version {version_id} with criteria.")
    return found


def asked_fields(session: Session, version_id: int, level: Level) -> set[str]:
    """The fields of a level that the criteria ask for, also through other definitions: they decide it, so they are no inputs."""
    known = catalogue(session, level)
    found: set[str] = set()
    ahead, been = [criteria_of(session, version_id)], set[str]()
    while ahead:
        asked = references(ahead.pop())
        found |= {field.name for field in asked.fields if field.of == level}
        ahead += [known.criteria[term] for term in asked.terms - been if term in known.criteria]
        been |= asked.terms
    return found


def rests_on_more(criteria: Criteria, known: Catalogue) -> bool:
    """Whether the criteria ask for more than activities, also through other definitions: that counts as the portal knew it."""
    ahead, been = [criteria], set[str]()
    while ahead:
        now = ahead.pop()
        if any(not isinstance(each, ActivityClause | DefinitionClause | EveryRecord) for each in now.clauses):
            return True
        terms = references(now).terms - been
        ahead += [known.criteria[term] for term in terms if term in known.criteria]
        been |= terms
    return False
