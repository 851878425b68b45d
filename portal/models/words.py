"""What fields and outcomes are called on pages."""

from typing import Final

from portal.models.tables import Model

TITLES: Final = {
    "source": "Source",
    "campaign": "Campaign",
    "title": "Job title",
    "owner": "Owner",
    "status": "Status",
    "country": "Country",
    "city": "City",
    "direction": "Direction",
    "came_at": "Created on",
    "customer_at": "Customer since",
    "opted_out_at": "Opted out on",
    "industry": "Industry",
    "stage": "Stage",
    "outcome": "Outcome",
    "product": "Product",
    "type": "Type",
    "currency": "Currency",
    "probability": "Probability",
    "opened_at": "Opened on",
    "closed_at": "Closed on",
}
"""Mapped fields; an attribute is called what its source calls it."""

LEVELS: Final = {
    "person": ("person", "people"),
    "company": ("company", "companies"),
    "deal": ("deal", "deals"),
}
A_DATE: Final = "a date"


def title(field: str) -> str:
    """A field's name as people read it."""
    return TITLES.get(field, field)


def outcome(model: Model) -> str:
    """What a model learns, such as "Converted is 1" or "Customer since holds a date"."""
    if model.met_version_id:
        return f"first meets {model.outcome} within {model.within_days or 0:,} days"
    name = title(model.outcome)
    if not model.positive:
        return name
    if model.positive != A_DATE:
        return f"{name} is {model.positive}"
    within = f" within {model.within_days:,} days" if model.within_days else ""
    return f"{name} holds a date{within}"


def population(model: Model) -> str:
    """Of whom it learns, such as "people that crm knows, whose Country is France"."""
    known = f" that {model.source} knows" if model.source else ""
    only = f", whose {title(model.only_field)} is {model.only_value}" if model.only_field else ""
    return f"{LEVELS[model.level][1]}{known}{only}"
