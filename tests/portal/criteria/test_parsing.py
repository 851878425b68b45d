from typing import Any

import pytest

from portal.criteria import Faulty, parse, shipped

COUNTRY = {"id": "c1", "type": "field", "of": "person", "field": "country", "test": "is", "value": "Ghana"}
ASKED = {"id": "a1", "type": "activity", "of": "person", "what": "request", "test": "at_least", "count": 1}


def tree(*parts: Any, how: str = "all") -> dict[str, Any]:
    return {"version": 1, "root": {how: list(parts)}}


def faults(data: Any) -> list[tuple[str | None, str]]:
    with pytest.raises(Faulty) as refused:
        parse(data)
    return [(each.clause, each.sentence) for each in refused.value.problems]


@pytest.mark.parametrize("term", shipped.ROOTS)
def test_the_shipped_criteria_come_back_as_they_were_kept(term: str) -> None:
    assert parse(shipped.data(term)).data == shipped.data(term)


def test_a_clause_is_found_by_its_id_however_deep() -> None:
    criteria = parse(tree({"any": [{"none": [COUNTRY]}]}, ASKED))
    assert criteria.clause("c1") == criteria.clauses[0]
    assert criteria.clause("nobody") is None


def test_every_fault_is_told_with_its_clause() -> None:
    assert faults(
        tree(COUNTRY | {"test": "resembles"}, {"any": []}, ASKED | {"count": 0}, COUNTRY | {"id": "a b"})
    ) == [
        (
            "c1",
            (
                "Choose how to compare: is, is_not, one_of, none_of, contains, does_not_contain, at_least, at_most, more_than, "
                "less_than, between, before, after, within_last, more_than_ago, within_next, is_known, is_missing."
            ),
        ),
        (None, "“Any of” is empty. Add a clause, or take the group away."),
        ("a1", "Say how many: a whole number from 1 to 1,000,000."),
        (None, "Every clause needs an id of up to 40 letters, digits, - and _."),
    ]


@pytest.mark.parametrize(
    ("clause", "sentence"),
    [
        (COUNTRY | {"value": ""}, "Give a value to compare with. For what is not there, use “is missing”."),
        (
            COUNTRY | {"value": "a\0b"},
            "Give a value to compare with. For what is not there, use “is missing”.",
        ),
        (
            COUNTRY | {"value": float("nan")},
            "Give a value to compare with. For what is not there, use “is missing”.",
        ),
        (COUNTRY | {"test": "is_known"}, "This comparison takes no value. Leave it out."),
        (COUNTRY | {"test": "between", "value": [1]}, "Give two values: from and to."),
        (COUNTRY | {"test": "one_of", "value": []}, "Choose one value or several, 200 at most."),
        (
            COUNTRY | {"test": "within_last", "value": 0.5},
            "Say how many days: a whole number from 1 to 36,500.",
        ),
        (COUNTRY | {"of": "household"}, "Say whom it is about: person, company or deal."),
        (COUNTRY | {"attribute": "Country"}, "Choose a field."),
        (COUNTRY | {"colour": "red"}, "A clause about field has no “colour”."),
        (
            COUNTRY | {"type": "magic"},
            "A clause is about one of: field, activity, score, definition, deals, roles, every.",
        ),
        (ASKED | {"count": True}, "Say how many: a whole number from 1 to 1,000,000."),
        (ASKED | {"count": float("inf")}, "Say how many: a whole number from 1 to 1,000,000."),
        (
            ASKED | {"what": []},
            "Choose what is counted: inbound requests, any activity, or kinds of activity.",
        ),
        (ASKED | {"test": "last_within"}, "Say how many days ago."),
        (
            ASKED | {"days": 3, "before": "opened"},
            "Count the last days, or what came before the deal was opened or closed, not both.",
        ),
        (
            {"id": "a1", "type": "score", "of": "person", "test": "group_at_most", "value": 11},
            "Choose a score group: a whole number from 1 to 10.",
        ),
        (
            {"id": "a1", "type": "score", "of": "person", "test": "propensity_at_least", "value": 30},
            "A propensity is a number from 0 to 1.",
        ),
    ],
)
def test_a_clause_that_says_nothing_usable_is_refused(clause: dict[str, Any], sentence: str) -> None:
    assert faults(tree(clause)) == [(clause["id"], sentence)]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ([], "Criteria are an object with a version and a root."),
        ({"version": 2, "root": {}}, "This form of criteria is not known here; use version 1."),
        ({"version": 1, "root": COUNTRY}, "Begin with a group: all of, any of or none of."),
        (tree(), "“All of” is empty. Add a clause, or take the group away."),
        (tree(COUNTRY, COUNTRY), "The id c1 stands at 2 clauses. Give each its own."),
        (
            tree({"all": [COUNTRY], "any": [ASKED]}),
            "A group is one of: all of, any of, none of. Use one group within another.",
        ),
        (tree("lead"), "Every part is a group or a clause."),
        (
            tree(*({"any": [COUNTRY | {"id": f"c{n}-{m}"} for m in range(3)]} for n in range(34))),
            "There are more than 100 clauses. Split the definition into terms.",
        ),
    ],
)
def test_a_tree_that_is_none_is_refused(data: Any, sentence: str) -> None:
    assert [said for _, said in faults(data)] == [sentence]


def test_groups_stand_six_deep_and_not_deeper() -> None:
    deep: Any = COUNTRY
    for _ in range(5):
        deep = {"any": [deep]}
    parse(tree(deep))
    assert faults(tree({"any": [deep]})) == [
        (None, "Groups stand more than 6 deep. Make a definition of the inner ones.")
    ]
