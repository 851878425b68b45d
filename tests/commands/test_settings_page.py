"""docs/settings.md names every setting, as the code describes it."""

import re
from pathlib import Path

from portal.settings import Settings

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


def test_every_setting_is_documented_and_no_other() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.*?) \| (.*) \|$", PAGE.read_text(), re.MULTILINE)

    assert {name: meaning for name, _, meaning in rows} == {
        name.upper(): field.description for name, field in Settings.model_fields.items()
    }


def test_the_defaults_are_the_ones_in_force() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.*?) \| ", PAGE.read_text(), re.MULTILINE)

    assert dict(rows) == {
        name.upper(): _shown(field.default) for name, field in Settings.model_fields.items()
    }


def _shown(default: object) -> str:
    if isinstance(default, bool):
        return f"`{int(default)}`"
    return f"`{default}`" if default not in {None, ""} else "empty"
