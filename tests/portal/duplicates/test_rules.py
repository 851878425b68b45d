"""What two people differ in, and what becomes of it."""

from hypothesis import given
from hypothesis import strategies as st

from portal.duplicates.records import COLUMNS
from portal.duplicates.rules import CHOICES, EARLIEST, GONE, changes, defaults, differences, merged, undone


def test_every_column_of_a_person_is_chosen_or_settled_by_rule():
    chosen = [column for choice in CHOICES for column in choice.columns]
    assert sorted([*chosen, *EARLIEST, GONE]) == sorted(COLUMNS)


def test_who_is_gone_from_one_source_only_is_still_there():
    """Times as whole numbers, as the rules get them."""
    gone, there = {"gone_at": 3}, {"gone_at": None}
    both = [merged(one, other, ())["gone_at"] for one in (gone, there) for other in (gone, there)]
    assert both == [3, None, None, None]
    assert merged(gone, {"gone_at": 5}, ())["gone_at"] == 5


def test_only_what_differs_is_asked():
    stays = {"first_name": "Ada", "city": "Rome", "attribute:Size": 3}
    other = {"first_name": "Ada", "city": None, "attribute:Size": 4}
    assert [(d.key, d.stays, d.other) for d in differences(stays, other)] == [
        ("city", "Rome", None),
        ("attribute:Size", 3, 4),
    ]


def test_where_nobody_chooses_a_value_fills_a_gap():
    assert defaults({"city": None, "phone": "1"}, {"city": "Rome", "phone": "2"}) == {"city"}


def test_columns_that_go_together_are_taken_together():
    stays = {"company_name": "Acme", "company_id": 1, "company_by": "id"}
    other = {"company_name": "Zeta", "company_id": None, "company_by": None}
    after = merged(stays, other, {"company_name"})
    assert (after["company_name"], after["company_id"], after["company_by"]) == ("Zeta", None, None)


def test_an_opt_out_is_never_lost_and_the_first_time_counts():
    after = merged({"opted_out_at": None, "came_at": 9}, {"opted_out_at": 5, "came_at": 7}, set())
    assert (after["opted_out_at"], after["came_at"]) == (5, 7)


VALUES = st.dictionaries(
    st.sampled_from(["first_name", "city", "phone", "attribute:a", "attribute:b"]),
    st.integers(0, 2) | st.none(),
)
TAKE = st.sets(st.sampled_from(["first_name", "city", "phone", "attribute:a", "attribute:b"]))


@given(VALUES, VALUES, TAKE)
def test_what_a_merge_changed_can_be_taken_back(stays, other, take):
    after = merged(stays, other, take)
    back = {each.name: each.value for each in undone(changes(stays, after), {}, after)}
    assert changes({**after, **back}, stays) == {}


@given(VALUES, VALUES, TAKE)
def test_every_value_comes_from_one_of_the_two(stays, other, take):
    after = merged(stays, other, take)
    assert all(
        value in (stays.get(name), other.get(name)) for name, value in after.items() if name not in EARLIEST
    )


def test_a_value_that_was_changed_since_is_left_alone():
    assert undone({"city": ["Rome", "Bonn"]}, {}, {"city": "Oslo"}) == []


def test_a_value_that_a_later_merge_replaced_is_what_that_one_restores():
    found = undone({"city": ["Rome", "Bonn"]}, {2: {"city": ["Bonn", "Oslo"]}}, {"city": "Oslo"})
    assert [(each.value, each.heir) for each in found] == [("Rome", 2)]
