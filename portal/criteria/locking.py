"""The clause that keeps targets from being leads: nobody is a lead who did not come and ask for something."""

from collections.abc import Iterator
from typing import Final

from portal.criteria.clauses import ActivityClause, Clause, Criteria, DefinitionClause, Group, Node
from portal.fields import Level

LOCKED: Final = ("inquiry", "lead", "qualified_lead", "nurture")
"""The terms nobody meets without an inbound request: lead, what it begins with, and what builds on it."""
REFUSAL: Final = (
    "At least one inbound request has to be asked of everybody: without it a target would count as a lead. "
    "Keep that clause in the outermost “all of”."
)


def locked(criteria: Criteria, term: str) -> frozenset[str]:
    """The ids of the clauses of which one has to stay; empty where the term is not bound, or none is there."""
    if term not in LOCKED:
        return frozenset()
    return frozenset(clause.id for clause in _asked_of_all(criteria.root) if _asks_for_request(clause, term))


def _asked_of_all(node: Node) -> Iterator[Clause]:
    """The clauses no record gets by: those in groups of "all of" only."""
    if not isinstance(node, Group):
        yield node
    elif node.how == "all" or (node.how == "any" and len(node.parts) == 1):
        for part in node.parts:
            yield from _asked_of_all(part)


def _asks_for_request(clause: Clause, term: str) -> bool:
    match clause:
        case ActivityClause(of=Level.PERSON, what="request", test="at_least" | "last_within"):
            return True
        case DefinitionClause(of=Level.PERSON, term=other, test="meets"):
            return other in LOCKED and other != term
        case _:
            return False
