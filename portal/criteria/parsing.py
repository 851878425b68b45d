"""From JSON, as a builder or a file gives it, to criteria: every fault named with its clause, none guessed over."""

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from portal.criteria.clauses import (
    VERSION,
    ActivityClause,
    Clause,
    Criteria,
    DealsClause,
    DefinitionClause,
    EveryRecord,
    FieldClause,
    FieldRef,
    Group,
    Node,
    RolesClause,
    Scalar,
    ScoreClause,
    Value,
)
from portal.criteria.comparisons import BEFORE, COMPARISONS, COUNTS, LAST, OUTCOMES, SCORES, Takes
from portal.errors import Invalid
from portal.fields import Level

DEEPEST: Final = 6
MOST_CLAUSES: Final = 100
MOST_VALUES: Final = 200
LONGEST_VALUE: Final = 1_000
MOST_DAYS: Final = 36_500
MOST_COUNTED: Final = 1_000_000
GROUPS: Final = {"all": "all of", "any": "any of", "none": "none of"}
BEST_GROUP, WORST_GROUP = 1, 10
ID: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")


@dataclass(frozen=True)
class Problem:
    """What is wrong with a clause, as a sentence that says what to do; no clause: with the whole."""

    clause: str | None
    sentence: str


class Faulty(Invalid):
    """Criteria that cannot be used, with everything that is wrong with them."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(" ".join(problem.sentence for problem in problems))
        self.problems = problems


def parse(data: Any) -> Criteria:
    """Criteria from their JSON. Whether its fields, values and terms exist is for `checking` to say. Raises Faulty."""
    reader = _Reader()
    criteria = reader.criteria(data)
    if criteria is None or reader.problems:
        raise Faulty(reader.problems)
    return criteria


class _Wrong(Exception):  # noqa: N818  a sentence on its way to the list of problems
    pass


class _Reader:
    """Reads a tree to its end, whatever it finds, and keeps what is wrong."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.ids: Counter[str] = Counter()

    def criteria(self, data: Any) -> Criteria | None:
        if not isinstance(data, Mapping) or not isinstance(data.get("root"), Mapping):
            self.fault(None, "Criteria are an object with a version and a root.")
            return None
        if data.get("version") != VERSION or isinstance(data.get("version"), bool):
            self.fault(None, f"This form of criteria is not known here; use version {VERSION}.")
            return None
        if not GROUPS.keys() & data["root"].keys():
            self.fault(None, "Begin with a group: all of, any of or none of.")
            return None
        root = self.node(data["root"], depth=1)
        self.whole()
        return Criteria(root) if isinstance(root, Group) else None

    def whole(self) -> None:
        if self.ids.total() > MOST_CLAUSES:
            self.fault(None, f"There are more than {MOST_CLAUSES} clauses. Split the definition into terms.")
        for name, times in self.ids.items():
            if times > 1:
                self.fault(name, f"The id {name} stands at {times} clauses. Give each its own.")

    def node(self, data: Any, *, depth: int) -> Node | None:
        if not isinstance(data, Mapping):
            self.fault(None, "Every part is a group or a clause.")
            return None
        if groups := GROUPS.keys() & data.keys():
            return self.group(data, groups, depth)
        return self.clause(data)

    def group(self, data: Mapping[str, Any], groups: set[str], depth: int) -> Group | None:
        if len(data) > 1:
            self.fault(None, "A group is one of: all of, any of, none of. Use one group within another.")
            return None
        how = groups.pop()
        if depth > DEEPEST:
            self.fault(None, f"Groups stand more than {DEEPEST} deep. Make a definition of the inner ones.")
            return None
        if not isinstance(data[how], list) or not data[how]:
            self.fault(None, f"“{GROUPS[how].capitalize()}” is empty. Add a clause, or take the group away.")
            return None
        if len(data[how]) > MOST_CLAUSES:
            self.fault(None, f"A group has more than {MOST_CLAUSES} parts. Split the definition into terms.")
            return None
        parts = [self.node(part, depth=depth + 1) for part in data[how]]
        return Group(how, tuple(part for part in parts if part is not None))

    def clause(self, data: Mapping[str, Any]) -> Clause | None:
        given = data.get("id")
        if not isinstance(given, str) or not ID.fullmatch(given):
            self.fault(None, "Every clause needs an id of up to 40 letters, digits, - and _.")
            return None
        self.ids[given] += 1
        try:
            return _clause(given, data)
        except _Wrong as wrong:
            self.fault(given, str(wrong))
            return None

    def fault(self, clause: str | None, sentence: str) -> None:
        self.problems.append(Problem(clause, sentence))


