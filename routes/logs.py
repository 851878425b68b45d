"""One line a request in the log, and an id that ties it to all else that was logged meanwhile and to the error page."""

import logging
import re
import secrets
import time
from typing import Final

from flask import Response, g, has_request_context, request

LOG: Final = logging.getLogger(__name__)
AN_ID: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")
QUIET: Final = frozenset({"static", "status.livez", "status.healthz"})


def begin() -> None:
    """Name the request; a proxy may have named it already."""
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if AN_ID.fullmatch(given) else secrets.token_hex(8)
    g.began = time.perf_counter()


def finish(response: Response) -> Response:
    """Log the request: no query, no body, nothing anybody typed."""
    if request.endpoint not in QUIET:
        milliseconds = round((time.perf_counter() - g.began) * 1000, 1)
        extra = {"milliseconds": milliseconds, "user_id": g.user.id if g.get("user") else None}
        LOG.info("%s %s %s", request.method, _path(), response.status_code, extra=extra)
    return response


def _path() -> str:
    """The address without secrets: the route's pattern where the route takes a token."""
    rule = request.url_rule
    return rule.rule if rule and "token" in rule.arguments else request.path


class RequestIds(logging.Filter):
    """Gives each record the id of the request in which it was logged."""

    def filter(self, record: logging.LogRecord) -> bool:
        if has_request_context():
            record.request_id = g.get("request_id")
        return True
