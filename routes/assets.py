"""Static files: a hash of the content in the address, so that a browser may keep each for good."""

import hashlib
import mimetypes
from functools import lru_cache
from pathlib import Path
from typing import Final

from flask import current_app, request
from werkzeug.security import safe_join
from werkzeug.wrappers import Response

from portal.errors import NotFound
from routes.marks import public

FOLDER: Final = Path(__file__).parents[1] / "static"
FOR_GOOD: Final = "public, max-age=31536000, immutable"


def address(name: str) -> str:
    """Where a static file is found: "/static/concord.css?v=…". The v changes with the content."""
    return f"{current_app.static_url_path or '/static'}/{name}?v={_loaded(name)[1]}"


def exists(name: str) -> bool:
    return (FOLDER / name).is_file()


@public
def static(filename: str) -> Response:
    """One file of the static folder."""
    path = safe_join(str(FOLDER), filename)
    if path is None or not Path(path).is_file():
        raise NotFound("There is no such file.")
    data, version = _loaded(filename)
    response = Response(data, mimetype=mimetypes.guess_type(filename)[0])
    response.set_etag(version, weak=True)  # the same for every compression
    response.headers["Cache-Control"] = FOR_GOOD if request.args.get("v") == version else "no-cache"
    return response.make_conditional(request)


def _loaded(name: str) -> tuple[bytes, str]:
    status = (FOLDER / name).stat()
    return _read(name, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=64)
def _read(name: str, _changed: int, _size: int) -> tuple[bytes, str]:
    data = (FOLDER / name).read_bytes()
    return data, hashlib.sha256(data).hexdigest()[:12]
