"""An address that is kept is the one Flask would spell."""

import flask
import pytest
from flask import Flask

from routes.addresses import url_for


@pytest.mark.parametrize("prefix", ["", "/concord"])
def test_each_prefix_has_its_own(app: Flask, prefix: str) -> None:
    for _ in range(2):
        with app.test_request_context("/people", environ_overrides={"SCRIPT_NAME": prefix}):
            assert url_for("people.index") == flask.url_for("people.index") == f"{prefix}/people"
            assert url_for("people.show", person_id=7) == f"{prefix}/people/7"
            assert url_for("people.index", group=1) == f"{prefix}/people?group=1"
