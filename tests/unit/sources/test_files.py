"""What a described file becomes, and how each fault in it is named."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gapwatch.contracts import DEATHS
from gapwatch.errors import GapwatchError, SourceError, StudyError, ValidationError
from gapwatch.sources import files
from gapwatch.sources.http import Client
from gapwatch.sources.payload import Payload
from gapwatch.study.sources import FileSource
from tests.unit.sources import books
from tests.unit.sources.faulty_server import CSV, FaultyServer

HEAD = ["LSOA11CD", "Year", "Sex", "Age group", "Deaths"]
BODY: list[list[str | float]] = [
    ["E01004734", 2019.0, "Males", "under 1", 1.0],
    ["E01004734", 2019.0, "Males", "01 to 04", 0.0],
    ["E01004734", 2019.0, "Females", "85 to 89", 12.0],
    ["E01004734", 2019.0, "Females", "90 and over", 1012.0],
]
ROWS: list[list[str | float]] = [["Deaths by LSOA"], [], list(HEAD), *BODY]
COLUMNS = {
    "area_code": "LSOA11CD",
    "area_name": "LSOA11CD",
    "year": "Year",
    "sex": "Sex",
    "age": "Age group",
    "deaths_persons": "Deaths",
}


def described(**changes: Any) -> FileSource:
    raw: dict[str, Any] = {
        "id": "lsoa-deaths",
        "kind": "file",
        "table": "deaths",
        "next_expected": "unknown",
        "title": "Deaths by LSOA",
        "publisher": "ONS",
        "attribution": "ONS",
        "path": "deaths.csv",
        "header": HEAD,
        "columns": COLUMNS,
        "constants": {"geography": "lsoa2011"},
        "units": {"deaths_persons": "persons"},
    }
    return FileSource.model_validate(raw | changes)


def text(rows: list[list[str | float]] | list[list[str]]) -> bytes:
    buffer = io.StringIO()
    plain = [[int(c) if isinstance(c, float) else c for c in row] for row in rows]
    csv.writer(buffer).writerows(plain)
    return buffer.getvalue().encode()


def parse(content: bytes, **changes: Any) -> Any:
    source = described(**changes)
    sent = Payload("data", "deaths.csv", "csv", content)
    return files.parse(source, (sent,))[source.table]


def changed(row: int, column: int, cell: str) -> bytes:
    rows = [list(r) for r in ROWS]
    rows[row - 1][column - 1] = cell
    return text(rows)


def records(frame: Any) -> list[tuple[Any, ...]]:
    names = ["sex", "age_start_years", "age_end_years", "deaths_persons"]
    return [tuple(row) for row in frame[names].astype(object).fillna("open").to_numpy()]


EXPECTED = [
    ("female", 85, 89, 12.0),
    ("female", 90, "open", 1012.0),
    ("male", 0, 0, 1.0),
    ("male", 1, 4, 0.0),
]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ods", "xls"])
def test_deaths_by_small_area_read_the_same_from_every_format(kind: str):
    if kind == "csv":
        frame = parse(text(ROWS))
    else:
        content = getattr(books, kind)("Table 1", ROWS)
        frame = parse(content, format=kind, sheets={"Table 1": {}})
    assert records(frame) == EXPECTED
    assert set(frame.year) == {2019}
    assert set(frame.geography) == {"lsoa2011"}


def test_thousands_separators_and_spaces_are_read_and_nothing_else():
    assert records(parse(changed(7, 5, " 1,012 "))) == EXPECTED
    for cell in ("1,01", "1 012", "12*", "1e3", "c", "-", "nan", "+3", "٣"):
        with pytest.raises(ValidationError) as error:
            parse(changed(7, 5, cell))
        assert error.value.where == "lsoa-deaths, deaths.csv, row 7, column 'Deaths'"


def test_a_missing_mark_is_never_zero_and_is_dropped_only_on_request():
    content = changed(7, 5, "[c]")
    with pytest.raises(ValidationError, match="a value for deaths_persons"):
        parse(content, missing=["", "[c]"])
    frame = parse(content, missing=["", "[c]"], drop_missing=True)
    assert records(frame) == [EXPECTED[0], *EXPECTED[2:]]


def test_a_factor_turns_the_files_unit_into_the_contracts():
    frame = parse(text(ROWS), factors={"deaths_persons": 10}, units={"deaths_persons": "tens"})
    assert [row[3] for row in records(frame)] == [120.0, 10120.0, 10.0, 0.0]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"units": {}}, "units, deaths_persons"),
        ({"units": {"deaths_persons": "thousands"}}, "thousands without one"),
        ({"factors": {"deaths_persons": 1000}}, "persons with one"),
        ({"columns": COLUMNS | {"rate": "Deaths"}}, "'rate'"),
        ({"constants": {}}, "a description of geography"),
        ({"constants": {"geography": "lsoa2011", "sex": "male"}}, "each column described once"),
        ({"keep": {"Sex": ["Males", "Women"]}}, "'Women'"),
        ({"drop": {"Sex": ["Persons"]}}, "'Persons'"),
    ],
)
def test_a_wrong_description_is_named(changes: dict[str, Any], told: str):
    with pytest.raises(StudyError) as error:
        parse(text(ROWS), **changes)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "an empty file"),
        (text([["a", "b"], ["c", "d"]]), "nearest is row 1"),
        (text(ROWS[:3]), "none that is kept"),
        (text([*ROWS, ["E01004734", "2019"]]), "row 8"),
        (text([*ROWS, BODY[0]]), "after lsoa-deaths, deaths.csv, row 4"),
        (changed(3, 2, "Sex"), "Year"),
        (changed(4, 3, "Persons"), "row 4, column 'Sex'"),
        (changed(4, 4, "All ages"), "row 4, column 'Age group'"),
        (changed(4, 1, "00BK"), "row 4, column 'LSOA11CD'"),
        (changed(4, 5, "-1"), "from 0 to inf"),
        (changed(4, 5, ""), "a blank"),
        (text(ROWS).replace(b"Males", b"M\xe2les"), "text in utf-8-sig"),
        (books.xlsx("Table 1", ROWS), "a zip or a workbook"),
    ],
)
def test_a_fault_in_the_file_is_named_with_its_place(content: bytes, told: str):
    with pytest.raises(ValidationError) as error:
        parse(content)
    assert told in str(error.value)


def test_a_repeated_header_is_refused_where_it_is_used():
    rows = [[*HEAD, "Deaths"], *([*row, 5.0] for row in BODY)]
    with pytest.raises(ValidationError, match="one column 'Deaths'"):
        parse(text(rows))


def test_a_word_without_a_mapping_is_refused():
    with pytest.raises(ValidationError, match="one of the words that values maps for sex"):
        parse(text(ROWS), values={"sex": {"Males": "male"}})


def test_a_missing_sheet_is_named_with_those_that_are_there():
    with pytest.raises(StudyError, match="Table 1"):
        parse(books.xlsx("Table 1", ROWS), format="xlsx", sheets={"Table 2": {}})


def zipped(name: str, content: bytes) -> bytes:
    return books.zipped({name: content}, zipfile.ZIP_DEFLATED)


def test_a_member_of_a_zip_is_read_and_a_bomb_is_refused(monkeypatch: pytest.MonkeyPatch):
    content = zipped("in/deaths.csv", text(ROWS))
    assert records(parse(content, member="in/deaths.csv")) == EXPECTED
    with pytest.raises(StudyError, match=r"in/deaths\.csv"):
        parse(content, member="other.csv")
    monkeypatch.setattr("gapwatch.sources.declared.grid.MOST_BYTES", 1000)
    with pytest.raises(ValidationError, match="unfolds too far"):
        parse(zipped("a.csv", b"0" * 100_000), member="a.csv")


def test_a_local_file_is_read_as_it_is_and_a_missing_one_is_named(tmp_path: Path):
    (tmp_path / "deaths.csv").write_bytes(b"\xef\xbb\xbfas,it\r\nis")
    (sent,) = files.fetch(described(), Client(), tmp_path)
    assert (sent.role, sent.address, sent.suffix) == ("data", "deaths.csv", "csv")
    assert sent.content == b"\xef\xbb\xbfas,it\r\nis"
    with pytest.raises(SourceError, match="No such file"):
        files.fetch(described(path="absent.csv"), Client(), tmp_path)


def test_the_newest_link_of_a_landing_page_is_taken(tmp_path: Path):
    with FaultyServer() as server, Client(allow_local=True, tries=1) as client:
        place = {"path": None, "landing_page": f"{server.base}/landing"}
        sent = files.fetch(described(**place, link=r"deaths\d+\.csv"), client, tmp_path)
        assert [(p.role, p.address) for p in sent] == [
            ("landing", f"{server.base}/landing"),
            ("data", f"{server.base}/f/deaths10.csv"),
        ]
        assert sent[1].content == CSV
        with pytest.raises(SourceError, match=r"deaths10\.csv"):
            files.fetch(described(**place, link="births"), client, tmp_path)


def test_an_address_is_asked_and_what_is_no_file_there_is_refused(tmp_path: Path):
    with FaultyServer() as server, Client(allow_local=True, tries=1) as client:
        fine = {"path": None, "address": f"{server.base}/fine"}
        (sent,) = files.fetch(described(**fine), client, tmp_path)
        assert (sent.address, sent.content) == (f"{server.base}/fine", CSV)
        for path in ("/page", "/empty", "/short", "/500"):
            with pytest.raises(SourceError):
                files.fetch(described(path=None, address=f"{server.base}{path}"), client, tmp_path)


CELL = st.one_of(
    st.sampled_from(["E01004734", "2019", "Males", "Females", "under 1", "90+", "", "3", "1,000"]),
    st.text(max_size=5),
)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.lists(CELL.map(lambda c: "".join(x for x in c if x.isalnum())), max_size=7)),
    st.sampled_from(["xlsx", "ods"]),
)
def test_any_rows_of_a_workbook_give_a_table_or_a_named_error(rows: list[list[str]], kind: str):
    content = getattr(books, kind)("Table 1", [*ROWS, *rows])
    try:
        frame = parse(content, format=kind, sheets={"Table 1": {}})
    except GapwatchError:
        return
    assert records(frame)[-2:] == EXPECTED[-2:]
    assert tuple(frame.columns) == DEATHS.names


def test_a_quantity_named_by_a_column_of_the_file_fills_its_contract_column():
    columns = {k: v for k, v in COLUMNS.items() if k != "deaths_persons"}
    rows = [[*HEAD, "What"], *([*row, "Deaths"] for row in BODY)]
    columns |= {"value": "Deaths", "measure": "What"}
    frame = parse(text(rows), columns=columns, values={"measure": {"Deaths": "deaths_persons"}})
    assert records(frame) == EXPECTED
    with pytest.raises(StudyError, match="a quantity of deaths"):
        parse(text(rows), columns=columns)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(['<a href="', "deaths", "9" * 5000, "<![x", "//[", '">', "<!"])))
def test_any_page_gives_a_safe_link_or_a_named_error(parts: list[str]):
    try:
        link = files.newest_link("https://example.org/", "".join(parts).encode(), "deaths")
    except SourceError:
        return
    assert link.startswith("https://")


def test_a_workbook_with_a_cell_at_the_far_corner_is_refused_before_it_takes_the_memory():
    content, buffer = books.xlsx("Table 1", ROWS), io.BytesIO()
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"</sheetData>", far))
    with pytest.raises(ValidationError, match="spans 17179869184"):
        parse(buffer.getvalue(), format="xlsx", sheets={"Table 1": {}})


@pytest.mark.parametrize(
    "text",
    [
        "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n",
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC,BKcwggSjAgEAAoIBAQ\n",
        "TOKEN=s3cretvalue,PASSWORD=hunter2\nOTHER=1,X=2\n",
        "me@example.org,hunter2hunter2hunter2hunter2\nyou@example.org,x\n",
        "only one cell\nand another\n",
    ],
)
def test_no_error_shows_what_a_file_holds_that_is_no_table(text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        files.parse(described(), (Payload("data", "x.csv", "csv", text.encode()),))
    assert "nothing that reads as a header" in caught.value.found
    for word in re.split(r"[\s,:=]+", text):
        assert len(word) < 4 or word not in str(caught.value)
