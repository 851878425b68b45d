"""Deals: talks about a purchase, their worth and how they ended.

Pages read lists (`portal.deals.lists`) and one deal with its history (`portal.deals.detail`).
"""

from portal.deals.tables import Deal, Outcome

__all__ = ["Deal", "Outcome"]
