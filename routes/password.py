"""Setting a password with a link from an administrator."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import links, passwords, users
from portal.clock import now
from routes.web import parse, public, reading, render, say, shows_again, transaction

bp = Blueprint("password", __name__, url_prefix="/password")


@bp.get("/<token>")
@public
def new(token: str) -> ResponseReturnValue:
    with reading() as session:
        _, whom = links.find(session, token, at=now())
    return render("account/password.html", whom=whom, token=token)


@bp.post("/<token>")
@public
@shows_again("password.new")
def create(token: str) -> ResponseReturnValue:
    given = parse(passwords.NewPassword)
    with reading() as session:
        _, whom = links.find(session, token, at=now())
    password_hash = passwords.fit(given, whom)
    with transaction() as session:
        users.set_password_by_link(session, token, password_hash, at=now())
    say("Your password is set. Sign in with it.")
    return redirect(url_for("sign_in.new"), 303)
