"""The tree as a page shows it: groups and clauses with their controls, what is wrong with each, and what may be done."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from portal import criteria
from portal.criteria import Catalogue
from portal.definitions.builder.asking import Control, Words, controls_of, tests_of
from portal.definitions.builder.reading import Read
from portal.definitions.builder.subjects import Options, options, subject_of
from portal.definitions.builder.tree import Place, Tree, at, how_of, parts_of, walk

POSITION: Final = re.compile("[0-9]{1,3}")


@dataclass(frozen=True)
class ClauseRow:
    """A clause of the form. `number` counts clauses as they are read; a locked one stays, and about what it is."""

    key: str
    number: int
    id: str
    about: str
    about_word: str
    is_elsewhere: bool
    tests: Words
    test: str
    controls: Sequence[Control]
    problems: Sequence[str]
    is_locked: bool

    @property
    def shown(self) -> str:
        """What the controls were made for: when that changes they are made anew."""
        return shown(self.about, self.test)


@dataclass(frozen=True)
class GroupRow:
    """A group of the form. It is fixed where the locked clause stands in it."""

    key: str
    how: str
    parts: Sequence["ClauseRow | GroupRow"]
    is_fixed: bool
    is_root: bool


@dataclass(frozen=True)
class Form:
    root: GroupRow
    options: Options
    rows: Sequence[ClauseRow]

    @property
    def faulty(self) -> list[ClauseRow]:
        """The clauses that are not finished."""
        return [row for row in self.rows if row.problems]


def form_of(tree: Tree, known: Catalogue, read: Read, term: str) -> Form:
    """Everything the builder shows of a tree."""
    offered = options(known, term)
    words = {value: word for _, choices in offered for value, word in choices}
    numbers = {
        place: number
        for number, place in enumerate((p for p, node in walk(tree["root"]) if how_of(node) is None), 1)
    }
    maker = _Maker(tree, known, read, words, numbers)
    root = maker.group(())
    return Form(root, offered, list(_rows(root)))


def _rows(group: GroupRow) -> Iterator[ClauseRow]:
    for part in group.parts:
        if isinstance(part, GroupRow):
            yield from _rows(part)
        else:
            yield part


@dataclass(frozen=True)
class _Maker:
    tree: Tree
    known: Catalogue
    read: Read
    words: Mapping[str, str]
    numbers: Mapping[Place, int]

    def group(self, place: Place) -> GroupRow:
        node = at(self.tree, place)
        parts = [
            self.group((*place, number)) if how_of(part) else self.clause((*place, number), part)
            for number, part in enumerate(parts_of(node))
        ]
        fixed = any(part.is_fixed if isinstance(part, GroupRow) else part.is_locked for part in parts)
        return GroupRow(key_of(place), how_of(node) or "all", parts, fixed, not place)

    def clause(self, place: Place, node: Tree) -> ClauseRow:
        about, name = subject_of(node), str(node.get("id", ""))
        return ClauseRow(
            key=key_of(place),
            number=self.numbers[place],
            id=name,
            about=about,
            about_word=self.words.get(about) or self._elsewhere(node),
            is_elsewhere=about not in self.words,
            tests=tests_of(node, self.known),
            test=str(node.get("test", "")),
            controls=controls_of(node, self.known),
            problems=self.read.problems.get(name, []),
            is_locked=name in self.read.locked,
        )

    def _elsewhere(self, node: Tree) -> str:
        """Words for a subject that is not among the choices, such as several kinds of activity at once."""
        clause = self.read.complete.clause(str(node.get("id"))) if self.read.complete else None
        return (
            criteria.clause_sentence(clause, self.known) if clause else "What it was about is not known here"
        )


def shown(about: str, test: str) -> str:
    """What the controls of a clause depend on."""
    return f"{about} {test}"


def key_of(place: Place) -> str:
    """A place in the names of a form: "c", "c.0", "c.0.2"."""
    return ".".join(["c", *map(str, place)])


def place_of(key: str) -> Place | None:
    """The place a name of the form stands for; None for anything else."""
    head, *numbers = key.split(".")
    if head != "c" or not all(map(POSITION.fullmatch, numbers)):
        return None
    return tuple(map(int, numbers))


def tree_from(parts: Sequence[tuple[Place, Any]]) -> Tree:
    """A tree from its parts in order: for a group how it joins, for a clause itself. Parts without a group are left out."""
    root: Tree = {"all": []}
    groups: dict[Place, Tree] = {(): root}
    for place, part in parts:
        if not place:
            root = groups[()] = {str(part): []} if isinstance(part, str) else root
        elif (parent := groups.get(place[:-1])) is not None:
            node: Tree = {part: []} if isinstance(part, str) else part
            parts_of(parent).append(node)
            if isinstance(part, str):
                groups[place] = node
    return {"version": 1, "root": root}
