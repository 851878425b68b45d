"""What people say about a thing or a part of it, the first word first. Nothing said is changed or removed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel
from pydantic import Field as Form
from sqlalchemy import Index
from sqlmodel import Field, Session, SQLModel, col, select

from portal import notices
from portal.accounts import User
from portal.db import Instant


class Comment(SQLModel, table=True):
    __tablename__ = "comment"
    __table_args__ = (
        Index("ix_comment_subject", "subject", "subject_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: int = Field(default=None, primary_key=True)
    subject: str = Field(max_length=40)
    subject_id: int
    part: str = Field(
        default="", max_length=60, description="Of the subject, such as a clause's id; the whole."
    )
    number: int | None = Field(default=None, description="The version of the subject it was said about.")
    user_id: int = Field(foreign_key="user_account.id")
    at: datetime = Field(sa_type=Instant)
    text: str = Field(max_length=4000, description="Markdown.")


class Said(BaseModel):
    """What somebody says."""

    text: str = Form(min_length=1, max_length=4000)
    part: str = Form("", max_length=60)
    number: int | None = None


@dataclass(frozen=True)
class Line:
    """A comment with who said it."""

    comment: Comment
    who: User


def say(
    session: Session,
    subject: str,
    subject_id: int,
    said: Said,
    *,
    by: User,
    at: datetime,
    name: str,
    path: str,
) -> Comment:
    """Add to a discussion. Those who took part in it before are told; `name` and `path` say where."""
    before = set(
        session.exec(
            select(Comment.user_id).where(
                Comment.subject == subject, Comment.subject_id == subject_id, Comment.part == said.part
            )
        )
    )
    comment = Comment(subject=subject, subject_id=subject_id, user_id=by.id, at=at, **said.model_dump())
    session.add(comment)
    session.flush()
    for user_id in sorted(before - {by.id}):
        key = f"comment:{comment.id}:{user_id}"
        notices.tell(session, user_id, f"{by.name} answered about {name}", at=at, path=path, key=key)
    return comment


def by_part(session: Session, subject: str, subject_id: int) -> Mapping[str, Sequence[Line]]:
    """Everything said about a thing, by the part of it."""
    rows = session.exec(
        select(Comment, User)
        .where(Comment.user_id == User.id, Comment.subject == subject, Comment.subject_id == subject_id)
        .order_by(col(Comment.id))
    )
    found: dict[str, list[Line]] = {}
    for comment, who in rows:
        found.setdefault(comment.part, []).append(Line(comment, who))
    return found
