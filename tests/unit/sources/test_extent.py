"""Small workbooks that span a great many cells: refused before room is set aside for them."""

from __future__ import annotations

import io
import zipfile

import pytest

from gapwatch.errors import ValidationError
from gapwatch.sources.declared.extent import widest
from gapwatch.sources.declared.grid import grids
from tests.unit.sources import books, test_files

OASIS = "urn:oasis:names:tc:opendocument:xmlns"
NAMES = " ".join(f'xmlns:{part}="{OASIS}:{part}:1.0"' for part in ("office", "table", "text"))
CELL = '<table:table-cell office:value-type="float" office:value="1"/>'


def cells(number: int, *, filled: bool = True) -> str:
    value = ' office:value-type="float" office:value="1"' if filled else ""
    return f'<table:table-cell table:number-columns-repeated="{number}"{value}/>'


def row(inside: str, times: int = 1) -> str:
    return f'<table:table-row table:number-rows-repeated="{times}">{inside}</table:table-row>'


def ods(rows: str, before: str = "") -> bytes:
    body = (
        f'<?xml version="1.0"?>{before}<office:document-content {NAMES}><office:body>'
        f'<office:spreadsheet><table:table table:name="Sheet">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return packed({"content.xml": body})


def packed(parts: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def spans(content: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return widest(archive)


@pytest.mark.parametrize(
    ("rows", "extent"),
    [
        (row(CELL + CELL) + row(CELL), 4),
        # As office programs write it: the rest of the sheet is empty, and repeated to its end.
        (row(CELL + cells(16_383, filled=False)) + row(cells(16_384, filled=False), 1_048_575), 1),
        (row(cells(3_000), 3_000), 9_000_000),
        (row("<table:table-cell/>", 999_999) + row(cells(999, filled=False) + CELL), 10**9),
    ],
    ids=["plain", "empty to the end", "repeated", "one cell far away"],
)
def test_cells_are_counted_up_to_the_last_that_holds_something(rows: str, extent: int) -> None:
    assert spans(ods(rows)) == extent


def test_a_sheet_of_an_xlsx_spans_up_to_its_farthest_address_wherever_it_lies() -> None:
    sheet = '<worksheet><c r="A1"/><c r="B2"/>' + "<c/>" * 400_000 + '<c r="AA100"/></worksheet>'
    assert spans(packed({"xl/elsewhere/sheet.xml": sheet})) == 27 * 100


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (ods(row(cells(10_000), 10_000)), "spans 100000000"),
        (ods(row(CELL), '<!DOCTYPE a [<!ENTITY b "c">]>'), "entities"),
        (ods(row(CELL).replace("</table:table-row>", "")), "content.xml"),
        (ods(row(CELL).replace('"1"', '"many"', 1)), "'many'"),
    ],
    ids=["too many cells", "entities", "broken XML", "a repeat that is no number"],
)
def test_what_would_exhaust_the_reader_is_refused_by_name(content: bytes, told: str) -> None:
    source = test_files.described(format="ods", sheets={"Sheet": {}})
    with pytest.raises(ValidationError, match=told):
        list(grids(source, "deaths.ods", content))


ROWS = [["a", "b"], ["c", "d"]]
BOOK = test_files.described(format="xls", sheets={"Sheet": {}})


def rows_of_xls(content: bytes) -> list[list[list[str]]]:
    return [list(sheet.rows) for sheet in grids(BOOK, "deaths.xls", content)]


def test_an_xls_with_a_cell_too_far_away_is_refused_by_the_limits_of_its_reading() -> None:
    """Its rows and columns are 16 bits each: four thousand million cells from two."""
    assert rows_of_xls(books.xls("Sheet", ROWS)) == [ROWS]
    records = books.xls_records("Sheet", ROWS)
    first = next(data[:4] for kind, data in records if kind == books.LABEL)
    far = [
        (kind, b"\xff" * 4 + data[4:] if kind == books.LABEL and data[:4] != first else data)
        for kind, data in records
    ]
    with pytest.raises(ValidationError, match="one that takes more") as caught:
        rows_of_xls(books.contained(far))
    assert "3 GB of memory in 300 seconds" in caught.value.expected


def test_edges_of_an_xls_that_lie_take_no_room() -> None:
    records = [
        (kind, b"\xff" * len(data) if kind == books.SIZE else data)
        for kind, data in books.xls_records("Sheet", ROWS)
    ]
    assert rows_of_xls(books.contained(records)) == [ROWS]


def test_an_xls_is_refused_where_nothing_limits_its_reading(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ValidationError, match="an xls") as caught:
        rows_of_xls(books.xls("Sheet", ROWS))
    assert "an xlsx or an ods" in caught.value.expected
