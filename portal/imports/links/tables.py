"""What an import could not know yet: links to records that come in another file, and leads that became contacts."""

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel


class PendingLink(SQLModel, table=True):
    """A record names another by an id that has not come yet. Gone as soon as it comes."""

    __tablename__ = "pending_link"
    __table_args__ = (
        UniqueConstraint("level", "record_id", "place"),
        Index("ix_pending_link_key", "target", "source", "key"),
        Index("ix_pending_link_import", "import_id"),
    )

    id: int = Field(default=None, primary_key=True)
    level: str = Field(max_length=10, description="What the record is.")
    record_id: int
    place: str = Field(max_length=40, description="The column that waits.")
    target: str = Field(max_length=10, description="What the other record is.")
    source: str = Field(max_length=100)
    key: str = Field(max_length=300, description="What the source calls the other record.")
    import_id: int = Field(foreign_key="import.id")


class ConvertedLead(SQLModel, table=True):
    """A lead and the contact it became: two ids of a source, one person."""

    __tablename__ = "converted_lead"
    __table_args__ = (
        UniqueConstraint("source", "lead_id"),
        Index("ix_converted_lead_contact", "source", "contact_id"),
    )

    id: int = Field(default=None, primary_key=True)
    source: str = Field(max_length=100)
    lead_id: str = Field(max_length=300)
    contact_id: str = Field(max_length=300)
    contact_came: bool = Field(default=False, description="Whether a row of the contact itself was imported.")
