import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CACHES = 80  # MiB: SQLite's own, of a reader and a writer, fill up


def memory(folder: Path, count: int) -> dict[str, int]:
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "tests.portal.exports.grown", str(folder), str(count)],
        capture_output=True,
        check=True,
        cwd=ROOT,
    )
    return json.loads(done.stdout)["mib"]


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not tell memory apart")
def test_memory_does_not_grow_with_the_list(tmp_path: Path) -> None:
    """Twelve times the rows, every kind of file."""
    few, many = memory(tmp_path / "few", 25_000), memory(tmp_path / "many", 300_000)

    assert {name: many[name] - few[name] for name in few if many[name] - few[name] > CACHES} == {}
