"""A council's own extract of deaths: what it may say, and how each fault in it is named."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest
from pydantic import ValidationError as PydanticError

from gapwatch.errors import GapwatchError, StudyError, ValidationError
from gapwatch.sources import registry as kinds
from gapwatch.sources.duplicates import require_apart
from gapwatch.sources.payload import Payload
from gapwatch.sources.redact import HIDDEN
from gapwatch.study import restricted_tables, sparse_years
from gapwatch.study.sources import FileSource
from tests.unit.sources import books

Row = Sequence[str | float]
HEAD: Row = ["Reg no", "Registered", "LSOA21", "Sex", "Age", "Cause"]
FIRST, SECOND = "E01033595", "E01033602"
BODY: list[Row] = [
    ["a1", "2024-01-15", FIRST, "1", "84", "I21"],
    ["a2", "2024-01-20", FIRST, "1", "84", "I21"],
    ["a3", "2024-02-03", FIRST, "2", "0", "P07"],
    ["a4", "2024-02-28", SECOND, "2", "103", ""],
    ["a5", "2024-03-31", SECOND, "1", "47", "C34"],
]
COLUMNS = {
    "area_code": "LSOA21",
    "area_name": "LSOA21",
    "sex": "Sex",
    "age": "Age",
    "date": "Registered",
}
SEXES = {"sex": {"1": "male", "2": "female"}}
DAY = dt.date(2024, 4, 10)


def described(**changes: Any) -> FileSource:
    raw: dict[str, Any] = {
        "id": "local-deaths",
        "kind": "file",
        "table": "deaths",
        "next_expected": "monthly",
        "title": "Deaths registered",
        "publisher": "The council",
        "attribution": "The council",
        "path": "deaths.csv",
        "header": list(HEAD),
        "columns": COLUMNS,
        "values": SEXES,
        "constants": {"geography": "lsoa2021", "deaths_persons": "1"},
        "dates": "yyyy-mm-dd",
        "units": {"deaths_persons": "persons"},
        "add_up": True,
    }
    raw |= changes
    if raw["add_up"]:
        said = {*raw["columns"].values(), raw.get("unique"), *raw.get("over", ())}
        said |= {*raw.get("keep", ()), *raw.get("totals", ())}
        raw.setdefault("ignored", [name for name in raw["header"] if name not in said])
    return FileSource.model_validate(raw)


def written(rows: Sequence[Row]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode()


def read(rows: Sequence[Row] | bytes, *, day: dt.date | None = DAY, **changes: Any) -> pd.DataFrame:
    content = rows if isinstance(rows, bytes) else written([HEAD, *rows])
    source = described(**changes)
    return kinds.parse(source, (Payload("data", "deaths.csv", "csv", content),), day)["deaths"]


def refusal(rows: Sequence[Row], **changes: Any) -> GapwatchError:
    with pytest.raises(GapwatchError) as caught:
        read(rows, **changes)
    return caught.value


def changed(row: int, column: int, cell: str) -> list[Row]:
    """The body with one cell changed; rows count as in the file, whose header is row 1."""
    rows = [list(each) for each in BODY]
    rows[row - 2][column - 1] = cell
    return rows


def counts(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    names = ["area_code", "sex", "year", "month", "cause", "age_start_years", "deaths_persons"]
    return [tuple(row) for row in frame[names].astype(object).to_numpy()]


ADDED = [
    (FIRST, "female", 2024, "02", "", 0, 1.0),
    (FIRST, "male", 2024, "01", "", 84, 2.0),
    (SECOND, "female", 2024, "02", "", 103, 1.0),
    (SECOND, "male", 2024, "03", "", 47, 1.0),
]


def test_rows_of_one_death_each_are_added_up_by_block_sex_month_and_single_age() -> None:
    assert counts(read(BODY)) == ADDED


def test_a_workbook_with_its_own_dates_reads_the_same() -> None:
    day_one = dt.date(1899, 12, 30)
    rows: list[Row] = [HEAD]
    for row in BODY:
        days = (dt.date.fromisoformat(str(row[1])) - day_one).days
        rows.append([row[0], f"{days}", row[2], float(row[3]), float(row[4]), row[5]])
    parts = books.xlsx_parts("Deaths", rows)
    sheet = "xl/worksheets/sheet1.xml"
    for row in rows[1:]:
        text = f'<c t="inlineStr"><is><t>{row[1]}</t></is></c>'
        assert text in parts[sheet]
        parts[sheet] = parts[sheet].replace(text, f'<c s="1"><v>{row[1]}</v></c>')
    parts["xl/styles.xml"] = (
        '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
    )
    content = books.zipped(parts)
    assert counts(read(content, format="xlsx", sheets={"Deaths": {}})) == ADDED


def test_a_time_after_a_date_is_no_matter() -> None:
    times = [[row[0], f"{row[1]} 00:00:00", *row[2:]] for row in BODY]
    assert counts(read(times)) == ADDED


@pytest.mark.parametrize(
    ("form", "cell"),
    [("dd/mm/yyyy", "15/1/2024"), ("dd/mm/yyyy", "15/01/2024"), ("yyyy-mm", "2024-01")],
)
def test_dates_are_read_in_the_form_that_is_declared(form: str, cell: str) -> None:
    frame = read([["a1", cell, FIRST, "1", "84", ""]], dates=form)
    assert counts(frame) == [(FIRST, "male", 2024, "01", "", 84, 1.0)]


@pytest.mark.parametrize("month", ["3", "03", "Mar", "march", "March"])
def test_year_and_month_in_columns_of_their_own_are_read(month: str) -> None:
    head = ["Year", "Month", "LSOA21", "Sex", "Age", "n"]
    columns = {
        "area_code": "LSOA21",
        "area_name": "LSOA21",
        "sex": "Sex",
        "age": "Age",
        "year": "Year",
        "month": "Month",
        "deaths_persons": "n",
    }
    content = written([head, ["2024", month, FIRST, "1", "85 to 89", "12"]])
    frame = read(
        content,
        header=head,
        columns=columns,
        dates=None,
        add_up=False,
        constants={"geography": "lsoa2021"},
    )
    assert counts(frame) == [(FIRST, "male", 2024, "03", "", 85, 12.0)]
    assert frame["age_end_years"].tolist() == [89]


def test_a_blank_cause_among_causes_is_not_stated_and_never_all_causes() -> None:
    frame = read(BODY, columns=COLUMNS | {"cause": "Cause"})
    assert frame["cause"].tolist() == ["P07", "I21", "not stated", "C34"]
    assert set(read(BODY)["cause"]) == {""}


def test_without_add_up_a_key_that_stands_twice_is_refused_with_both_rows() -> None:
    error = refusal(BODY, add_up=False)
    assert error.where == "local-deaths, deaths.csv, row 3"
    assert "after local-deaths, deaths.csv, row 2" in error.found


@pytest.mark.parametrize("copies", [2, 3])
@pytest.mark.parametrize("sort", [False, True])
def test_a_file_that_was_appended_to_itself_is_refused_at_its_second_copy(
    copies: int, sort: bool
) -> None:
    rows = BODY * copies
    error = refusal(sorted(rows, key=str) if sort else rows)
    assert error.where == f"local-deaths, deaths.csv, row {3 if sort else 7}"
    assert f"every row of the file {copies} times" in error.found


def test_a_header_in_the_middle_is_refused_where_it_stands() -> None:
    assert refusal([*BODY, HEAD, *BODY]).where.startswith("local-deaths, deaths.csv, row 7")


def test_deaths_that_are_alike_by_chance_are_no_copy() -> None:
    alike = [["", *row[1:]] for row in (*BODY, BODY[0], BODY[1], BODY[4])]
    assert read(alike)["deaths_persons"].sum() == 8


def test_a_number_that_must_be_unique_is_refused_the_second_time_and_where_it_is_blank() -> None:
    assert len(read(BODY, unique="Reg no")) == 4
    twice = refusal(changed(5, 1, "a2"), unique="Reg no")
    assert twice.where == "local-deaths, deaths.csv, row 5, column 'Reg no'"
    assert twice.found == "that of local-deaths, deaths.csv, row 3 again"
    assert refusal(changed(5, 1, ""), unique="Reg no").found == "a blank"


@pytest.mark.parametrize(
    ("row", "column", "cell", "told"),
    [
        (4, 2, "2024-05-01", "a time up to 2024-04-10"),
        (4, 2, "2025-01-01", "a year from 2023 to 2024"),
        (4, 2, "2019-12-31", "a year from 2023 to 2024"),
        (4, 2, "2024-02-30", "a date that the calendar has"),
        (4, 2, "03/02/2024", "a date of the form yyyy-mm-dd"),
        (4, 2, "", "a value for date"),
        (4, 3, "", "a value for area_code"),
        (4, 3, "Camden 001A", "area_code of the form"),
        (4, 4, "3", "one of the words that values maps for sex"),
        (4, 5, "121", "ages in order, up to 120"),
        (4, 5, "-1", "an age or a band of ages"),
        (4, 5, "", "a value for age"),
    ],
)
def test_a_wrong_cell_is_named_with_file_and_row(
    row: int, column: int, cell: str, told: str
) -> None:
    error = refusal(changed(row, column, cell), years=(2023, 2024))
    assert isinstance(error, ValidationError)
    assert error.where.startswith(f"local-deaths, deaths.csv, row {row}")
    assert told in error.expected


def test_a_count_of_the_snapshots_own_month_is_no_future() -> None:
    assert len(read(changed(4, 2, "2024-04-09"))) == 4
    assert len(read(changed(4, 2, "2031-04-09"), day=None)) == 4


@pytest.mark.parametrize("code", ["1", "2"])
def test_a_sex_that_is_coded_and_not_mapped_is_named_with_the_way_to_map_it(code: str) -> None:
    error = refusal([[*BODY[0][:3], code, *BODY[0][4:]]], values={})
    assert error.where == "local-deaths, deaths.csv, row 2, column 'Sex'"
    assert 'values.sex = { "1" = "male", "2" = "female" }' in error.remedy


WITH_TOTALS: list[Row] = [
    [FIRST, "2024", "1", "84", "7"],
    [FIRST, "2024", "2", "84", "5"],
    [FIRST, "2024", "2", "90", "4"],
    [SECOND, "2024", "1", "84", "2"],
    [FIRST, "2024", "Both", "84", "12"],
    ["All", "2024", "1", "84", "9"],
    ["All", "2024", "Both", "", "18"],
]
COUNTED: dict[str, Any] = {
    "header": ["LSOA21", "Year", "Sex", "Age", "n"],
    "dates": None,
    "add_up": False,
    "columns": {
        "area_code": "LSOA21",
        "area_name": "LSOA21",
        "sex": "Sex",
        "age": "Age",
        "year": "Year",
        "deaths_persons": "n",
    },
    "constants": {"geography": "lsoa2021"},
    "totals": {"LSOA21": "All", "Sex": "Both"},
}


def counted(rows: Sequence[Row]) -> bytes:
    return written([COUNTED["header"], *rows])


def test_totals_that_are_the_sums_of_their_parts_are_no_data() -> None:
    frame = read(counted(WITH_TOTALS), **COUNTED)
    assert frame["deaths_persons"].sum() == 18
    assert len(frame) == 4


@pytest.mark.parametrize(("row", "sum_", "found"), [(6, "12", "13"), (7, "9", "8"), (8, "18", "0")])
def test_a_total_that_disagrees_with_its_parts_is_named_with_its_row(
    row: int, sum_: str, found: str
) -> None:
    rows = [list(each) for each in WITH_TOTALS]
    rows[row - 2][4] = found
    with pytest.raises(ValidationError) as caught:
        read(counted(rows), **COUNTED)
    assert caught.value.where == f"local-deaths, deaths.csv, row {row}"
    assert (sum_ in caught.value.expected, caught.value.found) == (True, found)


def test_a_word_for_totals_that_no_row_holds_is_named() -> None:
    with pytest.raises(StudyError, match="'Total'"):
        read(counted(WITH_TOTALS[:4]), **COUNTED | {"totals": {"LSOA21": "Total"}})


def test_a_sparse_file_says_in_which_years_what_is_absent_is_zero() -> None:
    source = described(sparse=True, years=(2023, 2024))
    assert sparse_years([source, described()]) == {
        ("lsoa2021", 2023): "local-deaths",
        ("lsoa2021", 2024): "local-deaths",
    }


def test_a_sparse_file_without_a_year_or_a_month_in_the_middle_is_refused() -> None:
    sparse = {"sparse": True, "years": (2024, 2024)}
    assert len(read(BODY, **sparse)) == 4
    assert refusal([BODY[0], BODY[4]], **sparse).found == "none of 2024-02"
    late = refusal(
        [*BODY, ["b1", "2023-12-01", FIRST, "1", "50", ""]], sparse=True, years=(2023, 2024)
    )
    assert "2023-01, 2023-02" in late.found
    rows = [*WITH_TOTALS[:4], [FIRST, "2022", "1", "84", "1"]]
    with pytest.raises(ValidationError, match="none of 2023"):
        read(counted(rows), **COUNTED | {"totals": {}, "sparse": True, "years": (2022, 2024)})


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"sparse": True}, "years beside sparse"),
        (
            {
                "sparse": True,
                "years": (2024, 2024),
                "constants": {"deaths_persons": "1"},
                "columns": COLUMNS | {"geography": "Cause"},
            },
            "geography among constants",
        ),
        ({"dates": None}, "dates and a column date together"),
        ({"years": (2024, 2023)}, "years from a first to a last one"),
        ({"table": "lookup"}, "add_up only for counts"),
        (
            {"wide": "(?P<sex>.*)", "constants": {"measure": "deaths_persons"}},
            "over beside add_up and wide",
        ),
    ],
)
def test_declarations_that_do_not_go_together_are_refused(
    changes: dict[str, Any], told: str
) -> None:
    with pytest.raises(PydanticError, match=told):
        described(**changes)


def test_a_date_beside_a_year_is_refused() -> None:
    with pytest.raises(StudyError, match="a date, or year and month"):
        read(BODY, constants={"geography": "lsoa2021", "deaths_persons": "1", "year": "2024"})


@pytest.mark.parametrize(
    ("row", "column", "cell"),
    [
        (4, 2, "2024-02-30"),
        (4, 3, "Xyzzy"),
        (4, 4, "7"),
        (4, 5, "177"),
        (4, 5, "Xyzzy"),
        (4, 6, "\u4e00"),
    ],
)
def test_no_refusal_of_a_restricted_file_tells_a_cell_of_it(
    row: int, column: int, cell: str
) -> None:
    rows = changed(row, column, cell)
    columns = COLUMNS | {"cause": "Cause"}
    assert cell in str(refusal(rows, columns=columns)) or column == 6
    error = refusal(rows, restricted=True, columns=columns)
    assert error.found == HIDDEN
    assert cell not in str(error)
    assert error.__cause__ is None
    if column != 6:
        assert error.where.startswith(f"local-deaths, deaths.csv, row {row}")


def test_a_key_again_or_a_wrong_total_in_a_restricted_file_tells_rows_and_no_more() -> None:
    again = refusal(BODY, add_up=False, restricted=True)
    assert again.found == "one again, after local-deaths, deaths.csv, row 2"
    assert FIRST not in str(again)
    rows = [*WITH_TOTALS[:6], ["All", "2024", "Both", "", "17"]]
    with pytest.raises(ValidationError) as caught:
        read(counted(rows), **COUNTED | {"restricted": True})
    assert caught.value.where == "local-deaths, deaths.csv, row 8"
    assert "17" not in str(caught.value)
    assert "18" not in str(caught.value)


def test_a_band_that_ends_before_it_starts_is_named_with_its_row() -> None:
    columns = {k: v for k, v in COLUMNS.items() if k != "age"}
    columns |= {"age_start_years": "Age", "age_end_years": "Cause"}
    rows = [[*row[:5], str(int(str(row[4])) + 4)] for row in BODY]
    rows[2][5] = "-1"
    assert "age_end_years from 0" in refusal(rows, columns=columns).expected
    rows[3][5] = "100"
    rows[2][5] = "0"
    assert refusal(rows, columns=columns).where == "local-deaths, deaths.csv, row 5"


@pytest.mark.parametrize("kind", ["lsoa2021", "lsoa2011"])
def test_the_same_file_under_two_sources_is_refused_by_their_names(kind: str) -> None:
    one = described(restricted=True)
    other = described(
        id="again", restricted=True, constants={"geography": kind, "deaths_persons": "1"}
    )
    sent = (Payload("data", "deaths.csv", "csv", written([HEAD, *BODY])),)
    found = {source.id: kinds.parse(source, sent) for source in (one, other)}
    with pytest.raises(ValidationError) as caught:
        require_apart([one, other], found, {one.id: sent, other.id: sent})
    assert caught.value.where == "sources, local-deaths and again"
    assert caught.value.found == "the same file twice"


def test_two_parts_of_one_file_may_be_two_sources() -> None:
    one = described(keep={"Sex": ["1"]})
    other = described(id="again", keep={"Sex": ["2"]})
    sent = (Payload("data", "deaths.csv", "csv", written([HEAD, *BODY])),)
    found = {source.id: kinds.parse(source, sent) for source in (one, other)}
    require_apart([one, other], found, {one.id: sent, other.id: sent})
    assert sum(len(frames["deaths"]) for frames in found.values()) == 4


def test_two_files_that_tell_one_year_of_a_block_are_refused_and_others_are_not() -> None:
    one, other = described(), described(id="again")
    sent = {
        "local-deaths": (Payload("data", "one.csv", "csv", written([HEAD, *BODY[:3]])),),
        "again": (Payload("data", "two.csv", "csv", written([HEAD, *BODY[3:]])),),
    }
    found = {source.id: kinds.parse(source, sent[source.id]) for source in (one, other)}
    require_apart([one, other], found, sent)
    sent["again"] = (Payload("data", "two.csv", "csv", written([HEAD, *BODY[1:]])),)
    found["again"] = kinds.parse(other, sent["again"])
    with pytest.raises(ValidationError, match="both tell deaths of lsoa2021 in 2024"):
        require_apart([one, other], found, sent)


def test_tables_that_hold_anything_restricted_are_told() -> None:
    assert restricted_tables([described(restricted=True), described()]) == {"deaths"}
    assert restricted_tables([described()]) == frozenset()


@pytest.mark.parametrize("table", ["population", "population_deaths", "life_expectancy"])
def test_only_deaths_may_be_restricted(table: str) -> None:
    """Nothing else passes disclosure control: it would be kept apart and its figures told."""
    changes = {"restricted": True, "table": table, "add_up": False, "dates": None}
    with pytest.raises(PydanticError, match="restricted only for deaths"):
        described(**changes)
