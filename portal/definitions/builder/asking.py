"""What is asked of a clause's subject: the comparisons it offers, the controls each needs, and what was typed into them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from portal.criteria import Catalogue, FieldRef
from portal.criteria.comparisons import COMPARISONS, Takes
from portal.criteria.sentences import spoken
from portal.definitions.builder.subjects import subject_from
from portal.fields import FieldKind, Level

Words = list[tuple[str, str]]
COUNTED: Final = (("at_least", "at least"), ("at_most", "at most"))
TESTS: Final[Mapping[str, Words]] = {
    "activity": [
        *COUNTED,
        ("last_within", "the last one at most … ago"),
        ("last_more_than_ago", "the last one more than … ago"),
    ],
    "score": [
        ("group_at_most", "group … or better"),
        ("group_at_least", "group … or worse"),
        ("propensity_at_least", "propensity of at least"),
        ("propensity_at_most", "propensity of at most"),
    ],
    "definition": [("meets", "is met"), ("does_not_meet", "is not met")],
    "deals": [*COUNTED],
    "roles": [*COUNTED],
    "every": [],
}
YES_NO: Final = (("yes", "yes"), ("no", "no"))
BEFORE: Final = (
    ("", "at any time"),
    ("opened", "before the deal was opened"),
    ("closed", "before it closed"),
)


@dataclass(frozen=True)
class Control:
    """One input of a clause. Kinds: text, words (with suggestions), lines, number, date, choice."""

    name: str
    kind: str
    label: str
    value: str
    after: str = ""
    options: Words = field(default_factory=list)


def tests_of(clause: Mapping[str, Any], known: Catalogue) -> Words:
    """What can be asked of a clause's subject, as choices."""
    if clause.get("type") == "field":
        found = known.fields.get(ref_of(clause))
        offered = found.comparisons if found else COMPARISONS.values()
        return [(each.name, each.words.replace(" {}", "")) for each in offered]
    return TESTS.get(str(clause.get("type")), [])


def ref_of(clause: Mapping[str, Any]) -> FieldRef:
    """The field a clause names."""
    is_attribute = "attribute" in clause
    name = clause["attribute"] if is_attribute else clause.get("field", "")
    of = clause.get("of")
    return FieldRef(Level(of) if of in list(Level) else Level.PERSON, str(name), is_attribute=is_attribute)


def controls_of(clause: Mapping[str, Any], known: Catalogue) -> list[Control]:
    """The inputs that a clause needs for what it asks."""
    match clause.get("type"):
        case "field":
            return _of_field(clause, known)
        case "activity":
            return _of_activity(clause, known)
        case "score":
            return [Control("value", "number", "Score", _text(clause.get("value")))]
        case "deals" | "roles":
            return [Control("count", "number", "How many", _text(clause.get("count")))]
        case _:
            return []


def _of_field(clause: Mapping[str, Any], known: Catalogue) -> list[Control]:
    comparison = COMPARISONS.get(str(clause.get("test")))
    found = known.fields.get(ref_of(clause))
    kind = found.kind if found else FieldKind.TEXT
    value = clause.get("value")
    match comparison.takes if comparison else Takes.NOTHING:
        case Takes.VALUE:
            return [_single(kind, "value", "Value", value)]
        case Takes.VALUES:
            lines = "\n".join(map(_text, value if isinstance(value, list) else [value]))
            return [Control("values", "lines", "Values, one a line", lines)]
        case Takes.PAIR:
            low, high = (*value, "", "")[:2] if isinstance(value, list) else (value, "")
            return [_single(kind, "value", "From", low), _single(kind, "to", "To", high)]
        case Takes.DAYS:
            return [Control("days", "number", "How many days", _text(value), after="days")]
    return []


def _single(kind: FieldKind, name: str, label: str, value: Any) -> Control:
    kinds = {FieldKind.NUMBER: "number", FieldKind.DATE: "date", FieldKind.CATEGORY: "words"}
    if kind is FieldKind.BOOLEAN:
        return Control(name, "choice", label, _text(value), options=[("", "…"), *YES_NO])
    return Control(name, kinds.get(kind, "text"), label, _text(value))


def _of_activity(clause: Mapping[str, Any], known: Catalogue) -> list[Control]:
    days = _text(clause.get("days"))
    if str(clause.get("test")).startswith("last"):
        return [Control("days", "number", "How many days", days, after="days ago")]
    found = [
        Control("count", "number", "How many", _text(clause.get("count")), after="in the last"),
        Control("days", "number", "Of the last how many days; empty for ever", days, after="days, or ever"),
    ]
    if known.level is Level.DEAL:
        found.append(
            Control("before", "choice", "When", str(clause.get("before") or ""), options=list(BEFORE))
        )
    return found


def clause_from(clause_id: str, sent: Mapping[str, str], known: Catalogue) -> dict[str, Any]:
    """A clause from what was chosen and typed. What cannot be read stays as it was typed, to be shown and mended."""
    clause: dict[str, Any] = {"id": clause_id, **subject_from(sent.get("about", ""))}
    offered = [name for name, _ in tests_of(clause, known)]
    if offered:
        clause["test"] = sent["test"] if sent.get("test") in offered else offered[0]
    match clause.get("type"):
        case "field":
            clause |= _asked_of_field(clause, sent, known)
        case "activity":
            clause |= _asked_of_activity(clause, sent)
        case "score":
            clause |= {"value": _number(sent.get("value", ""))}
        case "deals" | "roles":
            clause |= {"count": _number(sent.get("count", "") or "1")}
    return clause


def _asked_of_field(clause: Mapping[str, Any], sent: Mapping[str, str], known: Catalogue) -> dict[str, Any]:
    found = known.fields.get(ref_of(clause))
    kind = found.kind if found else FieldKind.TEXT
    first = sent.get("value", "") or sent.get("values", "").partition("\n")[0]
    match COMPARISONS[str(clause["test"])].takes:
        case Takes.VALUE:
            return {"value": _typed(kind, first)}
        case Takes.VALUES:
            lines = (sent.get("values") or first).splitlines()
            return {"value": [_typed(kind, line) for line in lines if line.strip()]}
        case Takes.PAIR:
            return {"value": [_typed(kind, first), _typed(kind, sent.get("to", ""))]}
        case Takes.DAYS:
            return {"value": _number(sent.get("days", ""))}
    return {}


def _asked_of_activity(clause: Mapping[str, Any], sent: Mapping[str, str]) -> dict[str, Any]:
    days, before = sent.get("days", "").strip(), sent.get("before", "")
    asked: dict[str, Any] = {"days": _number(days)} if days else {}
    if str(clause["test"]).startswith("last"):
        return asked
    asked["count"] = _number(sent.get("count", "") or "1")
    return asked | ({"before": before} if before else {})


def _typed(kind: FieldKind, text: str) -> Any:
    text = text.strip()
    if kind is FieldKind.BOOLEAN:
        return {"yes": True, "no": False}.get(text, text)
    return _number(text) if kind is FieldKind.NUMBER else text


def _number(text: str) -> float | str:
    plain = text.replace(",", "").replace(" ", "")
    try:
        return float(plain)
    except ValueError:
        return text.strip()


def _text(value: Any) -> str:
    """A value as its control holds it."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return spoken(value) if isinstance(value, bool) else str(value)
    return f"{value:.15g}"
