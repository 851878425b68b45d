"""What is compared: columns of text, each of a kind that says how its values are cleaned and likened."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import polars as pl


class Kind(StrEnum):
    """What a column holds. The order is that of the reasons people read."""

    FIRST_NAME = "first name"
    LAST_NAME = "last name"
    EMAIL = "e-mail"
    PHONE = "phone"
    IDENTIFIER = "identifier"
    BIRTH = "date of birth"
    ORGANISATION = "company"
    TITLE = "title"
    STREET = "street"
    HOUSE = "house number"
    POSTCODE = "postcode"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Column:
    """A name people know, a kind, and the values (n,), null where missing."""

    name: str
    kind: Kind
    values: pl.Series


def kind_of(name: str) -> Kind | None:
    """What a column with this title holds, if its title says so."""
    return TITLES.get(" ".join(re.findall(r"[a-z]+|[0-9]+", _split(name).lower())))


def _split(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)


_TITLES: Mapping[Kind, str] = {
    Kind.FIRST_NAME: "first name, firstname, given name, forename, christian name",
    Kind.LAST_NAME: "last name, lastname, surname, family name, second name",
    Kind.EMAIL: "email, e mail, email address, e mail address, mail",
    Kind.PHONE: "phone, phone number, mobile, mobile phone, telephone, mobile number, work phone",
    Kind.IDENTIFIER: (
        "soc sec id, ssn, social security number, national id, passport number, tax id, tax number, vat id, vat number"
    ),
    Kind.BIRTH: "date of birth, dob, birth date, birthdate, birthday",
    Kind.ORGANISATION: "company, company name, organisation, organization, account name, employer",
    Kind.TITLE: "title, job title, position, role",
    Kind.STREET: (
        "street, street address, street name, address, address 1, address 2, address line 1, address line 2, "
        "mailing street"
    ),
    Kind.HOUSE: "street number, house number",
    Kind.POSTCODE: "postcode, post code, postal code, zip, zip code, mailing zip, mailing postal code",
    Kind.PLACE: "city, town, suburb, state, region, province, county, mailing city, mailing state",
}
TITLES: Mapping[str, Kind] = MappingProxyType(
    {title: kind for kind, titles in _TITLES.items() for title in titles.split(", ")}
)

MISSING = ("", "-", "--", "?", "n/a", "na", "none", "null", "unknown", "select", "not known", "test")
COMBINING = r"\p{M}"
LEGAL_FORMS = (
    r"\b(?:inc|incorporated|ltd|limited|llc|llp|plc|corp|corporation|co|company|gmbh|ag|kg|sa|sas|sarl|srl|spa|bv|"
    r"nv|ab|as|oy|pty)\b"
)
PHONE_DIGITS = 9  # what follows country code and trunk zero in most plans
FEWEST_PHONE_DIGITS = 6
FEWEST_IDENTIFIER_CHARACTERS = 4
MOST_CHARACTERS = 100  # distances grow with the square of the length


def cleaned(column: Column) -> pl.Series:
    """The values as they are likened: lower case, no accents, one space between words, null where nothing is said."""
    return _CLEANERS.get(column.kind, _words)(_plain(column.values))


def _plain(values: pl.Series) -> pl.Series:
    text = values.cast(pl.String).str.normalize("NFKD").str.replace_all(COMBINING, "").str.to_lowercase()
    trimmed = text.str.replace_all(r"\s+", " ").str.strip_chars().str.slice(0, MOST_CHARACTERS)
    return _unless(trimmed, trimmed.is_in(MISSING))


def _unless(values: pl.Series, unusable: pl.Series) -> pl.Series:
    return values.set(unusable.fill_null(value=True), None)


def _words(values: pl.Series) -> pl.Series:
    found = values.str.replace_all(r"[^\p{L}\p{N}' ]+", " ").str.replace_all(r" +", " ").str.strip_chars()
    return _unless(found, found == "")


def _email(values: pl.Series) -> pl.Series:
    found = values.str.replace_all(r"\s", "").str.replace(r"\+[^@]*@", "@")
    return _unless(found, ~found.str.contains(r".@."))


def _phone(values: pl.Series) -> pl.Series:
    digits = values.str.replace_all(r"\D", "")
    return _unless(digits.str.tail(PHONE_DIGITS), digits.str.len_chars() < FEWEST_PHONE_DIGITS)


def _letters_and_digits(values: pl.Series) -> pl.Series:
    found = values.str.replace_all(r"[^\p{L}\p{N}]", "")
    return _unless(found, found == "")


def _identifier(values: pl.Series) -> pl.Series:
    found = _letters_and_digits(values)
    return _unless(found, found.str.len_chars() < FEWEST_IDENTIFIER_CHARACTERS)


def _organisation(values: pl.Series) -> pl.Series:
    words = _words(values)
    short = words.str.replace_all(LEGAL_FORMS, "").str.replace_all(r" +", " ").str.strip_chars()
    return short.set((short == "").fill_null(value=False), None).fill_null(words)


_CLEANERS: Mapping[Kind, Callable[[pl.Series], pl.Series]] = {
    Kind.EMAIL: _email,
    Kind.PHONE: _phone,
    Kind.IDENTIFIER: _identifier,
    Kind.BIRTH: _letters_and_digits,
    Kind.HOUSE: _letters_and_digits,
    Kind.POSTCODE: _letters_and_digits,
    Kind.ORGANISATION: _organisation,
}

SMALLEST_SHARE = 0.02


def usable(columns: Sequence[Column]) -> list[tuple[Column, pl.Series]]:
    """The columns that can tell anybody apart, with their cleaned values: filled for some, not all the same."""
    found = [(column, cleaned(column)) for column in columns]
    return [(column, values) for column, values in found if _tells(values)]


def _tells(values: pl.Series) -> bool:
    there = values.drop_nulls()
    return len(there) >= SMALLEST_SHARE * len(values) and there.n_unique() > 1
