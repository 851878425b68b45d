import gzip
import io
import json
import logging
from pathlib import Path

import brotli
import pytest
from flask import Blueprint, Flask, Response, abort
from pydantic import BaseModel, Field, SecretStr, field_validator
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from portal.accounts import Function, Right
from portal.db import Database
from portal.errors import Conflict, Invalid, Unavailable
from portal.settings import Settings
from routes import errors, identity, logs, marks
from routes.forms import parse
from routes.protection import masked, unmasked
from routes.web import public, render, requires, saved, say, shows_again, takes_upload, user
from tests.routes.conftest import Browser, SignIn
from wsgi import create_app

FAULTS = {
    "invalid": Invalid("Use a number of days, such as 10."),
    "conflict": Conflict("It changed meanwhile."),
    "down": Unavailable("The queue server does not answer."),
    "stale": StaleDataError("1 row expected"),
    "twin": IntegrityError("INSERT", {}, Exception("UNIQUE")),
    "database": OperationalError("SELECT", {}, Exception("database is locked")),
    "bug": ZeroDivisionError("a secret detail"),
}


class Trial(BaseModel):
    days: int = Field(ge=1, json_schema_extra={"say": "Use a number of days, such as 10."})
    share: float | None = None
    marks: list[str] = []
    name: str = Field("", max_length=5)
    word: SecretStr = SecretStr("")

    @field_validator("share")
    @classmethod
    def _below_one(cls, share: float | None) -> float | None:
        if share is not None and share > 1:
            raise ValueError("Use a share, such as 0.5.")
        return share


trial = Blueprint("trial", __name__, url_prefix="/trial")


@trial.get("/<fault>")
@public
def fail(fault: str) -> Response:
    if fault.isdigit():
        abort(int(fault))
    raise FAULTS[fault]


@trial.post("/form")
@public
@shows_again("sign_in.new")
def form() -> object:
    return parse(Trial).model_dump(mode="json", exclude={"word"})


@trial.post("/part")
@public
@shows_again("sign_in.new", "title")
def part() -> object:
    raise Invalid("Not like this.")


@trial.post("/saved")
@public
def save() -> object:
    say("It is saved.")
    return saved("/sign-in", "sign_in/new.html", "title")


@trial.post("/upload")
@requires(Right.LEADER)
@takes_upload
def upload() -> object:
    from flask import request

    return {"bytes": len(request.files["file"].read())}


@trial.get("/finance")
@requires(Right.LEADER, Right.ADMINISTRATOR, functions=[Function.FINANCE])
def finance() -> str:
    return "figures"


@trial.get("/slash/")
@public
def slash() -> str:
    return user().name


