"""Lists of records by their ids, whatever chose them: a page with its addresses, and all of it as CSV."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Response, stream_with_context
from pydantic import BaseModel, Field
from sqlmodel import Session

from portal import listing
from portal.listing import Page, Selection
from portal.spreadsheets import csv_lines
from routes.web import database


class Place(BaseModel):
    """Where a page of a list begins: older than one id, or newer than another."""

    before: int | None = Field(None, ge=1, le=2**31)
    after: int | None = Field(None, ge=1, le=2**31)


def page_of(session: Session, chosen: Selection, place: Place) -> Page:
    return listing.page(session, chosen, before=place.before, after=place.after)


def links(page: Page, here: str, export: str, kept: Mapping[str, str]) -> dict[str, str]:
    """The addresses of the pages beside this one, and of the file, with what narrows the list."""
    return {
        "newer": _address(here, kept, after=page.newer) if page.newer else "",
        "older": _address(here, kept, before=page.older) if page.older else "",
        "export": _address(export, kept),
    }


def _address(path: str, kept: Mapping[str, str], **place: Any) -> str:
    query = urlencode({name: value for name, value in {**kept, **place}.items() if value})
    return f"{path}?{query}" if query else path


def csv(chosen: Selection, name: str) -> Response:
    """All records of the list, read and sent in parts."""
    found = database()

    def rows() -> Iterator[list[object]]:
        with found.reading() as session:
            for line in listing.every(session, chosen):
                yield [line.id, *line.cells]

    lines = stream_with_context(csv_lines(["id", *chosen.heads], rows()))
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(lines, mimetype="text/csv", headers=headers)
