"""What pages offer beside their own matter."""

from sqlmodel import Session

from portal import demo
from portal.accounts import Right
from routes.web import user


def own_data_in_place_of(session: Session) -> str:
    """The demo company's name for an administrator while it is loaded, who may clear it; empty for everybody else."""
    return demo.COMPANY if user().right == Right.ADMINISTRATOR and demo.is_loaded(session) else ""
