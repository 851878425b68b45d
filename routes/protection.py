"""What keeps other sites out: the Origin check, form tokens, and the headers on every answer."""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from http import HTTPStatus
from typing import Final

from flask import Flask, Response, current_app, g, request
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from markupsafe import Markup
from werkzeug.exceptions import BadRequest

from portal.errors import Forbidden
from routes.marks import is_upload

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}
TWO_YEARS: Final = "max-age=63072000; includeSubDomains"


class StaleForm(BadRequest):
    """A form without the token, or with that of an earlier visit."""

    sentence = "This form is from an earlier visit. Open the page again and send it once more."


class Csrf(CSRFProtect):  # type: ignore[misc]
    """Form tokens that look different in every answer, so that compressing them gives nothing away."""

    def _get_csrf_token(self) -> str | None:
        token = super()._get_csrf_token()
        return unmasked(token) if token else None


def masked(token: str) -> str:
    """The token under a random pad, and the pad."""
    raw = token.encode()
    pad = secrets.token_bytes(len(raw))
    return urlsafe_b64encode(pad + _xor(raw, pad)).decode()


def unmasked(text: str) -> str | None:
    try:
        both = urlsafe_b64decode(text)
        return _xor(both[: len(both) // 2], both[len(both) // 2 :]).decode()
    except (ValueError, OverflowError):  # the halves of an odd number of bytes are not alike
        return None


def _xor(left: bytes, right: bytes) -> bytes:
    return (int.from_bytes(left) ^ int.from_bytes(right)).to_bytes(len(left))


def csrf_token() -> str:
    """The token as this answer carries it, in every form alike."""
    if "masked_token" not in g:
        g.masked_token = masked(generate_csrf())
    token: str = g.masked_token
    return token


def csrf_field() -> Markup:
    """The hidden field every form carries."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(csrf_token())


def init(app: Flask) -> None:
    app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False)
    app.extensions["form_tokens"] = Csrf(app)
    app.jinja_env.globals["csrf_field"] = csrf_field
    app.jinja_env.globals["masked_csrf_token"] = csrf_token


def check_origin() -> None:
    """Refuse a form that another site sends."""
    if request.method in SAFE:
        return
    origin = request.headers.get("Origin")
    if origin is not None and origin not in _own_origins():
        raise Forbidden("This form was sent from another site. Open the page here and send it again.")
    if request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}:
        raise Forbidden("This form was sent from another site. Open the page here and send it again.")


def _own_origins() -> set[str]:
    public = current_app.extensions["settings"].public_url.rstrip("/")
    scheme, _, rest = public.partition("://")
    return {request.host_url.rstrip("/"), f"{scheme}://{rest.partition('/')[0]}"}


def check_form_token() -> None:
    """Refuse an unsafe request without the token of the form. Reads the body, so the limit is set first."""
    if is_upload(current_app, request.endpoint):
        request.max_content_length = current_app.extensions["settings"].upload_bytes + 1_000_000
    if request.endpoint and request.method not in SAFE:
        _protect()


def _protect() -> None:
    try:
        current_app.extensions["form_tokens"].protect()
    except CSRFError as error:
        raise StaleForm from error


def add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if current_app.extensions["settings"].https:
        response.headers.setdefault("Strict-Transport-Security", TWO_YEARS)
    if request.endpoint != "static":
        response.vary.add("HX-Request")
    response.headers.setdefault("Cache-Control", _cache(response))
    response.headers["X-Request-Id"] = g.request_id
    return response


def _cache(response: Response) -> str:
    """A page may be kept but is asked for again; a fragment is never kept, or Back would show it bare."""
    is_page = (
        request.method == "GET"
        and response.status_code == HTTPStatus.OK
        and "HX-Request" not in request.headers
    )
    return "private, no-cache" if is_page else "no-store"
