"""Owners: who works a record in the systems it comes from, their teams, and what they are to bring in.

An owner need not sign in here. One whose e-mail address is a user's is that user; a person can say otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, Index, func
from sqlmodel import Field, Session, col, select

from portal.accounts.tables import User
from portal.companies import BY
from portal.db import Money
from portal.errors import NotFound
from portal.imported import Imported


class Owner(Imported, table=True):
    __tablename__ = "owner"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int = Field(default=None, primary_key=True)
    name: str = Field(default="", max_length=200, index=True)
    email: str = Field(default="", max_length=254)
    team: str = Field(default="", max_length=200, index=True)
    manager: str = Field(default="", max_length=200, description="As the source writes it.")
    user_id: int | None = Field(
        default=None, foreign_key="user_account.id", description="Whom a person said it is."
    )


class Quota(Imported, table=True):
    """What an owner or a team is to bring in, in a period; both days belong to it."""

    __tablename__ = "quota"
    __table_args__ = (Index("ix_quota_first_on", "first_on"), {"sqlite_autoincrement": True})

    id: int = Field(default=None, primary_key=True)
    owner: str = Field(default="", max_length=200, description="As the source writes it.")
    owner_id: int | None = Field(default=None, foreign_key="owner.id", index=True)
    owner_by: str = Field(default="", max_length=10, description=BY)
    team: str = Field(default="", max_length=200)
    first_on: date
    last_on: date
    amount: Decimal = Field(sa_type=Money)
    currency: str = Field(default="", max_length=3)


@dataclass(frozen=True)
class Line:
    """An owner, and the user it is; None: they do not sign in here."""

    owner: Owner
    user: User | None


def listed(session: Session) -> list[Line]:
    """All owners by team and name, each with their user."""
    query = select(Owner, User).outerjoin(User, col(User.id) == _user_id())
    found = session.exec(query.order_by(col(Owner.team), col(Owner.name), col(Owner.id))).all()
    return [Line(owner, user) for owner, user in found]


def _user_id() -> ColumnElement[int | None]:
    """A database expression: whom a person said, else whose e-mail address it is."""
    same = select(User.id).where(func.lower(User.email) == func.lower(Owner.email), User.email != "")
    return func.coalesce(Owner.user_id, same.correlate(Owner).scalar_subquery())


def of_user(session: Session, user_id: int) -> Sequence[Owner]:
    """The owners that a user is, one for each source."""
    return session.exec(select(Owner).where(_user_id() == user_id).order_by(col(Owner.id))).all()


def match(session: Session, owner_id: int, user_id: int | None) -> Owner:
    """Say which user an owner is; None: by the e-mail address again. Raises NotFound."""
    owner = get(session, owner_id)
    if user_id is not None and session.get(User, user_id) is None:
        raise NotFound("There is no such user here. Look for them under Users.")
    owner.user_id = user_id
    return owner


def get(session: Session, owner_id: int) -> Owner:
    if (found := session.get(Owner, owner_id)) is None:
        raise NotFound("There is no such owner here. Look for them in the list.")
    return found


def teams(session: Session) -> Sequence[str]:
    """The teams owners are in, in order of name."""
    team = col(Owner.team)
    return session.exec(select(team).where(team != "").distinct().order_by(team)).all()


def quotas(session: Session, first: date, last: date) -> Sequence[Quota]:
    """The quotas whose period touches the days from first to last, the earliest first."""
    return session.exec(
        select(Quota)
        .where(Quota.first_on <= last, Quota.last_on >= first)
        .order_by(col(Quota.first_on), col(Quota.team), col(Quota.owner))
    ).all()
