"""How a declared file may be written: every layout is read right, or refused with what to state."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from typing import Any

import pandas as pd
import pytest

from gapwatch.errors import GapwatchError, StudyError, ValidationError
from gapwatch.sources import files
from gapwatch.sources.payload import Payload
from gapwatch.study.sources import FileSource
from tests.unit.sources import books

LIFE: dict[str, Any] = {
    "area_code": "Code",
    "area_name": "Name",
    "sex": "Sex",
    "period": "Period",
    "life_expectancy_years": "LE",
    "lower95_years": "Lower",
    "upper95_years": "Upper",
}
YEARS = {"life_expectancy_years": "years", "lower95_years": "years", "upper95_years": "years"}
HEAD = ["Code", "Name", "Sex", "Period", "LE", "Lower", "Upper"]
ROW = ["E05099001", "Tanhill", "Male", "2010-14", "78.1", "76.0", "80.2"]
VALUES = {("male", 78.1, 76.0, 80.2)}
WORDS = {"LE": "life_expectancy_years", "Lower": "lower95_years", "Upper": "upper95_years"}


def described(**changes: Any) -> FileSource:
    raw: dict[str, Any] = {
        "id": "le",
        "kind": "file",
        "table": "life_expectancy",
        "next_expected": "none",
        "title": "t",
        "publisher": "p",
        "attribution": "a",
        "path": "le.csv",
        "header": ["Code", "Name"],
        "columns": LIFE,
        "constants": {"geography": "ward2011"},
        "units": YEARS,
    }
    return FileSource.model_validate(raw | changes)


def read(content: bytes, **changes: Any) -> pd.DataFrame:
    source = described(**changes)
    found = files.parse(source, (Payload("data", "le.csv", "csv", content),))
    return found[source.table]


def told(frame: pd.DataFrame) -> set[tuple[Any, ...]]:
    names = ["sex", "life_expectancy_years", "lower95_years", "upper95_years"]
    return {tuple(row) for row in frame[names].itertuples(index=False)}


def written(*rows: list[str], delimiter: str = ",") -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows(rows)
    return buffer.getvalue()


def commas(row: list[str]) -> list[str]:
    return [cell.replace(".", ",") for cell in row]


def deaths(cell: str, delimiter: str = ";", **changes: Any) -> float:
    frame = read(
        written(
            ["Code", "Year", "Deaths"], ["E05099001", "2019", cell], delimiter=delimiter
        ).encode(),
        table="population_deaths",
        delimiter=delimiter,
        header=["Code"],
        columns={
            "area_code": "Code",
            "area_name": "Code",
            "year": "Year",
            "deaths_persons": "Deaths",
        },
        units={"deaths_persons": "persons"},
        **changes,
    )
    return float(frame["deaths_persons"].iloc[0])


# Signs and encodings


@pytest.mark.parametrize("delimiter", [";", "\t", "|", ","])
@pytest.mark.parametrize("decimal", [".", ","])
def test_cells_parted_and_numbers_pointed_in_any_way_read_the_same(delimiter: str, decimal: str):
    row = ROW if decimal == "." else commas(ROW)
    content = written(HEAD, row, delimiter=delimiter).encode()
    assert told(read(content, delimiter=delimiter, decimal=decimal)) == VALUES


@pytest.mark.parametrize(
    ("encoding", "codec"),
    [
        ("utf-8-sig", "utf-8-sig"),
        ("utf-8", "utf-8-sig"),
        ("utf-8", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
        ("latin-1", "latin-1"),
        ("mac-roman", "mac-roman"),
    ],
)
def test_names_are_read_in_every_encoding(encoding: str, codec: str):
    content = written(HEAD, [ROW[0], "Café Row", *ROW[2:]]).encode(codec)
    assert list(read(content, encoding=encoding)["area_name"]) == ["Café Row"]


def test_utf_16_of_the_other_byte_order_is_read_by_its_mark():
    content = b"\xfe\xff" + written(HEAD, ROW).encode("utf-16-be")
    assert told(read(content, encoding="utf-16")) == VALUES


@pytest.mark.parametrize(
    ("decimal", "cell", "value"),
    [
        (",", "1.012", 1012),
        (",", "1 012", 1012),
        (".", "1,012", 1012),
        (",", "12,0", 12),
        (".", "12.0", 12),
        (",", "1.234.567", 1234567),
    ],
)
def test_a_stated_decimal_sign_decides_what_parts_thousands(decimal: str, cell: str, value: float):
    assert deaths(cell, decimal=decimal) == value


@pytest.mark.parametrize("cell", ["1,012", "1.012", "78,123", "1.234.567"])
@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_without_a_stated_sign_what_could_be_either_is_refused(cell: str, delimiter: str):
    with pytest.raises(ValidationError, match="decimal = ") as error:
        deaths(cell, delimiter)
    assert 'decimal = ","' in error.value.remedy
    assert 'decimal = "."' in error.value.remedy


def test_words_of_utf_8_are_never_read_as_letters_of_another_encoding():
    content = written(HEAD, [ROW[0], "Queen’s Park", *ROW[2:]]).encode()
    for encoding in ("cp1252", "latin-1", "mac-roman"):
        with pytest.raises(ValidationError, match='encoding = "utf-8-sig"'):
            read(content, encoding=encoding)


def test_decimal_and_delimiter_are_for_a_csv_alone():
    for changes in ({"decimal": ","}, {"delimiter": ";"}):
        with pytest.raises(ValueError, match="only for a CSV"):
            described(format="xlsx", sheets={"LE": {}}, **changes)


# Header words: merged, repeated

MERGED = [
    ["", "", "2009-13", "", "", "", "", ""],
    ["", "", "Male", "", "", "Female", "", ""],
    ["Code", "Name", "LE", "Lower", "Upper", "LE", "Lower", "Upper"],
    ["E05099001", "Tanhill", "78.1", "76", "80.2", "82.1", "80", "84.2"],
]
WIDE: dict[str, Any] = {
    "header": ["2009-13"],
    "header_rows": 3,
    "columns": {"area_code": "Code", "area_name": "Name"},
    "wide": r"(?P<period>\d{4}-\d{2}); (?P<sex>Male|Female); (?P<measure>LE|Lower|Upper)",
    "values": {"measure": WORDS},
}
BOTH = {("male", 78.1, 76.0, 80.2), ("female", 82.1, 80.0, 84.2)}


def book(rows: list[list[str]], merged: list[str]) -> bytes:
    parts = books.xlsx_parts("LE", rows)
    name = "xl/worksheets/sheet1.xml"
    cells = "".join(f'<mergeCell ref="{place}"/>' for place in merged)
    parts[name] = parts[name].replace(
        "</worksheet>", f'<mergeCells count="{len(merged)}">{cells}</mergeCells></worksheet>'
    )
    return books.zipped(parts)


def test_words_of_merged_cells_reach_every_column_that_they_span():
    content = book(MERGED, ["C1:H1", "C2:E2", "F2:H2"])
    assert told(read(content, format="xlsx", sheets={"LE": {}}, **WIDE)) == BOTH


def test_words_of_merged_cells_reach_down_to_the_header_row():
    rows = [
        ["Code", "Name", "Sex", "Period", "Life expectancy", "", ""],
        ["", "", "", "", "LE", "Lower", "Upper"],
        ROW,
    ]
    content = book(rows, ["A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:G1"])
    changes = {"format": "xlsx", "sheets": {"LE": {}}, "header": ["LE", "Lower"]}
    assert told(read(content, **changes)) == VALUES


def test_a_cell_merged_over_the_whole_header_names_one_column_only():
    rows = [["Code", "Name", "", *HEAD[2:]], [ROW[0], ROW[1], "", *ROW[2:]]]
    assert told(read(book(rows, ["B1:C1"]), format="xlsx", sheets={"LE": {}})) == VALUES


def test_carried_header_words_stop_at_the_next_word_above():
    upper = ["", "", "2009-13", "", "", "2010-14", "", ""]
    middle = ["", "", "Male", "", "", "Male", "", ""]
    content = written(upper, middle, *MERGED[2:]).encode()
    frame = read(content, carry_header=True, **WIDE)
    assert {(r.period_start, r.life_expectancy_years) for r in frame.itertuples()} == {
        (2009, 78.1),
        (2010, 82.1),
    }


def test_without_carrying_the_rest_of_a_block_is_refused_and_the_remedy_reads_it_all():
    content = written(*MERGED).encode()
    with pytest.raises(ValidationError, match="carry_header = true") as error:
        read(content, **WIDE)
    for name in ("Lower", "Upper", "Female; LE"):
        assert name in error.value.found
    assert told(read(content, carry_header=True, **WIDE)) == BOTH


HLE = ["Code", "Name", "Sex", "Period", "HLE", "Lower", "Upper", "LE", "Lower", "Upper"]
HLE_ROW = [*ROW[:4], "60.1", "58", "62.2", *ROW[4:]]


def test_the_second_of_equal_names_is_said_by_its_number():
    columns = LIFE | {"lower95_years": "Lower#2", "upper95_years": "Upper#2"}
    assert told(read(written(HLE, HLE_ROW).encode(), columns=columns)) == VALUES


def test_a_repeated_name_is_refused_with_the_form_that_says_which():
    with pytest.raises(ValidationError) as error:
        read(written(HLE, HLE_ROW).encode())
    assert "column F (after 'HLE') and column I (after 'LE')" in error.value.found
    assert '"Lower#2" for the second' in error.value.remedy
    with pytest.raises(ValidationError, match=r"3 columns 'Lower'"):
        read(written(HLE, HLE_ROW).encode(), columns=LIFE | {"lower95_years": "Lower#3"})


def test_a_name_that_ends_with_a_number_sign_of_its_own_is_itself():
    head = [*HEAD[:5], "Lower#2", "Upper"]
    columns = LIFE | {"lower95_years": "Lower#2"}
    assert told(read(written(head, ROW).encode(), columns=columns)) == VALUES


# Columns beside a wide pattern


def ages(names: list[str], wide: str, **changes: Any) -> pd.DataFrame:
    row = ["E01000001", *(str(10 + n) for n in range(len(names)))]
    constants = {
        "geography": "lsoa2011",
        "base": "census2011",
        "year": "2020",
        "sex": "male",
        "measure": "population_persons",
    }
    return read(
        written(["Code", *names], row).encode(),
        table="population",
        header=["Code"],
        wide=wide,
        columns={"area_code": "Code", "area_name": "Code"},
        constants=constants,
        units={"population_persons": "persons"},
        **changes,
    )


@pytest.mark.parametrize(
    ("names", "wide", "unmatched"),
    [
        (["0-4", "5 to 9", "10-14"], r"(?P<age>\d+-\d+)", "5 to 9"),
        (["Males 0 to 4", "Males 5 to 9", "Males 85+"], r"Males (?P<age>\d+ to \d+)", "Males 85+"),
        (["Males 0 to 4", "Males 5 to 9", "Male 10 to 14"], r"Males (?P<age>.+)", "Male 10 to 14"),
        (["Age 0", "Age 1", "Age 2 or more"], r"Age (?P<age>\d+)", "Age 2 or more"),
        (["M 0", "M 1", "M 90+"], r"M (?P<age>\d+)", "M 90+"),
    ],
)
def test_a_column_that_the_pattern_misses_is_refused_by_name(
    names: list[str], wide: str, unmatched: str
):
    with pytest.raises(ValidationError) as error:
        ages(names, wide)
    assert error.value.found.endswith(f"beside them {unmatched}")
    frame = ages(names, wide, ignored=[unmatched])
    assert len(frame) == 2


@pytest.mark.parametrize(
    "names",
    [
        ["All ages", "0-4", "5-9"],
        ["0-4", "5-9", "Total"],
        ["District", "0-4", "5-9"],
        ["0-4", "5-9", "Notes"],
    ],
)
def test_totals_and_other_columns_beside_a_block_are_no_part_of_it(names: list[str]):
    assert len(ages(names, r"(?P<age>\d+-\d+)")) == 2


def test_females_that_a_pattern_leaves_out_are_refused():
    head = ["Code", "Name", *(f"{sex} {word}" for sex in ("Male", "Female") for word in WORDS)]
    content = written(head, MERGED[3]).encode()
    changes = {
        "columns": {"area_code": "Code", "area_name": "Name"},
        "values": {"measure": WORDS},
        "header": ["Code"],
        "constants": {"geography": "ward2011", "period": "2009-13"},
    }
    with pytest.raises(ValidationError, match="Female LE, Female Lower, Female Upper"):
        read(content, wide="(?P<sex>Male) (?P<measure>LE|Lower|Upper)", **changes)
    assert told(read(content, wide="(?P<sex>Male|Female) (?P<measure>.+)", **changes)) == BOTH


def test_a_limit_in_another_spelling_is_refused():
    head = ["Code", "Name", "Male LE", "Male Lower", "Male UCL"]
    with pytest.raises(ValidationError, match="beside them Male UCL"):
        read(
            written(head, MERGED[3][:5]).encode(),
            header=["Code"],
            columns={"area_code": "Code", "area_name": "Name"},
            values={"measure": WORDS},
            constants={"geography": "ward2011", "period": "2009-13"},
            wide="(?P<sex>Male|Female) (?P<measure>LE|Lower|Upper)",
        )


def test_a_year_in_another_spelling_between_others_is_refused():
    head = ["Code", "Population 2011", "Pop. 2012", "Population 2013"]
    changes: dict[str, Any] = {
        "table": "population_deaths",
        "header": ["Code"],
        "units": {"population_persons": "persons"},
        "columns": {"area_code": "Code", "area_name": "Code"},
        "wide": r"(?P<measure>Population|Deaths) (?P<year>\d{4})",
        "values": {"measure": {"Population": "population_persons"}},
    }
    content = written(head, ["E05099001", "10", "11", "12"]).encode()
    with pytest.raises(ValidationError, match=r"beside them Pop\. 2012"):
        read(content, **changes)
    assert set(read(content, ignored=["Pop. 2012"], **changes)["year"]) == {2011, 2013}


def test_an_ignored_column_that_is_not_there_is_refused():
    with pytest.raises(ValidationError, match="a column 'Totals'"):
        ages(["0-4", "5-9", "Total"], r"(?P<age>\d+-\d+)", ignored=["Totals"])


# Rows

NOTES = [
    HEAD,
    ROW,
    ["", "", "", "", "", "", ""],
    ["1. Small wards are withheld"],
    ["Source: nobody"],
]


@pytest.mark.parametrize(
    "changes",
    [
        {"keep_pattern": {"Code": r"E05\d{6}"}},
        {"keep_pattern": {"area_code": r"E05\d{6}"}},
        {"drop_pattern": {"Code": r"\d+\. .*|Source: .*"}},
        {"end_pattern": {"Code": r"\d+\. .*"}},
    ],
)
def test_notes_below_a_table_are_left_out_by_a_pattern(changes: dict[str, Any]):
    assert told(read(written(*NOTES).encode(), **changes)) == VALUES


def test_rows_after_the_end_of_a_table_are_not_read():
    other = [[*ROW[:2], "Female", *ROW[3:]]]
    content = written(*NOTES, *other).encode()
    assert told(read(content, end_pattern={"Code": r"\d+\. .*"})) == VALUES


@pytest.mark.parametrize("code", ["E05099002*", "E05099002 [note 1]", "e05099002", "E050990021"])
def test_a_row_that_a_pattern_nearly_keeps_is_refused_and_never_lost(code: str):
    content = written(HEAD, ROW, [code, *ROW[1:]]).encode()
    with pytest.raises(ValidationError, match="row 3, column 'Code'"):
        read(content, keep_pattern={"Code": r"E05\d{6}"})


@pytest.mark.parametrize("kind", ["keep_pattern", "drop_pattern", "end_pattern"])
def test_a_pattern_that_matches_no_row_is_refused(kind: str):
    content = written(HEAD, ROW).encode()
    patterns = {kind: {"Code": "N99.*"}}
    if kind == "keep_pattern":
        patterns["keep_pattern"]["Name"] = "Tan.*"
    with pytest.raises(StudyError, match=kind):
        read(content, **patterns)


def test_a_pattern_that_is_none_is_refused_with_the_study():
    with pytest.raises(ValueError, match="a regular expression"):
        described(keep_pattern={"Code": "("})


def test_codes_merged_downwards_are_carried_into_the_rows_below():
    rows = [HEAD, ROW, ["", "", "Female", "2010-14", "82.1", "80", "84.2"]]
    frame = read(written(*rows).encode(), carry_down=["Code", "Name"])
    assert told(frame) == BOTH
    assert set(frame["area_code"]) == {"E05099001"}


# Remedies

ACCENT = written(HEAD, [ROW[0], "Café Row", *ROW[2:]])
REMEDIES: dict[str, tuple[bytes, dict[str, Any], set[Any]]] = {
    "semicolons": (written(HEAD, commas(ROW), delimiter=";").encode(), {}, VALUES),
    "semicolons and points": (written(HEAD, ROW, delimiter=";").encode(), {}, VALUES),
    "tabs": (written(HEAD, ROW, delimiter="\t").encode(), {}, VALUES),
    "bars": (written(HEAD, ROW, delimiter="|").encode(), {}, VALUES),
    "commas read as semicolons": (written(HEAD, ROW).encode(), {"delimiter": ";"}, VALUES),
    "decimal commas in quotes": (written(HEAD, commas(ROW)).encode(), {}, VALUES),
    "points read as thousands": (written(HEAD, ROW).encode(), {"decimal": ","}, VALUES),
    "UTF-16": (written(HEAD, ROW).encode("utf-16"), {}, VALUES),
    "UTF-16 with tabs, as Excel's Unicode text": (
        written(HEAD, ROW, delimiter="\t").encode("utf-16"),
        {},
        VALUES,
    ),
    "UTF-16 read as cp1252": (ACCENT.encode("utf-16"), {"encoding": "cp1252"}, VALUES),
    "UTF-16 without a mark": (written(HEAD, ROW).encode("utf-16-be"), {}, VALUES),
    "UTF-16 without a mark, stated with one": (
        written(HEAD, ROW).encode("utf-16-le"),
        {"encoding": "utf-16"},
        VALUES,
    ),
    "no UTF-16": (written(HEAD, ROW).encode(), {"encoding": "utf-16"}, VALUES),
    "no UTF-16 either": (written(HEAD, ROW).encode(), {"encoding": "utf-16-le"}, VALUES),
    "cp1252": (ACCENT.encode("cp1252"), {}, VALUES),
    "UTF-8 with a mark read as latin-1": (
        ACCENT.encode("utf-8-sig"),
        {"encoding": "latin-1"},
        VALUES,
    ),
    "notes": (written(*NOTES).encode(), {}, VALUES),
    "merged header words": (written(*MERGED).encode(), WIDE, BOTH),
    "equal names": (written(HLE, HLE_ROW).encode(), {}, VALUES),
}
_SETTING = re.compile(r"""\b[a-z_]+ = (?:"[^"]*"|\[[^]]*\]|\{ .* \}|true)""")


