"""How OHID Fingertips speaks: CSV of 27 columns, and JSON about it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

from gapwatch.demo.replica import fingertips_figures
from gapwatch.demo.replica.faults import PublishedGrid, Reply, Request
from gapwatch.demo.replica.fingertips_figures import FIGURES
from gapwatch.demo.replica.world import SEXES, InventedEstimate, World

INDICATOR = "93283"
NAME = "Life expectancy at birth (small areas)"
UPLOADED = "2025-10-07T10:30:00"
WARD, MSOA, BOROUGH, ENGLAND = "8", "3", "101", "15"
TYPES = {WARD: "Ward", MSOA: "MSOA", BOROUGH: "Lower tier LAs", ENGLAND: "England"}
WITHHELD = "Value suppressed for disclosure control"
DECILES = "LSOA deprivation deciles within area (invented)"
COLUMNS = (
    "Indicator ID",
    "Indicator Name",
    "Parent Code",
    "Parent Name",
    "Area Code",
    "Area Name",
    "Area Type",
    "Sex",
    "Age",
    "Category Type",
    "Category",
    "Time period",
    "Value",
    "Lower CI 95.0 limit",
    "Upper CI 95.0 limit",
    "Lower CI 99.8 limit",
    "Upper CI 99.8 limit",
    "Count",
    "Denominator",
    "Value note",
    "Recent Trend",
    "Compared to England value or percentiles",
    "Compared to percentiles",
    "Time period Sortable",
    "New data",
    "Compared to goal",
    "Time period range",
)
PARENT_COMPARED = COLUMNS.index("Compared to percentiles")
VALUE, UPPER = COLUMNS.index("Value"), COLUMNS.index("Upper CI 95.0 limit")
NOT_FOUND = Reply(b"The resource cannot be found.", "text/plain", 404)


def answer(world: World, request: Request) -> Reply:
    """What the API says to one request."""
    if request.path == "all_data/csv/by_indicator_id":
        return _csv(world, request)
    speak = _SPEAKERS.get(request.path)
    if speak is None:
        return NOT_FOUND
    return Reply(json.dumps(speak(world, request)).encode(), "application/json")


def _available(_: World, request: Request) -> object:
    asked = request.params.get("indicator_id", "")
    if asked not in (INDICATOR, *FIGURES) or request.fault("withdrawn"):
        return []
    kinds = TYPES if asked == INDICATOR else (MSOA,)
    return [{"IndicatorId": int(asked), "AreaTypeId": int(number)} for number in kinds]


def _about(_: World, request: Request) -> object:
    ids = request.params.get("indicator_ids", "").split(",")
    if INDICATOR not in ids:
        return {one: fingertips_figures.metadata(one) for one in ids if one in FIGURES}
    about = _metadata()
    if request.fault("indicator-renamed"):
        about["Descriptive"]["Name"] = "Smoking prevalence (small areas)"
    if request.fault("unit-changed"):
        about["Unit"]["Label"] = "%"
    return {INDICATOR: about}


def _changes(_: World, request: Request) -> object:
    """The date stays whatever happens to the figures: that is how corrections are silent."""
    asked = request.params.get("indicator_id", "")
    known = asked in (INDICATOR, *FIGURES)
    return {"IndicatorId": int(asked), "LastUploadedAt": UPLOADED} if known else {}


def _area_types(_: World, __: Request) -> object:
    return [{"Id": int(n), "Name": name, "Short": name} for n, name in TYPES.items()]


def _areas(world: World, request: Request) -> object:
    kind = request.params.get("area_type_id", "")
    if request.params.get("parent_area_code") != world.code:
        return []
    return [
        {"Code": code, "Name": world.name, "AreaTypeId": int(kind)}
        for code in _children(world, kind)
    ]


def _families(world: World, request: Request) -> object:
    return {world.code: _children(world, request.params.get("child_area_type_id", ""))}


_SPEAKERS: dict[str, Callable[[World, Request], object]] = {
    "available_data": _available,
    "indicator_metadata/by_indicator_id": _about,
    "data_changes": _changes,
    "area_types": _area_types,
    "areas/by_parent_area_code": _areas,
    "parent_to_child_areas": _families,
}


def _metadata() -> dict[str, Any]:
    return {
        "IID": int(INDICATOR),
        "Descriptive": {"Name": NAME, "NameLong": NAME, "DataSource": "Invented figures"},
        "Unit": {"Id": 7, "Value": 1.0, "Label": "Years"},
        "ValueType": {"Id": 6, "Name": "Life expectancy"},
        "YearType": {"Id": 1, "Name": "Calendar"},
        "Polarity": {"Id": 1, "Name": "RAG - High is good"},
    }


def _children(world: World, area_type: str) -> list[str]:
    if area_type == BOROUGH:
        return [world.code]
    if area_type == WARD and world.publishes_wards:
        return [ward.code for ward in world.places.wards24]
    # Elsewhere wards are still listed as an area type and hold nothing.
    return list(world.places.msoas) if area_type == MSOA else []


def _csv(world: World, request: Request) -> Reply:
    params = request.params
    for name in ("indicator_ids", "child_area_type_id", "parent_area_type_id"):
        if not all(part.isdecimal() for part in params.get(name, "").split(",")):
            return Reply(f"Parameter {name} is missing or not a number".encode(), "text/plain", 400)
    grid = PublishedGrid(list(COLUMNS), [])
    parent = TYPES.get(params["parent_area_type_id"], "area")
    grid.names[PARENT_COMPARED] = f"Compared to {parent} value or percentiles"
    within = params.get("parent_area_code", world.code) in (world.code, world.country)
    asked = INDICATOR in params["indicator_ids"].split(",") and within
    figures = [one for one in params["indicator_ids"].split(",") if one in FIGURES]
    if figures and within and params["child_area_type_id"] == MSOA:
        grid.rows = list(fingertips_figures.rows(world, figures[0], TYPES[MSOA]))
        _spoil_figures(grid, request)
    elif asked and not request.fault("withdrawn"):
        grid.rows = list(_rows(world, params["child_area_type_id"]))
        _spoil(grid, request, params["child_area_type_id"])
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([grid.names, *grid.rows])
    return Reply(text.getvalue().encode())


def _rows(world: World, area_type: str) -> Iterator[list[str]]:
    """England with and without a parent, its splits, the borough, then the areas asked for."""
    england, borough = (world.country, "England", "England"), (world.code, world.name, TYPES["101"])
    above = (world.country, "England")
    if world.country:
        yield from _series(world, england, ("", ""))
        yield from _series(world, england, above)
        yield from _series(world, england, above, (DECILES, "Most deprived decile"))
    if area_type == ENGLAND:
        return
    yield from _series(world, borough, above)
    if area_type in (WARD, MSOA):
        for code in _children(world, area_type):
            # Small areas carry the name of their district.
            area = (code, world.name, TYPES[area_type])
            yield from _series(world, area, (world.code, world.name))


def _series(
    world: World,
    area: tuple[str, str, str],
    parent: tuple[str, str],
    split: tuple[str, str] = ("", ""),
) -> Iterator[list[str]]:
    for first, last in world.windows:
        for sex in ("Persons", *SEXES):
            found = world.life[area[0], sex, first]
            period = f"{first} - {last % 100:02d}"
            yield [
                INDICATOR,
                NAME,
                *parent,
                *area,
                sex,
                "All ages",
                *split,
                period,
                *_figures(found),
                "",
                "",
                "",
                "",
                "" if found.value is not None else WITHHELD,
                "",
                "Not compared",
                "Not compared",
                f"{first}0000",
                "",
                "",
                f"{last - first + 1}y",
            ]


def _figures(found: InventedEstimate) -> list[str]:
    cells = (found.value, found.lower, found.upper)
    return ["" if cell is None else repr(cell) for cell in cells]


def _spoil_figures(grid: PublishedGrid, request: Request) -> None:
    last = grid.rows[0]
    if request.fault("outside-interval"):
        last[VALUE] = repr(float(last[UPPER]) + 1)
    if request.fault("above-100"):
        last[VALUE] = last[UPPER] = "120.5"
    if request.fault("denominator-zero"):
        last[COLUMNS.index("Denominator")] = "0"
    if request.fault("corrected-silently"):
        last[VALUE] = repr(float(last[VALUE]) + 0.25)
    if request.fault("vintage"):
        grid.set_vintage(["Area Code"])
    grid.spoil(request, "Value")


def _spoil(grid: PublishedGrid, request: Request, area_type: str) -> None:
    last = grid.rows[-1]
    if request.fault("ranges-mixed"):
        for span, period in (("1y", last[11][:4]), ("3y", f"{last[11][:4]} - 21")):
            grid.rows.insert(-1, [*last[:11], period, *last[12:-1], span])
    if request.fault("corrected-silently"):
        last[VALUE] = repr(float(last[VALUE]) + 0.25)
    if request.fault("outside-interval"):
        last[VALUE] = repr(float(last[UPPER]) + 1)
    if area_type in (WARD, MSOA) and request.fault("vintage"):
        small = PublishedGrid(grid.names, [row for row in grid.rows if row[6] == TYPES[area_type]])
        small.set_vintage(["Area Code"])
    grid.spoil(request, "Value")
