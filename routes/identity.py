"""Who asks: the sign-in cookie, the user behind it, and whether the route admits them."""

from typing import Final

from flask import current_app, g, request
from werkzeug.wrappers import Response

from portal.accounts import SignIn, rules, sessions
from portal.clock import now
from portal.db import Database
from portal.errors import Forbidden, Problem
from portal.settings import Settings
from routes import navigation
from routes.marks import Guard, admits, guard_of

THEMES: Final = ("light", "dark")
YEAR: Final = 365 * 24 * 3600


class SignedOut(Problem):
    """Nobody is signed in, or the sign-in is over."""

    status = 401


def identify() -> None:
    """Set `g.user` and `g.sign_in`, None when nobody is signed in. Runs before every request."""
    g.user = g.sign_in = None
    if request.endpoint == "static" or not (token := request.cookies.get(cookie_name("concord"))):
        return
    with _database().reading() as session:
        found = sessions.find(session, token, at=now())
        if not found or (found[0].is_demo and not _settings().demo):
            return
        if _asks_for_a_page():
            g.beside = navigation.beside(session, found[0])
    g.user, g.sign_in = found
    _note_seen(g.sign_in)


def _asks_for_a_page() -> bool:
    """Whether the navigation is likely to be shown: then what stands beside it comes with the same look at the database."""
    return request.method == "GET" and "HX-Request" not in request.headers


def _note_seen(sign_in: SignIn) -> None:
    at = now()
    if sessions.is_seen_long_ago(sign_in, at=at):
        with _database().transaction() as session:
            sessions.seen(session, sign_in, at=at)


def admit() -> None:
    """Refuse who lacks the right that the route declares. Runs before the body of a request is read."""
    if request.endpoint is None:
        return
    guard = guard_of(current_app, request.endpoint)
    if not guard.rights:
        return
    if g.user is None:
        raise SignedOut("Sign in to see this page.")
    if not admits(guard, g.user):
        raise Forbidden(_who_may(guard))


def _who_may(guard: Guard) -> str:
    rights = " or ".join(sorted(f"{rules.RIGHT_NAMES[right].lower()}s" for right in guard.rights))
    functions = " and ".join(sorted(rules.FUNCTION_NAMES[f].lower() for f in guard.functions))
    return f"This is for {rights}{f' in {functions}' if functions else ''}. Ask one of them to do it."


def set_sign_in_cookie(response: Response, token: str) -> None:
    """Hand the browser its token."""
    _set_cookie(response, "concord", token, int(rules.LIFETIME.total_seconds()))


def clear_sign_in_cookie(response: Response) -> None:
    _set_cookie(response, "concord", "", 0)


def set_theme_cookie(response: Response, theme: str) -> None:
    """Remember light or dark in this browser; anything else follows the system."""
    if theme in THEMES:
        _set_cookie(response, "theme", theme, YEAR)
    else:
        _set_cookie(response, "theme", "", 0)


def _set_cookie(response: Response, name: str, value: str, age: int) -> None:
    """Scripts cannot read it, other sites cannot send it along. An age of 0 takes it away."""
    is_https = _settings().https
    response.set_cookie(
        cookie_name(name), value, max_age=age, secure=is_https, httponly=True, samesite="Lax", path="/"
    )


def theme() -> str:
    """The theme for `<html data-theme>`: light, dark, or system."""
    chosen = request.cookies.get(cookie_name("theme"), "")
    return chosen if chosen in THEMES else "system"


def cookie_name(name: str) -> str:
    """Over HTTPS the prefix makes browsers refuse the cookie from anybody but this very host."""
    return f"__Host-{name}" if _settings().https else name


def _database() -> Database:
    database: Database = current_app.extensions["database"]
    return database


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
