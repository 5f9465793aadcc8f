"""Cells whose formula failed or was never computed, and what a workbook hides."""

from __future__ import annotations

import logging
import struct
from pathlib import Path
from typing import Any

import pytest

from gapwatch.sources.declared.grid import PlainError
from tests.unit.sources import books
from tests.unit.sources.described import DEATHS, ONE_A_ROW, PUBLISHED, RESIDENTS, read, refused

EVERYDAY = Path(__file__).parent / "everyday"
ERRORS = ("#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!")
HEAD: list[str | float] = ["Ward", "Sex", "Year", "Age", "Deaths", "Other"]
ROWS: list[list[str | float]] = [
    HEAD,
    ["E05099001", "male", 2020.0, 60.0, 3.0, 9.0],
    ["E05099001", "male", 2020.0, 61.0, 12345.0, 9.0],
    ["E05099001", "male", 2020.0, 62.0, 5.0, 77777.0],
]
BOOK: dict[str, Any] = {"format": "xlsx", "sheets": {"D": {}}}
SHEET = "xl/worksheets/sheet1.xml"
NUMBER, UNUSED = "<c><v>12345.0</v></c>", "<c><v>77777.0</v></c>"


def xlsx(old: str, new: str, part: str = SHEET) -> bytes:
    parts = books.xlsx_parts("D", ROWS)
    assert old in parts[part]
    return books.zipped(parts | {part: parts[part].replace(old, new)})


def ods(old: str, new: str) -> bytes:
    parts = books.ods_parts("D", ROWS)
    assert old in parts["content.xml"]
    name = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    content = parts["content.xml"].replace(old, new).replace(" xmlns:text", f" {name} xmlns:text")
    return books.zipped(parts | {"content.xml": content})


def xls(kind: int, data: bytes) -> bytes:
    records = books.xls_records("D", ROWS)
    place = struct.pack("<HHH", 2, 4, 0)
    at = next(i for i, (k, d) in enumerate(records) if k == books.NUMBER and d[:6] == place)
    records[at] = (kind, place + data)
    return books.contained(records)


def test_errors_and_formulas_without_a_value_are_refused_at_their_cell_and_not_withheld() -> None:
    book = (EVERYDAY / "errors.xlsx").read_bytes()
    about: dict[str, Any] = {"format": "xlsx", "sheets": {"LE": {}}}
    error = refused(PUBLISHED, book, **about)
    assert error.where == "le, file, sheet 'LE', row 3, column 'LE'"
    assert error.found == "the error #N/A"
    # Where the publisher means withheld by it, that can be said; the formulas are faults still.
    again = refused(PUBLISHED, book, **about, missing=["", "#N/A"])
    assert again.found == "a formula without a stored value"
    assert "let it compute, and save it" in again.remedy


@pytest.mark.parametrize("error", ERRORS)
def test_each_error_is_named_in_every_format(error: str) -> None:
    code = {
        "#NULL!": 0,
        "#DIV/0!": 7,
        "#VALUE!": 15,
        "#REF!": 23,
        "#NAME?": 29,
        "#NUM!": 36,
        "#N/A": 42,
    }[error]
    cell = (
        '<table:table-cell office:value-type="float" office:value="12345.0">'
        "<text:p>12345.0</text:p></table:table-cell>"
    )
    failed = (
        '<table:table-cell table:formula="of:=A1" office:value-type="float" '
        f'office:value="0" calcext:value-type="error"><text:p>{error}</text:p></table:table-cell>'
    )
    contents = {
        "xlsx": xlsx(NUMBER, f'<c t="e"><f>A1</f><v>{error}</v></c>'),
        "ods": ods(cell, failed),
        "xls": xls(0x205, bytes([code, 1])),
        "csv": "\n".join(",".join(str(c) for c in row) for row in ROWS)
        .replace("12345.0", error)
        .replace(".0", "")
        .encode(),
    }
    for kind, content in contents.items():
        more = {"format": kind, "sheets": {"D": {}}} if kind != "csv" else {}
        told = refused(DEATHS, content, **more)
        assert told.where.endswith("row 3, column 'Deaths'"), kind
        assert told.found == f"the error {error}"


