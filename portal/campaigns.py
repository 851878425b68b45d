"""Campaigns: what was done to reach people, whom it touched and how they answered, and what it cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Index, func
from sqlmodel import Field, Session, col, select

from portal.db import Instant, Money
from portal.errors import NotFound
from portal.imported import Imported
from portal.people import Person


class Campaign(Imported, table=True):
    __tablename__ = "campaign"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int = Field(default=None, primary_key=True)
    name: str = Field(default="", max_length=300, index=True)
    channel: str = Field(default="", max_length=200, description="Its type, as the source writes it.")
    status: str = Field(default="", max_length=100, description="As the source writes it.")
    starts_on: date | None = None
    ends_on: date | None = None
    budget: Decimal | None = Field(default=None, sa_type=Money)
    cost: Decimal | None = Field(default=None, sa_type=Money, description="What it cost, as the source says.")
    currency: str = Field(default="", max_length=3)
    parent_id: int | None = Field(default=None, foreign_key="campaign.id")


class CampaignMember(Imported, table=True):
    """A person whom a campaign reached, and whether and when they answered."""

    __tablename__ = "campaign_member"
    __table_args__ = (
        Index("ix_campaign_member_campaign", "campaign_id", "person_id"),
        Index("ix_campaign_member_person", "person_id", "campaign_id"),
        {"sqlite_autoincrement": True},
    )

    id: int = Field(default=None, primary_key=True)
    campaign_id: int | None = Field(
        default=None, foreign_key="campaign.id", description="None: not come yet."
    )
    person_id: int | None = Field(default=None, foreign_key="person.id")
    status: str = Field(default="", max_length=100, description="As the source writes it.")
    joined_at: datetime | None = Field(default=None, sa_type=Instant, description="Reached at.")
    responded_at: datetime | None = Field(default=None, sa_type=Instant, description="At the latest then.")


class SpendLine(Imported, table=True):
    """A line of an advertising or accounting export. `spend` has their sums by channel, month and currency."""

    __tablename__ = "spend_line"
    __table_args__ = (Index("ix_spend_line_channel", "channel", "spent_on"), {"sqlite_autoincrement": True})

    id: int = Field(default=None, primary_key=True)
    channel: str = Field(max_length=200, description="The source that people who came by it carry.")
    campaign: str = Field(default="", max_length=200, description="As the source writes it.")
    spent_on: date = Field(description="Its day; the first of its month where only that is known.")
    amount: Decimal = Field(sa_type=Money)
    currency: str = Field(max_length=3)


@dataclass(frozen=True)
class Line:
    """A campaign with how many people it reached and how many of them answered."""

    campaign: Campaign
    members: int
    responded: int


def listed(session: Session, *, before: int | None = None, limit: int = 50) -> list[Line]:
    """Campaigns, the newest first, below an id."""
    query = select(Campaign).order_by(col(Campaign.id).desc()).limit(limit)
    found = session.exec(query.where(Campaign.id < before) if before else query).all()
    counts = _counts(session, [each.id for each in found])
    return [Line(each, *counts.get(each.id, (0, 0))) for each in found]


def _counts(session: Session, ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    query = (
        select(CampaignMember.campaign_id, func.count(), func.count(col(CampaignMember.responded_at)))
        .where(col(CampaignMember.campaign_id).in_(ids))
        .group_by(col(CampaignMember.campaign_id))
    )
    rows: Sequence[Any] = session.exec(query).all()
    return {campaign: (members, responded) for campaign, members, responded in rows}


def get(session: Session, campaign_id: int) -> Campaign:
    if (found := session.get(Campaign, campaign_id)) is None:
        raise NotFound("There is no such campaign here. Look for it in the list.")
    return found


def members(
    session: Session, campaign_id: int, *, after: int = 0, limit: int = 100
) -> Sequence[tuple[CampaignMember, Person]]:
    """Whom a campaign reached, in the order they came in, above the id of a member."""
    return session.exec(
        select(CampaignMember, Person)
        .join(Person, col(Person.id) == col(CampaignMember.person_id))
        .where(CampaignMember.campaign_id == campaign_id, CampaignMember.id > after)
        .order_by(col(CampaignMember.id))
        .limit(limit)
    ).all()


def of_person(session: Session, person_id: int) -> Sequence[tuple[CampaignMember, Campaign]]:
    """The campaigns that reached a person, the latest first."""
    return session.exec(
        select(CampaignMember, Campaign)
        .join(Campaign, col(Campaign.id) == col(CampaignMember.campaign_id))
        .where(CampaignMember.person_id == person_id)
        .order_by(col(CampaignMember.id).desc())
    ).all()
