"""Addresses of pages that take no argument, spelled once: every page writes two dozen of them."""

from typing import Any

import flask
from flask import current_app, request


def url_for(endpoint: str, **values: Any) -> str:
    """Flask's, but an address that depends on nothing is put together once for each app and prefix."""
    if values or endpoint.startswith("."):
        return flask.url_for(endpoint, **values)
    kept: dict[tuple[str, str], str] = current_app.extensions.setdefault("addresses", {})
    place = (request.script_root, endpoint)
    if place not in kept:
        kept[place] = flask.url_for(endpoint)
    return kept[place]
