"""A count is a number, withheld, or not there: no word for one of them becomes another."""

from __future__ import annotations

from typing import Any

import pytest

from gapwatch.errors import StudyError
from gapwatch.sources.redact import HIDDEN
from tests.unit.sources import books
from tests.unit.sources.described import DEATHS, PUBLISHED, RESIDENTS, TOTALS, read, refused

FIRST, SECOND = "E05099001", "E05099002"
HEAD = "Ward Sex Year Age Deaths"
SPARSE: dict[str, Any] = {"sparse": True, "years": [2020, 2020]}
MARKS = ("*", "c", "[x]", "-", "..", ":", "[c]", "[low]", "suppressed", "<5", "~")


def deaths(mark: str, *, other: str = "4") -> list[list[str]]:
    return [
        HEAD.split(),
        [FIRST, "male", "2020", "60-64", other],
        [FIRST, "male", "2020", "65-69", mark],
        [SECOND, "male", "2020", "65-69", "7"],
    ]


@pytest.mark.parametrize(
    "count", ["5.10e+01", "1E3", "'51", "\u201951", "\u0665\u0661", "\uff15\uff11"]
)
def test_a_count_that_is_written_otherwise_is_no_mark_to_be_thrown_away(count: str) -> None:
    error = refused(DEATHS, deaths(count))
    assert error.remedy.startswith("save the file with plain numbers")
    assert "missing" not in error.remedy


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_is_still_told_to_be_one(mark: str) -> None:
    assert "add the mark to missing" in refused(DEATHS, deaths(mark)).remedy


@pytest.mark.parametrize("age", ["04-Jan", "4-jan", "Oct-14", "09-May", "2026-01-04 00:00:00"])
def test_an_age_that_a_spreadsheet_took_for_a_date_is_told_as_one(age: str) -> None:
    rows = deaths("4")
    rows[2][3] = age
    for more in ({}, {"values": {"age": {"60-64": "60-64", "65-69": "65-69"}}}):
        error = refused(DEATHS, rows, **more)
        assert "took a band such as 1-4 or 10-14 for a date" in error.remedy
        assert "values" not in error.remedy
    rows[2][3] = "Total"
    assert "map the word in values" in refused(DEATHS, rows).remedy


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_in_a_sparse_file_is_never_left_out_for_a_zero(mark: str) -> None:
    error = refused(DEATHS, deaths(mark), **SPARSE, missing=["", mark], drop_missing=True)
    assert error.where == "deaths, file, row 3, column 'Deaths'"
    assert error.found == f"the mark {mark!r}"
    assert "take sparse out" in error.remedy


def test_a_mark_in_a_wide_sparse_workbook_is_refused_at_its_cell() -> None:
    rows: list[list[str | float]] = [
        ["Ward", "Sex", "Aged 60-64", "Aged 65+"],
        [FIRST, "male", 3.0, "*"],
    ]
    wide: dict[str, Any] = {
        "columns": {"area_code": "Ward", "area_name": "Ward", "sex": "Sex"},
        "constants": {"geography": "ward2011", "year": "2020", "measure": "deaths_persons"},
        "wide": "Aged (?P<age>.+)",
        "sheets": {"D": {}},
    }
    for kind in ("xlsx", "ods", "xls"):
        error = refused(
            DEATHS,
            getattr(books, kind)("D", rows),
            **wide,
            **SPARSE,
            format=kind,
            missing=["", "*"],
            drop_missing=True,
        )
        assert "sheet 'D', row 2, column 'Aged 65+'" in error.where


def test_a_blank_in_a_sparse_file_is_not_there_and_may_be_left_out() -> None:
    frame = read(DEATHS, deaths(""), **SPARSE, drop_missing=True)
    assert frame["deaths_persons"].tolist() == [4, 7]
    assert "write 0" in refused(DEATHS, deaths(""), **SPARSE).remedy


def test_a_blank_beside_a_word_for_withheld_is_no_zero() -> None:
    rows = [[*row, flag] for row, flag in zip(deaths(""), ("Note", "", "[c]", ""), strict=True)]
    error = refused(DEATHS, rows, **SPARSE, drop_missing=True)
    assert error.found == "a blank beside '[c]'"


def test_a_zero_beside_a_word_for_withheld_is_refused() -> None:
    rows = [[*row, flag] for row, flag in zip(deaths("0"), ("Flag", "", "c", ""), strict=True)]
    assert refused(DEATHS, rows).where == "deaths, file, row 3, column 'Flag'"
    assert len(read(DEATHS, rows, drop={"Flag": ["c"]})) == 2
    assert len(read(DEATHS, rows, ignored=["Flag"])) == 3


@pytest.mark.parametrize(
    ("about", "name", "map_"),
    [
        (DEATHS, "deaths_persons", {"*": "0"}),
        (DEATHS, "deaths_persons", {"": "0"}),
        (DEATHS, "deaths_persons", {"-": "0"}),
        (DEATHS, "deaths_persons", {"<5": "3"}),
        (DEATHS, "deaths_persons", {"7": "8"}),
        (RESIDENTS, "population_persons", {"c": "0"}),
        (TOTALS, "population_persons", {"..": "0"}),
        (PUBLISHED, "life_expectancy_years", {"[x]": "80"}),
    ],
)
def test_values_never_make_a_number_of_a_mark(
    about: dict[str, Any], name: str, map_: dict[str, str]
) -> None:
    error = refused(about, deaths("*"), values={name: map_})
    assert isinstance(error, StudyError)
    assert "missing" in error.remedy


def test_a_word_that_means_none_is_a_zero_and_numbers_stay_as_they_are() -> None:
    frame = read(DEATHS, deaths("nil"), values={"deaths_persons": {"nil": "0"}})
    assert frame["deaths_persons"].tolist() == [4, 0, 7]


