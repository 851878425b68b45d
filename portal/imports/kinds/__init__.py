"""What an import can bring, as tables of fields: a further kind of record is one more entry here."""

from portal.errors import Invalid
from portal.imports.kinds.companies import COMPANIES, PARTNERS, PRODUCTS
from portal.imports.kinds.deals import DEAL_ROLES, DEALS, STAGE_CHANGES
from portal.imports.kinds.doings import ACTIVITIES, CAMPAIGN_MEMBERS, CAMPAIGNS, SPEND
from portal.imports.kinds.money import ORDERS, OWNERS, QUOTAS
from portal.imports.kinds.people import PEOPLE
from portal.imports.kinds.shapes import INSTANT, Field, KindOfRecord, Type, words

__all__ = ["DEALS", "INSTANT", "KINDS", "PEOPLE", "Field", "KindOfRecord", "Type", "kind_named", "words"]

KINDS = {
    kind.name: kind
    for kind in (
        OWNERS,
        PRODUCTS,
        CAMPAIGNS,
        COMPANIES,
        PARTNERS,
        PEOPLE,
        DEALS,
        DEAL_ROLES,
        STAGE_CHANGES,
        CAMPAIGN_MEMBERS,
        ACTIVITIES,
        ORDERS,
        QUOTAS,
        SPEND,
    )
}
"""In the order in which files go in best: what others name comes first. Any other order ends in the same."""


def kind_named(name: str) -> KindOfRecord:
    """Raises Invalid for a kind there is none of."""
    if name not in KINDS:
        raise Invalid(f"Nothing is called {name} here. An import brings one of: {', '.join(KINDS)}.")
    return KINDS[name]