def _clause(name: str, data: Mapping[str, Any]) -> Clause:
    made = CLAUSES.get(str(data.get("type")))
    if made is None:
        raise _Wrong(f"A clause is about one of: {', '.join(CLAUSES)}.")
    keys, make = made
    if extra := set(data) - keys - {"id", "type"}:
        raise _Wrong(f"A clause about {data['type']} has no “{min(map(str, extra))}”.")
    return make(name, data)


def _field(name: str, data: Mapping[str, Any]) -> FieldClause:
    places = [key for key in ("field", "attribute") if key in data]
    if len(places) != 1:
        raise _Wrong("Choose a field.")
    ref = FieldRef(_level(data), _text(data, places[0], "Choose a field."), places[0] == "attribute")
    test = _choice(data, "test", COMPARISONS, "Choose how to compare")
    return FieldClause(name, ref, test, _value(COMPARISONS[test].takes, data))


def _value(takes: Takes, data: Mapping[str, Any]) -> Value:
    given = data.get("value")
    match takes:
        case Takes.NOTHING:
            if given is not None:
                raise _Wrong("This comparison takes no value. Leave it out.")
            return None
        case Takes.VALUE:
            return _scalar(given)
        case Takes.DAYS:
            return _whole(data, "value", 1, MOST_DAYS, "Say how many days")
        case Takes.PAIR | Takes.VALUES:
            return _scalars(takes, given)


def _scalars(takes: Takes, given: Any) -> tuple[Scalar, ...]:
    if takes is Takes.PAIR and (not isinstance(given, list) or len(given) != 2):  # noqa: PLR2004  a pair
        raise _Wrong("Give two values: from and to.")
    if not isinstance(given, list) or not 0 < len(given) <= MOST_VALUES:
        raise _Wrong(f"Choose one value or several, {MOST_VALUES} at most.")
    return tuple(map(_scalar, given))


def _scalar(given: Any) -> Scalar:
    if isinstance(given, bool):
        return given
    if isinstance(given, int | float) and math.isfinite(given) and abs(given) < 1e300:  # noqa: PLR2004
        return float(given)
    if isinstance(given, str) and _is_plain(given):
        if len(given) > LONGEST_VALUE:
            raise _Wrong(f"A value has more than {LONGEST_VALUE:,} letters. Shorten it.")
        return given
    raise _Wrong("Give a value to compare with. For what is not there, use “is missing”.")


def _activity(name: str, data: Mapping[str, Any]) -> ActivityClause:
    test = _choice(data, "test", (*COUNTS, *LAST), "Choose how to count")
    days = _whole(data, "days", 1, MOST_DAYS, "Say how many days") if data.get("days") is not None else None
    before = data.get("before")
    if before is not None and before not in BEFORE:
        raise _Wrong("Activities can be counted before the deal was opened or closed.")
    if before is not None and days is not None:
        raise _Wrong("Count the last days, or what came before the deal was opened or closed, not both.")
    if test in COUNTS:
        return ActivityClause(name, _level(data), _what(data), test, _count(data, test), days, before)
    if days is None:
        raise _Wrong("Say how many days ago.")
    if data.get("count") is not None:
        raise _Wrong("How long ago the last one was needs no number of activities.")
    return ActivityClause(name, _level(data), _what(data), test, days=days)


