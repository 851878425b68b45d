"""Whether the portal is up, for machines: no sign-in, plain JSON, nothing secret."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from routes.web import database, public, settings
from workers.queue import health

bp = Blueprint("status", __name__)


@bp.get("/livez")
@public
def livez() -> ResponseReturnValue:
    """200 while this process serves."""
    return jsonify(status="ok")


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """200 when all is well, 503 and the same shape when something is down."""
    found = health(settings(), database())
    return jsonify(found), 200 if found["status"] == "ok" else 503
