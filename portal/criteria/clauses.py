"""The tree: groups of clauses, and what a clause can ask. Frozen; `data` gives it back as the JSON it is kept as."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from portal.fields import Level

VERSION: Final = 1
"""Of the form of the JSON, not of a definition."""

Scalar = str | float | bool
Value = Scalar | tuple[Scalar, ...] | None


@dataclass(frozen=True, order=True)
class FieldRef:
    """A field of a level: one of the portal's own, or an attribute by the name its source gives it."""

    of: Level
    name: str
    is_attribute: bool = False

    @property
    def data(self) -> dict[str, Any]:
        return {"of": self.of.value, "attribute" if self.is_attribute else "field": self.name}


@dataclass(frozen=True)
class FieldClause:
    """A field compared with a value. Days are texts such as 2026-03-31; values by comparison: `comparisons`."""

    id: str
    field: FieldRef
    test: str
    value: Value = None

    @property
    def data(self) -> dict[str, Any]:
        given = list(self.value) if isinstance(self.value, tuple) else self.value
        said = {} if given is None else {"value": given}
        return {"id": self.id, "type": "field", **self.field.data, "test": self.test, **said}


@dataclass(frozen=True)
class ActivityClause:
    """How often something happened, or how long ago it last did.

    `what` is "request" (inbound requests), "any", or names of kinds. Counted are the last `days`, or ever; on deals also
    only what came `before` the deal was opened or closed. For the tests about the last one, `days` says how long ago.
    """

    id: str
    of: Level
    what: str | tuple[str, ...]
    test: str
    count: int = 1
    days: int | None = None
    before: str | None = None

    @property
    def data(self) -> dict[str, Any]:
        what = list(self.what) if isinstance(self.what, tuple) else self.what
        said: dict[str, Any] = {"of": self.of.value, "what": what, "test": self.test}
        said |= {"count": self.count} if self.test in {"at_least", "at_most"} else {}
        said |= {} if self.days is None else {"days": self.days}
        said |= {} if self.before is None else {"before": self.before}
        return {"id": self.id, "type": "activity", **said}


@dataclass(frozen=True)
class ScoreClause:
    """What the current run of a level says: the group 1-10, group 1 the best, or the propensity 0-1."""

    id: str
    of: Level
    test: str
    value: float

    @property
    def data(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "type": "score",
            "of": self.of.value,
            "test": self.test,
            "value": self.value,
        }


@dataclass(frozen=True)
class DefinitionClause:
    """Whether the record, or the person or company it belongs to, meets another definition: the version in force."""

    id: str
    of: Level
    term: str
    test: str = "meets"

    @property
    def data(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "type": "definition",
            "of": self.of.value,
            "term": self.term,
            "test": self.test,
        }


@dataclass(frozen=True)
class DealsClause:
    """How many deals a person or company has: any, or those open, won or lost."""

    id: str
    of: Level
    outcome: str
    test: str
    count: int = 1

    @property
    def data(self) -> dict[str, Any]:
        said = {"of": self.of.value, "outcome": self.outcome, "test": self.test, "count": self.count}
        return {"id": self.id, "type": "deals", **said}


@dataclass(frozen=True)
class RolesClause:
    """How many people have one of these roles on the deal; no roles named: any role."""

    id: str
    roles: tuple[str, ...]
    test: str
    count: int = 1

    of = Level.DEAL

    @property
    def data(self) -> dict[str, Any]:
        said = {"roles": list(self.roles), "test": self.test, "count": self.count}
        return {"id": self.id, "type": "roles", **said}


@dataclass(frozen=True)
class EveryRecord:
    """Asks nothing: every record of the level there is, as targets are everybody one could reach."""

    id: str
    of: Level

    @property
    def data(self) -> dict[str, Any]:
        return {"id": self.id, "type": "every", "of": self.of.value}


Clause = (
    FieldClause | ActivityClause | ScoreClause | DefinitionClause | DealsClause | RolesClause | EveryRecord
)


@dataclass(frozen=True)
class Group:
    """All of, any of or none of its parts."""

    how: str
    parts: tuple["Node", ...]

    @property
    def data(self) -> dict[str, Any]:
        return {self.how: [part.data for part in self.parts]}


Node = Group | Clause


@dataclass(frozen=True)
class Criteria:
    """What a version of a definition asks of a record."""

    root: Group

    @property
    def data(self) -> dict[str, Any]:
        """The JSON this came from: `parse(criteria.data) == criteria`."""
        return {"version": VERSION, "root": self.root.data}

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """Every clause, in the order they are read."""
        return tuple(walk(self.root))

    def clause(self, clause_id: str) -> Clause | None:
        """The clause a discussion or a dispute names."""
        return next((clause for clause in self.clauses if clause.id == clause_id), None)


def walk(node: Node) -> Iterator[Clause]:
    """The clauses of a tree from left to right."""
    if isinstance(node, Group):
        for part in node.parts:
            yield from walk(part)
    else:
        yield node


def level_of(clause: Clause) -> Level:
    """Whose fields or doings a clause asks about."""
    return clause.field.of if isinstance(clause, FieldClause) else clause.of
