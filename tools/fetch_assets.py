"""Fetches htmx into static/fetched/, which is not in git: single files out of a pinned wheel, each checked by its own hash."""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
PINNED: Final = ROOT / "requirements" / "assets.txt"
FOLDER: Final = ROOT / "static" / "fetched"
FILES: Final = {
    "htmx.min.js": (  # htmx 2.0.10, byte for byte as released
        "django_htmx/static/django_htmx/htmx-2.min.js",
        "71ea67185bfa8c98c39d31717c6fce5d852370fcdfd129db4543774d3145c0de",
    ),
}


class Unfetched(Exception):  # noqa: N818  it reads "unfetched", and a person acts on it
    """The files could not be had; the sentence says what to do."""


def fetch(folder: Path = FOLDER, files: Mapping[str, tuple[str, str]] = FILES) -> list[str]:
    """Bring the folder up to date. Gives the names of the files that were missing or wrong. Raises Unfetched."""
    missing = [name for name, (_, digest) in files.items() if not is_right(folder / name, digest)]
    if missing:
        with tempfile.TemporaryDirectory() as place:
            wheel = download(Path(place))
            for name in missing:
                take(wheel, *files[name], folder / name)
    return missing


def is_right(path: Path, digest: str) -> bool:
    """Whether a file is there, with the content that was pinned."""
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest


def download(place: Path) -> Path:
    """The pinned wheel, its own hash checked by pip."""
    command = [sys.executable, "-m", "pip", "download", "--require-hashes", "--no-deps", "--quiet"]
    done = subprocess.run(  # noqa: S603  the arguments are ours
        [*command, "--disable-pip-version-check", "-r", str(PINNED), "-d", str(place)],
        capture_output=True,
        text=True,
        check=False,
    )
    wheels = sorted(place.glob("*.whl"))
    if done.returncode or not wheels:
        reason = (done.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
        raise Unfetched(
            f"htmx could not be downloaded ({reason}). Connect to a package index once and run this again; "
            "the pages work without it, only slower."
        )
    return wheels[0]


def take(wheel: Path, member: str, digest: str, target: Path) -> None:
    """Write one file of the wheel to its place, if its hash is the pinned one."""
    data = zipfile.ZipFile(wheel).read(member)
    if hashlib.sha256(data).hexdigest() != digest:
        raise Unfetched(
            f"{member} is not the file that was pinned. Nothing was written; check {PINNED.name}."
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(".draft")
    draft.write_bytes(data)
    draft.replace(target)


def main() -> int:
    try:
        fetched = fetch()
    except Unfetched as problem:
        print(problem, file=sys.stderr)
        return 1
    print(f"fetched {', '.join(fetched)}" if fetched else "the front-end assets are there")
    return 0


if __name__ == "__main__":
    sys.exit(main())
