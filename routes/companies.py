"""Companies: the list, the same as CSV, what is known of one, and one added or changed by hand."""

from collections.abc import Iterator
from typing import Any, Final

from flask import Blueprint, Response, redirect, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field

from portal import companies, people
from portal.accounts import Right
from portal.clock import now
from portal.deals import lists
from portal.editing import companies as editing
from portal.fields import Level
from portal.spreadsheets import csv_lines
from reports import formats
from routes.editing import SeenForm, form_of
from routes.web import database, parse, reading, render, requires, say, shows_again, transaction, user

bp = Blueprint("companies", __name__, url_prefix="/companies")

HEADS: Final = (
    "id", "name", "domain", "industry", "employees", "revenue", "currency", "type", "country", "city", "owner",
)  # fmt: skip


class ListForm(BaseModel):
    search: str = Field("", max_length=100)
    before: int | None = Field(None, ge=1, le=2**31)
    after: int | None = Field(None, ge=1, le=2**31)

    def address(self, endpoint: str = ".index", **place: Any) -> str:
        """The list's address, with what is looked for."""
        kept: dict[str, Any] = {"search": self.search} if self.search else {}
        return url_for(endpoint, **kept, **place)


@bp.get("")
@requires(Right.MEMBER)
def index() -> ResponseReturnValue:
    form = parse(ListForm)
    with reading() as session:
        page = companies.page(session, form.search, before=form.before, after=form.after)
    return render(
        "companies/index.html",
        form=form,
        page=page,
        newer=form.address(after=page.newer) if page.newer else "",
        older=form.address(before=page.older) if page.older else "",
        export=form.address(".export"),
    )


@bp.get("/export.csv")
@requires(Right.MEMBER)
def export() -> Response:
    """The list, from its top, as CSV."""
    search, found = parse(ListForm).search, database()

    def rows() -> Iterator[list[object]]:
        with found.reading() as session:
            for company in companies.every(session, search):
                yield [getattr(company, head) for head in HEADS]

    lines = stream_with_context(csv_lines(HEADS, rows()))
    headers = {"Content-Disposition": 'attachment; filename="companies.csv"'}
    return Response(lines, mimetype="text/csv", headers=headers)


@bp.get("/<int:company_id>")
@requires(Right.MEMBER)
def show(company_id: int) -> ResponseReturnValue:
    with reading() as session:
        company = companies.get(session, company_id)
        context: dict[str, Any] = {
            "parent": companies.get(session, company.parent_id) if company.parent_id else None,
            "people": people.of_company(session, company_id),
            "deals": lists.of_company(session, company_id),
            "ids": people.ids_of(session, Level.COMPANY, company_id),
            "changes": people.changes_of(session, Level.COMPANY, company_id),
        }
    return render("companies/show.html", company=company, money=formats.money, **context)


@bp.get("/new")
@requires(Right.MEMBER)
def new() -> ResponseReturnValue:
    return render("companies/edit.html", company=None, **form_of(editing.blank(), 1))


@bp.post("/new")
@requires(Right.MEMBER)
@shows_again("companies.new")
def create() -> ResponseReturnValue:
    draft = parse(editing.Draft)
    with transaction() as session:
        added = editing.add(session, draft, by=user().id, at=now())
    say(f"{added.name} is added.")
    return redirect(url_for(".show", company_id=added.id), 303)


@bp.get("/<int:company_id>/edit")
@requires(Right.MEMBER)
def edit(company_id: int) -> ResponseReturnValue:
    with reading() as session:
        company = companies.get(session, company_id)
    return render("companies/edit.html", company=company, **form_of(editing.texts(company), company.version))


@bp.post("/<int:company_id>/edit")
@requires(Right.MEMBER)
@shows_again("companies.edit")
def change(company_id: int) -> ResponseReturnValue:
    draft, seen = parse(editing.Draft), parse(SeenForm)
    with transaction() as session:
        changed = editing.change(session, company_id, draft, version=seen.version, by=user().id, at=now())
    say(f"{changed.name} is saved.")
    return redirect(url_for(".show", company_id=company_id), 303)
