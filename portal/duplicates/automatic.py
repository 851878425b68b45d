"""What may be merged without being asked: exact matches only, and only those an administrator allowed."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import text
from sqlmodel import Session, select

from portal import events
from portal.duplicates.tables import MergeRule
from portal.fields import Field, Level


class Rule(StrEnum):
    EXACT_ID = "exact_id"
    EMAIL_AND_NAME = "email_and_name"


WORDS: Final = {
    Rule.EXACT_ID: "The same id in another system",
    Rule.EMAIL_AND_NAME: "The same e-mail address and the same name",
}
DEFAULTS: Final = {Rule.EXACT_ID: True, Rule.EMAIL_AND_NAME: False}


def allowed(session: Session) -> dict[Rule, bool]:
    """Which rules are on."""
    set_ = {Rule(rule.name): rule.is_on for rule in session.exec(select(MergeRule)) if rule.name in set(Rule)}
    return DEFAULTS | set_


def allow(session: Session, wanted: dict[Rule, bool], *, by: int, at: datetime) -> None:
    """Switch rules on or off; what they merged stays, and can be split."""
    before = allowed(session)
    for rule, is_on in wanted.items():
        if before[rule] != is_on:
            session.merge(MergeRule(name=rule, is_on=is_on, changed_at=at, changed_by=by))
            how = "allowed" if is_on else "stopped"
            events.record(
                session, "duplicate.rule_changed", "merge_rule", 0, by=by, at=at, rule=rule, how=how
            )


AFTER_IMPORT: Final = "after_import"


def searches_after_import(session: Session) -> bool:
    """Whether a search starts by itself once people were imported; so it does unless an administrator switched it off."""
    found = session.get(MergeRule, AFTER_IMPORT)
    return found is None or found.is_on


def search_after_import(session: Session, *, is_on: bool, by: int, at: datetime) -> None:
    """Switch that on or off."""
    if searches_after_import(session) != is_on:
        session.merge(MergeRule(name=AFTER_IMPORT, is_on=is_on, changed_at=at, changed_by=by))
        events.record(session, "duplicate.search_switched", "merge_rule", 0, by=by, at=at, is_on=is_on)


MOST: Final = 10_000
LONG_ID: Final = 12
"""Two systems number from 1 alike; ids this long are the same only where they mean the same."""

SAME_LONG_ID: Final = """
SELECT DISTINCT e.record_id, f.record_id
  FROM external_id e JOIN external_id f ON f.external_id = e.external_id AND f.source <> e.source AND f.level = e.level
 WHERE e.level = 'person' AND e.record_id < f.record_id AND LENGTH(e.external_id) >= :long
 ORDER BY 1, 2 LIMIT :most
"""
SAME_EMAIL_AND_NAME: Final = """
SELECT first, id FROM (
  SELECT id, MIN(id) OVER (
           PARTITION BY LOWER(TRIM(email)), LOWER(TRIM(first_name)), LOWER(TRIM(last_name))) AS first
    FROM person
   WHERE merged_into_id IS NULL AND email LIKE '%_@_%' AND TRIM(first_name) <> '' AND TRIM(last_name) <> ''
) AS named WHERE first <> id ORDER BY 1, 2 LIMIT :most
"""


def matches(session: Session, rule: Rule) -> list[tuple[int, int]]:
    """Pairs that a rule holds for now, (who stays, who is taken in): the one known longer stays. 10,000 at most."""
    if rule is Rule.EMAIL_AND_NAME:
        rows = session.connection().execute(text(SAME_EMAIL_AND_NAME), {"most": MOST})
        return [(first, id_) for first, id_ in rows]
    rows = session.connection().execute(text(SAME_LONG_ID), {"long": LONG_ID, "most": MOST})
    named = [pair for field, source in _naming_fields(session) for pair in _named(session, field, source)]
    return sorted({(a, b) for a, b in rows} | set(named))[:MOST]


ID_WORDS: Final = frozenset({"id", "key", "number"})


def _naming_fields(session: Session) -> Iterator[tuple[Field, str]]:
    """Fields that by their name hold another system's id: “Salesforce Contact ID”, where there is a source Salesforce."""
    sources = session.connection().execute(
        text("SELECT DISTINCT source FROM external_id WHERE level = 'person'")
    )
    names = list(sources.scalars())
    for field in session.exec(select(Field).where(Field.level == Level.PERSON)):
        words = field.name.casefold().replace("_", " ").split()
        yield from (
            (field, source)
            for source in names
            if ID_WORDS & set(words) and source.casefold() in " ".join(words) and source != field.source
        )


def _named(session: Session, field: Field, source: str) -> list[tuple[int, int]]:
    """People one of whom carries, in a field, the id that a source knows the other by. Needs typed columns up to date."""
    rows = session.connection().execute(
        text(
            f"SELECT DISTINCT e.record_id, c.record_id FROM columns_person c "  # noqa: S608  our own field's number
            f"JOIN external_id e ON e.external_id = CAST(c.f{field.id:d} AS TEXT) "
            "AND e.level = 'person' AND e.source = :source WHERE e.record_id <> c.record_id LIMIT :most"
        ),
        {"source": source, "most": MOST},
    )
    return [(min(one, other), max(one, other)) for one, other in rows]
