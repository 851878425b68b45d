"""What each term means now: the version that counts, as figures name it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col, select

from portal.definitions.tables import Definition, DefinitionVersion
from portal.fields import Level


@dataclass(frozen=True)
class Meaning:
    """A term with the version of it that counts. `criteria` judge records of its level; None: nothing a machine checks."""

    term: str
    name: str
    version_id: int
    number: int
    wording: str
    rule: str
    is_provisional: bool
    level: str = Level.PERSON
    criteria: Mapping[str, Any] | None = field(default=None, hash=False)

    @property
    def label(self) -> str:
        """How a figure names what it rests on: "Lead v1, provisional, unsigned"."""
        return f"{self.name} v{self.number}" + (", provisional, unsigned" if self.is_provisional else "")


def in_force(session: Session) -> dict[str, Meaning]:
    """For every term the version that counts, in the order of the funnel. Nothing signed yet: the shipped one, provisional.

    A term that was added counts from its first version in force.
    """
    rows = session.exec(
        select(Definition, DefinitionVersion)
        .join(DefinitionVersion, col(DefinitionVersion.definition_id) == col(Definition.id))
        .where(
            col(DefinitionVersion.in_force_at).is_not(None), col(DefinitionVersion.superseded_at).is_(None)
        )
        .order_by(col(Definition.position), col(Definition.id))
    )
    return {definition.term: meaning(definition, version) for definition, version in rows}


def meaning(definition: Definition, version: DefinitionVersion) -> Meaning:
    """One version as figures name it."""
    return Meaning(
        definition.term,
        definition.name,
        version.id,
        version.number,
        version.wording,
        version.rule,
        is_provisional=version.is_shipped,
        level=definition.level,
        criteria=version.criteria,
    )
