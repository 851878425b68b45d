"""The navigation: one table. A page gets its line here, in the group where people look for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask import current_app, g, request
from sqlmodel import Session

from portal import notices, own_name, plain
from portal.accounts import User
from portal.db import Database
from portal.definitions import pages
from portal.duplicates import proposals
from routes.addresses import url_for
from routes.formats import short
from routes.marks import admits, guard_of


@dataclass(frozen=True)
class Entry:
    """A line: its word, its route, and a cheap count if it has one: a SELECT of one number, of which every page makes a part."""

    word: str
    endpoint: str
    count: str = ""


@dataclass(frozen=True)
class Group:
    word: str
    entries: tuple[Entry, ...]


GROUPS: Final = (
    Group(
        "Agree",
        (
            Entry("Definitions", "definitions.index", pages.WAITING),
            Entry("Disputes", "disputes.index"),
        ),
    ),
    Group(
        "Work",
        (
            Entry("People", "people.index"),
            Entry("How far down", "depth.index"),
            Entry("Own weights", "weights.index"),
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
            Entry("Time machine", "time_machine.index"),
            Entry("Contradictions", "contradictions.index"),
            Entry("Data health", "health.index"),
            Entry("Duplicates", "duplicates.index", proposals.WAITING),
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
    counts: Mapping[str, int]


HOUSED: Final = {"deliveries": "imports", "undoing": "imports"}
"""Pages that are shown under another's line."""


def beside(session: Session, user: User) -> Beside:
    """One query for all counts, those of entries that are open to the user, and one for the name."""
    counts = {entry.endpoint: entry.count for group in GROUPS for entry in group.entries if entry.count}
    shown = [endpoint for endpoint in counts if _is_open(endpoint, user)]
    asked = (notices.UNREAD, *map(counts.__getitem__, shown))
    unread, *found = plain.numbers(session, *asked, user=user.id)
    company = own_name.own_name(session, current_app.extensions["settings"])
    return Beside(unread, company, dict(zip(shown, found, strict=True)))


def menu() -> Menu | None:
    """What the page's reader may go to; None when nobody is signed in."""
    if g.get("user") is None:
        return None
    found = g.get("beside") or _beside_now()
    groups = (
        (group.word, _lines(group, found.counts, HOUSED.get(request.blueprint or "", request.blueprint)))
        for group in GROUPS
    )
    return Menu(tuple(group for group in groups if group[1]), found.unread, found.company)


def _beside_now() -> Beside:
    database: Database = current_app.extensions["database"]
    with database.reading() as session:
        return beside(session, g.user)


def _lines(group: Group, counts: Mapping[str, int], here: str | None) -> tuple[Line, ...]:
    return tuple(_line(entry, counts, here) for entry in group.entries if _is_open(entry.endpoint, g.user))


def _is_open(endpoint: str, user: User) -> bool:
    """Whether the page is there and open to the user."""
    return endpoint in current_app.view_functions and admits(guard_of(current_app, endpoint), user)


def _line(entry: Entry, counts: Mapping[str, int], here: str | None) -> Line:
    blueprint = entry.endpoint.partition(".")[0]
    is_current = here is not None and (here == blueprint or here.startswith(f"{blueprint}_"))
    return Line(entry.word, url_for(entry.endpoint), is_current, short(counts.get(entry.endpoint)))
