"""The rows behind users, their sign-ins, failed attempts and password links."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Column, Index, Integer
from sqlmodel import Field, SQLModel

from portal.db import Instant


class Function(StrEnum):
    """Which side a user speaks for. Exactly one."""

    SALES = "sales"
    MARKETING = "marketing"
    FINANCE = "finance"
    OTHER = "other"


class Right(StrEnum):
    """What a user may do. A leader signs for the own function; an administrator runs the portal and signs for nobody."""

    MEMBER = "member"
    LEADER = "leader"
    ADMINISTRATOR = "administrator"


# outside the class: pydantic would copy it, with all the tables it knows, for every row
VERSION: Final[Column[int]] = Column("version", Integer, nullable=False, server_default="1")


class User(SQLModel, table=True):
    __tablename__ = "user_account"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int = Field(default=None, primary_key=True)
    email: str = Field(unique=True, max_length=254, description="Lower case.")
    name: str = Field(max_length=200)
    function: str = Field(max_length=20)
    right: str = Field(max_length=20)
    password_hash: str | None = None
    is_demo: bool = False
    theme: str = Field(default="", max_length=5)
    created_at: datetime = Field(sa_type=Instant)
    disabled_at: datetime | None = Field(default=None, sa_type=Instant)
    version: int = Field(default=None, sa_column=VERSION)

    __mapper_args__ = {"version_id_col": VERSION}


class SignIn(SQLModel, table=True):
    """A session of somebody who signed in. The cookie holds the token, the row only its hash."""

    __tablename__ = "sign_in"

    id: int = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True, max_length=64)
    user_id: int = Field(foreign_key="user_account.id", index=True)
    created_at: datetime = Field(sa_type=Instant)
    seen_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    agent: str = Field(default="", max_length=300)


class SignInAttempt(SQLModel, table=True):
    """A failed sign-in, counted to limit guessing. Kept in SQL so that the limit holds without the queue server."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_subject_at", "subject", "at"),)

    id: int = Field(default=None, primary_key=True)
    subject: str = Field(max_length=64, description="Hash of the address typed or of the network address.")
    at: datetime = Field(sa_type=Instant)


class Link(SQLModel, table=True):
    """A link that lets one user set a password, once: an invitation or a reset."""

    __tablename__ = "password_link"

    id: int = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True, max_length=64)
    user_id: int = Field(foreign_key="user_account.id", index=True)
    purpose: str = Field(max_length=20)
    created_at: datetime = Field(sa_type=Instant)
    created_by: int | None = Field(default=None, foreign_key="user_account.id")
    expires_at: datetime = Field(sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)
