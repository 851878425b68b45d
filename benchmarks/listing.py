"""The first page of the ranked list, signed in, in requests a second, beside an empty Flask page on the same server."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

from benchmarks import scored
from benchmarks.load import requests_a_second
from benchmarks.measuring import ROUNDS, Measure, compare
from benchmarks.trial import Trial
from portal.accounts import Function, Right, User, sessions
from portal.accounts.sessions import Browser
from portal.clock import now

REQUESTS: Final = 400  # a round, of each
ROOT: Final = Path(__file__).parents[1]


def measure(rows: int, *, rounds: int = ROUNDS) -> Measure:
    """`ratio` is ours to theirs in requests a second: here more is better. `seconds` are those a request takes."""
    with scored.people(rows, "sqlite") as full:
        full.show(full.run())
        cookie = f"concord={_sign_in(full.portal)}"
        with _server(full.portal, "portal") as ours, _server(full.portal, "empty") as empty:
            cookie += f"; {_form_cookie(ours, cookie)}"
            _warm(ours, empty, cookie)
            found = compare(
                lambda: 1 / requests_a_second(ours, "/people", cookie=cookie, requests=REQUESTS),
                lambda: 1 / requests_a_second(empty, "/", requests=REQUESTS),
                rows=rows,
                rounds=rounds,
            )
    return found | {
        "ratio": 1 / found["ratio"],
        "requests_a_second": 1 / found["seconds"],
        "reference": "an empty Flask page, in requests a second; more is better",
    }


def _form_cookie(port: int, cookie: str) -> str:
    """What a browser was handed with its first page and sends along from then on."""
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/people", headers={"Cookie": cookie})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return str(answer.headers["Set-Cookie"]).partition(";")[0]


def _warm(ours: int, empty: int, cookie: str) -> None:
    """Templates are compiled and connections made with the first requests."""
    requests_a_second(ours, "/people", cookie=cookie, requests=40)
    requests_a_second(empty, "/", requests=40)


def _sign_in(portal: Trial) -> str:
    with portal.database.transaction() as session:
        user = User(
            email="bench@example.com",
            name="Bench",
            function=Function.SALES,
            right=Right.MEMBER,
            created_at=now(),
        )
        session.add(user)
        session.flush()
        return sessions.begin(session, user, Browser(), at=now())


@contextmanager
def _server(portal: Trial, name: str) -> Iterator[int]:
    """The port of a server of its own process."""
    environment = os.environ | {"DATA_DIR": str(portal.settings.data_dir), "DATABASE_URL": "", "DEMO": "0"}
    command = [sys.executable, "-m", "benchmarks.serving", name]
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE)  # noqa: S603  our own words
    assert server.stdout
    try:
        yield int(server.stdout.readline())
    finally:
        server.terminate()
        server.wait()
        server.stdout.close()
