from typing import Any

import pytest

from portal.criteria import clause_sentence, parse, sentence, shipped
from portal.fields import Level
from tests.portal.criteria.cast import all_of, clause, world


@pytest.mark.parametrize(
    ("term", "said"),
    [
        ("target", "A person meets this if the person is here at all."),
        ("inquiry", "A person meets this if there is at least 1 inbound request."),
        (
            "lead",
            "A person meets this if there is at least 1 inbound request and Opted out on is missing.",
        ),
        (
            "qualified_lead",
            "A person meets this if the person meets the definition Lead and the person has at least 1 deal.",
        ),
        (
            "marketing_sourced",
            (
                "A deal meets this if Outcome is “won” and (either there is at least 1 inbound request of the person before the "
                "deal was opened or the person's Direction is “inbound”)."
            ),
        ),
    ],
)
def test_the_shipped_criteria_read_as_one_sentence(term: str, said: str) -> None:
    assert sentence(shipped.criteria()[term], world(shipped.level_of(term))) == said


def test_none_of_says_what_becomes_of_missing_values() -> None:
    part = {
        "none": [
            clause("a", field="country", test="is", value="Ghana"),
            clause("b", field="city", test="is_known"),
        ]
    }
    assert sentence(parse({"version": 1, "root": part}), world()) == (
        "A person meets this if none of these holds (where a value is missing nobody can say so, and it counts as not met): "
        "Country is “Ghana” or City is known."
    )


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (
            clause("c", field="country", test="one_of", value=["Ghana", "Chile"]),
            "Country is one of “Ghana” or “Chile”.",
        ),
        (clause("c", attribute="Visits", test="between", value=[3, 1200]), "Visits is between 3 and 1,200."),
        (clause("c", attribute="Newsletter", test="is", value=True), "Newsletter is yes."),
        (clause("c", field="came_at", test="within_last", value=1), "Created on is within the last 1 day."),
        (
            clause("c", of="company", field="employees", test="more_than", value=20.5),
            "The company's Employees is more than 20.5.",
        ),
        (
            clause("c", "activity", what=["Demo request", "Visit"], test="at_most", count=2, days=90),
            "There are at most 2 activities of the kind “Demo request” or “Visit” in the last 90 days.",
        ),
        (clause("c", "activity", what="any", test="at_most", count=0), "There are no activities."),
        (
            clause("c", "activity", what="request", test="last_more_than_ago", days=30),
            "The last inbound request was more than 30 days ago.",
        ),
        (
            clause("c", "score", test="group_at_most", value=3),
            "The person is in score group 3 or better.",
        ),
        (
            clause("c", "score", test="propensity_at_least", value=0.3),
            "The person has a propensity of at least 30%.",
        ),
        (
            clause("c", "deals", outcome="won", test="at_least", count=2),
            "The person has at least 2 won deals.",
        ),
    ],
)
def test_each_clause_reads_as_a_sentence(part: dict[str, Any], said: str) -> None:
    assert clause_sentence(parse(all_of(part)).clauses[0], world()) == said


def test_roles_on_a_deal_read_as_people() -> None:
    part = {"id": "r", "type": "roles", "roles": ["Decision maker"], "test": "at_least", "count": 1}
    criteria = parse(all_of(part))
    assert (
        clause_sentence(criteria.clauses[0], world(Level.DEAL))
        == "The deal has at least 1 person as “Decision maker”."
    )
