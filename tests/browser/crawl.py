"""Going to one page of every route, and the rows that give each of them something to show."""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import Column, String
from sqlmodel import AutoString, SQLModel

import portal.tables  # noqa: F401  every table, so that they know each other
from portal import events
from portal.accounts import Function, Right, User
from portal.clock import now
from portal.companies import Company
from portal.db import Database
from portal.deals import Deal
from portal.imports.tables import Import
from portal.jobs.tables import Job
from portal.people import Person


def fill(database: Database, texts: Iterable[str]) -> None:
    """For each text a row of everything that others bring, the text wherever one goes."""
    with database.transaction() as session:
        for number, text in enumerate(texts):
            session.add_all(_rows(text, f"user{number}@example.com"))
            events.record(session, "import.uploaded", "import", 1, by=None, at=now(), filename=text)


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
