"""What holds for every page and every answer, checked on each one that any test fetches."""

from collections import Counter
from html.parser import HTMLParser
from typing import Final

from werkzeug.test import TestResponse

VOID: Final = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
    ]
)
FORBIDDEN_ATTRIBUTES: Final = ("on", "hx-on", "data-hx-on", "style")
LABELLED: Final = frozenset({"input", "select", "textarea"})


class Page(HTMLParser):
    """A page as a flat list of its elements. Fails on tags that are not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(text)
        assert self._open == [], f"never closed: {self._open} in {text[:500]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = Counter(name for name, _ in attrs)
        assert max(names.values(), default=1) == 1, f"an attribute twice in <{tag} {attrs}>"
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1:] == [tag], f"</{tag}> closes {self._open[-3:]}"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open and data.strip():
            self.texts.setdefault(self._open[-1], []).append(data.strip())

    def all(self, *tags: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.elements if tag in tags]

    @property
    def ids(self) -> list[str]:
        return [attributes["id"] for _, attributes in self.elements if "id" in attributes]


def check_answer(response: TestResponse) -> None:
    """Any answer: protected by its headers, and if it is HTML, well made."""
    check_headers(response)
    is_redirect = 300 <= response.status_code < 400  # its body is Werkzeug's, and nobody reads it
    if response.mimetype == "text/html" and response.data and not is_redirect:
        text = response.get_data(as_text=True)
        page = Page(text)
        check_markup(page)
        if text.lstrip().startswith("<!doctype"):
            check_page(page)


def check_headers(response: TestResponse) -> None:
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "data:" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "geolocation=()" in response.headers["Permissions-Policy"]
    assert response.headers["Cache-Control"]


def check_markup(page: Page) -> None:
    """Holds for a part of a page as well: nothing inline, ids once, labels, buttons with words."""
    twice = [name for name, count in Counter(page.ids).items() if count > 1]
    assert twice == []
    for tag, attributes in page.elements:
        inline = [name for name in attributes if name.startswith(FORBIDDEN_ATTRIBUTES)]
        assert inline == [], f"<{tag} {attributes}>"
        assert not any(
            value.strip().lower().startswith(("javascript:", "js:")) for value in attributes.values()
        )
    assert "style" not in {tag for tag, _ in page.elements}
    assert all("src" in script for script in page.all("script"))
    check_labels(page)
    check_forms(page)


def check_labels(page: Page) -> None:
    labels = {label.get("for") for label in page.all("label")}
    for control in page.all(*LABELLED):
        if control.get("type") not in {"hidden", "submit", "button"}:
            is_labelled = (
                control.get("id") in labels or "aria-label" in control or "aria-labelledby" in control
            )
            assert is_labelled, f"no label: {control}"


def check_forms(page: Page) -> None:
    """Every form works without JavaScript: it says where it goes and how; one that changes something carries a token."""
    for form in page.all("form"):
        assert form.get("method") in {"get", "post"}, form
        assert form.get("action", "").startswith("/"), form
    posts = sum(form["method"] == "post" for form in page.all("form"))
    assert sum(field.get("name") == "csrf_token" for field in page.all("input")) == posts


def check_page(page: Page) -> None:
    """Holds for a whole page: one h1, one main, a title, references that lead somewhere."""
    assert len(page.all("h1")) == 1
    assert len(page.all("main")) == 1
    assert page.texts["title"][0].removesuffix("· Concord").strip()
    assert page.all("html")[0]["lang"] == "en"
    assert len(page.all("nav")) == len({nav.get("aria-label") for nav in page.all("nav")})
    known = set(page.ids)
    for _, attributes in page.elements:
        for name in ("aria-labelledby", "aria-describedby", "aria-controls", "for"):
            assert set(attributes.get(name, "").split()) <= known, attributes
        if attributes.get("href", "").startswith("#"):
            assert attributes["href"][1:] in known
