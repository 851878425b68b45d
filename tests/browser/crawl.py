"""Going to one page of every route, and the rows that give each of them something to show."""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import Column, String
from sqlmodel import AutoString, Session, SQLModel, col, select

import portal.tables  # noqa: F401  every table, so that they know each other
from portal import definitions, events
from portal.accounts import Function, Right, User
from portal.clock import now
from portal.companies import Company
from portal.db import Database
from portal.deals import Deal
from portal.definitions import Definition, DefinitionVersion
from portal.discussion import Comment
from portal.evidence import Evidence
from portal.imports.tables import Import
from portal.jobs.tables import Job
from portal.people import Person


def fill(database: Database, texts: Iterable[str]) -> None:
    """For each text a row of everything that others bring, the text wherever one goes."""
    with database.transaction() as session:
        definitions.ship(session, at=now())
        for number, text in enumerate(texts):
            session.add_all(_rows(text, f"user{number}@example.com"))
            events.record(session, "import.uploaded", "import", 1, by=None, at=now(), filename=text)
            _define(session, number, text)


def _define(session: Session, number: int, text: str) -> None:
    """A term, at the top of the list, with a version in force and one proposed, discussed and contested."""
    at, user = now(), session.exec(select(User).where(User.email == f"user{number}@example.com")).one()
    term = Definition(term=f"term{number}", name=text[:100], position=-number)
    person = session.exec(select(Person.id).order_by(col(Person.id).desc())).first()
    session.add(term)
    session.flush()
    asked = {"type": "field", "of": "person", "attribute": text[:300], "test": "is", "value": text[:900]}
    criteria = {"version": 1, "root": {"all": [{"id": "c", **asked}]}}
    example = {"record_id": person, "is_one": True, "why": text[:300]}
    given = {"definition_id": term.id, "criteria": criteria, "examples": [example], "created_at": at}
    given |= {"duties": {"sales": {"owes": text, "within_hours": 4}}, "rule": text, "why": text[:2000]}
    held = DefinitionVersion(number=1, wording=f"Was {text}", in_force_at=at, **given)
    session.add_all([held, DefinitionVersion(number=2, wording=text, proposed_at=at, **given)])
    session.flush()
    said = {"text": text[:4000], "part": "c", "user_id": user.id, "at": at}
    session.add(Comment(subject="definition", subject_id=term.id, **said))
    about = {"definition_id": term.id, "version_id": held.id, "level": "person", "record_id": person}
    session.add(
        Evidence(
            clause_id="c", should_meet=True, reason=text[:2000], raised_by=user.id, raised_at=at, **about
        )
    )


def _rows(text: str, email: str) -> list[SQLModel]:
    at = now()
    return [
        telling(Person, text, attributes="{}", direction="unknown", created_at=at, updated_at=at),
        telling(Company, text, attributes="{}", created_at=at, updated_at=at),
        telling(Deal, text, attributes="{}", created_at=at, updated_at=at, amount=None, currency="EUR"),
        Import(
            kind="people",
            source=text[:100],
            filename=text[:300],
            file="none",
            bytes=1,
            digest="",
            uploaded_at=at,
        ),
        Job(
            kind="import",
            queue="imports",
            title=text[:300],
            state="failed",
            reason=text,
            step=text[:200],
            created_at=at,
            run_after=at,
            finished_at=at,
        ),
        User(
            email=email,
            name=text[:200],
            function=Function.SALES,
            right=Right.MEMBER,
            created_at=at,
        ),
    ]


def telling(table: type[SQLModel], text: str, **given: Any) -> SQLModel:
    """A row whose every text column that is not given holds the text, cut to fit."""
    columns = table.__table__.columns  # type: ignore[attr-defined]
    texts = {
        column.name: _cut(column, text) for column in columns if isinstance(column.type, String | AutoString)
    }
    return table(**{**texts, **given})


def _cut(column: Column[Any], text: str) -> str:
    return text[: getattr(column.type, "length", None) or len(text)]


def crawled(app: Flask, page: Page) -> Iterator[str]:
    """Go to one page of every route that can be reached by links from home."""
    urls = app.url_map.bind("localhost")
    waiting, seen = ["/"], set()
    while waiting:
        path = waiting.pop(0)
        if not urls.test(path, "GET") or (endpoint := urls.match(path, "GET")[0]) in seen:
            continue
        seen.add(endpoint)
        if "." in path.rpartition("/")[2]:
            continue  # a file to download
        page.goto(path)
        page.wait_for_load_state("networkidle")
        yield path
        hrefs = page.eval_on_selector_all("a[href]", "links => links.map((link) => link.href)")
        waiting += [parts.path for parts in map(urlsplit, hrefs) if parts.hostname == "127.0.0.1"]
