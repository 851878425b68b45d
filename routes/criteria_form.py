"""The builder of criteria as a form: the tree it carries, and what its named buttons do to it."""

import secrets
from typing import Final

from flask import request

from portal.criteria import Catalogue
from portal.definitions import drafts
from portal.definitions.builder import asking, form, subjects, tree
from portal.definitions.builder.form import key_of, place_of, tree_from
from portal.definitions.builder.tree import HOWS, Tree
from portal.errors import Invalid

MOST_PARTS: Final = 300
DEEPEST: Final = 8
TOO_MUCH: Final = "That is more than one definition can hold. Make terms of parts of it."
ASKED: Final = ("about", "test", "value", "to", "values", "days", "count", "before")


def sent(known: Catalogue) -> Tree:
    """The tree that the form carries: in its controls, or as JSON after a conflict. Raises Invalid."""
    names = request.form.getlist("node")
    if not names:
        return drafts.tree_of(request.form.get("criteria", ""))
    places = [(name, place) for name in names if (place := place_of(name)) is not None]
    if len(places) > MOST_PARTS or any(len(place) > DEEPEST for _, place in places):
        raise Invalid(TOO_MUCH)
    return tree_from([(place, _part(name, known)) for name, place in places])


def _part(name: str, known: Catalogue) -> str | Tree:
    how = request.form.get(f"{name}.how")
    if how in HOWS:
        return how
    given = {key: request.form.get(f"{name}.{key}", "") for key in ASKED}
    return asking.clause_from(request.form.get(f"{name}.id", ""), given, known)


def done(asked: Tree) -> Tree:
    """The tree after what the pressed button does: "add:c.0", "group:c", "up:c.1", "down:c.1", "remove:c.1"."""
    verb, _, key = request.form.get("do", "").partition(":")
    place = place_of(key)
    if place is None:
        return asked
    match verb:
        case "add":
            return tree.add_clause(asked, place, _fresh())
        case "group":
            return tree.add_group(asked, place, _fresh())
        case "up":
            return tree.up(asked, place)
        case "down":
            return tree.down(asked, place)
        case "remove":
            return tree.remove(asked, place)
    return asked


def _fresh() -> str:
    """An id that no clause ever had: disputes and discussions are about clauses by id."""
    return f"c-{secrets.token_hex(5)}"


def shows_other_controls(asked: Tree) -> bool:
    """Whether some clause needs other controls than the form that was sent has: another subject or comparison was chosen."""
    return any(
        form.shown(subjects.subject_of(node), str(node.get("test", "")))
        != request.form.get(f"{key_of(place)}.shown")
        for place, node in tree.walk(asked["root"])
        if tree.how_of(node) is None
    )
