from typing import Any

import pytest

from portal.criteria import Criteria, Faulty, checked, locked, parse, problems, references, shipped
from portal.criteria.clauses import FieldRef
from portal.criteria.references import References, Step, circle
from portal.fields import Level
from tests.portal.criteria.cast import ASKED, all_of, clause, criteria, world


def wrong(*parts: Any, term: str = "", level: Level = Level.PERSON, **more: Any) -> list[str]:
    return [each.sentence for each in problems(criteria(*parts), world(level, **more), term=term)]


@pytest.mark.parametrize("term", [term for term in shipped.ROOTS if term != "nurture"])
def test_the_shipped_criteria_can_be_judged(term: str) -> None:
    assert problems(shipped.criteria()[term], world(shipped.level_of(term)), term=term) == []


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        (
            clause("c", field="shoe_size", test="is_known"),
            "There is no field “shoe_size” of a person. Choose one of the list.",
        ),
        (
            clause("c", attribute="Newsletter", test="at_least", value=1),
            "Newsletter cannot be asked whether it “is at least”. It can: is, is not, is known, is missing.",
        ),
        (
            clause("c", attribute="Visits", test="at_least", value="12"),
            "Visits is a number. Compare it with one, such as 20.",
        ),
        (
            clause("c", attribute="Newsletter", test="is", value="yes"),
            "Newsletter is yes or no. Compare it with one of them.",
        ),
        (
            clause("c", attribute="Signed up", test="before", value="31.12.2026"),
            "Signed up is a date. Compare it with a day such as 2026-03-31.",
        ),
        (clause("c", field="country", test="is", value=3), "Country is a word. Compare it with one."),
        (
            clause("c", attribute="Visits", test="between", value=[9, 3]),
            "Visits: “between” goes from the smaller to the larger value.",
        ),
        (
            clause("c", of="deal", field="stage", test="is_known"),
            "A person has no deal to ask about. Choose: person or company.",
        ),
        (
            clause("c", "activity", what=["Dance"], test="at_least", count=1),
            "There is no kind of activity “Dance”. Choose one of the list.",
        ),
        (
            clause("c", "activity", what="any", test="at_least", count=1, before="opened"),
            "Only criteria about deals can count what came before the deal was opened or closed.",
        ),
        (
            clause("c", "definition", term="hero", test="meets"),
            "There is no definition “hero”. Choose one of the list.",
        ),
        (
            clause("c", "definition", term="opportunity", test="meets"),
            "Opportunity is about a deal, not about a person.",
        ),
    ],
)
def test_what_nobody_could_judge_is_said(part: dict[str, Any], sentence: str) -> None:
    assert wrong(part) == [sentence]


def test_a_company_of_a_person_can_be_asked_about() -> None:
    assert wrong(clause("c", of="company", field="employees", test="at_least", value=20)) == []


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(Faulty) as refused:
        checked(
            all_of(clause("a", field="x", test="is_known"), clause("b", field="y", test="is_known")), world()
        )
    assert [each.clause for each in refused.value.problems] == ["a", "b"]


def test_what_criteria_rest_on() -> None:
    found = references(
        criteria(
            clause("a", attribute="Visits", test="is_known"),
            clause("b", "definition", term="lead", test="meets"),
            clause("c", "score", test="group_at_most", value=3),
        )
    )
    visits = FieldRef(Level.PERSON, "Visits", is_attribute=True)
    assert found == References(frozenset({visits}), frozenset({"lead"}), frozenset({Level.PERSON}))


def met(term: str) -> Criteria:
    return parse(all_of(clause("d", "definition", term=term, test="meets")))


def test_a_circle_is_found_over_any_number_of_definitions() -> None:
    others = {"a": met("b"), "b": met("c"), "d": met("d")}
    assert circle("c", met("a"), others, {}) == [Step("a"), Step("b"), Step("c")]
    assert circle("c", met("d"), others, {}) == []


def test_a_circle_through_a_score_is_refused() -> None:
    scored = clause("s", "score", test="group_at_most", value=3)
    learned = {Level.PERSON: frozenset({"qualified_lead"})}
    assert wrong(ASKED, scored, term="lead", learned=learned) == [
        (
            "This runs in a circle: Lead → Qualified lead (through the score of the person, learned from it) → Lead. "
            "Take one of these out."
        )
    ]
    assert wrong(ASKED, scored, term="lead", learned={Level.PERSON: frozenset({"customer"})}) == []


REFUSED = [
    (
        "At least one inbound request has to be asked of everybody: without it a target would count as a lead. "
        "Keep that clause in the outermost “all of”."
    )
]
GHANA = clause("c", field="country", test="is", value="Ghana")


@pytest.mark.parametrize(
    "parts",
    [
        [GHANA],
        [{"any": [ASKED, GHANA]}],
        [{"none": [ASKED]}],
        [clause("c", "activity", what="request", test="at_most", count=1)],
        [clause("c", "activity", what="any", test="at_least", count=1)],
        [clause("c", "definition", term="lead", test="does_not_meet")],
        [clause("c", "definition", term="target", test="meets")],
    ],
)
def test_no_lead_goes_without_an_inbound_request(parts: list[Any]) -> None:
    assert wrong(*parts, term="qualified_lead") == REFUSED
    assert wrong(*parts, term="customer") == []


def test_the_request_may_be_asked_for_more_strictly_and_within_all_of() -> None:
    stricter = clause("asked", "activity", what="request", test="at_least", count=3, days=90)
    assert wrong({"all": [stricter, GHANA]}, term="lead") == []
    assert wrong(clause("l", "definition", term="lead", test="meets"), term="qualified_lead") == []


def test_which_clause_has_to_stay() -> None:
    lead = shipped.criteria()["lead"]
    assert locked(lead, "lead") == {"asked"}
    assert locked(lead, "customer") == frozenset()
