"""Notices: an outbox of what a user should know. Shown in the portal; mailed as well where a mail server is set."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, text, update
from sqlmodel import Field, Session, SQLModel, col, select

from portal.accounts import Link, User, links
from portal.db import Instant
from portal.errors import NotFound

PER_PAGE: Final = 50
MAIL_TRIES: Final = 8
TOO_LATE: Final = timedelta(days=7)
LINK_KEY: Final = "link:"  # a notice whose mail carries a password link; it is shown to nobody


class Notice(SQLModel, table=True):
    __tablename__ = "notice"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user_account.id", index=True)
    at: datetime = Field(sa_type=Instant)
    sentence: str = Field(max_length=500)
    path: str = Field(default="", max_length=300, description="The page it is about.")
    key: str | None = Field(default=None, unique=True, max_length=120, description="Said once.")
    read_at: datetime | None = Field(default=None, sa_type=Instant)
    mailed_at: datetime | None = Field(default=None, sa_type=Instant)
    mail_failures: int = 0


@dataclass(frozen=True)
class Mail:
    """A mail to send: to whom, what, and the notice it is for."""

    notice_id: int
    to: str
    subject: str
    text: str


def tell(
    session: Session, user_id: int, sentence: str, *, at: datetime, path: str = "", key: str | None = None
) -> None:
    """Tell a user something. With a key it is said once, however often this is called."""
    said = key and session.exec(select(Notice.id).where(Notice.key == key)).first()
    if not said:
        session.add(Notice(user_id=user_id, at=at, sentence=sentence[:500], path=path, key=key))


def mail_link(session: Session, link: Link, *, at: datetime) -> None:
    """Have a password link mailed. The notice names the link by id only; its secret is worked out when it is sent."""
    session.add(
        Notice(
            user_id=link.user_id,
            at=at,
            sentence=LETTERS[link.purpose],
            key=f"{LINK_KEY}{link.id}",
            read_at=at,
        )
    )


LETTERS: Final = {
    links.INVITATION: "You have been invited to Concord. Set your password within three days",
    links.RESET: "Set a new password for Concord within three days",
}


def unread(session: Session, user_id: int) -> int:
    """How many notices a user has not read."""
    return int(session.connection().execute(text(UNREAD), {"user": user_id}).scalar_one())


# every page counts them: as plain SQL it takes a tenth of the time
UNREAD: Final = "SELECT COUNT(*) FROM notice WHERE user_id = :user AND read_at IS NULL"


def page(session: Session, user_id: int, *, before: int | None = None) -> Sequence[Notice]:
    """A user's notices, the newest first, one more than a page has so that the next page is known."""
    query = select(Notice).where(
        Notice.user_id == user_id, ~func.coalesce(Notice.key, "").startswith(LINK_KEY)
    )
    if before:
        query = query.where(Notice.id < before)
    return session.exec(query.order_by(col(Notice.id).desc()).limit(PER_PAGE + 1)).all()


def read(session: Session, user_id: int, *, at: datetime) -> None:
    """Mark all notices of a user as read."""
    rows = update(Notice).where(col(Notice.user_id) == user_id, col(Notice.read_at).is_(None))
    session.execute(rows.values(read_at=at))


def read_one(session: Session, user_id: int, notice_id: int, *, at: datetime) -> str:
    """Mark one notice as read. Gives the page it is about. Raises NotFound for somebody else's."""
    notice = session.get(Notice, notice_id)
    if notice is None or notice.user_id != user_id:
        raise NotFound("There is no such notice of yours.")
    notice.read_at = notice.read_at or at
    return notice.path


def due_mails(session: Session, *, key: str, url: str, at: datetime, most: int = 100) -> list[Mail]:
    """What is to be mailed now, oldest first: `key` is the portal's secret key, `url` how people reach it.

    A mail that failed n times waits 2^n minutes, and is given up after eight tries or a week. Demo people get none.
    """
    query = (
        select(Notice, User)
        .where(
            Notice.user_id == User.id,
            col(Notice.mailed_at).is_(None),
            Notice.mail_failures < MAIL_TRIES,
            Notice.at > at - TOO_LATE,
            col(User.disabled_at).is_(None),
            col(User.is_demo).is_(False),
        )
        .order_by(col(Notice.id))
        .limit(most)
    )
    due = [(notice, user) for notice, user in session.exec(query).all() if _is_due(notice, at)]
    return [mail for notice, user in due if (mail := _mail(session, notice, user, key=key, url=url))]


def _is_due(notice: Notice, at: datetime) -> bool:
    wait = timedelta(minutes=2**notice.mail_failures if notice.mail_failures else 0)
    return notice.at + wait <= at


def _mail(session: Session, notice: Notice, user: User, *, key: str, url: str) -> Mail | None:
    path = notice.path
    if (notice.key or "").startswith(LINK_KEY):
        link = session.get(Link, int(str(notice.key).removeprefix(LINK_KEY)))
        if link is None or link.used_at:
            return None
        path = f"/password/{links.token_of(link, key=key)}"
    body = f"Hello {user.name},\n\n{notice.sentence}.\n\n{url.rstrip('/')}{path}\n"
    return Mail(notice.id, user.email, f"Concord: {notice.sentence}"[:120], body.replace("..\n", ".\n"))


def mailed(session: Session, notice_id: int, *, at: datetime) -> None:
    """Note that a notice was mailed."""
    session.execute(update(Notice).where(col(Notice.id) == notice_id).values(mailed_at=at))


def mail_failed(session: Session, notice_id: int) -> None:
    """Note that mailing it failed; it is tried again later."""
    failed = update(Notice).where(col(Notice.id) == notice_id)
    session.execute(failed.values(mail_failures=Notice.mail_failures + 1))
