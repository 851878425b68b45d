"""The builder without a page: what its buttons do to a tree, what it reads of an unfinished one, and that forms lose nothing."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.criteria import locking, shipped
from portal.db import canonical
from portal.definitions.builder import asking, form, reading, subjects, tree
from portal.errors import Invalid
from portal.fields import Level
from tests.portal.criteria.cast import ASKED, all_of, clause, world

GHANA = clause("ghana", field="country", test="is", value="Ghana")
VISITS = clause("visits", attribute="Visits", test="at_least", value=3.0)


def ids(node: Any) -> Any:
    """A tree as its clauses' ids, groups as tuples that begin with how they join."""
    how = tree.how_of(node)
    return (how, *map(ids, tree.parts_of(node))) if how else node["id"]


def test_clauses_are_added_to_the_group_whose_button_was_pressed() -> None:
    asked = tree.add_clause(tree.add_group(all_of(ASKED), (), "a"), (1,), "b")

    assert ids(asked["root"]) == ("all", "asked", ("any", "a", "b"))


def test_a_group_that_is_left_empty_goes_too_but_the_root_stays() -> None:
    asked = {"version": 1, "root": {"all": [{"any": [{"none": [GHANA]}]}]}}

    assert ids(tree.remove(asked, (0, 0, 0))["root"]) == ("all",)


def test_a_clause_moves_through_groups_as_it_is_read() -> None:
    asked = all_of(GHANA, {"any": [VISITS, {"id": "x"}]}, ASKED)
    place, seen = (0,), []
    for _ in range(5):
        asked = tree.down(asked, place)
        place = next(p for p, node in tree.walk(asked["root"]) if node.get("id") == "ghana")
        seen.append(ids(asked["root"]))

    assert seen == [
        ("all", ("any", "ghana", "visits", "x"), "asked"),
        ("all", ("any", "visits", "ghana", "x"), "asked"),
        ("all", ("any", "visits", "x", "ghana"), "asked"),
        ("all", ("any", "visits", "x"), "ghana", "asked"),
        ("all", ("any", "visits", "x"), "asked", "ghana"),
    ]
    for _ in range(6):
        asked = tree.up(asked, place)
        place = next(p for p, node in tree.walk(asked["root"]) if node.get("id") == "ghana")
    assert ids(asked["root"]) == ("all", "ghana", ("any", "visits", "x"), "asked")


@pytest.mark.parametrize("place", [(9,), (0, 0), ()])
def test_a_button_of_a_part_that_is_gone_says_so(place: tuple[int, ...]) -> None:
    with pytest.raises(Invalid):
        tree.up(all_of(GHANA), place)


def test_what_is_finished_is_read_back_and_the_rest_is_named() -> None:
    asked = all_of(ASKED, {"id": "new"}, clause("c", field="country", test="is", value=""))
    read = reading.read(asked, world(), "lead")

    assert read.sentence == "A person meets this if there is at least 1 inbound request."
    assert read.problems["new"] == ["Choose what this clause is about."]
    assert "Give a value" in read.problems["c"][0]
    assert read.locked == {"asked"}
    assert not read.is_usable


def test_criteria_that_ask_nothing_are_not_usable() -> None:
    assert reading.read(tree.blank(), world(), "").problems == {"": [reading.EMPTY]}


@pytest.mark.parametrize(
    "asked",
    [
        all_of(GHANA),
        tree.blank(),
        {"version": 1, "root": {"any": [ASKED, GHANA]}},
        all_of({"any": [ASKED, GHANA]}),
        all_of({"none": [ASKED]}),
        all_of({**ASKED, "test": "at_most", "count": 0}),
        all_of({**ASKED, "what": "any"}),
    ],
)
def test_no_lead_is_saved_without_the_locked_clause(asked: tree.Tree) -> None:
    with pytest.raises(Invalid, match=locking.REFUSAL[:40]):
        reading.refuse_unlocked(asked, "lead")
    reading.refuse_unlocked(asked, "customer")
    reading.refuse_unlocked(all_of({**ASKED, "id": "first"}, *tree.parts_of(asked["root"])), "lead")


def controls(node: dict[str, Any], level: Level) -> dict[str, str]:
    """What a browser would send for a clause as the form shows it."""
    shown = asking.controls_of(node, world(level))
    sent = {"about": subjects.subject_of(node), "test": str(node.get("test", ""))}
    return sent | {each.name: each.value for each in shown}


@pytest.mark.parametrize("term", shipped.ROOTS)
def test_the_form_gives_back_every_shipped_clause(term: str) -> None:
    level, asked = shipped.level_of(term), shipped.data(term)
    parts = [
        (place, tree.how_of(node) or asking.clause_from(node["id"], controls(node, level), world(level)))
        for place, node in tree.walk(asked["root"])
    ]

    assert canonical(tree.plain(form.tree_from(parts))) == canonical(asked)


TYPED = st.text(max_size=20)
KEYS = st.sampled_from(["about", "test", "value", "to", "values", "days", "count", "before"])
ABOUT = st.sampled_from([value for _, each in subjects.options(world(), "lead") for value, _ in each])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(ABOUT | TYPED, st.dictionaries(KEYS, TYPED)), max_size=4))
def test_whatever_is_sent_the_form_shows_it_again_and_stays_the_same(
    sent: list[tuple[str, dict[str, str]]],
) -> None:
    clauses = [
        asking.clause_from(f"c{number}", {**given, "about": about}, world())
        for number, (about, given) in enumerate(sent)
    ]
    asked = all_of(*clauses)
    built = form.form_of(asked, world(), reading.read(asked, world(), "lead"), "lead")

    assert [part.id for part in built.root.parts if isinstance(part, form.ClauseRow)] == [
        f"c{number}" for number in range(len(sent))
    ]
    for node in clauses:
        again = asking.clause_from(node["id"], controls(node, Level.PERSON), world())
        assert asking.clause_from(node["id"], controls(again, Level.PERSON), world()) == again


def test_only_what_a_form_of_ours_names_is_a_place() -> None:
    assert form.place_of(form.key_of((2, 0, 1))) == (2, 0, 1)
    assert [form.place_of(key) for key in ("", "d.1", "c.x", "c.-1", "c.1234", "c.²")] == [None] * 6
