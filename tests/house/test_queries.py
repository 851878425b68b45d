"""What holds for the queries of the whole codebase."""

import ast
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]


@pytest.mark.parametrize("package", ["portal", "routes", "workers", "commands"])
def test_no_alias_is_made_when_a_module_is_imported(package: str) -> None:
    """SQLAlchemy finishes an alias when it is first used; of two threads that do so at once one reads it half made."""
    shared = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in sorted((ROOT / package).rglob("*.py"))
        for statement in ast.parse(path.read_text()).body
        if not isinstance(statement, ast.FunctionDef | ast.ClassDef)
        for call in ast.walk(statement)
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", getattr(call.func, "attr", "")) == "aliased"
    ]

    assert shared == []
