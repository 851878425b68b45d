"""Notices: an outbox of what a user should know. Shown in the portal; mailed as well where a mail server is set."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from portal.db import Instant


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
