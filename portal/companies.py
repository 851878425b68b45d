"""Companies: where people work."""

from datetime import datetime

from sqlalchemy import Column, Index, Integer, Text
from sqlmodel import Field, SQLModel

from portal.db import Instant


class Company(SQLModel, table=True):
    __tablename__ = "company"
    # the index lets what is derived find the changed records without reading them
    __table_args__ = (Index("ix_company_version", "id", "version"), {"sqlite_autoincrement": True})

    id: int = Field(default=None, primary_key=True)
    name: str = Field(max_length=300, index=True)
    domain: str = Field(default="", max_length=200)
    industry: str = Field(default="", max_length=200)
    country: str = Field(default="", max_length=100)
    attributes: str = Field(default="{}", sa_type=Text)
    import_id: int | None = Field(default=None, foreign_key="import.id")
    created_at: datetime = Field(sa_type=Instant)
    updated_at: datetime = Field(sa_type=Instant)
    version: int = Field(
        default=None, sa_column=(_version := Column("version", Integer, nullable=False, server_default="1"))
    )

    __mapper_args__ = {"version_id_col": _version}
