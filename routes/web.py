"""What every route uses: units of work, who asks, reading a form, and answering with a page or a part of one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Response, current_app, flash, g, make_response, redirect, request
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from portal.accounts import User
from portal.db import Database
from portal.settings import Settings
from routes.forms import Refused, parse
from routes.identity import SignedOut
from routes.marks import public, requires, shows_again, takes_upload

__all__ = [
    "Refused",
    "database",
    "is_partial",
    "parse",
    "public",
    "reading",
    "render",
    "requires",
    "saved",
    "say",
    "settings",
    "shows_again",
    "takes_upload",
    "transaction",
    "user",
]


def database() -> Database:
    found: Database = current_app.extensions["database"]
    return found


def settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


@contextmanager
def transaction() -> Iterator[Session]:
    """A write unit, committed once at its end."""
    with database().transaction() as session:
        yield session


@contextmanager
def reading() -> Iterator[Session]:
    """A read-only unit."""
    with database().reading() as session:
        yield session


def user() -> User:
    """Who asks. Only for routes that require a right."""
    if g.user is None:
        raise SignedOut("Sign in to see this page.")
    found: User = g.user
    return found


def is_partial() -> bool:
    """Whether htmx asks for a part of a page: not for a boosted link, nor for a page of its history."""
    htmx = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def render(template: str, block: str | None = None, **context: Any) -> Response:
    """The whole page; for htmx the block, if one is named. A form shown again decides its own block."""
    block = g.get("again_block") or block
    if not (block and is_partial()):
        return make_response(_whole(template, context))
    return make_response(_part(template, block, context) + _whole("parts/said_again.html", {}))


def saved(url: str, template: str, block: str, **context: Any) -> ResponseReturnValue:
    """The answer to a form that was saved: the block as it is now for htmx, the page at `url` for anybody else."""
    return render(template, block, **context) if is_partial() else redirect(url, 303)


def say(sentence: str) -> None:
    """Tell the user what was done, once, on the next page or part they get."""
    flash(sentence)


def _whole(template: str, context: dict[str, Any]) -> str:
    current_app.update_template_context(context)
    return current_app.jinja_env.get_template(template).render(context)


def _part(template: str, block: str, context: dict[str, Any]) -> str:
    current_app.update_template_context(context)
    found = current_app.jinja_env.get_template(template)
    return "".join(found.blocks[block](found.new_context(context)))
