"""Importing in a browser, as tests do it: upload, let the jobs work, look at the page."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from portal.db import Database
from portal.imports import pages
from portal.imports.tables import Import
from portal.settings import Settings
from tests.routes.conftest import Browser
from tests.routes.pages import check_answer
from workers import inline

RECORDS = (
    "person",
    "company",
    "deal",
    "external_id",
    "field_change",
    "field",
    "saved_mapping",
    "import_reject",
)


@dataclass
class Importing:
    """One browser, the database behind it, and workers that work when a test says so."""

    browser: Browser
    database: Database
    settings: Settings

    def upload(self, content: bytes | str, name: str = "leads.csv", kind: str = "people") -> TestResponse:
        held = io.BytesIO(content.encode() if isinstance(content, str) else content)
        form = {"csrf_token": self.browser.token(), "kind": kind, "file": FileStorage(held, name)}
        boundary, body = encode_multipart(
            form
        )  # the client's own keeps a large one in a file it never closes
        answer = self.browser.client.post(
            "/imports", data=body, content_type=f'multipart/form-data; boundary="{boundary}"'
        )
        check_answer(answer)
        return answer

    def understood(self, content: bytes | str, name: str = "leads.csv", kind: str = "people") -> str:
        """Upload a file and have it understood. Gives the address of its page."""
        answer = self.upload(content, name, kind)
        assert answer.status_code == 303
        self.work()
        return answer.headers["Location"]

    def post(self, url: str, **form: Any) -> TestResponse:
        """Send a form, and have its job done."""
        answer = self.browser.post(url, form)
        assert answer.status_code == 303
        self.work()
        return self.browser.get(answer.headers["Location"])

    def imported(
        self, content: bytes | str, name: str = "leads.csv", kind: str = "people", **form: Any
    ) -> str:
        url = self.understood(content, name, kind)
        self.post(f"{url}/mapping", **form)
        self.post(f"{url}/run")
        return url

    def work(self) -> None:
        inline.run_all(self.database, self.settings)

    def row(self, number: int = 1) -> Import:
        with self.database.reading() as session:
            return pages.get(session, number)

    def records(self) -> dict[str, list[Any]]:
        """Everything an import may change."""
        with self.database.reading() as session:
            read = session.connection().execute
            return {name: [tuple(row) for row in read(text(f"SELECT * FROM {name}"))] for name in RECORDS}

    def files(self) -> list[str]:
        """What lies in the files folder and its spool."""
        return sorted(path.name for path in Path(self.settings.files_dir).rglob("*") if path.is_file())
