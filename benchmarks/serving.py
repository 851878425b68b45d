"""A web server for a benchmark: `python -m benchmarks.serving portal` or `empty`; prints its port, then serves until ended."""

import sys
from collections.abc import Callable
from functools import partial

from flask import Flask

from commands.web_server import WebServer, bound
from portal.settings import Settings
from wsgi import create_app


def empty() -> Flask:
    """One page that holds nothing."""
    app = Flask("empty")
    app.add_url_rule("/", "page", lambda: "")
    return app


def serve(name: str) -> None:
    settings = Settings.model_validate({"port": 0, "host": "127.0.0.1"})
    listener = bound(settings)
    print(listener.getsockname()[1], flush=True)  # noqa: T201  whoever started this reads it
    load: Callable[[], Flask] = empty if name == "empty" else partial(create_app, settings)
    sys.argv = sys.argv[:1]  # gunicorn would read the rest as its own
    WebServer(settings, listener, load).run()


if __name__ == "__main__":
    serve(sys.argv[1])
