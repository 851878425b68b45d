"""What changed between two versions of a term: the wording word by word, the criteria clause by clause, the rest by name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from portal import criteria, differences
from portal.accounts.rules import FUNCTION_NAMES
from portal.criteria import Catalogue, Clause, Criteria, Faulty, Group, Node
from portal.definitions import drafts, fields
from portal.definitions.tables import DefinitionVersion
from portal.differences import Piece
from portal.signing import BOTH
from portal.working_time import WEEKDAYS, WorkingTime, countries

HOWS: Final = {"all": "all of", "any": "any of", "none": "none of"}


@dataclass(frozen=True)
class ClauseChange:
    """A clause that came, went, asks something else or stands elsewhere; "" where there was or is none."""

    id: str
    how: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """Another part of a version, in words before and after."""

    name: str
    pieces: list[Piece]


@dataclass(frozen=True)
class Comparison:
    wording: list[Piece]
    clauses: list[ClauseChange]
    others: list[Change]

    @property
    def is_empty(self) -> bool:
        return (
            not self.clauses and not self.others and len(self.wording) == 1 and self.wording[0].kind == "same"
        )


def compare(before: DefinitionVersion | None, after: DefinitionVersion, known: Catalogue) -> Comparison:
    """What the later version says that the earlier one does not; all of it where there is no earlier one."""
    was, now = _others(before, known), _others(after, known)
    return Comparison(
        differences.words(before.wording if before else "", after.wording),
        list(_clauses(criteria_of(before), criteria_of(after), known)),
        [
            Change(name, differences.words(was.get(name, ""), text))
            for name, text in now.items()
            if was.get(name, "") != text
        ],
    )


def criteria_of(version: DefinitionVersion | None) -> Criteria | None:
    """The criteria of a version; None where it has none that can be read."""
    try:
        return criteria.parse(version.criteria) if version and version.criteria else None
    except Faulty:
        return None


def _clauses(before: Criteria | None, after: Criteria | None, known: Catalogue) -> Iterator[ClauseChange]:
    was, now = (_placed(each) for each in (before, after))
    for clause_id, (clause, place) in now.items():
        said = criteria.clause_sentence(clause, known)
        if clause_id not in was:
            yield ClauseChange(clause_id, "added", "", _in(place, said))
            continue
        earlier, stood = was[clause_id]
        said_before = criteria.clause_sentence(earlier, known)
        if clause != earlier:
            yield ClauseChange(clause_id, "changed", _in(stood, said_before), _in(place, said))
        elif place != stood:
            yield ClauseChange(clause_id, "moved", _in(stood, said_before), _in(place, said))
    for clause_id, (clause, place) in was.items():
        if clause_id not in now:
            yield ClauseChange(clause_id, "removed", _in(place, criteria.clause_sentence(clause, known)), "")


def _placed(found: Criteria | None) -> dict[str, tuple[Clause, tuple[str, ...]]]:
    return dict(_walk(found.root, ())) if found else {}


def _walk(node: Node, place: tuple[str, ...]) -> Iterator[tuple[str, tuple[Clause, tuple[str, ...]]]]:
    if isinstance(node, Group):
        for part in node.parts:
            yield from _walk(part, (*place, node.how))
    else:
        yield node.id, (node, place)


def _in(place: tuple[str, ...], said: str) -> str:
    return f"{' / '.join(HOWS[how] for how in place).capitalize()}: {said}"


def _others(version: DefinitionVersion | None, known: Catalogue) -> Mapping[str, str]:
    """Everything but wording, criteria and why it changed, in words."""
    if version is None:
        return {}
    return {
        "Who owns the stage": FUNCTION_NAMES[version.owner] if version.owner else "",  # type: ignore[index]
        **{f"What {function} owes": duty_words(version, function) for function in BOTH},
        "Working time": working_words(drafts.working_of(version)) if drafts.promises_hours(version) else "",
        "Required fields": "\n".join(fields.words(each, known) for each in version.required_fields),
        **dict(zip(("Examples", "Not examples"), _examples(version), strict=True)),
    }


def _examples(version: DefinitionVersion) -> tuple[str, str]:
    texts = drafts.texts(version)
    return texts["examples"], texts["counterexamples"]


def duty_words(version: DefinitionVersion, function: str) -> str:
    """What a side owes the other, in one sentence; "" for nothing."""
    duty: Mapping[str, Any] = version.duties.get(function, {})
    if not duty:
        return ""
    hours = duty.get("within_hours")
    return str(duty["owes"]) + (f", within {hours:g} working hour{'s' * (hours != 1)}" if hours else "")


def working_words(working: WorkingTime) -> str:
    """Working time as people say it: "Monday to Friday, 09:00 to 17:00 (Europe/Berlin), but for the holidays of Germany"."""
    days = [WEEKDAYS[day] for day in working.days]
    is_run = len(days) > 2 and list(working.days) == list(range(working.days[0], working.days[-1] + 1))  # noqa: PLR2004
    said = f"{days[0]} to {days[-1]}" if is_run else ", ".join(days)
    but = f", but for the holidays of {countries()[working.country]}" if working.country else ""
    return f"{said}, {working.opens:%H:%M} to {working.closes:%H:%M} ({working.zone}){but}"
