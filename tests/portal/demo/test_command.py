import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from commands.demo import demo
from portal.db import Database


@pytest.fixture
def here(sqlite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The console works on an empty database."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path))


@pytest.mark.usefixtures("here")
def test_it_loads_once_and_clears_and_prints_nothing_but_json() -> None:
    run = CliRunner().invoke

    assert json.loads(run(demo, ["--json"]).stdout)["loaded"]["person"] == 3000
    assert "is loaded already" in run(demo, []).stdout
    assert json.loads(run(demo, ["clear", "--json"]).stdout)["cleared"]["people"] == 3000


def test_it_prints_the_answer_key() -> None:
    assert CliRunner().invoke(demo, ["answers"]).stdout.startswith("### Size")
