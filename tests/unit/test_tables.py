"""CSV in and out: strict against the contract on the way in, canonical on the way out."""

from __future__ import annotations

import csv
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gapwatch import tables
from gapwatch.contracts import LIFE_EXPECTANCY, POPULATION_DEATHS, VALIDATION
from gapwatch.errors import ValidationError

HEADER = (
    "geography,area_code,area_name,sex,period_start,period_end,"
    "life_expectancy_years,lower95_years,upper95_years\n"
)
ROW = "ward2011,E05000630,Abbey Road,male,2010,2014,80.1,78.0,82.2\n"


def refusal(text: str | bytes) -> ValidationError:
    content = text.encode() if isinstance(text, str) else text
    with pytest.raises(ValidationError) as caught:
        tables.read_csv(LIFE_EXPECTANCY, content, "figures.csv")
    assert caught.value.exit_code == 3
    return caught.value


def test_a_row_is_read_with_the_types_of_the_contract() -> None:
    frame = tables.read_csv(LIFE_EXPECTANCY, (HEADER + ROW).encode(), "figures.csv")
    assert frame.loc[0, "life_expectancy_years"] == 80.1
    assert frame["period_start"].dtype == "Int64"
    assert np.isnan(frame.loc[0, "deaths_persons"])


@pytest.mark.parametrize(
    ("old", "new", "column", "found"),
    [
        ("80.1", "8O.1", "life_expectancy_years", "'8O.1'"),
        ("80.1", "nan", "life_expectancy_years", "'nan'"),
        ("80.1", "inf", "life_expectancy_years", "'inf'"),
        ("80.1", "8e1", "life_expectancy_years", "'8e1'"),
        ("80.1", "39.9", "life_expectancy_years", "39.9"),
        ("80.1", "110.1", "life_expectancy_years", "110.1"),
        ("male", "Male", "sex", "'Male'"),
        ("male", "", "sex", "a blank"),
        ("Abbey Road", "", "area_name", "a blank"),
        ("E05000630", "E05 00063", "area_code", "'E05 00063'"),
        ("2010", "", "period_start", "a blank"),
        ("2010", "2010.5", "period_start", "'2010.5'"),
        ("2010", "10", "period_start", "10"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_row_and_column(
    old: str, new: str, column: str, found: str
) -> None:
    error = refusal(HEADER + ROW.replace("E05000630", "E05000631") + ROW.replace(old, new, 1))
    assert error.where == f"figures.csv, row 3, column {column}"
    assert error.found == found


def test_a_withheld_value_stays_missing_and_is_never_zero() -> None:
    text = HEADER + ROW.replace("80.1,78.0,82.2", ",,")
    frame = tables.read_csv(LIFE_EXPECTANCY, text.encode(), "figures.csv")
    assert frame["life_expectancy_years"].isna().all()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("", "an empty file"),
        (HEADER, "a header alone"),
        (HEADER + ROW[:-1], "a file that stops in the middle of a line"),
        (HEADER + "ward2011,E05000630,Abbey Road\n", "3 fields"),
        (HEADER + ROW + ROW, "again"),
        (HEADER.replace("sex", "gender") + ROW, "no 'sex'; unknown 'gender'"),
        (HEADER.replace("sex,", "sex,sex,") + ROW, "sex, sex"),
        (HEADER + ROW.replace("Abbey Road", '"Abbey Road'), "unexpected end of data"),
        (b"\xff\xfe" + HEADER.encode(), "not UTF-8"),
        ("<!doctype html>\n<p>Sorry</p>\n", "unknown '<!doctype html>'"),
    ],
)
def test_a_broken_file_is_refused_with_what_was_found(content: str | bytes, found: str) -> None:
    assert found in refusal(content).found


def test_a_repeated_key_is_named() -> None:
    found = refusal(HEADER + ROW + ROW).found
    assert "area_code E05000630" in found
    assert "period_start 2010" in found


text_cells = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\x00"), min_size=1, max_size=30
)


@given(names=st.lists(text_cells, min_size=1, max_size=5))
def test_any_text_survives_a_round_trip(names: list[str]) -> None:
    frame = tables.canonical(POPULATION_DEATHS, population(names), "made")
    again = tables.read_csv(POPULATION_DEATHS, tables.to_csv(POPULATION_DEATHS, frame), "made")
    pd.testing.assert_frame_equal(frame, again)


def population(names: list[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "geography": "ward2011",
            "area_code": "E05000630",
            "area_name": names,
            "year": range(2000, 2000 + len(names)),
            "population_persons": 10_000,
            "deaths_persons": 80,
        }
    )


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_text_that_a_spreadsheet_would_run_is_escaped(start: str) -> None:
    frame = tables.canonical(POPULATION_DEATHS, population([f"{start}1+1"]), "made")
    rows = list(csv.reader(io.StringIO(tables.to_csv(POPULATION_DEATHS, frame).decode())))
    assert rows[1][2] == f"'{start}1+1"


@pytest.mark.parametrize(
    ("text", "written"),
    [("-0.5", "-0.5"), ("-5.8e-05", "-5.8e-05"), ("-1-1", "'-1-1"), ("-1\n", "'-1\n")],
)
def test_text_that_is_a_negative_number_is_not_escaped(text: str, written: str) -> None:
    assert tables.csv_text(text) == written


def test_text_that_looks_escaped_already_survives_a_round_trip() -> None:
    names = ["'=x", "''-y", "'z", "=w", "-5", "'-5"]
    frame = tables.canonical(POPULATION_DEATHS, population(names), "made")
    again = tables.read_csv(POPULATION_DEATHS, tables.to_csv(POPULATION_DEATHS, frame), "made")
    assert list(again["area_name"]) == names


def test_the_same_rows_in_any_order_give_the_same_bytes() -> None:
    frame = population(["a", "b", "c"])
    turned = frame.iloc[::-1]
    one, other = (
        tables.to_csv(POPULATION_DEATHS, tables.canonical(POPULATION_DEATHS, each, "made"))
        for each in (frame, turned)
    )
    assert one == other


def test_numbers_are_written_short_and_never_as_minus_zero() -> None:
    written = [tables.csv_text(value) for value in (-0.0 + 0.0, 77.5, 92.0, 14.095586, np.nan)]
    assert written == ["0", "77.5", "92", "14.095586", ""]


def test_the_exports_are_described_by_valid_csvw(tmp_path: object) -> None:
    from pathlib import Path

    from csvw import CSVW

    folder = Path(str(tmp_path))
    row = ("gap", 1, "a, b", "warning", "not met", 3, 0, 1, "row")
    frame = pd.DataFrame([row], columns=VALIDATION.names)
    written = tables.to_csv(VALIDATION, tables.canonical(VALIDATION, frame, "made"))
    (folder / "validation.csv").write_bytes(written)
    (folder / "metadata.json").write_bytes(tables.csvw([VALIDATION], {"validation": ["OGL v3.0"]}))
    described = CSVW(str(folder / "metadata.json"), validate=True)
    assert described.is_valid, described.warnings
    assert b'"dc:rights": [\n        "OGL v3.0"\n      ]' in (folder / "metadata.json").read_bytes()
    assert b"dc:rights" not in tables.csvw([VALIDATION])
