"""Where the queue server is: as configured, or our own on a Unix socket that only this user may open."""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Final

from portal.errors import Unavailable
from portal.settings import Settings

LONGEST_SOCKET: Final = 100  # bytes; the system's own limit is 104 to 108


def queue_url(settings: Settings) -> str:
    """The address of the queue server, as redis-py reads it."""
    return settings.redis_url or f"unix://{socket_path(settings)}"


def socket_path(settings: Settings) -> Path:
    """The socket of our own server: in DATA_DIR, or where that path is too long, in a short folder of this user's."""
    path = settings.run_dir.absolute() / "queue.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET:
        return path
    name = f"{hashlib.sha256(os.fsencode(path)).hexdigest()[:16]}.sock"
    return _ours(_short_dir(name)) / name


def _short_dir(name: str) -> Path:
    """The first of the usual folders in which the socket's path is short enough."""
    usual = (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp")  # noqa: S108  made below, for this user only
    folders = [Path(folder) / f"concord-{os.getuid()}" for folder in usual if folder]
    return next(
        (folder for folder in folders if len(os.fsencode(folder / name)) <= LONGEST_SOCKET), folders[-1]
    )


def _ours(folder: Path) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.getuid() or found.st_mode & 0o077 or folder.is_symlink():
        raise Unavailable(
            f"The folder {folder} for the queue server's socket belongs to somebody else or is open to others. "
            "Remove it, or choose a shorter DATA_DIR."
        )
    return folder
