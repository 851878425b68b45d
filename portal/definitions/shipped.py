"""The first versions, which come with the portal and count as provisional until both sides have signed others."""

from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from portal import events
from portal.criteria import shipped
from portal.definitions.tables import Definition, DefinitionVersion

FINANCE_SIGNS: Final = frozenset({"marketing_sourced", "marketing_influenced"})


def ship(session: Session, *, at: datetime) -> None:
    """Bring the first version of each term that has none yet. Safe to repeat."""
    there = set(session.exec(select(Definition.term)))
    _complete(session)
    for position, (term, name, rule, wording) in enumerate(SHIPPED):
        if term in there:
            continue
        definition = Definition(
            term=term,
            name=name,
            position=position,
            level=shipped.level_of(term),
            finance_signs=term in FINANCE_SIGNS,
        )
        session.add(definition)
        session.flush()
        session.add(
            DefinitionVersion(
                definition_id=definition.id,
                number=1,
                wording=wording,
                rule=rule,
                criteria=shipped.data(term),
                created_at=at,
                in_force_at=at,
                is_shipped=True,
            )
        )
        events.record(session, "definition.shipped", "definition", definition.id, by=None, at=at, term=name)


def _complete(session: Session) -> None:
    """Give what older portals shipped as prose alone the criteria that say the same."""
    found = session.exec(
        select(Definition, DefinitionVersion).where(
            DefinitionVersion.definition_id == Definition.id,
            col(DefinitionVersion.is_shipped),
            col(DefinitionVersion.criteria).is_(None),
            col(Definition.term).in_(shipped.LEVELS),
        )
    )
    for definition, version in found:
        version.criteria = shipped.data(definition.term)


SHIPPED: Final = (
    (
        "target",
        "Target",
        "People in the portal, whatever brought them.",
        (
            "A person or company to reach out to: a bought list, badges scanned at a show, an outbound calling list. "
            "A target list is not a set of leads, and **a target is never counted as a lead**."
        ),
    ),
    (
        "inquiry",
        "Inquiry",
        "People with at least one inbound request, of a fitting person or not.",
        "Any inbound request: they came and asked for something, whether they fit or not.",
    ),
    (
        "lead",
        "Lead",
        "People with at least one inbound request who have not opted out.",
        (
            "A qualified prospect, the type who typically has a problem we solve, who **proactively wants to learn more**: "
            "they came and asked for something. Without an inbound request there is no lead."
        ),
    ),
    (
        "qualified_lead",
        "Qualified lead",
        "Leads that sales took into a deal.",
        (
            "Three marks, kept apart: the lead *meets the criteria* both sides signed; sales *accepted* it; sales *confirmed* "
            "it after contact."
        ),
    ),
    (
        "opportunity",
        "Opportunity",
        "Deals with an expected close date; a deal that closed had one.",
        (
            "A lead in conversation about a near-term purchase. Five marks:\n\n"
            "1. an agreed timeline to purchase;\n"
            "2. a decision maker involved, or aware of the solution and the timeline;\n"
            "3. budget available or identified;\n"
            "4. the buyer has agreed to next steps on their side and works on them;\n"
            "5. an event or an urgency that makes it a priority.\n\n"
            "No close date, no opportunity."
        ),
    ),
    (
        "customer",
        "Customer",
        "People and companies with a won deal, or marked as customers by their source.",
        "Somebody who bought.",
    ),
    (
        "nurture",
        "Nurture",
        "Leads that fit and are not ready; kept out of the pipeline.",
        "Where a qualified but not ready prospect belongs: in touch, verified again on a cadence, out of the pipeline.",
    ),
    (
        "marketing_sourced",
        "Marketing-sourced",
        "Won deals whose person made an inbound request before the deal was opened, or came inbound.",
        "Marketing made the first qualifying touch. Finance co-signs this definition.",
    ),
    (
        "marketing_influenced",
        "Marketing-influenced",
        "Won deals whose person did anything marketing offered before the deal closed.",
        "Marketing touched the buying group before the deal closed. Finance co-signs this definition.",
    ),
)