def test_a_zero_of_a_program_that_asks_to_compute_on_opening_is_no_value() -> None:
    parts = books.xlsx_parts("D", ROWS)
    parts[SHEET] = parts[SHEET].replace(NUMBER, "<c><f>B2</f><v>0</v></c>")
    assert read(DEATHS, books.zipped(parts), **BOOK)["deaths_persons"].tolist() == [3, 0, 5]
    book = "xl/workbook.xml"
    parts[book] = parts[book].replace("</sheets>", '</sheets><calcPr fullCalcOnLoad="1"/>')
    assert "without a stored" in refused(DEATHS, books.zipped(parts), **BOOK).found


@pytest.mark.parametrize(
    "cell",
    ["<c><f>B2+1</f></c>", "<c><f>B2+1</f><v></v></c>", '<c r="E3"><f>B2+1</f><v/></c>'],
)
def test_a_formula_that_was_never_computed_is_refused_at_its_cell(cell: str) -> None:
    error = refused(DEATHS, xlsx(NUMBER, cell), **BOOK)
    assert error.where.endswith("sheet 'D', row 3, column 'Deaths'")
    assert error.found == "a formula without a stored value"


def test_a_formula_that_was_never_computed_is_refused_in_ods_and_xls() -> None:
    cell = (
        '<table:table-cell office:value-type="float" office:value="12345.0">'
        "<text:p>12345.0</text:p></table:table-cell>"
    )
    content = ods(cell, '<table:table-cell table:formula="of:=A1"></table:table-cell>')
    assert "without a stored" in refused(DEATHS, content, **BOOK | {"format": "ods"}).found
    empty = bytes([3, 0, 0, 0, 0, 0, 0xFF, 0xFF]) + bytes(8)
    content = xls(6, empty)
    assert "without a stored" in refused(DEATHS, content, **BOOK | {"format": "xls"}).found


def test_computed_formulas_and_faults_in_columns_that_are_not_used_are_no_matter() -> None:
    computed = xlsx(NUMBER, "<c><f>B2+1</f><v>4</v></c>")
    assert read(DEATHS, computed, **BOOK)["deaths_persons"].tolist() == [3, 4, 5]
    unused = xlsx(UNUSED, '<c t="e"><f>1/0</f><v>#DIV/0!</v></c>')
    assert len(read(DEATHS, unused, **BOOK)) == 3


def test_an_error_in_a_column_by_which_rows_are_kept_is_refused() -> None:
    failed = xlsx(UNUSED, '<c t="e"><f>1/0</f><v>#DIV/0!</v></c>')
    error = refused(DEATHS, failed, **BOOK, keep={"Other": ["9"]})
    assert error.where.endswith("row 4, column 'Other'")
    residents = RESIDENTS | {"columns": RESIDENTS["columns"] | {"area_name": "Name"}}
    rows = "Ward Name Sex Year Age Pop\nE05099001 #REF! male 2020 1 5\n"
    assert refused(residents, rows).found == "the error #REF!"


def test_entities_in_a_sheet_are_refused() -> None:
    content = xlsx("<worksheet", '<!DOCTYPE x [<!ENTITY a "b">]><worksheet hidden="1"')
    assert "entities" in refused(DEATHS, content, **BOOK).found


def test_rows_that_a_filter_hides_are_refused_until_the_study_says_what_they_are(
    caplog: pytest.LogCaptureFixture,
) -> None:
    book = (EVERYDAY / "filtered.xlsx").read_bytes()
    about: dict[str, Any] = {
        "format": "xlsx",
        "sheets": {"Deaths": {}},
        "dates": "yyyy-mm-dd",
        "ignored": ["Resident"],
        "columns": {
            "area_code": "Ward",
            "area_name": "Ward",
            "sex": "Sex",
            "age": "Age",
            "date": "Registered",
        },
    }
    error = refused(ONE_A_ROW, book, **about)
    assert isinstance(error, PlainError)
    assert error.found == "4 of 10 rows hidden, by a filter or by hand"
    with caplog.at_level(logging.WARNING):
        assert read(ONE_A_ROW, book, **about, hidden="leave_out")["deaths_persons"].sum() == 6
        assert read(ONE_A_ROW, book, **about, hidden="count")["deaths_persons"].sum() == 10
    assert "4 hidden rows are left out" in caplog.text
    assert "4 hidden rows are counted" in caplog.text


