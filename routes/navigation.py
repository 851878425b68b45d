"""The navigation: one table. A page gets its line here, in the group where people look for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from flask import current_app, g, request, url_for
from sqlmodel import Session

from portal import notices, own_name
from portal.accounts import User
from portal.db import Database
from portal.duplicates import proposals
from routes.formats import short
from routes.identity import admits
from routes.marks import guard_of

Count = Callable[[Session, User], int | None]


@dataclass(frozen=True)
class Entry:
    """A line: its word, its route, and a cheap count if it has one."""

    word: str
    endpoint: str
    count: Count | None = None


@dataclass(frozen=True)
class Group:
    word: str
    entries: tuple[Entry, ...]


GROUPS: Final = (
    Group("Agree", (Entry("Definitions", "definitions.index"),)),
    Group(
        "Work",
        (
            Entry("People", "people.index"),
            Entry("How far down", "depth.index"),
            Entry("Companies", "companies.index"),
            Entry("Deals", "deals.index"),
        ),
    ),
    Group(
        "Prove",
        (
            Entry("Models", "models.index"),
            Entry("Runs", "runs.index"),
            Entry("ROI reports", "reports.index"),
            Entry("Data health", "health.index"),
            Entry("Duplicates", "duplicates.index", lambda session, _: proposals.count(session)),
            Entry("Activity", "activity.index"),
        ),
    ),
    Group(
        "Run",
        (
            Entry("Imports", "imports.index"),
            Entry("Exports", "exports.index"),
            Entry("Jobs", "jobs.index"),
            Entry("Users", "users.index"),
        ),
    ),
)


@dataclass(frozen=True)
class Line:
    """An entry as one user sees it on one page."""

    word: str
    url: str
    is_current: bool
    count: str


@dataclass(frozen=True)
class Menu:
    groups: tuple[tuple[str, tuple[Line, ...]], ...]
    unread: int
    company: str


def menu() -> Menu | None:
    """What the page's reader may go to; None when nobody is signed in. Two queries, and one for each count."""
    if g.get("user") is None:
        return None
    database: Database = current_app.extensions["database"]
    with database.reading() as session:
        groups = tuple((group.word, _lines(session, group)) for group in GROUPS)
        return Menu(
            groups=tuple(group for group in groups if group[1]),
            unread=notices.unread(session, g.user.id),
            company=own_name.own_name(session, current_app.extensions["settings"]),
        )


def _lines(session: Session, group: Group) -> tuple[Line, ...]:
    return tuple(_line(session, entry) for entry in group.entries if _is_open(entry))


def _is_open(entry: Entry) -> bool:
    """Whether the page is there and open to the user."""
    is_there = entry.endpoint in current_app.view_functions
    return is_there and admits(guard_of(current_app, entry.endpoint), g.user)


def _line(session: Session, entry: Entry) -> Line:
    count = entry.count(session, g.user) if entry.count else None
    is_current = request.blueprint == entry.endpoint.partition(".")[0]
    return Line(entry.word, url_for(entry.endpoint), is_current, short(count))
