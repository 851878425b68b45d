"""What goes wrong, mapped once: domain words to HTTP, and each to a page, a part for htmx, or the form shown again."""

import logging
from http import HTTPStatus
from inspect import signature
from typing import Any, Final

from flask import Flask, Response, current_app, g, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.routing import RequestRedirect

from portal.errors import Conflict, Problem, Unavailable
from routes.identity import SignedOut
from routes.marks import Again, again_of
from routes.protection import StaleForm
from routes.web import is_partial, render

LOG: Final = logging.getLogger(__name__)
MENDABLE: Final = frozenset({409, 422, 429})
TITLES: Final = {
    400: "That request was not understood",
    401: "You are not signed in",
    403: "This is not yours to do",
    404: "There is nothing here",
    405: "That cannot be done here",
    409: "Someone else was faster",
    413: "That is too large",
    422: "That cannot be used as it is",
    429: "Too many tries",
    500: "Something broke on our side",
    503: "Something is not running right now",
}
SENTENCES: Final = {
    400: "Open the page again and send it once more.",
    404: "The address may be mistyped, or what was here is gone. Start from the home page.",
    405: "This address does not take what was sent. Start from the home page.",
    413: "Send a smaller file, or import it on the command line with portal import.",
    429: "Wait a few minutes and try again.",
    500: "Nothing was saved. Try once more; if it stays, give your administrator the number below.",
    503: "Nothing was saved. Wait a minute and try again; your administrator can see what is down at /healthz.",
}


def init(app: Flask) -> None:
    app.register_error_handler(SignedOut, on_signed_out)
    app.register_error_handler(Problem, on_problem)
    app.register_error_handler(SecurityError, on_foreign_host)
    app.register_error_handler(HTTPException, on_http)
    app.register_error_handler(StaleDataError, on_stale)
    app.register_error_handler(IntegrityError, on_twin)
    app.register_error_handler(OperationalError, on_database)
    app.register_error_handler(Exception, on_bug)


def problem() -> Problem | None:
    """Why the form on this page was refused, while it is shown again."""
    found: Problem | None = g.get("problem")
    return found


def on_signed_out(problem: SignedOut) -> ResponseReturnValue:
    """To the sign-in page and back. A part of a page cannot go there, so htmx is told to take the whole page along."""
    if is_partial():
        url = url_for("sign_in.new", next=_page_of_htmx())
        return Response(status=401, headers={"HX-Redirect": url})
    if request.method in {"GET", "HEAD"}:
        path = request.full_path.rstrip("?")
        return redirect(url_for("sign_in.new", next=path if path != "/" else None), 303)
    return _answer(401, problem.sentence)


def _page_of_htmx() -> str:
    url: str = request.headers.get("HX-Current-URL", "")
    return url.removeprefix(request.host_url.rstrip("/"))


def on_problem(problem: Problem) -> ResponseReturnValue:
    again = again_of(current_app, request.endpoint)
    shown_already = g.get("problem") is not None
    if again is None or shown_already or problem.status not in MENDABLE or (is_partial() and not again.block):
        return _answer(problem.status, problem.sentence)
    g.problem, g.again_block = problem, again.block
    try:
        response = _shown_again(again)
    except Problem as deeper:  # the page itself is gone, or not for this user
        return _answer(deeper.status, deeper.sentence)
    if response.status_code == HTTPStatus.OK:  # or the page sends on to another
        response.status_code = problem.status
    return response


def _shown_again(again: Again) -> Response:
    view = current_app.view_functions[again.endpoint]
    given = request.view_args or {}
    taken = {name: value for name, value in given.items() if name in signature(view).parameters}
    return make_response(view(**taken))


def on_http(error: HTTPException) -> ResponseReturnValue:
    """What Flask and Werkzeug refuse. A redirect is no error."""
    if isinstance(error, RequestRedirect) or error.code is None:
        return error.get_response()
    sentence = SENTENCES.get(error.code, SENTENCES[HTTPStatus.BAD_REQUEST])
    return _answer(error.code, error.sentence if isinstance(error, StaleForm) else sentence)


def on_foreign_host(_: SecurityError) -> ResponseReturnValue:
    """A name that is not ours gets no page of ours."""
    sentence = (
        "The portal does not answer to this host name. Set TRUSTED_HOSTS to the names it should answer to."
    )
    return Response(f"{sentence}\n", 400, mimetype="text/plain")


def on_stale(_: StaleDataError) -> ResponseReturnValue:
    return on_problem(
        Conflict("Someone else changed this while you were editing. Look at it again, then save yours.")
    )


def on_twin(_: IntegrityError) -> ResponseReturnValue:
    return on_problem(Conflict("The same was saved at the same moment, or something else still needs it."))


def on_database(error: OperationalError) -> ResponseReturnValue:
    LOG.error("the database did not answer", exc_info=error)
    return on_problem(Unavailable(SENTENCES[503]))


def on_bug(error: Exception) -> ResponseReturnValue:
    LOG.error("a request broke", exc_info=error)
    return _answer(500, SENTENCES[500])


def _answer(status: int, sentence: str) -> Response:
    g.again_block = None
    words: dict[str, Any] = {
        "status": status,
        "title": TITLES.get(status, TITLES[400]),
        "sentence": sentence,
    }
    if is_partial():
        response = make_response(_fragment(words), status)
        response.headers.update({"HX-Retarget": "#said", "HX-Reswap": "innerHTML"})
        return response
    response = render("errors/show.html", **words)
    response.status_code = status
    return response


def _fragment(words: dict[str, Any]) -> str:
    return current_app.jinja_env.get_template("errors/part.html").render(words)
