"""The web server's entry: `create_app(settings)` wires the parts into a Flask application."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from flask import Blueprint, Flask
from htmx_flask import Htmx
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

import routes
from portal import events
from portal.accounts import rules
from portal.db import Database
from portal.settings import Settings
from routes import (
    addresses,
    assets,
    compression,
    errors,
    formats,
    forms,
    identity,
    logs,
    marks,
    navigation,
    protection,
    spool,
)
from workers.queue import open_database

LOOPBACK: Final = ["localhost", "127.0.0.1", "[::1]"]
LARGEST_FORM: Final = 2_000_000  # bytes; routes that take uploads allow more


def create_app(settings: Settings, *, database: Database | None = None) -> Flask:
    """The portal's web edge. Without a database it opens the one that the settings name."""
    app = Flask("wsgi", static_folder=None)
    wire(app, settings, database or open_database(settings))
    _configure(app, settings)
    _set_up_templates(app)
    _hook(app)
    for blueprint in _blueprints():
        app.register_blueprint(blueprint)
    app.add_url_rule("/static/<path:filename>", "static", assets.static)
    marks.check(app)
    return app


def wire(app: Flask, settings: Settings, database: Database) -> None:
    """What the app works on. Tests wire one app to database after database."""
    app.extensions["settings"] = settings
    app.extensions["database"] = database
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="__Host-form" if settings.https else "form",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_SAMESITE="Lax",
        TRUSTED_HOSTS=_hosts(settings),
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        PROPAGATE_EXCEPTIONS=False,
    )


def _configure(app: Flask, settings: Settings) -> None:
    Htmx(app)
    app.request_class = spool.Request
    if settings.proxies:
        proxies = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]


def _hosts(settings: Settings) -> list[str]:
    named = [host.strip() for host in settings.trusted_hosts.split(",") if host.strip()]
    public = urlsplit(settings.public_url).hostname
    return (named or LOOPBACK) + ([public] if public else [])


def _set_up_templates(app: Flask) -> None:
    env = app.jinja_env
    env.undefined = StrictUndefined
    env.trim_blocks = env.lstrip_blocks = True
    env.filters.update(formats.FILTERS)
    env.globals.update(
        area_names=events.area_names(),
        asset=assets.address,
        asset_exists=assets.exists,
        function_names=rules.FUNCTION_NAMES,
        menu=navigation.menu,
        problem=errors.problem,
        right_names=rules.RIGHT_NAMES,
        theme=identity.theme,
        typed=forms.typed,
        url_for=addresses.url_for,
    )


def _hook(app: Flask) -> None:
    """Before a request: its id, who asks, whether they may, and only then its body. After it: the same from the inside out."""
    for step in (
        logs.begin,
        identity.identify,
        identity.admit,
        protection.check_origin,
        protection.check_form_token,
    ):
        app.before_request(step)
    for finish in (logs.finish, compression.compress, protection.add_headers):
        app.after_request(finish)
    app.teardown_request(spool.close_files)
    protection.init(app)
    errors.init(app)


def _blueprints() -> Iterator[Blueprint]:
    """Every module of routes/ that has a `bp`, in the order of their names."""
    for module in pkgutil.iter_modules(routes.__path__):
        if bp := getattr(importlib.import_module(f"routes.{module.name}"), "bp", None):
            yield bp
