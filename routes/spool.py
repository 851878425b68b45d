"""The request class: htmx-aware, and an upload goes to the data folder while it arrives, not to /tmp, which may be memory."""

from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final, cast

from flask import current_app, g
from htmx_flask.requests import HtmxAwareRequest

IN_MEMORY: Final = 500_000  # bytes


class Request(HtmxAwareRequest):  # type: ignore[misc]
    def _get_file_stream(self, *_args: Any, **_named: Any) -> IO[bytes]:
        folder = current_app.extensions["settings"].files_dir
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = cast(IO[bytes], SpooledTemporaryFile(IN_MEMORY, "w+b", dir=folder))  # noqa: SIM115  closed after the request
        g.setdefault("spooled", []).append(file)
        return file


def close_files(_error: BaseException | None = None) -> None:
    """Close what was uploaded, also when it was refused half way. Runs after every request."""
    for file in g.get("spooled", []):
        file.close()
