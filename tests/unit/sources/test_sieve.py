"""Large sheets from which rows are left out as bytes: what is read is what the whole would give."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pandas as pd
import pytest

from gapwatch.demo.replica.workbook import Row, write
from gapwatch.sources import files
from gapwatch.sources.declared import grid, sieve
from gapwatch.sources.payload import Payload
from gapwatch.study.sources import FileSource

ROWS = 400
SOURCE = FileSource(
    id="deaths",
    kind="file",
    table="deaths",
    next_expected="Never.",
    title="Deaths",
    publisher="Nobody",
    attribution="Nobody",
    address="https://example.org/deaths.xlsx",
    format="xlsx",
    sheets={"Table": {}},
    header=["Year", "Area"],
    constants={"geography": "lsoa2011", "measure": "deaths_persons"},
    columns={"area_code": "Area", "area_name": "Area", "year": "Year"},
    keep_pattern={"Area": "E0100000[1-3]"},
    wide="(?P<sex>Males|Females) (?P<age>under 1|01 to 84|85 and over)",
    units={"deaths_persons": "persons"},
    years=(2001, 2020),
)
AGES = ("under 1", "01 to 84", "85 and over")


def book() -> bytes:
    """Areas of ours come in few of many rows, far from each other."""
    head: Row = ["Year", "Area", *(f"{sex} {age}" for sex in ("Males", "Females") for age in AGES)]
    rows: list[Row] = [
        [2001 + at // 100, _code(at), *((at + n) % 11 for n in range(6))] for at in range(ROWS)
    ]
    file = io.BytesIO()
    write(file, {"Table": [["Deaths"], head, *rows]})
    return file.getvalue()


def _code(at: int) -> str:
    return f"E0100000{at % 100 - 39}" if 40 <= at % 100 < 43 else f"W01{at % 100:06d}"


def changed(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with another sheet in place of its own."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, change(part) if name.startswith("xl/worksheets/") else part)
    return file.getvalue()


def read(content: bytes) -> pd.DataFrame:
    return files.parse(SOURCE, (Payload("data", "deaths.xlsx", "xlsx", content),))["deaths"]


def sieved_rows(content: bytes) -> int | None:
    """How many rows are left of the sheet; None where the sieve steps aside."""
    with grid.NamedSheetsZip(content, SOURCE.sheets, "w", grid.refuse) as archive:
        found = sieve.sieved(SOURCE, archive)
    return None if found is None else len(found.rows["Table"])


LEFT = 4 * 3 + 6
CHANGES: dict[str, tuple[Callable[[bytes], bytes], int | None]] = {
    "as it is": (lambda sheet: sheet, LEFT),
    "a line for each row": (lambda sheet: sheet.replace(b"</row>", b"</row>\n"), LEFT),
    "an empty row that ends itself": (
        lambda sheet: sheet.replace(b'<row r="143">', b'<row r="142" s="1"/><row r="143">').replace(
            b'<row r="142">', b'<row r="141" s="2"/><row r="142">'
        ),
        LEFT,
    ),
    "more words of each row": (
        lambda sheet: sheet.replace(b"<row r=", b'<row spans="1:8" r='),
        LEFT,
    ),
    "a row without its number": (lambda sheet: sheet.replace(b'<row r="200">', b"<row >"), None),
    "a row of no words": (lambda sheet: sheet.replace(b'<row r="200">', b"<row>"), None),
    "rows in another order": (
        lambda sheet: sheet.replace(b'<row r="200">', b'<row r="20">'),
        None,
    ),
    "an apostrophe": (lambda sheet: sheet.replace(b'<row r="200">', b"<row r='200'>"), None),
    "a space before": (lambda sheet: sheet.replace(b'<row r="200">', b'<row r ="200">'), None),
    "a space after": (lambda sheet: sheet.replace(b'<row r="200">', b'<row r= "200">'), None),
    "a line before": (lambda sheet: sheet.replace(b'<row r="200">', b'<row r\n="200">'), None),
    "a line after": (lambda sheet: sheet.replace(b'<row r="200">', b'<row r=\n"200">'), None),
    "a comment": (lambda sheet: sheet.replace(b'<row r="200">', b'<!-- --><row r="200">'), None),
    "a word of a value": (
        lambda sheet: sheet.replace(b'<c r="A200"><v>', b'<c r="A200"><v n="">'),
        None,
    ),
    "a text in the sheet": (
        lambda sheet: sheet.replace(b'r="A200">', b'r="A200" t="str">'),
        None,
    ),
}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sieve, "LEAST_BYTES", 0)
    monkeypatch.setattr(sieve, "HEAD_ROWS", 6)


@pytest.mark.parametrize("piece", [97, 1000, 1 << 20])
@pytest.mark.parametrize("case", CHANGES)
def test_a_sieve_leaves_what_is_kept_or_steps_aside(
    case: str, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    change, left = CHANGES[case]
    content = changed(book(), change)
    monkeypatch.setattr(sieve, "_PIECE", piece)
    assert sieved_rows(content) == left


@pytest.mark.parametrize("case", [name for name, (_, left) in CHANGES.items() if left])
def test_what_is_left_is_read_as_the_whole_is(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    content = changed(book(), CHANGES[case][0])
    monkeypatch.setattr(sieve, "_PIECE", 1000)
    sieved = read(content)
    monkeypatch.setattr(grid, "sieved", lambda *_: None)
    whole = read(content)
    assert len(whole) == 4 * 3 * 6
    pd.testing.assert_frame_equal(sieved, whole)