def followed(remedy: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Settings after the first thing that a remedy says to state; nothing where it says nothing."""
    if numbered := re.search('"([^"]+)#2" for the second', remedy):
        taken = [key for key, file in LIFE.items() if file == numbered[1]]
        return {"columns": settings["columns"] | dict.fromkeys(taken, f"{numbered[1]}#2")}
    stated = _SETTING.search(remedy)
    return tomllib.loads(stated[0]) if stated else {}


def outcome(content: bytes, settings: dict[str, Any]) -> set[tuple[Any, ...]] | GapwatchError:
    try:
        return told(read(content, **settings))
    except GapwatchError as error:
        return error


@pytest.mark.parametrize("name", REMEDIES)
def test_every_remedy_followed_to_the_letter_gets_further(name: str):
    content, changes, expected = REMEDIES[name]
    settings: dict[str, Any] = {"columns": dict(LIFE), **changes}
    refusals: list[str] = []
    while isinstance(found := outcome(content, settings), GapwatchError):
        assert str(found) not in refusals
        refusals.append(str(found))
        stated = followed(found.remedy, settings)
        assert stated, found
        settings |= stated
    assert found == expected
    assert refusals


def test_a_file_with_other_names_and_another_delimiter_is_told_both_one_by_one():
    content = written(["Area", *HEAD[1:]], commas(ROW), delimiter=";").encode()
    with pytest.raises(ValidationError, match='delimiter = ";"'):
        read(content)
    with pytest.raises(ValidationError, match="without Code; it holds"):
        read(content, delimiter=";")
