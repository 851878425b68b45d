"""Adding, removing and moving parts of a tree. A place is the path of positions from the root: (), (0,), (2, 1)."""

import copy
from collections.abc import Iterator, Mapping
from typing import Any, Final

from portal.errors import Invalid

EXACT: Final = 2.0**53
HOWS: Final = ("all", "any", "none")
Tree = dict[str, Any]
Place = tuple[int, ...]
GONE: Final = "That part is not there any more. Look at the criteria as they are now."


def blank() -> Tree:
    """Criteria that ask nothing yet."""
    return {"version": 1, "root": {"all": []}}


def plain(found: Any) -> Any:
    """The same with whole numbers written as such: 1 and 1.0 are one value, and have to be one text where texts are compared."""
    if isinstance(found, dict):
        return {key: plain(value) for key, value in found.items()}
    if isinstance(found, list):
        return [plain(value) for value in found]
    return int(found) if isinstance(found, float) and found.is_integer() and abs(found) < EXACT else found


def how_of(node: Mapping[str, Any]) -> str | None:
    """How a group joins its parts; None for a clause."""
    return next((how for how in HOWS if how in node), None)


def parts_of(node: Mapping[str, Any]) -> list[Tree]:
    how = how_of(node)
    found = node[how] if how else []
    return found if isinstance(found, list) else []


def walk(node: Tree, place: Place = ()) -> Iterator[tuple[Place, Tree]]:
    """Every part with its place, from left to right, a group before its parts."""
    yield place, node
    for number, part in enumerate(parts_of(node)):
        yield from walk(part, (*place, number))


def add_clause(tree: Tree, place: Place, clause_id: str) -> Tree:
    """A clause that asks nothing yet, at the end of a group."""
    return _with(tree, place, lambda parts: parts.append({"id": clause_id}))


def add_group(tree: Tree, place: Place, clause_id: str) -> Tree:
    """A group of one clause at the end of a group: "any of", as "all of" inside "all of" says nothing more."""
    inner = "any" if how_of(at(tree, place)) == "all" else "all"
    return _with(tree, place, lambda parts: parts.append({inner: [{"id": clause_id}]}))


def remove(tree: Tree, place: Place) -> Tree:
    """Without that part; groups that are left empty go as well, but for the root."""
    changed, parts, number = _opened(tree, place)
    parts.pop(number)
    return changed if parts or len(place) == 1 else remove(changed, place[:-1])


def up(tree: Tree, place: Place) -> Tree:
    """One place up as it is read: before the part above, into the group above as its last, or out before its own group."""
    changed, parts, number = _opened(tree, place)
    if number == 0:
        return _out(changed, place, after=False)
    part = parts.pop(number)
    if how_of(parts[number - 1]) and not how_of(part):
        parts_of(parts[number - 1]).append(part)
    else:
        parts.insert(number - 1, part)
    return changed


def down(tree: Tree, place: Place) -> Tree:
    """One place down as it is read: after the part below, into the group below as its first, or out after its own group."""
    changed, parts, number = _opened(tree, place)
    if number == len(parts) - 1:
        return _out(changed, place, after=True)
    part = parts.pop(number)
    if how_of(parts[number]) and not how_of(part):
        parts_of(parts[number]).insert(0, part)
    else:
        parts.insert(number + 1, part)
    return changed


def _out(tree: Tree, place: Place, *, after: bool) -> Tree:
    """Out of its group, beside it. At the ends of the root nothing happens."""
    if len(place) == 1:
        return tree
    group = place[:-1]
    inner, outer = parts_of(at(tree, group)), parts_of(at(tree, group[:-1]))
    outer.insert(group[-1] + after, inner.pop(place[-1]))
    if not inner:
        outer.pop(group[-1] + (not after))
    return tree


def at(tree: Tree, place: Place) -> Tree:
    """The part at a place. Raises Invalid where there is none."""
    node: Tree = tree["root"]
    for number in place:
        parts = parts_of(node)
        if number >= len(parts):
            raise Invalid(GONE)
        node = parts[number]
    return node


def _opened(tree: Tree, place: Place) -> tuple[Tree, list[Tree], int]:
    """A copy to change, the parts among which the place is, and its position there."""
    if not place:
        raise Invalid("The outermost group stays. Change what is in it.")
    changed = copy.deepcopy(tree)
    at(changed, place)
    return changed, parts_of(at(changed, place[:-1])), place[-1]


def _with(tree: Tree, place: Place, change: Any) -> Tree:
    changed = copy.deepcopy(tree)
    group = at(changed, place)
    if how_of(group) is None:
        raise Invalid(GONE)
    change(parts_of(group))
    return changed