def hidden_row(kind: str) -> bytes:
    """The third row of an xlsx or xls, or all rows of an ods, hidden."""
    if kind == "xlsx":
        parts = books.xlsx_parts("D", ROWS)
        before, third, after = parts[SHEET].partition("<row>")[2].partition("61.0")
        at = before.rindex("<row>")
        hidden = f'<row>{before[:at]}<row hidden="1">{before[at + 5 :]}'
        start = parts[SHEET].partition("<row>")[0]
        return books.zipped(parts | {SHEET: start + hidden + third + after})
    if kind == "ods":
        return ods("<table:table-row>", '<table:table-row table:visibility="filter">')
    records = books.xls_records("D", ROWS)
    records.insert(-1, (0x208, struct.pack("<HHHHHHI", 2, 0, 6, 255, 0, 0, 0x20)))
    return books.contained(records)


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_hidden_rows_are_found_in_every_format(kind: str) -> None:
    content = hidden_row(kind)
    about = BOOK | {"format": kind}
    hidden = 3 if kind == "ods" else 1
    assert f"{hidden} of 3 rows hidden" in refused(DEATHS, content, **about).found
    assert len(read(DEATHS, content, **about, hidden="count")) == 3
    if kind != "ods":
        left = read(DEATHS, content, **about, hidden="leave_out")
        assert left["age_start_years"].tolist() == [60, 62]


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_hidden_columns_are_refused_where_they_are_used(kind: str) -> None:
    def hide(first: int) -> bytes:
        if kind == "xlsx":
            told = f'<cols><col min="{first}" max="{first}" hidden="1"/></cols><sheetData>'
            return xlsx("<sheetData>", told)
        if kind == "ods":
            told = (
                f'<table:table-column table:number-columns-repeated="{first - 1}"/>'
                '<table:table-column table:visibility="collapse"/>'
            )
            return ods('table:name="D">', f'table:name="D">{told}')
        records = books.xls_records("D", ROWS)
        told_ = struct.pack("<HHHHHH", first - 1, first - 1, 2000, 0, 1, 0)
        return books.contained([*records[:-1], (0x7D, told_), records[-1]])

    about = BOOK | {"format": kind}
    assert refused(DEATHS, hide(5), **about).found == "hidden: Deaths"
    assert len(read(DEATHS, hide(5), **about, hidden="count")) == 3
    assert len(read(DEATHS, hide(6), **about)) == 3


def test_hidden_columns_that_unfold_are_left_out_only_where_the_study_says_so() -> None:
    rows: list[list[str | float]] = [
        ["Ward", "Sex", "Aged 60", "Aged 61+"],
        ["E05099001", "male", 3.0, 4.0],
    ]
    parts = books.xlsx_parts("D", rows)
    told = '<cols><col min="3" max="3" hidden="1"/></cols><sheetData>'
    content = books.zipped(parts | {SHEET: parts[SHEET].replace("<sheetData>", told)})
    about = BOOK | {
        "columns": {"area_code": "Ward", "area_name": "Ward", "sex": "Sex"},
        "constants": {"geography": "ward2011", "year": "2020", "measure": "deaths_persons"},
        "wide": "Aged (?P<age>.+)",
    }
    assert refused(DEATHS, content, **about).found == "hidden: Aged 60"
    assert len(read(DEATHS, content, **about, hidden="leave_out")) == 1
    assert len(read(DEATHS, content, **about, hidden="count")) == 2


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_a_hidden_sheet_is_read_only_where_the_study_says_so(kind: str) -> None:
    if kind == "xlsx":
        content = xlsx('sheetId="1"', 'sheetId="1" state="veryHidden"', "xl/workbook.xml")
    elif kind == "ods":
        content = ods(
            "<office:body>",
            '<office:automatic-styles><style:style style:name="t1" '
            'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"><style:'
            'table-properties table:display="false"/></style:style>'
            "</office:automatic-styles><office:body>",
        )
        assert b'display="false"' in content
        parts = books.ods_parts("D", ROWS)
        text = parts["content.xml"].replace(
            'table:name="D"', 'table:name="D" table:style-name="t1"'
        )
        text = text.replace(
            "<office:body>",
            '<office:automatic-styles><style:style style:name="t1"'
            ' xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"><style:'
            'table-properties table:display="false"/></style:style>'
            "</office:automatic-styles><office:body>",
        )
        content = books.zipped(parts | {"content.xml": text})
    else:
        records = books.xls_records("D", ROWS)
        sheet = records[1][1]
        records[1] = (books.SHEET, sheet[:4] + b"\x01" + sheet[5:])
        content = books.contained(records)
    about = BOOK | {"format": kind}
    assert refused(DEATHS, content, **about).found == "a hidden one"
    assert "hidden one" in refused(DEATHS, content, **about, hidden="leave_out").found
    assert len(read(DEATHS, content, **about, hidden="count")) == 3
