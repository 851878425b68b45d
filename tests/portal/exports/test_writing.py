import csv
import hashlib
import zipfile
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from portal.errors import TooLarge
from portal.exports import writing
from portal.exports.wide import Frames
from portal.exports.writing import Counter, drafted, neutral, write_frames, write_list
from portal.spreadsheets import DANGEROUS, neutralise

SCHEMA = pl.Schema({"=id": pl.Int64, "name": pl.String, "came": pl.Datetime("us", "UTC"), "won": pl.Boolean})
CAME = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HOSTILE = ["=1+1", "+cmd", "-1", "@x", "\tx", "\rx", "|x", "\uff1dx", 'Ada, "A"', ""]


def counter() -> Counter:
    return Counter(lambda _: None)


def frames(*parts: list[tuple]) -> Frames:
    made = (pl.DataFrame(rows, schema=SCHEMA, orient="row") for rows in parts)
    return Frames(SCHEMA, sum(map(len, parts)), made)


def written(tmp_path: Path, format_: str, *parts: list[tuple]) -> Path:
    path = tmp_path / f"out.{format_}"
    write_frames(path, format_, frames(*parts), counter())
    return path


def test_parquet_is_written_part_by_part_with_its_types(tmp_path: Path) -> None:
    path = written(tmp_path, "parquet", [(1, "=Ada", CAME, True)], [], [(2, None, None, None)])

    found = pl.read_parquet(path)
    assert found.schema == SCHEMA
    assert found.rows() == [(1, "=Ada", CAME, True), (2, None, None, None)]


def test_typed_csv_is_neutral_to_the_byte(tmp_path: Path) -> None:
    path = written(tmp_path, "csv", [(1, "=Ada", CAME, True)], [(-2, "-5", None, None)])

    assert path.read_bytes().decode() == (
        "'=id,name,came,won\r\n1,'=Ada,2026-03-02T09:30:00Z,true\r\n-2,-5,,\r\n"
    )


def test_a_workbook_has_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    write_list(path, "xlsx", ["=head"], [[text] for text in HOSTILE], counter())

    cells = [row[0] for row in CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()]
    expected = [neutralise(text) for text in HOSTILE]
    assert cells == ["'=head", *expected][: len(cells)]

    assert b"<f>" not in zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")


def test_a_list_as_csv_is_neutral(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    write_list(path, "csv", ["name"], [[text] for text in HOSTILE], counter())

    rows = csv.reader(StringIO(path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")))
    cells = [row[0] if row else "" for row in rows][1:]
    assert not [cell for cell in cells if cell.startswith(DANGEROUS) and cell != "-1"]


@given(st.lists(st.text() | st.sampled_from(HOSTILE) | st.none()))
def test_a_column_is_made_neutral_as_each_of_its_cells(texts: list[str | None]) -> None:
    series = pl.Series("x", texts, dtype=pl.String)

    assert neutral(series).to_list() == [None if text is None else neutralise(text) for text in texts]


def test_a_workbook_ends_at_its_limit_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "XLSX_ROWS", 3)
    write_list(tmp_path / "fits.xlsx", "xlsx", ["n"], [[n] for n in range(3)], counter())

    with pytest.raises(TooLarge, match="Take CSV, which has no limit"):
        write_list(tmp_path / "over.xlsx", "xlsx", ["n"], [[n] for n in range(4)], counter())


def test_a_draft_takes_its_place_whole(tmp_path: Path) -> None:
    place = tmp_path / "files" / "out.csv"
    with drafted(place) as draft:
        draft.path.write_bytes(b"Id\r\n")
        assert not place.exists()

    assert place.read_bytes() == b"Id\r\n"
    assert draft.written == writing.Written("out.csv", 4, hashlib.sha256(b"Id\r\n").hexdigest())


def test_a_draft_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), drafted(tmp_path / "out.csv") as draft:
        draft.path.write_bytes(b"Id\r\n")
        _ = 1 / 0

    assert list(tmp_path.iterdir()) == []


class Stop(Exception):  # noqa: N818  what a job raises to stop
    pass


def test_an_error_of_the_reader_is_raised_as_it_is(tmp_path: Path) -> None:
    def parts():
        yield pl.DataFrame([(1, "a", CAME, True)], schema=SCHEMA, orient="row")
        raise Stop

    with pytest.raises(Stop):
        write_frames(tmp_path / "out.parquet", "parquet", Frames(SCHEMA, 2, parts()), counter())
