"""Partners: who sells with us, or for us."""

from collections.abc import Sequence

from sqlmodel import Field, Session, col, select

from portal.companies import BY
from portal.imported import EMPTY, Imported


class Partner(Imported, table=True):
    __tablename__ = "partner"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int = Field(default=None, primary_key=True)
    name: str = Field(default="", max_length=300, index=True)
    type: str = Field(default="", max_length=100, description="As the source writes it.")
    status: str = Field(default="", max_length=100, description="As the source writes it.")
    domain: str = Field(default="", max_length=200)
    country: str = Field(default="", max_length=100)
    company_id: int | None = Field(default=None, foreign_key="company.id")
    owner: str = Field(default="", max_length=200)
    owner_id: int | None = Field(default=None, foreign_key="owner.id")
    owner_by: str = Field(default="", max_length=10, sa_column_kwargs=EMPTY, description=BY)


def listed(session: Session) -> Sequence[Partner]:
    """All partners in order of name."""
    return session.exec(select(Partner).order_by(col(Partner.name), col(Partner.id))).all()
