"""Files people give us: received under a name of our own, while their digest is taken."""

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from portal.errors import Invalid, TooLarge

CHUNK: Final = 1 << 20


@dataclass(frozen=True)
class Received:
    """A file in the files folder: its name there, its size in bytes, its SHA-256."""

    file: str
    bytes: int
    digest: str


@contextmanager
def receiving(content: IO[bytes], folder: Path, *, most: int | None = None) -> Iterator[Received]:
    """Copy a file in, and take it away again when what is done with it fails. Raises TooLarge and Invalid as `receive`."""
    received = receive(content, folder, most=most)
    try:
        yield received
    except BaseException:
        remove(folder, received.file)
        raise


def remove(folder: Path, file: str) -> None:
    """Take a file away, if it is there still."""
    (folder / file).unlink(missing_ok=True)


def receive(content: IO[bytes], folder: Path, *, most: int | None = None) -> Received:
    """Copy a file in as it comes. Raises TooLarge above `most` bytes and Invalid for an empty one; nothing is left then."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = secrets.token_hex(16)
    draft, size, digest = folder / f"{name}.part", 0, hashlib.sha256()
    try:
        with draft.open("xb") as kept:
            while chunk := content.read(CHUNK):
                size += len(chunk)
                if most is not None and size > most:
                    raise TooLarge(
                        f"The file is larger than {most // CHUNK:,} MiB. Import it through the command line."
                    )
                digest.update(chunk)
                kept.write(chunk)
            os.fsync(kept.fileno())
        if not size:
            raise Invalid("The file is empty. Export it again, and look into it before you import it.")
        draft.rename(folder / name)
    finally:
        draft.unlink(missing_ok=True)
    return Received(name, size, digest.hexdigest())
