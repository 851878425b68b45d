"""Signing in and out."""

from urllib.parse import urlsplit

from flask import Blueprint, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as AnyResponse

from portal.accounts import attempts, credentials, sessions, users
from portal.accounts.credentials import Credentials
from portal.clock import now
from routes.identity import clear_sign_in_cookie, cookie_name, set_sign_in_cookie, set_theme_cookie
from routes.web import parse, public, render, settings, shows_again, transaction

bp = Blueprint("sign_in", __name__)


@bp.get("/sign-in")
@public
def new() -> ResponseReturnValue:
    if g.user is not None:
        return redirect(safe_next(), 303)
    return render("sign_in/new.html", next=request.values.get("next", ""))


@bp.post("/sign-in")
@public
@shows_again("sign_in.new")
def create() -> ResponseReturnValue:
    given, at = parse(Credentials), now()
    tried = attempts.subjects(given.email, request.remote_addr or "")
    with transaction() as work:
        attempts.count(work, tried, at=at)
        user = users.by_email(work, given.email)
    user, renewed = credentials.check(given, user, demo=settings().demo)
    browser = sessions.Browser(request.user_agent.string, request.cookies.get(cookie_name("concord"), ""))
    with transaction() as work:
        attempts.forget(work, tried, at=at)
        users.rehash(work, user.id, renewed)
        token = sessions.begin(work, user, browser, at=at)
    return let_in(token, user.theme, to=safe_next())


def let_in(token: str, theme: str, *, to: str) -> AnyResponse:
    """Hand the browser a sign-in that has just begun, and send it to a page."""
    session.clear()  # the form token that was handed out before is worth nothing now
    response = redirect(to, 303)
    set_sign_in_cookie(response, token)
    if theme:
        set_theme_cookie(response, theme)
    return response


@bp.post("/sign-out")
@public
def end() -> AnyResponse:
    if g.user is not None:
        with transaction() as work:
            sessions.end(work, g.sign_in.id, by=g.user, at=now())
    session.clear()
    response = redirect(url_for("sign_in.new"), 303)
    clear_sign_in_cookie(response)
    return response


def safe_next() -> str:
    """Where to go after signing in: a page of ours, or home. Never another site."""
    wanted = request.values.get("next", "")
    parts = urlsplit(wanted) if is_path(wanted) else None
    return wanted if parts and not parts.netloc and not parts.scheme else url_for("home.index")


def is_path(text: str) -> bool:
    """Whether it starts with one slash and hides nothing a browser would read as another host."""
    return (
        text.startswith("/")
        and not text.startswith(("//", "/\\"))
        and text.isprintable()
        and "\\" not in text
    )
