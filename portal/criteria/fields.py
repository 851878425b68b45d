"""The portal's own fields that criteria can ask for, by level, and which levels a record reaches."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from portal.fields import FieldKind, Level


class Kept(StrEnum):
    """How the database keeps a value; `fields` of attributes are kept typed (`portal.columns`)."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"  # ten-thousandths
    INSTANT = "instant"  # microseconds since 1970
    DAY = "day"  # a date of the database's own kind


@dataclass(frozen=True)
class Own:
    """`unknown` is the word that says nobody knows: it counts as missing."""

    title: str
    kept: Kept = Kept.TEXT
    kind: FieldKind = FieldKind.CATEGORY
    unknown: str = ""


def _instant(title: str) -> Own:
    return Own(title, Kept.INSTANT, FieldKind.DATE)


def _words(title: str) -> Own:
    return Own(title, kind=FieldKind.TEXT)


OWN: Final[Mapping[Level, Mapping[str, Own]]] = {
    Level.PERSON: {
        "email": _words("E-mail address"),
        "phone": _words("Phone"),
        "title": Own("Job title"),
        "company_name": Own("Company, as written"),
        "country": Own("Country"),
        "city": Own("City"),
        "source": Own("Source"),
        "campaign": Own("Campaign"),
        "direction": Own("Direction", unknown="unknown"),
        "owner": Own("Owner"),
        "status": Own("Status"),
        "term": Own("What the status stands for"),
        "came_at": _instant("Created on"),
        "opted_out_at": _instant("Opted out on"),
        "customer_at": _instant("Customer since"),
    },
    Level.COMPANY: {
        "name": _words("Company name"),
        "domain": _words("Domain"),
        "industry": Own("Industry"),
        "employees": Own("Employees", Kept.NUMBER, FieldKind.NUMBER),
        "revenue": Own("Revenue a year", Kept.MONEY, FieldKind.NUMBER),
        "currency": Own("Currency"),
        "type": Own("Type"),
        "country": Own("Country"),
        "city": Own("City"),
        "owner": Own("Owner"),
    },
    Level.DEAL: {
        "name": _words("Name of the deal"),
        "pipeline": Own("Pipeline"),
        "stage": Own("Stage"),
        "term": Own("What the stage stands for"),
        "outcome": Own("Outcome"),
        "amount": Own("Amount", Kept.MONEY, FieldKind.NUMBER),
        "currency": Own("Currency"),
        "probability": Own("Probability", Kept.NUMBER, FieldKind.NUMBER),
        "product": Own("Product"),
        "source": Own("Source"),
        "type": Own("Type"),
        "owner": Own("Owner"),
        "opened_at": _instant("Opened on"),
        "expected_close_on": Own("Expected close", Kept.DAY, FieldKind.DATE),
        "closed_at": _instant("Closed on"),
    },
}

REACHES: Final[Mapping[Level, tuple[Level, ...]]] = {
    Level.PERSON: (Level.PERSON, Level.COMPANY),
    Level.COMPANY: (Level.COMPANY,),
    Level.DEAL: (Level.DEAL, Level.PERSON, Level.COMPANY),
}
"""A person has a company, a deal has a person and a company: whose fields a record's criteria can ask for."""
