import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portal import logs
from portal.settings import Settings


@pytest.fixture(autouse=True)
def root_logger() -> Iterator[None]:
    """Leave logging as it was found."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    for handler in root.handlers:
        if handler not in before:
            handler.close()
    root.handlers[:] = before
    root.setLevel(level)


def test_a_line_is_json_and_carries_the_ids_bound(settings: Settings) -> None:
    logs.configure(settings, "web")

    with logs.bound(request_id="r1"), logs.bound(job_id=7):
        logging.getLogger("portal.x").warning("kept %s", 3, extra={"milliseconds": 1.5})

    [line] = _lines(settings, "web")
    assert {
        name: line[name] for name in ("level", "program", "logger", "message", "request_id", "job_id")
    } == {
        "level": "WARNING",
        "program": "web",
        "logger": "portal.x",
        "message": "kept 3",
        "request_id": "r1",
        "job_id": 7,
    }
    assert line["milliseconds"] == 1.5
    assert line["time"].endswith("+00:00")


def test_a_trace_is_in_the_file_and_not_on_the_terminal(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure(settings, "web")

    try:
        _ = 1 / 0
    except ZeroDivisionError:
        logging.getLogger("portal.x").exception("a surprise")

    assert "Traceback" in _lines(settings, "web")[0]["trace"]
    shown = capsys.readouterr().err
    assert shown.endswith("web: a surprise\nZeroDivisionError: division by zero\n")


def test_small_matters_are_in_the_file_only(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(settings, "web")

    logging.getLogger("portal.x").info("started")
    logging.getLogger("rq.worker").info("chatter")

    assert [line["message"] for line in _lines(settings, "web")] == ["started"]
    assert capsys.readouterr().err == ""


def test_a_large_file_is_moved_aside_and_the_last_three_are_kept(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "LARGEST_BYTES", 200)
    logs.configure(settings, "web", terminal=False)

    for number in range(12):
        logging.getLogger("portal.x").info("line %s", number)

    folder = settings.data_dir / "logs"
    kept = sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")
    assert [name for name in kept if name != "web.log"] == ["web.log.1", "web.log.2", "web.log.3"]
    assert "line 11" in (folder / "web.log.1").read_text() + _text(folder / "web.log")


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _lines(settings: Settings, program: str) -> list[dict[str, Any]]:
    return [
        json.loads(line) for line in (settings.data_dir / "logs" / f"{program}.log").read_text().splitlines()
    ]
