"""A version in words, as pages and paper show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal import criteria
from portal.accounts import Function
from portal.accounts.rules import FUNCTION_NAMES
from portal.criteria import Catalogue, Criteria, Group, Node
from portal.definitions import comparing, drafts, fields
from portal.definitions.tables import DefinitionVersion
from portal.signing import BOTH
from portal.working_time import due


@dataclass(frozen=True)
class Line:
    """A clause, or the head of a group ("Any of"), at its depth; a clause has an id."""

    depth: int
    text: str
    clause: str = ""
    is_locked: bool = False


@dataclass(frozen=True)
class Duty:
    function: Function
    says: str
    within: float | None


@dataclass(frozen=True)
class Sheet:
    """Everything a version says, in words."""

    version: DefinitionVersion
    rule: str
    lines: Sequence[Line]
    owner: str
    duties: Sequence[Duty]
    working: str
    fields: Sequence[str]
    examples: Sequence[dict[str, Any]]

    @property
    def parts(self) -> list[Line]:
        """What one can talk about: the term as a whole, and each clause."""
        return [Line(0, "The term as a whole"), *(line for line in self.lines if line.clause)]

    def due(self, function: str, at: datetime) -> datetime | None:
        """When a side's promise that begins now would be due."""
        hours = self.version.duties.get(function, {}).get("within_hours")
        return due(at, hours, drafts.working_of(self.version)) if hours else None


def sheet(version: DefinitionVersion, words: Catalogue, term: str = "") -> Sheet:
    """A version in words; `words` is a catalogue that knows the names of fields and terms."""
    found = comparing.criteria_of(version)
    return Sheet(
        version,
        rule=version.rule or (criteria.sentence(found, words) if found else ""),
        lines=_lines(found, words, criteria.locked(found, term) if found else frozenset()),
        owner=FUNCTION_NAMES[version.owner] if version.owner else "",  # type: ignore[index]
        duties=[
            Duty(
                function,
                comparing.duty_words(version, function),
                version.duties[function].get("within_hours"),
            )
            for function in BOTH
            if function in version.duties
        ],
        working=comparing.working_words(drafts.working_of(version)) if drafts.promises_hours(version) else "",
        fields=[fields.words(each, words) for each in version.required_fields],
        examples=version.examples,
    )


def _lines(found: Criteria | None, words: Catalogue, locked: frozenset[str]) -> list[Line]:
    return list(_walk(found.root, 0, words, locked)) if found else []


def _walk(node: Node, depth: int, words: Catalogue, locked: frozenset[str]) -> Sequence[Line]:
    if not isinstance(node, Group):
        said = criteria.clause_sentence(node, words)
        return [Line(depth, said, node.id, len(locked) == 1 and node.id in locked)]
    head = [Line(depth, f"{comparing.HOWS[node.how].capitalize()}:")]
    return head + [line for part in node.parts for line in _walk(part, depth + 1, words, locked)]
