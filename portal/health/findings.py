"""What an examination looks for: conditions on records in SQL, each with its words.

Conditions speak of `r`, the record. `:before` is when stale begins, `:since` 24 months before `:as_of`, in microseconds
since 1970; all of them are times of the business, so that a first import of old records finds them old.
"""

# ruff: noqa: S608  tables and columns are our own names; what people type is always bound

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from portal.columns import STANDING, TABLES
from portal.fields import Level

ACTIVE_MONTHS: Final = 24
NO_OWNER: Final = "r.owner = '' AND r.owner_id IS NULL"
CHANGED_SINCE: Final = (
    "EXISTS (SELECT 1 FROM field_change f WHERE f.level = '{level}' AND f.record_id = r.id "
    "AND COALESCE(f.valid_from, f.seen_at) >= :before)"
)
WITHIN: Final = "BETWEEN :since AND :as_of"


@dataclass(frozen=True)
class Finding:
    """One thing looked for in the records of a level. `key` is its address."""

    key: str
    level: Level
    word: str
    sentence: str
    where: str

    def sql(self) -> str:
        """The ids of the records it is true of."""
        return f"SELECT r.id FROM {TABLES[self.level]} r WHERE ({self.where}) AND r.gone_at IS NULL {STANDING.get(self.level, '')}"


PERSON_STALE: Final = (
    "r.arrived_at < :before "
    "AND NOT EXISTS (SELECT 1 FROM activity a WHERE a.person_id = r.id AND a.at >= :before) "
    f"AND NOT {CHANGED_SINCE.format(level=Level.PERSON)}"
)
DEAL_STALE: Final = (
    "r.outcome = 'open' AND COALESCE(r.opened_at, r.created_at) < :before "
    "AND NOT EXISTS (SELECT 1 FROM activity a WHERE a.deal_id = r.id AND a.at >= :before) "
    "AND NOT EXISTS (SELECT 1 FROM activity a WHERE a.person_id = r.person_id AND a.at >= :before) "
    "AND NOT EXISTS (SELECT 1 FROM stage_change s WHERE s.deal_id = r.id AND s.entered_at >= :before) "
    f"AND NOT {CHANGED_SINCE.format(level=Level.DEAL)}"
)
CUSTOMER_COMPANY: Final = (
    "(EXISTS (SELECT 1 FROM deal d WHERE d.company_id = r.id AND d.outcome = 'won') "
    "OR EXISTS (SELECT 1 FROM customer_order o WHERE o.company_id = r.id) "
    "OR EXISTS (SELECT 1 FROM person p WHERE p.company_id = r.id AND p.customer_at IS NOT NULL))"
)
ACTIVE_COMPANY: Final = (
    f"(EXISTS (SELECT 1 FROM deal d WHERE d.company_id = r.id AND (d.opened_at {WITHIN} OR d.closed_at {WITHIN})) "
    f"OR EXISTS (SELECT 1 FROM customer_order o WHERE o.company_id = r.id AND o.ordered_at {WITHIN}) "
    f"OR EXISTS (SELECT 1 FROM person p JOIN activity a ON a.person_id = p.id WHERE p.company_id = r.id AND a.at {WITHIN}) "
    f"OR r.id IN (SELECT a.company_id FROM activity a WHERE a.company_id IS NOT NULL AND a.at {WITHIN}))"
)
CUSTOMER_PERSON: Final = (
    "r.company_id IS NULL AND (r.customer_at IS NOT NULL "
    "OR EXISTS (SELECT 1 FROM deal d WHERE d.person_id = r.id AND d.outcome = 'won') "
    "OR EXISTS (SELECT 1 FROM customer_order o WHERE o.person_id = r.id))"
)
ACTIVE_PERSON: Final = (
    f"(EXISTS (SELECT 1 FROM deal d WHERE d.person_id = r.id AND (d.opened_at {WITHIN} OR d.closed_at {WITHIN})) "
    f"OR EXISTS (SELECT 1 FROM customer_order o WHERE o.person_id = r.id AND o.ordered_at {WITHIN}) "
    f"OR EXISTS (SELECT 1 FROM activity a WHERE a.person_id = r.id AND a.at {WITHIN}))"
)

BOUNCED: Final = Finding("bounced", Level.PERSON, "Bounced", "Their e-mail came back, as a field says.", "")
ACTIVE: Final = (
    Finding(
        "active-companies",
        Level.COMPANY,
        "Active customers that are companies",
        "They bought, and something happened within 24 months.",
        f"{CUSTOMER_COMPANY} AND {ACTIVE_COMPANY}",
    ),
    Finding(
        "active-people",
        Level.PERSON,
        "Active customers of no company",
        "They bought, and something happened within 24 months.",
        f"{CUSTOMER_PERSON} AND {ACTIVE_PERSON}",
    ),
)
LOOKED_FOR: Final = (
    Finding("people-ownerless", Level.PERSON, "Ownerless", "Nobody is to call them.", NO_OWNER),
    Finding(
        "people-undated",
        Level.PERSON,
        "Undated",
        "The source does not say when they came, so they stand where they were first seen.",
        "r.came_at IS NULL",
    ),
    Finding(
        "people-stale",
        Level.PERSON,
        "Stale",
        "They came longer ago, and since then nothing was done and nothing changed.",
        PERSON_STALE,
    ),
    BOUNCED,
    Finding("opted-out", Level.PERSON, "Opted out", "They must not be called.", "r.opted_out_at IS NOT NULL"),
    Finding(
        "unreachable",
        Level.PERSON,
        "Unreachable",
        "Neither an e-mail address nor a telephone number is known.",
        "r.email = '' AND r.phone = ''",
    ),
    Finding("companies-ownerless", Level.COMPANY, "Ownerless", "Nobody looks after them.", NO_OWNER),
    Finding(
        "companies-empty",
        Level.COMPANY,
        "Nobody known there",
        "No person and no deal belongs to them.",
        "NOT EXISTS (SELECT 1 FROM person p WHERE p.company_id = r.id) "
        "AND NOT EXISTS (SELECT 1 FROM deal d WHERE d.company_id = r.id)",
    ),
    Finding("deals-ownerless", Level.DEAL, "Ownerless", "Nobody is to close them.", NO_OWNER),
    Finding(
        "deals-undated",
        Level.DEAL,
        "Undated",
        "The source does not say when they were opened, or when they ended.",
        "r.opened_at IS NULL OR (r.outcome <> 'open' AND r.closed_at IS NULL)",
    ),
    Finding(
        "deals-stale",
        Level.DEAL,
        "Stale",
        "Open, and for longer nothing was done and nothing changed.",
        DEAL_STALE,
    ),
)
BY_KEY: Final = {finding.key: finding for finding in (*LOOKED_FOR, *ACTIVE)}


def months_before(at: datetime, months: int) -> datetime:
    """The same day and hour so many months ago; the 28th where that month has no such day."""
    years, month = divmod(at.year * 12 + at.month - 1 - months, 12)
    try:
        return at.replace(year=years, month=month + 1)
    except ValueError:
        return at.replace(year=years, month=month + 1, day=28)
