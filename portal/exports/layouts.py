"""How other systems want to be told of their records: ids, names and cells. Values in, values out.

Salesforce Data Loader: UTF-8 without a mark, `Id` of 18 signs, booleans true and false, dates `yyyy-MM-dd`, times
`yyyy-MM-dd'T'HH:mm:ss.SSS'Z'` (Data Loader Guide, "Data Types Supported by Data Loader"). HubSpot's import: `Record ID`,
checkboxes true and false, days `yyyy-MM-dd`. An empty cell leaves what stands there, in both.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from portal.spreadsheets import neutralise

Value = str | int | float | bool | Decimal | date | datetime | None


@dataclass(frozen=True)
class Layout:
    """What one system's import reads."""

    key: str
    word: str
    id_head: str
    is_id: re.Pattern[str]
    is_name: re.Pattern[str]
    say: str
    how: str
    named: Callable[[str], str]
    moment: Callable[[datetime], str]

    def cell(self, value: Value) -> str:
        """A value as the system reads it; nothing in it is ever taken for a formula."""
        match value:
            case None:
                return ""
            case bool():
                return "true" if value else "false"
            case float():
                return f"{value:.6f}".rstrip("0").rstrip(".")
            case datetime():
                return self.moment(value.astimezone(UTC))
            case date():
                return value.isoformat()
            case _:
                return neutralise(str(value))

    def problems(self, columns: Sequence[Sequence[str]], offered: Mapping[str, str]) -> dict[str, str]:
        """What is wrong with the names chosen, by the key of what they name; "" for all of them."""
        if not columns:
            return {"": "Name at least one column; an empty name is not sent."}
        found = {key: self.say for key, name in columns if not self.is_name.fullmatch(name)}
        taken = {self.id_head.casefold()}
        for key, name in columns:
            if name.casefold() in taken:
                found[key] = f"“{name}” stands for something else already. Use another name."
            taken.add(name.casefold())
        return found | {key: "There is no such value to send." for key, _ in columns if key not in offered}


def _words(key: str) -> str:
    return "_".join(part.capitalize() for part in key.split("_"))


def _to_milliseconds(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


def _to_day(at: datetime) -> str:
    return at.date().isoformat()


SALESFORCE: Final = Layout(
    key="salesforce",
    word="Salesforce Data Loader",
    id_head="Id",
    is_id=re.compile(r"[A-Za-z0-9]{15}[A-Z0-5]{3}"),
    is_name=re.compile(r"[A-Za-z][A-Za-z0-9_.:]{0,79}"),
    say="Use the API name of the field, such as Concord_Rank__c.",
    how="In Data Loader choose Update and the object, then this file; an empty cell leaves what stands there.",
    named=lambda key: f"Concord_{_words(key)}__c",
    moment=_to_milliseconds,
)
HUBSPOT: Final = Layout(
    key="hubspot",
    word="HubSpot import",
    id_head="Record ID",
    is_id=re.compile(r"[0-9]{1,20}"),
    is_name=re.compile(r"[A-Za-z][A-Za-z0-9_ ]{0,99}"),
    say="Use the name of the property, such as concord_rank.",
    how="In HubSpot choose Import, update existing records, and Record ID as what tells them apart.",
    named=lambda key: f"concord_{key}",
    moment=_to_day,
)
LAYOUTS: Final = {layout.key: layout for layout in (SALESFORCE, HUBSPOT)}

OBJECTS: Final = {
    "person": {"": "all people", "00Q": "leads", "003": "contacts"},
    "company": {"": "all companies"},
    "deal": {"": "all deals"},
}
"""Data Loader updates one object at a time; the first three signs of an id say which one a record is."""
