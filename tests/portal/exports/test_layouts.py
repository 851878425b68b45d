from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.exports.layouts import HUBSPOT, LAYOUTS, SALESFORCE, Layout
from portal.spreadsheets import DANGEROUS, PLAIN_NUMBER

MOMENT = datetime(2026, 3, 2, 9, 30, 5, 123_456, tzinfo=UTC)
OFFERED = {"rank": "Rank", "group": "Group"}


@pytest.mark.parametrize(
    ("value", "salesforce", "hubspot"),
    [
        (True, "true", "true"),
        (False, "false", "false"),
        (None, "", ""),
        (17, "17", "17"),
        (0.25, "0.25", "0.25"),
        (1.0, "1", "1"),
        (1e-9, "0", "0"),
        (Decimal("12500.00"), "12500.00", "12500.00"),
        (date(2026, 3, 2), "2026-03-02", "2026-03-02"),
        (MOMENT, "2026-03-02T09:30:05.123Z", "2026-03-02"),
        ("Ada", "Ada", "Ada"),
        ("=1+1", "'=1+1", "'=1+1"),
    ],
)
def test_each_system_gets_values_as_it_reads_them(value, salesforce: str, hubspot: str) -> None:
    assert (SALESFORCE.cell(value), HUBSPOT.cell(value)) == (salesforce, hubspot)


@given(st.text(), st.sampled_from(list(LAYOUTS.values())))
def test_no_text_is_ever_taken_for_a_formula(text: str, layout: Layout) -> None:
    cell = layout.cell(text)

    assert not cell.startswith(DANGEROUS) or PLAIN_NUMBER.fullmatch(cell)


@pytest.mark.parametrize(
    ("layout", "id_", "is_one"),
    [
        (SALESFORCE, "00QAa00000AbCdEMAV", True),
        (SALESFORCE, "00QAa00000AbCdE", False),  # fifteen signs are made eighteen before
        (SALESFORCE, "L-0001", False),
        (HUBSPOT, "51", True),
        (HUBSPOT, "L-0001", False),
    ],
)
def test_ids_that_the_system_never_gave_are_none(layout: Layout, id_: str, is_one: bool) -> None:
    assert bool(layout.is_id.fullmatch(id_)) == is_one


def test_default_names_are_api_names() -> None:
    assert (SALESFORCE.named("opted_out"), HUBSPOT.named("opted_out")) == (
        "Concord_Opted_Out__c",
        "concord_opted_out",
    )
    assert SALESFORCE.problems([["rank", "Concord_Rank__c"]], OFFERED) == {}
    assert HUBSPOT.problems([["rank", "concord_rank"]], OFFERED) == {}


def test_names_are_refused_with_a_sentence_each() -> None:
    wrong = [["rank", "Rank of it"], ["group", "id"], ["luck", "Luck__c"]]

    assert SALESFORCE.problems(wrong, OFFERED) == {
        "rank": "Use the API name of the field, such as Concord_Rank__c.",
        "group": "“id” stands for something else already. Use another name.",
        "luck": "There is no such value to send.",
    }
    assert SALESFORCE.problems([], OFFERED) == {"": "Name at least one column; an empty name is not sent."}
