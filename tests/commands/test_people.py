import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from commands.people import people
from portal.accounts import links, users
from portal.clock import now
from portal.db import Database
from portal.errors import Conflict

ADA = ["--email", "Ada@Example.com", "--name", "Ada", "--function", "sales", "--right", "administrator"]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """Runs `portal people add …` on a data folder that does not exist yet."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))

    def ran(*arguments: str) -> Result:
        return CliRunner().invoke(people, ["add", *arguments])

    return ran


def test_the_first_administrator_gets_a_link(run: object, tmp_path: Path) -> None:
    added = json.loads(run(*ADA, "--json").stdout)

    assert added["email"] == "ada@example.com"
    database = Database(f"sqlite:///{tmp_path}/data/concord.db")
    with database.reading() as session:
        token = added["link"].rpartition("/")[2]
        assert links.find(session, token, at=now())[1].id == added["user"]
        assert users.load(session, added["user"]).password_hash is None
    database.dispose()


def test_it_says_where_to_set_the_password(run: object) -> None:
    said = run(*ADA).stdout

    assert said.startswith(
        "ada@example.com can set a password within three days at http://127.0.0.1:8000/password/"
    )


def test_used_wrongly_it_says_how(run: object) -> None:
    wrong = run("--email", "ada", *ADA[2:])

    assert wrong.exit_code == 2
    assert "Use an e-mail address, such as ada@example.com" in wrong.stderr
    assert run(*ADA[:-1], "king").exit_code == 2


def test_an_account_that_is_there_stays(run: object) -> None:
    run(*ADA)

    assert isinstance(run(*ADA).exception, Conflict)
