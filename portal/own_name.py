"""What the company is called that the portal works for: in the header, and on documents."""

from typing import Final

from sqlmodel import Session

from portal import demo
from portal.settings import Settings

MADE_UP: Final = f"{demo.COMPANY} (made up)"


def own_name(session: Session, settings: Settings) -> str:
    """The demo company's name while it is loaded, as figures are then its own; else that of the settings, which may be empty."""
    return MADE_UP if demo.is_loaded(session) else settings.company
