"""Smaller answers: Brotli or gzip for text. Form tokens are masked, so the size of a page tells nothing about them."""

import gzip
from functools import lru_cache
from http import HTTPStatus
from typing import Final

import brotli  # type: ignore[import-untyped]
from flask import Response, request

WORTH_IT: Final = 800  # bytes
TEXTS: Final = frozenset(
    {"text/html", "text/css", "text/plain", "text/javascript", "image/svg+xml", "application/json"}
)


def compress(response: Response) -> Response:
    """Compress a complete text in the best way the browser takes. Streams and downloads pass as they are."""
    if response.mimetype not in TEXTS:
        return response
    response.vary.add("Accept-Encoding")
    encoding = request.accept_encodings.best_match(("br", "gzip"))
    if encoding and _is_whole(response):
        _apply(response, encoding)
    return response


def _is_whole(response: Response) -> bool:
    is_plain = (
        response.status_code != HTTPStatus.PARTIAL_CONTENT and "Content-Encoding" not in response.headers
    )
    return is_plain and not response.is_streamed and (response.content_length or 0) >= WORTH_IT


def _apply(response: Response, encoding: str) -> None:
    best = request.endpoint == "static"
    response.set_data((_kept if best else _compressed)(response.get_data(), encoding, best))
    response.headers["Content-Encoding"] = encoding


def _compressed(data: bytes, encoding: str, best: bool) -> bytes:
    if encoding == "br":
        packed: bytes = brotli.compress(data, quality=11 if best else 4)
        return packed
    return gzip.compress(data, 9 if best else 5, mtime=0)


_kept = lru_cache(maxsize=32)(_compressed)
