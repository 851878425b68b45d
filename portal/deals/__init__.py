"""Deals: talks about a purchase, their worth and how they ended.

Pages read lists (`portal.deals.lists`) and one deal with its history (`portal.deals.detail`, `portal.deals.stages`).
"""

from portal.deals.tables import Deal, DealRole, Outcome, StageChange

__all__ = ["Deal", "DealRole", "Outcome", "StageChange"]
