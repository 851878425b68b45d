"""Reading a tree that somebody is still at work on: what is complete counts, what is wrong is said clause by clause."""

from dataclasses import dataclass
from typing import Any, Final

from portal import criteria
from portal.criteria import Catalogue, Criteria, Faulty
from portal.definitions.builder.tree import Tree, how_of, parts_of, walk
from portal.errors import Invalid

EMPTY: Final = "Add a clause: criteria that ask nothing cannot be proposed."
UNCHOSEN: Final = "Choose what this clause is about."


@dataclass(frozen=True)
class Read:
    """A tree as it was understood. `complete` holds the clauses that are; `problems` by clause id, "" for the whole."""

    complete: Criteria | None
    sentence: str
    problems: dict[str, list[str]]
    locked: frozenset[str]

    @property
    def is_usable(self) -> bool:
        return not self.problems and self.complete is not None


def read(tree: Tree, known: Catalogue, term: str) -> Read:
    """Understand a tree for a term, as far as it goes."""
    complete = _complete(tree)
    found: dict[str, list[str]] = {}
    for clause, sentence in _faults(tree, complete, known, term):
        if sentence not in found.setdefault(clause, []):
            found[clause].append(sentence)
    said = criteria.sentence(complete, known) if complete else ""
    locked = criteria.locked(complete, term) if complete else frozenset()
    return Read(complete, said, found, locked if len(locked) == 1 else frozenset())


def refuse_unlocked(tree: Tree, term: str) -> None:
    """Raises Invalid for a tree without the clause that its term cannot be without."""
    complete = _complete(tree)
    if term in criteria.LOCKED and not (complete and criteria.locked(complete, term)):
        raise Invalid(criteria.locking.REFUSAL)


def _faults(tree: Tree, complete: Criteria | None, known: Catalogue, term: str) -> list[tuple[str, str]]:
    clauses = [node for _, node in walk(tree["root"]) if how_of(node) is None]
    if not clauses:
        return [("", EMPTY)]
    faults = [(str(node.get("id", "")), UNCHOSEN) for node in clauses if "type" not in node]
    try:
        criteria.parse(tree)
    except Faulty as faulty:
        chosen = {clause for clause, _ in faults}
        faults += [(p.clause or "", p.sentence) for p in faulty.problems if p.clause not in chosen]
    if complete:
        faults += [(p.clause or "", p.sentence) for p in criteria.problems(complete, known, term=term)]
    return faults


def _complete(tree: Tree) -> Criteria | None:
    """The criteria without what is not complete; None where nothing is, or the tree is no tree of criteria."""
    root = _pruned(tree["root"])
    try:
        return criteria.parse({"version": 1, "root": root}) if root else None
    except Faulty:
        return None


def _pruned(node: Any) -> Tree | None:
    if (how := how_of(node)) is None:
        return node if _is_clause(node) else None
    parts = [part for part in map(_pruned, parts_of(node)) if part]
    return {how: parts} if parts else None


def _is_clause(node: Tree) -> bool:
    try:
        criteria.parse({"version": 1, "root": {"all": [node]}})
    except Faulty:
        return False
    return True