@pytest.mark.parametrize(
    "choice",
    [{"drop": {"Deaths": ["*"]}}, {"keep": {"Deaths": ["4", "7"]}}],
)
@pytest.mark.parametrize("how", [SPARSE, {"add_up": True}])
def test_rows_are_not_chosen_by_their_count_where_what_lacks_is_zero(
    choice: dict[str, Any], how: dict[str, Any]
) -> None:
    assert "taken for zero" in refused(DEATHS, deaths("*"), **choice, **how).expected
    if "drop" in choice:
        assert len(read(DEATHS, deaths("*"), **choice)) == 2


def test_a_withheld_row_left_out_by_a_flag_is_no_zero() -> None:
    rows = [[*row, flag] for row, flag in zip(deaths("*"), ("Kind", "a", "b", "a"), strict=True)]
    error = refused(DEATHS, rows, **SPARSE, drop={"Kind": ["b"]})
    assert error.where == "deaths, file, row 3"
    assert "taken for zero" in error.expected
    # Left out, but of a total, another place or a key that another row tells: no zero is made.
    for row in (
        ["E05099009", "male", "2020", "65-69", "*", "b"],
        [FIRST, "Persons", "2020", "65-69", "*", "b"],
        [FIRST, "male", "2020", "60-64", "*", "b"],
    ):
        told = [*rows[:2], rows[3], row]
        assert len(read(DEATHS, told, **SPARSE, drop={"Kind": ["b"]})) == 2


def test_a_sum_with_a_withheld_part_is_withheld_and_never_the_sum_of_the_rest() -> None:
    rows = (
        "Code Name Year Sex Pop\nE05099001 A 2020 M 100\nE05099001 A 2020 F c\n"
        "E05099002 B 2020 M 40\nE05099002 B 2020 F 50\n"
    )
    added: dict[str, Any] = {"add_up": True, "over": ["Sex"], "missing": ["", "c"]}
    frame = read(TOTALS, rows, **added)
    assert frame["population_persons"].fillna(-1).tolist() == [-1, 90]
    assert len(read(TOTALS, rows, **added, drop_missing=True)) == 1


def test_a_death_count_with_a_withheld_part_is_missing_as_a_whole() -> None:
    rows = [
        [*row, cause] for row, cause in zip(deaths("*"), ("Cause", "x1", "x2", "x1"), strict=True)
    ]
    rows[2][3] = "60-64"
    added: dict[str, Any] = {"add_up": True, "over": ["Cause"], "missing": ["", "*"]}
    assert "drop_missing" in refused(DEATHS, rows, **added).remedy
    frame = read(DEATHS, rows, **added, drop_missing=True)
    assert frame["area_code"].tolist() == [SECOND]
    assert "the mark '*'" in refused(DEATHS, rows, **added, **SPARSE, drop_missing=True).found


@pytest.mark.parametrize("word", ["<5", "1-4", "1 to 4", "under 5", "~", "~10", "5+", "1 or fewer"])
def test_a_count_that_is_a_range_is_refused_at_its_cell_and_can_be_missing(word: str) -> None:
    error = refused(DEATHS, deaths(word))
    assert error.where == "deaths, file, row 3, column 'Deaths'"
    assert error.expected == "a count of persons"
    assert "add the mark to missing and set drop_missing = true" in error.remedy
    assert len(read(DEATHS, deaths(word), missing=["", word], drop_missing=True)) == 2


def test_a_mark_at_the_end_of_a_band_of_ages_is_no_open_band() -> None:
    columns = {k: v for k, v in DEATHS["columns"].items() if k != "age"}
    columns |= {"age_start_years": "From", "age_end_years": "To"}
    rows = "Ward Sex Year From To Deaths\nE05099001 male 2020 60 * 3\n"
    assert refused(DEATHS, rows, columns=columns, missing=["", "*"]).found == "the mark '*'"


@pytest.mark.parametrize("cell", ["3.7", "0.4", "12.50", "1.000", "12%", "-1", "-0.5", "1.234"])
def test_a_count_is_whole_and_not_negative(cell: str) -> None:
    for about in (DEATHS, RESIDENTS, TOTALS):
        rows = (
            f"Ward Code Name Sex Year Age Deaths Pop\n{FIRST} {FIRST} A male 2020 1 {cell} {cell}\n"
        )
        error = refused(about, rows)
        assert error.where.endswith(("row 2, column 'Deaths'", "row 2, column 'Pop'"))


def test_estimates_of_residents_may_have_decimals_where_the_source_says_so() -> None:
    rows = "Ward Sex Year Age Pop\nE05099001 male 2020 1 103.25\n"
    assert "estimates = true" in refused(RESIDENTS, rows).remedy
    assert read(RESIDENTS, rows, estimates=True)["population_persons"].tolist() == [103.25]
    with pytest.raises(ValueError, match="whose counts are whole"):
        read(DEATHS, deaths("3.7"), estimates=True)


def test_a_factor_that_leaves_nothing_of_a_count_is_refused() -> None:
    tiny: dict[str, Any] = {
        "factors": {"deaths_persons": 1e-9},
        "units": {"deaths_persons": "thousand millions"},
    }
    assert refused(DEATHS, deaths("4"), **tiny).expected == "a whole number"


@pytest.mark.parametrize("cell", ["<3", "*", "#REF!", "2.5"])
def test_no_refusal_of_a_restricted_count_tells_its_cell(cell: str) -> None:
    for more in ({}, {**SPARSE, "missing": ["", "*"], "drop_missing": True}):
        error = refused(DEATHS, deaths(cell), restricted=True, **more)
        assert cell not in str(error)
        assert error.found == HIDDEN or cell == "*"
