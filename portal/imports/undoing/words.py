"""What records are called, by the table they are in."""

from typing import Final

WORDS: Final = {
    "person": ("person", "people"),
    "company": ("company", "companies"),
    "activity": ("activity", "activities"),
    "customer_order": ("order", "orders"),
    "spend_line": ("line of spend", "lines of spend"),
    "deal_role": ("role in a deal", "roles in deals"),
    "campaign_member": ("campaign member", "campaign members"),
    "stage_change": ("stage of a deal", "stages of deals"),
}
"""What a record of a table is called, one and many, where it is not called like its table."""


def many(table: str) -> str:
    """The word for several."""
    return WORDS.get(table, (table, f"{table}s"))[1]


def counted(table: str, count: int) -> str:
    """1 person, 2 people."""
    return f"{count:,} {WORDS.get(table, (table,))[0] if count == 1 else many(table)}"
