"""Deals: the list with its filters, the same as CSV, and what is known of one."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field

from portal.accounts import Right
from portal.deals import detail, lists
from portal.deals.lists import Filters
from portal.spreadsheets import csv_lines
from reports import formats
from routes.web import database, parse, reading, render, requires

bp = Blueprint("deals", __name__, url_prefix="/deals")


class ListForm(BaseModel):
    outcome: str = Field("", pattern="^(open|won|lost)$")
    stage: str = Field("", max_length=100)
    owner: str = Field("", max_length=200)
    search: str = Field("", max_length=100)
    before: int | None = Field(None, ge=1)
    after: int | None = Field(None, ge=1)

    @property
    def filters(self) -> Filters:
        return Filters(self.outcome, self.stage, self.owner, self.search)

    def address(self, endpoint: str = "deals.index", **place: int) -> str:
        """The list's address, with its filters in it."""
        given = self.model_dump(include={"outcome", "stage", "owner", "search"}) | place
        query = urlencode({name: value for name, value in given.items() if value})
        return url_for(endpoint) + (f"?{query}" if query else "")


@bp.get("")
@requires(Right.MEMBER)
def index() -> ResponseReturnValue:
    form = parse(ListForm)
    with reading() as session:
        page = lists.page(session, form.filters, before=form.before, after=form.after)
        summary = lists.summary(session, form.filters)
        choices = {name: _options(found) for name, found in lists.choices(session).items()}
        is_empty = not page.lines and not lists.any_there(session)
    return render(
        "deals/index.html",
        form=form,
        page=page,
        summary=summary,
        choices=choices,
        is_empty=is_empty,
        newer=form.address(after=page.newer) if page.newer else "",
        older=form.address(before=page.older) if page.older else "",
        export=form.address("deals.export"),
        money=formats.money,
    )


def _options(found: list[str]) -> list[tuple[str, str]]:
    return [("", "All"), *((value, value) for value in found)]


HEADS: Final = (
    "id",
    "name",
    "outcome",
    "stage",
    "owner",
    "amount",
    "currency",
    "expected_close_on",
    "closed_at",
    "company",
    "person",
)


@bp.get("/export.csv")
@requires(Right.MEMBER)
def export() -> Response:
    """The list as it is filtered, from its top, as CSV."""
    filters, found = parse(ListForm).filters, database()

    def rows() -> Iterator[list[object]]:
        with found.reading() as session:
            for line in lists.every(session, filters):
                yield [getattr(line, head) for head in HEADS]

    lines = stream_with_context(csv_lines(HEADS, rows()))
    headers = {"Content-Disposition": 'attachment; filename="deals.csv"'}
    return Response(lines, mimetype="text/csv", headers=headers)


@bp.get("/<int:deal_id>")
@requires(Right.MEMBER)
def show(deal_id: int) -> ResponseReturnValue:
    with reading() as session:
        known = detail.known(session, deal_id)
    return render("deals/show.html", known=known, money=formats.money)
