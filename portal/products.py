"""Products: what is sold, at which price; and names in deals that are none of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Final

from sqlalchemy import func
from sqlmodel import Field, Session, col, select

from portal.db import Money
from portal.deals.tables import Deal
from portal.imported import Imported

NEAR: Final = 0.6
"""Shares of letters in common from which a name is offered; 1 is the same."""


class Product(Imported, table=True):
    __tablename__ = "product"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int = Field(default=None, primary_key=True)
    name: str = Field(default="", max_length=200, index=True)
    code: str = Field(default="", max_length=100)
    family: str = Field(default="", max_length=200)
    price: Decimal | None = Field(default=None, sa_type=Money)
    currency: str = Field(default="", max_length=3)


@dataclass(frozen=True)
class Stranger:
    """A product that deals name and nobody sells. `nearest` is empty where none is near."""

    name: str
    deals: int
    nearest: str


def strangers(session: Session) -> list[Stranger]:
    """Products that deals name though they are not among the products; none while no products are known."""
    known = _names(session)
    if not known:
        return []
    product = col(Deal.product)
    query = (
        select(product, func.count())
        .where(product != "")
        .group_by(product)
        .order_by(func.count().desc(), product)
    )
    return [
        Stranger(name, count, nearest(name, known))
        for name, count in session.exec(query)
        if name.casefold() not in known
    ]


def _names(session: Session) -> dict[str, str]:
    """What products are called, by name and by code, each under its small letters."""
    found = session.exec(select(Product.name, Product.code).order_by(col(Product.id))).all()
    return {word.casefold(): name for name, code in found for word in (code, name) if word}


def nearest(name: str, known: dict[str, str] | Iterable[str]) -> str:
    """The known name that has most letters in common in order, spaces and signs aside; empty below `NEAR`."""
    names = dict.fromkeys(known.values() if isinstance(known, dict) else known)
    likeness = {each: SequenceMatcher(None, _bare(name), _bare(each)).ratio() for each in names}
    best = max(likeness, key=lambda each: likeness[each], default="")
    return best if best and likeness[best] >= NEAR else ""


def _bare(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def listed(session: Session) -> Sequence[Product]:
    """All products in order of name."""
    return session.exec(select(Product).order_by(col(Product.name), col(Product.id))).all()
