"""One's own account: where one is signed in, the password, light or dark."""

from flask import Blueprint, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import Right, passwords, sessions, users
from portal.clock import now
from routes.identity import THEMES, set_sign_in_cookie, set_theme_cookie
from routes.web import parse, reading, render, requires, say, shows_again, transaction, user

bp = Blueprint("account", __name__, url_prefix="/account")


@bp.get("")
@requires(Right.MEMBER)
def show() -> ResponseReturnValue:
    with reading() as session:
        sign_ins = sessions.of_user(session, user().id, at=now())
    return render("account/show.html", sign_ins=sign_ins, own=g.sign_in.id)


@bp.post("/sign-ins/<int:sign_in_id>/end")
@requires(Right.MEMBER)
def end_sign_in(sign_in_id: int) -> ResponseReturnValue:
    with transaction() as session:
        sessions.end(session, sign_in_id, by=user(), at=now())
    say("That browser is signed out.")
    return redirect(url_for(".show"), 303)


@bp.post("/password")
@requires(Right.MEMBER)
@shows_again("account.show")
def change_password() -> ResponseReturnValue:
    new = parse(passwords.OwnNewPassword)
    passwords.confirm(new.current, user())
    password_hash = passwords.fit(new, user())
    with transaction() as session:
        users.set_password(session, user().id, password_hash, at=now(), but=g.sign_in.id)
        token = sessions.renew(session, g.sign_in.id)
    say("Your password is changed. Other browsers are signed out.")
    response = redirect(url_for(".show"), 303)
    set_sign_in_cookie(response, token)
    return response


@bp.post("/theme")
@requires(Right.MEMBER)
def choose_theme() -> ResponseReturnValue:
    chosen = request.form.get("theme", "")
    theme = chosen if chosen in THEMES else ""
    with transaction() as session:
        users.choose_theme(session, user().id, theme)
    response = redirect(url_for(".show"), 303)
    set_theme_cookie(response, theme)
    return response
