"""What titles say, and how values are likened."""

import polars as pl
import pytest

from scoring.linkage.columns import Column, Kind, cleaned, kind_of, usable


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("First Name", Kind.FIRST_NAME),
        ("given_name", Kind.FIRST_NAME),
        ("LastName", Kind.LAST_NAME),
        ("surname", Kind.LAST_NAME),
        ("E-mail", Kind.EMAIL),
        ("date_of_birth", Kind.BIRTH),
        ("address_1", Kind.STREET),
        ("Address Line 2", Kind.STREET),
        ("street_number", Kind.HOUSE),
        ("MailingPostalCode", Kind.POSTCODE),
        ("Lead Number", None),
        ("id", None),
    ],
)
def test_a_title_says_what_the_column_holds(title, kind):
    assert kind_of(title) == kind


@pytest.mark.parametrize(
    ("kind", "given", "likened"),
    [
        (Kind.LAST_NAME, "  O'Brien-MÜLLER ", "o'brien muller"),
        (Kind.FIRST_NAME, "N/A", None),
        (Kind.FIRST_NAME, "...", None),
        (Kind.EMAIL, "Ann.Lee+news@Firm.COM", "ann.lee@firm.com"),
        (Kind.EMAIL, "none at all", None),
        (Kind.PHONE, "+44 (0)20 7946 0958", "079460958"),
        (Kind.PHONE, "020 7946 0958", "079460958"),
        (Kind.PHONE, "x12", None),
        (Kind.ORGANISATION, "Acme, Inc.", "acme"),
        (Kind.ORGANISATION, "Co", "co"),
        (Kind.BIRTH, "1971-06-24", "19710624"),
        (Kind.POSTCODE, "SW1A 1AA", "sw1a1aa"),
        (Kind.IDENTIFIER, "12-3", None),
    ],
)
def test_values_are_likened_without_case_accents_and_dress(kind, given, likened):
    assert cleaned(Column("", kind, pl.Series([given]))).to_list() == [likened]


def test_a_column_that_is_empty_or_always_the_same_tells_nobody_apart():
    columns = [
        Column("city", Kind.PLACE, pl.Series(["Rome"] * 100)),
        Column("phone", Kind.PHONE, pl.Series([None] * 99 + ["020 7946 0958"])),
        Column("last name", Kind.LAST_NAME, pl.Series([f"name {n}" for n in range(100)])),
    ]
    assert [column.name for column, _ in usable(columns)] == ["last name"]