@pytest.fixture
def app(settings: Settings, sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The portal with a few routes that go wrong."""
    import wsgi

    ours = wsgi._blueprints
    monkeypatch.setattr(wsgi, "_blueprints", lambda: [*ours(), trial])
    return create_app(settings.model_copy(update={"upload_bytes": 3_000_000}), database=sqlite)


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        ("400", 400, "not understood"),
        ("401", 401, "not signed in"),
        ("403", 403, "not yours"),
        ("404", 404, "nothing here"),
        ("409", 409, "faster"),
        ("413", 413, "too large"),
        ("418", 418, "not understood"),
        ("422", 422, "cannot be used"),
        ("429", 429, "Too many"),
        ("500", 500, "our side"),
        ("503", 503, "not running"),
        ("invalid", 422, "Use a number of days, such as 10."),
        ("conflict", 409, "It changed meanwhile."),
        ("down", 503, "The queue server does not answer."),
        ("stale", 409, "Someone else changed this"),
        ("twin", 409, "same moment"),
        ("database", 503, "Nothing was saved"),
        ("bug", 500, "Nothing was saved"),
    ],
)
def test_whatever_goes_wrong_is_said_in_plain_words(
    client: Browser, member: Browser, fault: str, status: int, words: str
) -> None:
    for browser in (client, member):
        sent = browser.get(f"/trial/{fault}")
        assert (sent.status_code, words in sent.text) == (status, True)
        assert "secret detail" not in sent.text
        assert sent.headers["X-Request-Id"] in sent.text
        assert sent.headers["Cache-Control"] == "no-store"


def test_an_address_without_its_slash_is_sent_on(client: Browser) -> None:
    assert client.get("/trial/slash").status_code == 308


def test_a_public_route_may_still_ask_who_it_is(client: Browser, member: Browser) -> None:
    assert client.get("/trial/slash/").location == "/sign-in?next=/trial/slash/"
    assert member.get("/trial/slash/").text == "sales member"


def test_what_is_public_is_open_to_everybody(member: Browser) -> None:
    assert identity.admits(marks.Guard(), member.user)


def test_every_status_has_its_words() -> None:
    assert {400, 401, 403, 404, 409, 413, 422, 429, 500, 503} <= set(errors.TITLES)


def test_htmx_gets_the_sentence_into_the_live_region(member: Browser) -> None:
    sent = member.htmx("/trial/bug")

    assert sent.status_code == 500
    assert sent.headers["HX-Retarget"] == "#said"
    assert sent.headers["HX-Reswap"] == "innerHTML"
    assert sent.text.startswith('<div class="note bad">')


def test_a_bug_is_logged_with_its_trace_and_the_requests_id(
    client: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.handler.addFilter(logs.RequestIds())
    sent = client.get("/trial/bug", headers={"X-Request-Id": "abcdef-123456"})

    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.exc_info
    assert record.request_id == "abcdef-123456"
    assert sent.headers["X-Request-Id"] == "abcdef-123456"


@pytest.mark.parametrize("given", ["short", "x" * 65, "<script>alert(1)</script>", "with space and more"])
def test_a_strange_request_id_is_not_taken_over(client: Browser, given: str) -> None:
    assert client.get("/sign-in", headers={"X-Request-Id": given}).headers["X-Request-Id"] != given


def test_a_record_outside_a_request_has_no_id() -> None:
    record = logging.makeLogRecord({})

    assert logs.RequestIds().filter(record)
    assert not hasattr(record, "request_id")


def test_a_form_is_read_into_a_model(client: Browser) -> None:
    sent = client.post(
        "/trial/form", {"days": " 10 ", "share": "0.5", "marks": ["a", " ", "b"], "name": "", "more": "x"}
    )

    assert sent.json == {"days": 10, "share": 0.5, "marks": ["a", "b"], "name": ""}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {"days": "Use a number of days, such as 10."}),
        ({"days": "ten"}, {"days": "Use a number of days, such as 10."}),
        ({"days": "1", "share": "half"}, {"share": "Use a number, such as 12.5."}),
        ({"days": "1", "share": "2"}, {"share": "Use a share, such as 0.5."}),
        ({"days": "1", "name": "too long"}, {"name": "Use at most 5 characters."}),
    ],
)
def test_a_field_that_will_not_do_gets_a_sentence(
    app: Flask, given: dict[str, str], expected: dict[str, str]
) -> None:
    from routes.forms import Refused

    with app.test_request_context("/", method="POST", data=given), pytest.raises(Refused) as refused:
        parse(Trial)
    assert refused.value.errors == expected


def test_a_refused_form_shows_its_page_again(client: Browser) -> None:
    sent = client.post("/trial/form", {"email": "typed@example.com"})

    assert sent.status_code == 422
    assert "Mend what is marked" in sent.text
    assert "typed@example.com" in sent.text


def test_a_refused_form_by_htmx_shows_its_part(client: Browser) -> None:
    part = client.htmx("/trial/part", {})
    assert (part.status_code, part.text.strip()) == (422, "Sign in")

    assert "HX-Retarget" in client.htmx("/trial/form", {}).headers


def test_what_was_saved_is_told_once(client: Browser) -> None:
    assert client.post("/trial/saved").location == "/sign-in"
    assert "It is saved." in client.get("/sign-in").text
    assert "It is saved." not in client.get("/sign-in").text


def test_what_was_saved_by_htmx_is_told_beside_the_part(client: Browser) -> None:
    sent = client.htmx("/trial/saved", {})

    assert sent.status_code == 200
    assert 'hx-swap-oob="innerHTML"><p class="note good">It is saved.' in sent.text
    assert sent.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("header", ["HX-Boosted", "HX-History-Restore-Request"])
def test_a_boosted_link_and_the_history_get_the_whole_page(client: Browser, header: str) -> None:
    sent = client.htmx("/trial/saved", {}, headers={header: "true"})

    assert sent.status_code == 303


def test_somebody_signed_out_is_sent_to_sign_in_however_they_ask(client: Browser) -> None:
    assert client.get("/activity?area=user").location == "/sign-in?next=/activity?area%3Duser"
    part = client.htmx("/activity", headers={"HX-Current-URL": "http://localhost/activity?user=1"})
    assert part.status_code == 401
    assert part.headers["HX-Redirect"] == "/sign-in?next=/activity?user%3D1"
    assert client.post("/notices/reading").status_code == 401


def test_a_route_may_ask_for_a_function_too(sign_in: SignIn) -> None:
    assert sign_in(Right.LEADER, Function.FINANCE).get("/trial/finance").text == "figures"
    refused = sign_in(Right.LEADER, Function.SALES).get("/trial/finance")
    assert refused.status_code == 403
    assert "This is for administrators or leaders in finance." in refused.text


def test_the_portal_does_not_start_with_an_unguarded_route(app: Flask) -> None:
    app.view_functions["trial.fail"] = lambda: "anything"
    with pytest.raises(RuntimeError, match="who may use it"):
        marks.check(app)


def test_the_portal_does_not_start_when_a_form_shows_a_page_that_is_not_there(app: Flask) -> None:
    view = shows_again("no.such")(public(lambda: "x"))
    app.view_functions["trial.fail"] = view
    with pytest.raises(RuntimeError, match=r"no\.such"):
        marks.check(app)
    with pytest.raises(ValueError, match="Name the right"):
        requires()


def upload_of(size: int, token: str) -> dict[str, object]:
    """A form with a token and a file, as a browser sends it."""
    part = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
    form = part % (b"csrf_token", token.encode()) + part % (b'file"; filename="leads.csv', b"x" * size)
    return {"data": form + b"--x--\r\n", "content_type": "multipart/form-data; boundary=x"}


def test_an_upload_may_be_larger_than_a_form_and_lands_in_the_data_folder(
    sign_in: SignIn, settings: Settings
) -> None:
    leader = sign_in(Right.LEADER)
    sent = leader.client.post("/trial/upload", **upload_of(2_500_000, leader.token()))

    assert sent.json == {"bytes": 2_500_000}
    assert settings.files_dir.is_dir()
    assert list(settings.files_dir.iterdir()) == []


def test_an_upload_beyond_the_limit_is_refused(sign_in: SignIn) -> None:
    leader = sign_in(Right.LEADER)
    sent = leader.client.post("/trial/upload", **upload_of(4_500_000, leader.token()))

    assert sent.status_code == 413
    assert "portal import" in sent.text


def test_a_large_body_from_somebody_without_the_right_is_not_read(member: Browser) -> None:
    class Unread(io.BytesIO):
        def read(self, *_: object) -> bytes:
            raise AssertionError("the body was read")

    sent = member.client.post(
        "/trial/upload",
        input_stream=Unread(),
        content_length=2_000_000,
        content_type="multipart/form-data; boundary=x",
    )
    assert sent.status_code == 403


def test_a_form_as_large_as_a_file_is_refused(member: Browser) -> None:
    assert member.post("/trial/form", {"name": "x" * 2_100_000}).status_code == 413


def test_answers_differ_by_htmx_and_pages_are_asked_for_again(member: Browser) -> None:
    page = member.get("/activity")

    assert "HX-Request" in page.headers["Vary"]
    assert page.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize(
    ("accepts", "encoding"), [("br, gzip", "br"), ("gzip", "gzip"), ("", None), ("identity", None)]
)
def test_pages_are_compressed(member: Browser, accepts: str, encoding: str | None) -> None:
    plain = member.get("/activity").text
    sent = member.client.get("/activity", headers={"Accept-Encoding": accepts})
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding]

    assert sent.headers.get("Content-Encoding") == encoding
    assert "Accept-Encoding" in sent.headers["Vary"]
    assert (
        len(unpack(sent.data)) == sent.content_length if encoding is None else len(sent.data) < len(plain) / 2
    )
    assert b"</html>" in unpack(sent.data)


def test_a_static_file_may_be_kept_for_good_under_its_content(client: Browser) -> None:
    page = client.get("/sign-in").text
    url = page.split('rel="stylesheet" href="')[1].split('"')[0]
    sent = client.get(url)

    assert url.startswith("/static/concord.css?v=")
    assert sent.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert client.get("/static/concord.css?v=other").headers["Cache-Control"] == "no-cache"
    assert client.get(url, headers={"If-None-Match": sent.headers["ETag"]}).status_code == 304
    packed = client.get(url, headers={"Accept-Encoding": "br"})
    assert brotli.decompress(packed.data) == sent.data
    assert (
        client.get(
            url, headers={"Accept-Encoding": "br", "If-None-Match": packed.headers["ETag"]}
        ).status_code
        == 304
    )


@pytest.mark.parametrize("path", ["../wsgi.py", "..%2fwsgi.py", "/etc/passwd", "nothing.css", "fetched"])
def test_nothing_but_static_files_is_static(client: Browser, path: str) -> None:
    assert client.get(f"/static/{path}").status_code in {404, 308}


def test_the_stylesheet_is_small(client: Browser) -> None:
    sent = client.get("/static/concord.css", headers={"Accept-Encoding": "br"})

    assert len(sent.data) < 8_000


def test_a_mask_hides_and_gives_back() -> None:
    assert unmasked(masked("a token")) == "a token"
    assert masked("a token") != masked("a token")
    assert unmasked("not base64 at all!") is None


def test_the_page_configures_htmx_for_the_strict_policy(client: Browser) -> None:
    text = client.get("/sign-in").text.split('name="htmx-config" content=\'')[1].split("'")[0]
    config = json.loads(text)

    assert [config[key] for key in ("includeIndicatorStyles", "allowEval", "allowScriptTags")] == [False] * 3
    assert config["selfRequestsOnly"] is True
    assert config["historyCacheSize"] == 0


def test_without_the_fetched_assets_pages_work(
    client: Browser, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from routes import assets

    for name in ("concord.css", "concord.js", "icon.svg"):
        (tmp_path / name).write_bytes((assets.FOLDER / name).read_bytes())
    monkeypatch.setattr(assets, "FOLDER", tmp_path)

    assert "htmx.min.js" not in client.get("/sign-in").text


def test_render_of_a_page_has_no_block_to_choose(app: Flask) -> None:
    with app.test_request_context("/sign-in"):
        app.preprocess_request()
        assert "<h1>Sign in</h1>" in render("sign_in/new.html", next="").get_data(as_text=True)
