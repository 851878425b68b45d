"""“Start with my own data”: what goes and what stays, the first administrator of one's own, and the clearing as it goes on."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import Field

from portal import demo
from portal.accounts import Function, Right, User, passwords, sessions
from portal.accounts.passwords import NewPassword
from portal.accounts.users import EMAIL, Invitation
from portal.clock import now
from portal.demo import own_data
from portal.demo.own_data import Own
from routes.identity import cookie_name
from routes.sign_in import let_in
from routes.waiting import progress_of, seconds_left
from routes.web import parse, reading, render, requires, say, settings, shows_again, transaction, user

bp = Blueprint("own_data", __name__, url_prefix="/own-data")


class Begin(NewPassword):
    """Who runs the portal from now on."""

    email: str = Field(
        max_length=254,
        pattern=EMAIL,
        json_schema_extra={"say": "Use an e-mail address, such as ada@example.com."},
    )
    name: str = Field(min_length=1, max_length=200)
    function: Function


@bp.get("")
@requires(Right.ADMINISTRATOR)
def show() -> ResponseReturnValue:
    with reading() as session:
        if not demo.is_loaded(session):
            say("The demo company is gone. What you import now is all there is.")
            return redirect(url_for("home.index"), 303)
        job, plan = own_data.clearing_job(session), own_data.plan(session)
    progress_url, left = url_for(".progress"), seconds_left(job)
    return render(
        "own_data/show.html", plan=plan, company=demo.COMPANY, job=job, progress_url=progress_url, left=left
    )


@bp.post("")
@requires(Right.ADMINISTRATOR)
@shows_again("own_data.show")
def start() -> ResponseReturnValue:
    with reading() as session:
        is_orphaned = own_data.plan(session).is_orphaned
    own = _own(parse(Begin)) if is_orphaned else None
    by, at = user(), now()
    browser = sessions.Browser(request.user_agent.string, request.cookies.get(cookie_name("concord"), ""))
    with transaction() as session:
        runs = own_data.start(session, by=by, own=own, key=settings().secret_key, at=at)
        token = sessions.begin(session, runs, browser, at=at) if own else ""
    if own:
        return let_in(token, by.theme, to=url_for(".show"))
    return redirect(url_for(".show"), 303)


def _own(given: Begin) -> Own:
    invitation = Invitation(
        email=given.email, name=given.name, function=given.function, right=Right.ADMINISTRATOR
    )
    return Own(invitation, passwords.fit(given, User(**invitation.model_dump(), created_at=now())))


@bp.get("/progress")
@requires(Right.ADMINISTRATOR)
def progress() -> ResponseReturnValue:
    """How far the clearing is. Once it ended the page is fetched anew, and leads home."""
    with reading() as session:
        job = own_data.clearing_job(session)
    return progress_of(job, url_for(".progress"), url_for(".show"))
