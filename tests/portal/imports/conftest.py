from collections.abc import Callable
from pathlib import Path

import pytest

from portal.imports.batches import Batch, batches
from portal.imports.guessing import guess
from portal.imports.limits import Limits
from portal.imports.mapping import Mapping
from portal.imports.understanding import Understood, understand

SHARED = Path(__file__).parents[3] / "../shared/data"


@pytest.fixture
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip("the folder of real data, ../shared/data, is not here")
    return SHARED.resolve()


@pytest.fixture
def table(tmp_path: Path) -> Callable[[str | bytes], Path]:
    def write(content: str | bytes, name: str = "export.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def imported(table):
    """Text to batches, the mapping as guessed and then changed."""

    def run(content: str, kind: str = "people", **changes: object) -> list[Batch]:
        limits = Limits()
        path = table(content)
        understood = understand(path, limits)
        mapping = guess(understood, kind, source="CRM").mapping.model_copy(update=changes)
        return list(batches(path, understood, mapping, limits))

    return run


def mapped(path: Path, kind: str, source: str = "CRM") -> tuple[Understood, Mapping]:
    understood = understand(path, Limits())
    return understood, guess(understood, kind, source=source).mapping
