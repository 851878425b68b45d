"""The navigation: one table. A page gets its line here, in the group where people look for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from flask import current_app, g, request
from sqlmodel import Session

from portal import notices, own_name
from portal.accounts import User
from portal.db import Database
from portal.duplicates import proposals
from routes.addresses import url_for
from routes.formats import short
from routes.marks import admits, guard_of

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


@dataclass(frozen=True)
class Beside:
    """What stands beside the navigation's words: unread notices, the company's name, a count beside some entries."""

    unread: int
    company: str
    counts: Mapping[str, int | None]


def beside(session: Session, user: User) -> Beside:
    """One query for the notices, one for the name, and one for each count of an entry that is open to the user."""
    entries = [entry for group in GROUPS for entry in group.entries if entry.count and _is_open(entry, user)]
    return Beside(
        unread=notices.unread(session, user.id),
        company=own_name.own_name(session, current_app.extensions["settings"]),
        counts={entry.endpoint: entry.count(session, user) for entry in entries if entry.count},
    )


def menu() -> Menu | None:
    """What the page's reader may go to; None when nobody is signed in."""
    if g.get("user") is None:
        return None
    found = g.get("beside") or _beside_now()
    groups = ((group.word, _lines(group, found.counts, request.blueprint)) for group in GROUPS)
    return Menu(tuple(group for group in groups if group[1]), found.unread, found.company)


def _beside_now() -> Beside:
    database: Database = current_app.extensions["database"]
    with database.reading() as session:
        return beside(session, g.user)


def _lines(group: Group, counts: Mapping[str, int | None], here: str | None) -> tuple[Line, ...]:
    return tuple(_line(entry, counts, here) for entry in group.entries if _is_open(entry, g.user))


def _is_open(entry: Entry, user: User) -> bool:
    """Whether the page is there and open to the user."""
    is_there = entry.endpoint in current_app.view_functions
    return is_there and admits(guard_of(current_app, entry.endpoint), user)


def _line(entry: Entry, counts: Mapping[str, int | None], here: str | None) -> Line:
    is_current = here == entry.endpoint.partition(".")[0]
    return Line(entry.word, url_for(entry.endpoint), is_current, short(counts.get(entry.endpoint)))