def _what(data: Mapping[str, Any]) -> str | tuple[str, ...]:
    given = data.get("what")
    if given in ("request", "any"):
        return str(given)
    return _texts(given, "Choose what is counted: inbound requests, any activity, or kinds of activity.")


def _score(name: str, data: Mapping[str, Any]) -> ScoreClause:
    test = _choice(data, "test", SCORES, "Choose how to use the score")
    if test.startswith("group"):
        group = _whole(data, "value", BEST_GROUP, WORST_GROUP, "Choose a score group")
        return ScoreClause(name, _level(data), test, group)
    value = data.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise _Wrong("A propensity is a number from 0 to 1.")
    return ScoreClause(name, _level(data), test, float(value))


def _every(name: str, data: Mapping[str, Any]) -> EveryRecord:
    return EveryRecord(name, _level(data))


def _definition(name: str, data: Mapping[str, Any]) -> DefinitionClause:
    test = _choice(data, "test", ("meets", "does_not_meet"), "Choose whether it is met")
    return DefinitionClause(name, _level(data), _text(data, "term", "Choose a definition."), test)


def _deals(name: str, data: Mapping[str, Any]) -> DealsClause:
    outcome = _choice(data, "outcome", OUTCOMES, "Choose which deals are counted")
    test = _choice(data, "test", COUNTS, "Choose how to count")
    return DealsClause(name, _level(data), outcome, test, _count(data, test))


def _roles(name: str, data: Mapping[str, Any]) -> RolesClause:
    test = _choice(data, "test", COUNTS, "Choose how to count")
    given = data.get("roles", [])
    roles = _texts(given, "Name the roles, or none for any role.") if given else ()
    return RolesClause(name, roles, test, _count(data, test))


CLAUSES: Final[dict[str, tuple[set[str], Callable[[str, Mapping[str, Any]], Clause]]]] = {
    "field": ({"of", "field", "attribute", "test", "value"}, _field),
    "activity": ({"of", "what", "test", "count", "days", "before"}, _activity),
    "score": ({"of", "test", "value"}, _score),
    "definition": ({"of", "term", "test"}, _definition),
    "deals": ({"of", "outcome", "test", "count"}, _deals),
    "roles": ({"roles", "test", "count"}, _roles),
    "every": ({"of"}, _every),
}


def _level(data: Mapping[str, Any]) -> Level:
    given = data.get("of")
    if given not in list(Level):
        raise _Wrong("Say whom it is about: person, company or deal.")
    return Level(given)


def _choice(data: Mapping[str, Any], key: str, choices: Any, ask: str) -> str:
    given = data.get(key)
    if not isinstance(given, str) or given not in choices:
        raise _Wrong(f"{ask}: {', '.join(choices)}.")
    return given


def _count(data: Mapping[str, Any], test: str) -> int:
    """At least none would ask for nothing; at most none is none."""
    return _whole(data, "count", 1 if test == "at_least" else 0, MOST_COUNTED, "Say how many")


def _whole(data: Mapping[str, Any], key: str, least: int, most: int, ask: str) -> int:
    given = data.get(key)
    if isinstance(given, int | float) and not isinstance(given, bool) and least <= given <= most:
        whole = int(given)
        if whole == given:
            return whole
    raise _Wrong(f"{ask}: a whole number from {least:,} to {most:,}.")


def _text(data: Mapping[str, Any], key: str, ask: str) -> str:
    given = data.get(key)
    if not isinstance(given, str) or not _is_plain(given) or len(given) > LONGEST_VALUE:
        raise _Wrong(ask)
    return given


def _is_plain(text: str) -> bool:
    """Something that both databases can hold, and people can read."""
    return bool(text.strip()) and "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def _texts(given: Any, ask: str) -> tuple[str, ...]:
    if not isinstance(given, list) or not 0 < len(given) <= MOST_VALUES:
        raise _Wrong(ask)
    return tuple(_text({"it": each}, "it", ask) for each in given)
