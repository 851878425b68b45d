"""The criteria of the first versions, as data by term, and which records each term is about."""

from collections.abc import Mapping
from typing import Any, Final

from portal.criteria.clauses import VERSION, Criteria
from portal.criteria.parsing import parse
from portal.fields import Level

LEVELS: Final[Mapping[str, Level]] = {
    "target": Level.PERSON,
    "inquiry": Level.PERSON,
    "lead": Level.PERSON,
    "qualified_lead": Level.PERSON,
    "nurture": Level.PERSON,
    "customer": Level.PERSON,
    "opportunity": Level.DEAL,
    "marketing_sourced": Level.DEAL,
    "marketing_influenced": Level.DEAL,
}


def level_of(term: str) -> Level:
    """What a term is about; one that a team adds is about people."""
    return LEVELS.get(term, Level.PERSON)


def criteria() -> dict[str, Criteria]:
    """What was shipped, by term."""
    return {term: parse(data(term)) for term in ROOTS}


def data(term: str) -> dict[str, Any]:
    """The criteria a term's first version came with, as they are kept."""
    return {"version": VERSION, "root": ROOTS[term]}


ASKED: Final = {
    "id": "asked",
    "type": "activity",
    "of": "person",
    "what": "request",
    "test": "at_least",
    "count": 1,
}
WON: Final = {"id": "won", "type": "field", "of": "deal", "field": "outcome", "test": "is", "value": "won"}


def _met(term: str) -> dict[str, Any]:
    return {"id": term.replace("_", "-"), "type": "definition", "of": "person", "term": term, "test": "meets"}


def _known(name: str, field: str, test: str = "is_known", of: str = "person") -> dict[str, Any]:
    return {"id": name, "type": "field", "of": of, "field": field, "test": test}


def _deals(name: str, outcome: str, test: str, count: int) -> dict[str, Any]:
    said = {"outcome": outcome, "test": test, "count": count}
    return {"id": name, "type": "deals", "of": "person", **said}


ROOTS: Final[Mapping[str, dict[str, Any]]] = {
    "target": {"all": [{"id": "everybody", "type": "every", "of": "person"}]},
    "inquiry": {"all": [ASKED]},
    "lead": {"all": [ASKED, _known("not-opted-out", "opted_out_at", "is_missing")]},
    "qualified_lead": {"all": [_met("lead"), _deals("accepted", "any", "at_least", 1)]},
    "nurture": {
        "all": [
            _met("lead"),
            _deals("no-open-deal", "open", "at_most", 0),
            _deals("never-won", "won", "at_most", 0),
            _known("no-customer", "customer_at", "is_missing"),
        ]
    },
    "customer": {"any": [_deals("bought", "won", "at_least", 1), _known("marked", "customer_at")]},
    "opportunity": {
        "any": [
            _known("close-date", "expected_close_on", of="deal"),
            _known("closed", "closed_at", of="deal"),
            WON,
        ]
    },
    "marketing_sourced": {
        "all": [
            WON,
            {
                "any": [
                    ASKED | {"id": "asked-first", "before": "opened"},
                    {
                        "id": "came-inbound",
                        "type": "field",
                        "of": "person",
                        "field": "direction",
                        "test": "is",
                        "value": "inbound",
                    },
                ]
            },
        ]
    },
    "marketing_influenced": {"all": [WON, ASKED | {"id": "touched", "before": "closed"}]},
}
