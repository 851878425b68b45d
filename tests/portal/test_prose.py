import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import prose


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("They **asked**, *once*.", "<p>They <strong>asked</strong>, <em>once</em>.</p>\n"),
        ("1. a timeline\n2. a budget", "<ol>\n<li>a timeline</li>\n<li>a budget</li>\n</ol>\n"),
        ("# Lead\n## Target", "<h3>Lead</h3>\n<h4>Target</h4>\n"),
        ("###### Deep", "<h6>Deep</h6>\n"),
        (
            "[ours](/people)",
            '<p><a href="/people" rel="noopener noreferrer">ours</a></p>\n',
        ),
        ("", ""),
    ],
)
def test_markdown_becomes_html(typed: str, shown: str) -> None:
    assert prose.html(typed) == shown


@pytest.mark.parametrize(
    "typed",
    [
        "<script>alert(1)</script>",
        '<a onclick="alert(1)">x</a>',
        "[x](javascript:alert(1))",
        "[x](data:text/html,hello)",
        "![x](https://elsewhere.example/pixel.png)",
        '<p style="color: red">x</p>',
        '[x](/y "a\\" onmouseover=\\"alert(1)")',
    ],
)
def test_nothing_that_runs_or_loads_gets_through(typed: str) -> None:
    shown = str(prose.html(typed))

    assert "<script" not in shown
    assert "<img" not in shown
    assert 'href="javascript' not in shown
    assert 'href="data' not in shown
    assert "<p style" not in shown
    assert " onmouseover=" not in shown.replace("&quot;", "").split("title=")[0]
    assert "<a onclick" not in shown


@given(st.text(max_size=200))
def test_whatever_is_typed_no_other_element_comes_out(typed: str) -> None:
    tags = {part.split(">")[0].split()[0].strip("/") for part in str(prose.html(typed)).split("<")[1:]}

    assert tags <= prose.TAGS
