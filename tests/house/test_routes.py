"""What holds for the code of the web edge, whoever writes the next page."""

import ast
import re
from pathlib import Path
from typing import Final

import pytest
from flask import Flask
from jinja2 import nodes

from portal.db import Database
from routes.navigation import GROUPS
from tests.conftest import Portal

ROOT: Final = Path(__file__).parents[2]
TEMPLATES: Final = sorted(
    path for path in (ROOT / "templates").rglob("*.html") if path.parent.name != "documents"
)
ROUTES: Final = sorted((ROOT / "routes").glob("*.py"))
COLOUR: Final = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|oklch|oklab)\(")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.fixture
def app(portal: Portal, sqlite: Database) -> Flask:
    return portal(sqlite)


def test_every_route_says_who_may_use_it(app: Flask) -> None:
    unguarded = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if "guard" not in app.view_functions[rule.endpoint].__dict__
    ]

    assert unguarded == []


def test_every_line_of_the_navigation_leads_somewhere(app: Flask) -> None:
    endpoints = {entry.endpoint for group in GROUPS for entry in group.entries}

    assert endpoints - set(app.view_functions) == set()


def test_every_template_is_used(app: Flask) -> None:
    """By a route, by another template, or by name in a constant."""
    used = {
        node.value
        for path in ROUTES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    for path in TEMPLATES:
        tree = app.jinja_env.parse(path.read_text())
        for kind in (nodes.Extends, nodes.Include, nodes.FromImport, nodes.Import):
            used |= {
                found.template.value
                for found in tree.find_all(kind)
                if isinstance(found.template, nodes.Const)
            }
    unused = {str(path.relative_to(ROOT / "templates")) for path in TEMPLATES} - used

    assert {path for path in unused if not path.startswith("documents/")} == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_nothing_inline_in_a_template(path: Path) -> None:
    """The policy would refuse it: no style, no script, no handler, no hx-on, no js: value; and nothing marked safe."""
    text = path.read_text()

    assert (
        re.findall(r"\sstyle=|<style|\son[a-z]+=|hx-on|\bjs:|javascript:|(?<![\"'])\|\s*safe\b|hx-vars", text)
        == []
    )
    assert re.findall(r"<script(?![^>]*\ssrc=)", text) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_htmx_form_is_a_form(path: Path) -> None:
    """hx-post and its like stand on a form with a method and an action; hx-get has its hx-target and hx-swap beside it."""
    text = path.read_text()
    for tag in re.findall(r"<[a-z]+[^>]*\shx-(?:post|put|patch|delete)=[^>]*>", text):
        assert tag.startswith("<form")
        assert 'method="post"' in tag
        assert "action=" in tag
    for tag in re.findall(r"<[^>]*\shx-(?:get|post)=[^>]*>", text):
        assert "hx-target=" in tag, tag
        assert "hx-swap=" in tag, tag


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_parts_are_imported_inside_the_block_that_uses_them(path: Path) -> None:
    """A macro imported at the top of a page does not exist when one of its blocks renders alone."""
    text = path.read_text()
    if "{% extends" in text:
        above = text.partition("{% block")[0]
        assert "{% from" not in above
        assert "{% import" not in above


@pytest.mark.parametrize("path", ROUTES, ids=name)
def test_no_query_and_no_html_in_a_route(path: Path) -> None:
    """A route parses, transacts, acts, renders."""
    tree = ast.parse(path.read_text())
    imported = {
        node.module or ""
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for _ in node.names
        if {"select", "text", "insert", "update", "delete"} & {found.name for found in node.names}
    }
    assert not {module for module in imported if module.startswith("sql")}


@pytest.mark.parametrize("path", sorted((ROOT / "static").glob("*.css")), ids=name)
def test_colours_stand_in_one_place(path: Path) -> None:
    """In custom properties; every rule uses those. So light and dark are one list."""
    lines = path.read_text().splitlines()
    loose = [line for line in lines if COLOUR.search(line) and not line.lstrip().startswith(("--", "/*"))]

    assert loose == []


def test_every_custom_property_that_is_used_is_set() -> None:
    text = "".join(path.read_text() for path in (ROOT / "static").glob("*.css"))

    assert set(re.findall(r"var\((--[a-z0-9-]+)", text)) <= set(re.findall(r"(--[a-z0-9-]+):", text))


def test_every_class_that_a_template_uses_has_a_rule() -> None:
    text = "".join(path.read_text() for path in (ROOT / "static").glob("*.css"))
    rules = set(re.findall(r"\.([a-zA-Z][\w-]*)", text))
    used = {
        word
        for path in TEMPLATES
        for names in re.findall(r'class="([^"]*)"', path.read_text())
        for word in re.sub(r"\{[{%].*?[%}]\}", " ", names).split()
    }

    assert used - rules == set()


def test_importing_a_route_opens_nothing() -> None:
    """Modules of the edge hold functions, constants and their blueprint: nothing runs at import but those."""
    for path in ROUTES:
        calls = [
            node
            for node in ast.parse(path.read_text()).body
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
        ]
        assert calls == [], path
