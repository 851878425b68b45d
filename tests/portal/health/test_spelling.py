from hypothesis import given
from hypothesis import strategies as st

from portal.health.spelling import folded, variants


def groups(*counted: tuple[str, int]) -> list[list[str]]:
    return [[one.value for one in each.values] for each in variants("person", "source", counted)]


def test_case_white_space_and_joints_are_spelling() -> None:
    found = groups(("google", 5), ("Google", 2868), ("Trade show", 3), ("trade-show ", 1), ("Fair", 9))

    assert found == [["Google", "google"], ["Trade show", "trade-show "]]


def test_signs_and_letters_are_not() -> None:
    assert groups(("C", 1), ("C++", 1), ("C#", 1), ("Zürich", 1), ("Zurich", 1), ("A", 1), ("B", 1)) == []


def test_values_of_nothing_but_joints_stay_apart() -> None:
    assert groups(("-", 1), ("--", 1), ("", 1)) == []


@given(st.text())
def test_folding_twice_is_folding_once(value: str) -> None:
    assert folded(folded(value)) == folded(value)


@given(st.dictionaries(st.text(max_size=4), st.integers(1, 9), max_size=30))
def test_no_value_is_in_two_groups(counted: dict[str, int]) -> None:
    found = [value for group in groups(*counted.items()) for value in group]

    assert len(found) == len(set(found))
    assert set(found) <= set(counted)


def test_accents_join_the_letter_they_come_to_stand_at() -> None:
    assert folded("A\u00b4") == folded("\u00e1")
