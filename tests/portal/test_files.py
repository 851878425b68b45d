"""Files people give us: whole or not at all."""

import hashlib
import io
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import files
from portal.errors import Invalid, TooLarge

MIB = 1 << 20


class Breaks(io.BytesIO):
    """A file whose sender goes away in the middle."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell():
            raise ConnectionResetError
        return super().read(size)


@given(content=st.binary(min_size=1, max_size=200))
def test_a_file_is_kept_as_it_came_under_a_name_of_ours(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    folder = tmp_path_factory.mktemp("files")

    received = files.receive(io.BytesIO(content), folder)

    assert (folder / received.file).read_bytes() == content
    assert received.bytes == len(content)
    assert received.digest == hashlib.sha256(content).hexdigest()


def test_the_same_file_twice_is_two_files(tmp_path: Path) -> None:
    one, other = (files.receive(io.BytesIO(b"x"), tmp_path) for _ in range(2))

    assert one.file != other.file
    assert one.digest == other.digest


def test_the_folder_is_made_for_this_user_alone(tmp_path: Path) -> None:
    files.receive(io.BytesIO(b"x"), tmp_path / "data" / "files")

    assert stat.S_IMODE((tmp_path / "data" / "files").stat().st_mode) == 0o700


def test_an_empty_file_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="The file is empty"):
        files.receive(io.BytesIO(), tmp_path)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("size", "fits"), [(2 * MIB, True), (2 * MIB + 1, False)])
def test_the_limit_is_kept_to_the_byte(tmp_path: Path, size: int, fits: bool) -> None:
    content = io.BytesIO(bytes(size))
    if fits:
        assert files.receive(content, tmp_path, most=2 * MIB).bytes == size
        return
    with pytest.raises(TooLarge, match="The file is larger than 2 MiB"):
        files.receive(content, tmp_path, most=2 * MIB)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ConnectionResetError):
        files.receive(Breaks(bytes(2 * MIB)), tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_file_is_taken_away_again_when_what_is_done_with_it_fails(tmp_path: Path) -> None:
    with files.receiving(io.BytesIO(b"kept"), tmp_path) as kept:
        pass
    with pytest.raises(ZeroDivisionError), files.receiving(io.BytesIO(b"lost"), tmp_path):
        raise ZeroDivisionError

    assert [path.name for path in tmp_path.iterdir()] == [kept.file]


def test_a_file_is_removed_once_or_twice(tmp_path: Path) -> None:
    received = files.receive(io.BytesIO(b"x"), tmp_path)

    files.remove(tmp_path, received.file)
    files.remove(tmp_path, received.file)

    assert list(tmp_path.iterdir()) == []
