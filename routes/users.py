"""The people who may sign in, for administrators."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import notices
from portal.accounts import Link, Right, User, links, users
from portal.clock import now
from routes.web import parse, reading, render, requires, say, settings, shows_again, transaction, user

bp = Blueprint("users", __name__, url_prefix="/users")


@bp.get("")
@requires(Right.ADMINISTRATOR)
def index() -> ResponseReturnValue:
    with reading() as session:
        rows = users.listed(session)
    return render("users/index.html", rows=rows)


@bp.post("")
@requires(Right.ADMINISTRATOR)
@shows_again("users.index")
def create() -> ResponseReturnValue:
    invitation, at = parse(users.Invitation), now()
    with transaction() as session:
        invited, link, token = users.invite(
            session, invitation, key=settings().secret_key, by=user().id, at=at
        )
        notices.mail_link(session, link, at=at)
    return _link_page(invited, link, token)


@bp.get("/<int:user_id>")
@requires(Right.ADMINISTRATOR)
def show(user_id: int) -> ResponseReturnValue:
    with reading() as session:
        found = users.load(session, user_id)
    return render("users/show.html", shown=found)


@bp.post("/<int:user_id>")
@requires(Right.ADMINISTRATOR)
@shows_again("users.show")
def change(user_id: int) -> ResponseReturnValue:
    to = parse(users.Change)
    with transaction() as session:
        changed = users.change(session, user_id, to, by=user().id, at=now())
    say(f"{changed.name} is saved.")
    return redirect(url_for(".index"), 303)


@bp.post("/<int:user_id>/links")
@requires(Right.ADMINISTRATOR)
def create_link(user_id: int) -> ResponseReturnValue:
    at = now()
    with transaction() as session:
        found = users.load(session, user_id)
        link, token = links.renew(session, found, key=settings().secret_key, by=user().id, at=at)
        notices.mail_link(session, link, at=at)
    return _link_page(found, link, token)


def _link_page(whom: User, link: Link, token: str) -> ResponseReturnValue:
    """The link, shown this once: not a redirect, as it is kept nowhere it could be read again."""
    base = settings().public_url.rstrip("/") or request.host_url.rstrip("/")
    url = base + url_for("password.new", token=token)
    return render("users/link.html", whom=whom, link=link, url=url, is_mailed=bool(settings().smtp_url))


@bp.post("/<int:user_id>/disabling")
@requires(Right.ADMINISTRATOR)
@shows_again("users.show")
def disable(user_id: int) -> ResponseReturnValue:
    with transaction() as session:
        users.disable(session, user_id, by=user().id, at=now())
    say("The access is ended. Open pages of that user stop working at once.")
    return redirect(url_for(".index"), 303)


@bp.post("/<int:user_id>/enabling")
@requires(Right.ADMINISTRATOR)
@shows_again("users.show")
def enable(user_id: int) -> ResponseReturnValue:
    with transaction() as session:
        users.enable(session, user_id, by=user().id, at=now())
    say("The user has access again.")
    return redirect(url_for(".index"), 303)
