"""Everyday slips in workbooks and GeoPackages: each is refused by name, as it is in a CSV."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely

from gapwatch.errors import GapwatchError
from tests.unit.sources import books
from tests.unit.sources import test_outline_files as outlines
from tests.unit.sources.described import (
    DEATHS,
    ONE_A_ROW,
    PUBLISHED,
    RESIDENTS,
    TOTALS,
    read,
    refused,
)

WORKBOOKS = pytest.mark.parametrize("kind", ["xlsx", "ods"])
FIRST, SECOND = "E05099001", "E05099002"
Cells = list[list[str | float]]
COUNTED = ["Ward", "Sex", "Year", "Age"]
LIFE = ["Code", "Name", "Sex", "Period", "LE", "Lo", "Hi"]
LIFE_ROW: list[str | float] = [FIRST, "Kilnby", "Male", "2010-14", 78.1, 76.0, 80.2]
AGES: dict[str, Any] = {
    "columns": {"area_code": "Ward", "area_name": "Ward", "sex": "Sex"},
    "constants": {
        "geography": "ward2011",
        "year": "2020",
        "base": "census2021",
        "measure": "population_persons",
    },
    "wide": r"Aged (?P<age>\d+-\d+|\d+\+)",
}


def workbook(kind: str, rows: Cells) -> tuple[bytes, dict[str, Any]]:
    return getattr(books, kind)("T", rows), {"format": kind, "sheets": {"T": {}}}


def found(kind: str, about: dict[str, Any], rows: Cells, **changes: Any) -> GapwatchError:
    content, how = workbook(kind, rows)
    return refused(about, content, **how, **changes)


@WORKBOOKS
@pytest.mark.parametrize(
    ("about", "rows", "changes", "told"),
    [
        (
            DEATHS,
            [[*COUNTED, "Deaths"], [FIRST, "male", 2020.0, "60-64", "[c]"]],
            {"sparse": True, "years": [2020, 2020], "missing": ["", "[c]"], "drop_missing": True},
            "'[c]'",
        ),
        (RESIDENTS, [[*COUNTED, "Pop"], [FIRST, "male", 2020.0, "60-64", "#REF!"]], {}, "#REF!"),
        (RESIDENTS, [[*COUNTED, "Pop"], [FIRST, "male", 2020.0, "60-64", "<5"]], {}, "'<5'"),
        (
            DEATHS,
            [[*COUNTED, "Deaths"], [FIRST, "male", 2020.0, "60-64", "-"]],
            {"values": {"deaths_persons": {"-": "0"}}},
            "-",
        ),
        (RESIDENTS, [[*COUNTED, "Pop"], [FIRST, "male", 2020.0, "60-64", -4.0]], {}, "-4"),
    ],
)
def test_what_is_withheld_or_in_error_is_no_zero(
    kind: str, about: dict[str, Any], rows: Cells, changes: dict[str, Any], told: str
) -> None:
    assert told in found(kind, about, rows, **changes).found


def shapes_of(kind: str, areas: geopandas.GeoDataFrame, km2: str = "") -> None:
    """Outlines of a workbook, as well-known text, beside the stated area where there is one."""
    texts = shapely.to_wkt(areas.geometry.to_numpy(), -1)
    head = ["code", "name", "wkt", *(["km2"] if km2 else [])]
    rows: Cells = [
        [code, name, wkt, *([km2] if km2 else [])]
        for code, name, wkt in zip(areas["code"], areas["name"], texts, strict=True)
    ]
    content, how = workbook(kind, [head, *rows])
    outlines.read(content, **(outlines.STATED if km2 else outlines.CSV), **how)


def turned(areas: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    return areas.set_geometry(
        shapely.transform(areas.geometry.to_numpy(), lambda xy: xy[:, ::-1]), crs=areas.crs
    )


@WORKBOOKS
@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda areas: areas.to_crs("EPSG:4326"), "degrees"),
        (turned, "once the two are exchanged"),
        (lambda areas: areas.set_geometry(areas.geometry.iloc[[0, 0]].to_numpy()), "overlap"),
    ],
)
def test_places_of_a_workbook_are_held_against_the_grid(kind: str, change: Any, told: str) -> None:
    with pytest.raises(GapwatchError) as caught:
        shapes_of(kind, change(outlines.squares()))
    assert told in str(caught.value)


@WORKBOOKS
def test_a_stated_area_of_a_workbook_is_held_against_the_outline(kind: str) -> None:
    with pytest.raises(GapwatchError, match="the outline's own area"):
        shapes_of(kind, outlines.squares(), km2="250")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (turned, "once the two are exchanged"),
        (lambda areas: areas.to_crs("EPSG:4326").set_crs("EPSG:27700", allow_override=True), "deg"),
        (lambda areas: areas.set_geometry(areas.geometry.iloc[[0, 0]].to_numpy()), "overlap"),
    ],
)
def test_places_of_a_geopackage_are_held_against_the_grid(
    tmp_path: Path, change: Any, told: str
) -> None:
    content = outlines.packed(change(outlines.squares()), tmp_path, "gpkg")
    with pytest.raises(GapwatchError) as caught:
        outlines.read(content, format="gpkg")
    assert told in str(caught.value)


@WORKBOOKS
@pytest.mark.parametrize(
    ("about", "rows", "changes", "told"),
    [
        (
            RESIDENTS,
            [
                [*COUNTED, "Tenure", "Pop"],
                [FIRST, "male", 2020.0, "1", "Own", 5.0],
                [FIRST, "male", 2020.0, "1", "Rent", 6.0],
            ],
            {"add_up": True},
            "nothing of 'Tenure'",
        ),
        (
            TOTALS,
            [
                ["Code", "Name", "Year", "Sex", "Pop"],
                [FIRST, "Kilnby", 2020.0, "Male", 5.0],
                [FIRST, "Kilnby", 2020.0, "Female", 6.0],
                [FIRST, "Kilnby", 2020.0, "Persons", 11.0],
            ],
            {"add_up": True, "over": ["Sex"]},
            ", a total",
        ),
        (
            ONE_A_ROW,
            [
                [*COUNTED, "Age unit"],
                [FIRST, "male", 2020.0, "11", "months"],
                [FIRST, "male", 2020.0, "70", "years"],
            ],
            {},
            "'months', 'years'",
        ),
    ],
)
def test_rows_and_columns_that_nobody_described_are_named(
    kind: str, about: dict[str, Any], rows: Cells, changes: dict[str, Any], told: str
) -> None:
    assert told in found(kind, about, rows, **changes).found


@WORKBOOKS
@pytest.mark.parametrize(
    ("about", "rows", "changes", "told"),
    [
        (
            PUBLISHED,
            [[*LIFE[:5], "Lo", "Hi", "Lo"], [*LIFE_ROW, 70.0]],
            {},
            '"Lo#1"',
        ),
        (
            RESIDENTS,
            [
                ["Ward", "Sex", "Aged 0-4", "Aged 5 to 9", "Aged 10+"],
                [FIRST, "male", 5.0, 6.0, 7.0],
            ],
            AGES,
            "Aged 5 to 9",
        ),
        (
            PUBLISHED,
            [LIFE, LIFE_ROW, [f"{SECOND} [note 1]", *LIFE_ROW[1:]]],
            {"keep_pattern": {"Code": r"E05\d{6}"}},
            f"{SECOND} [note 1]",
        ),
    ],
)
def test_layouts_that_would_be_misread_are_refused(
    kind: str, about: dict[str, Any], rows: Cells, changes: dict[str, Any], told: str
) -> None:
    error = found(kind, about, rows, **changes)
    assert told in error.found + error.remedy
    assert "sheet 'T'" in str(error)


@WORKBOOKS
def test_notes_below_a_table_of_a_workbook_are_left_out_by_a_pattern(kind: str) -> None:
    content, how = workbook(kind, [LIFE, LIFE_ROW, ["Source: nobody"]])
    frame = read(PUBLISHED, content, **how, keep_pattern={"Code": r"E05\d{6}"})
    assert frame["life_expectancy_years"].tolist() == [78.1]


@pytest.mark.parametrize(
    ("options", "changes", "told"),
    [
        ({"layer": "wards"}, {"layer": "zones"}, "wards"),
        ({}, {"columns": {"area_code": "WD11CD", "area_name": "name"}}, "WD11CD"),
        ({}, {"format": "geojson"}, "state its format in the study"),
    ],
)
def test_a_geopackage_that_is_described_otherwise_is_refused(
    tmp_path: Path, options: dict[str, Any], changes: dict[str, Any], told: str
) -> None:
    content = outlines.packed(outlines.squares(), tmp_path, "gpkg", **options)
    with pytest.raises(GapwatchError) as caught:
        outlines.read(content, **({"format": "gpkg"} | changes))
    assert told in str(caught.value)
