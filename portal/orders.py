"""Orders: what customers bought, first and again."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import Index, func, or_, text
from sqlmodel import Field, Session, col, select

from portal.db import Instant, Money
from portal.imported import Imported

OF_DEAL = text("deal_id IS NOT NULL")


class OrderKind(StrEnum):
    """What an order is in a customer's life; empty where nobody said."""

    FIRST = "first"
    RENEWAL = "renewal"
    UPGRADE = "upgrade"
    REFERRAL = "referral"
    UNKNOWN = ""


class Order(Imported, table=True):
    __tablename__ = "customer_order"
    __table_args__ = (
        Index("ix_customer_order_person", "person_id", "ordered_at"),
        Index("ix_customer_order_company", "company_id", "ordered_at"),
        Index("ix_customer_order_ordered_at", "ordered_at"),
        Index("ix_customer_order_deal", "deal_id", sqlite_where=OF_DEAL, postgresql_where=OF_DEAL),
        {"sqlite_autoincrement": True},
    )

    id: int = Field(default=None, primary_key=True)
    number: str = Field(default="", max_length=100)
    kind: str = Field(default=OrderKind.UNKNOWN, max_length=10)
    amount: Decimal | None = Field(default=None, sa_type=Money)
    currency: str = Field(default="", max_length=3)
    ordered_at: datetime = Field(sa_type=Instant)
    product: str = Field(default="", max_length=200)
    status: str = Field(default="", max_length=100, description="As the source writes it.")
    person_id: int | None = Field(default=None, foreign_key="person.id")
    company_id: int | None = Field(default=None, foreign_key="company.id")
    company_name: str = Field(default="", max_length=300, description="As the source writes it.")
    company_by: str = Field(default="", max_length=10)
    deal_id: int | None = Field(default=None, foreign_key="deal.id")


def of(session: Session, *, person_id: int | None = None, company_id: int | None = None) -> Sequence[Order]:
    """What a person or a company ordered, the latest first."""
    whose = [
        column == given
        for column, given in ((col(Order.person_id), person_id), (col(Order.company_id), company_id))
        if given is not None
    ]
    return session.exec(select(Order).where(or_(*whose)).order_by(col(Order.ordered_at).desc())).all()


def first_of(session: Session, person_id: int) -> datetime | None:
    """When a person ordered first."""
    return session.exec(select(func.min(Order.ordered_at)).where(Order.person_id == person_id)).one()
