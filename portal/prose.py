"""What people write as Markdown, as HTML that is safe on any page: no script, no style, no picture from elsewhere."""

from functools import cache
from typing import Final

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

TAGS: Final = frozenset(
    [
        "p",
        "br",
        "em",
        "strong",
        "a",
        "ul",
        "ol",
        "li",
        "blockquote",
        "code",
        "pre",
        "hr",
        "h3",
        "h4",
        "h5",
        "h6",
    ]
)
HIGHEST: Final = 3  # a page has its own h1 and h2


def html(markdown: str) -> Markup:
    """CommonMark as HTML. Its headings begin at the third level; HTML in it is shown as it was typed."""
    tokens = _parser().parse(markdown)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + HIGHEST - 1, 6)}"
    rendered = _parser().renderer.render(tokens, _parser().options, {})
    return Markup(nh3.clean(rendered, tags=set(TAGS), attributes=ATTRIBUTES, url_schemes=SCHEMES))  # noqa: S704  just cleaned


ATTRIBUTES: Final = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES: Final = {"http", "https", "mailto"}


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).disable("image")
