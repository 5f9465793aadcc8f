"""How Nomis speaks: geographies as SDMX-JSON, cells as CSV, at most 25,000 of them at a time."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from gapwatch.demo.replica import nomis_tables
from gapwatch.demo.replica.faults import PublishedGrid, Reply, Request, other_vintage
from gapwatch.demo.replica.world import AGES, Ints, World

DATASET = "NM_2014_1"
TYPES = {
    "TYPE151": "2021 super output areas - lower layer",
    "TYPE152": "2021 super output areas - middle layer",
    "TYPE153": "2022 wards",
}
PARENT = "1778385159"
FIRST_AREA = 700_000_001
FIRST_AGE = 101
MEASURE = "20100"
GENDERS = {"0": "Total", "1": "Male", "2": "Female"}
PARAMS = {"geography", "date", "gender", "c_age", "measures", "select", "recordoffset"}
FIELDS = (
    "date",
    "geography_code",
    "geography_name",
    "gender",
    "c_age",
    "obs_value",
    "record_count",
)
# A mistyped query is answered with nothing, under status 200.
NOTHING = Reply(b"")


def answer(world: World, request: Request, cells: int) -> Reply:
    """What the API says to one request; `cells` is the most that one answer holds."""
    found = re.fullmatch(r"dataset/(NM_[0-9]+_[0-9]+)(.*)", request.path)
    dataset, path = (found[1], found[2]) if found else ("", "")
    known = nomis_tables.definitions(world, dataset, DATASET)
    if known is None:
        return Reply(b"Not found", "text/plain", 404)
    if path == ".data.csv":
        asked = {name.lower(): value for name, value in request.params.items()}
        if dataset == DATASET and "obs_status" not in asked.get("select", ""):
            return _csv(world, request, asked, cells)
        return _table(world, request, dataset, asked, cells)
    if path in _DEFINED or path.removesuffix(_DEFINITION) in {f"/{name}" for name in known[0]}:
        return _definition(request, path, *known)
    return _geography(world, request, path)


def _geography(world: World, request: Request, path: str) -> Reply:
    """The types of area, or the areas of a type in a parent."""
    if path == "/geography/TYPE.def.sdmx.json":
        return _sdmx([_code(name, words, {}) for name, words in TYPES.items()])
    match = re.fullmatch(r"/geography/(\w+?)(TYPE[0-9]+)\.def\.sdmx\.json", path)
    if match is None:
        return Reply(b"Not found", "text/plain", 404)
    known = match[1] in (world.code, PARENT) and match[2] in TYPES
    areas = _areas(world, match[2]) if known else []
    changed = bool(areas) and request.fault("vintage")
    return _sdmx(
        [
            _code(
                int(number),
                name,
                {
                    "TypeName": TYPES[match[2]],
                    "TypeCode": int(match[2][4:]),
                    "GeogCode": other_vintage(code) if changed else code,
                },
            )
            for number, code, name, _ in areas
        ]
    )


def _areas(world: World, kind: str) -> list[tuple[str, str, str, Ints]]:
    """Nomis's number, code, name and population of every area of a type."""
    places = world.places
    if kind == "TYPE152":
        codes = list(places.msoas)
        people = [world.population_of(places.of_msoa(n)) for n in range(len(codes))]
    elif kind == "TYPE153":
        codes = [ward.code for ward in places.wards24]
        people = [world.population_of(places.of_ward24(n)) for n in range(len(codes))]
    else:
        codes = [lsoa.code for lsoa in places.lsoas21]
        people = list(world.population)
    start = FIRST_AREA + 100_000 * int(kind[4:])
    return [
        (str(start + n), code, f"{world.name} {n + 1:03d}", people[n])
        for n, code in enumerate(codes)
    ]


def _code(value: object, words: str, notes: dict[str, object]) -> dict[str, Any]:
    found: dict[str, Any] = {"value": value, "description": {"value": words, "lang": "en"}}
    if notes:
        found["annotations"] = {
            "annotation": [{"annotationtitle": k, "annotationtext": v} for k, v in notes.items()]
        }
    return found


def _sdmx(codes: list[dict[str, Any]]) -> Reply:
    lists = {"codelist": [{"agencyid": "NOMIS", "code": codes}]}
    return Reply(json.dumps({"structure": {"codelists": lists}}).encode(), "application/json")


_DEFINITION = ".def.sdmx.json"
_DEFINED = (_DEFINITION, f"/time{_DEFINITION}")


def _definition(
    request: Request,
    path: str,
    dimensions: Mapping[str, Mapping[str, str]],
    dates: Mapping[str, str],
) -> Reply:
    """What a dataset is made of, or the codes of one of its dimensions or of its dates."""
    name = path.removesuffix(_DEFINITION).removeprefix("/")
    if not name:
        parts = [{"conceptref": part.upper()} for part in ("geography", *dimensions, "measures")]
        if request.fault("dimension-new"):
            parts.append({"conceptref": "RURAL_URBAN"})
        family = {"components": {"dimension": parts}}
        told = {"structure": {"keyfamilies": {"keyfamily": [family]}}}
        return Reply(json.dumps(told).encode(), "application/json")
    codes = dates if name == "time" else dimensions[name]
    changed = " (revised)" if name != "time" and request.fault("cell-renamed") else ""
    return _sdmx([_code(code, f"{words}{changed}", {}) for code, words in codes.items()])


def _table(
    world: World, request: Request, dataset: str, asked: Mapping[str, str], cells: int
) -> Reply:
    """Cells of a table of figures, of the small areas of 2021 alone."""
    dimensions, dates = nomis_tables.definitions(world, dataset, DATASET) or ({}, {})
    known = nomis_tables.fields(list(dimensions))
    fields = [name.lower() for name in asked.get("select", ",".join(known)).split(",")]
    offset = asked.get("recordoffset", "0")
    chosen = [asked.get(name, "").split(",") for name in dimensions]
    days = asked.get("date", "").split(",")
    around = {"geography", "date", "measures", "select", "recordoffset"}
    areas = _numbered(world, asked.get("geography", ""))
    if (
        not asked.keys() <= {*around, *dimensions}
        or asked.get("measures", MEASURE) != MEASURE
        or not set(fields) <= set(known)
        or not offset.isdecimal()
        or not areas
        or not set(days) <= dates.keys()
        or any(
            not set(mine) <= dimensions[name].keys()
            for name, mine in zip(dimensions, chosen, strict=True)
        )
    ):
        return NOTHING
    counted = nomis_tables.counts(world, dataset) if dataset != DATASET else []

    def value(area: int, day: str, cell: tuple[str, ...]) -> int:
        if dataset == DATASET:
            told = dict(zip(dimensions, cell, strict=True))
            return nomis_tables.of_ages(world, area, int(day), told["gender"], told["c_age"])
        # The dimension that tells cells apart is the only one of a census table.
        return counted[area].get(cell[0] if len(cell) == 1 else cell[1], 0)

    total = nomis_tables.size(len(areas), len(days), chosen)
    first = int(offset)
    page = list(
        nomis_tables.rows(areas, days, chosen, value, range(first, min(first + cells, total)))
    )
    if first and request.fault("page-missing"):
        page = []
    grid = PublishedGrid([name.upper() for name in known], page)
    nomis_tables.spoil(grid, request)
    order = [known.index(name) for name in fields]
    return _written(
        request,
        PublishedGrid(
            [grid.names[n] for n in order], [[row[n] for n in order] for row in grid.rows]
        ),
    )


def _numbered(world: World, text: str) -> list[tuple[int, str, str]]:
    """Number, code and name of small areas of 2021; none for any others."""
    place = {lsoa.code: at for at, lsoa in enumerate(world.places.lsoas21)}
    found = [(place.get(code, -1), code, name) for _, code, name, _ in _named(world, text)]
    return found if all(at >= 0 for at, _, _ in found) else []


def _csv(world: World, request: Request, asked: Mapping[str, str], cells: int) -> Reply:
    chosen = _chosen(world, asked)
    fields = [name.lower() for name in asked.get("select", ",".join(FIELDS)).split(",")]
    offset = asked.get("recordoffset", "0")
    if chosen is None or not set(fields) <= set(FIELDS) or not offset.isdecimal():
        return NOTHING
    total = math.prod(len(part) for part in chosen)
    page = list(_rows(world.years, *chosen, range(int(offset), min(int(offset) + cells, total))))
    if int(offset) and request.fault("page-missing"):
        page = []
    grid = PublishedGrid([n.upper() for n in FIELDS], [[*row, total] for row in page])
    if page and request.fault("corrected-silently"):
        grid.rows[-1][5] += 1
    if request.fault("vintage"):
        grid.set_vintage(["GEOGRAPHY_CODE"])
    order = [FIELDS.index(name) for name in fields]
    return _written(
        request,
        PublishedGrid(
            [grid.names[n] for n in order], [[row[n] for n in order] for row in grid.rows]
        ),
    )


def _written(request: Request, shown: PublishedGrid) -> Reply:
    shown.spoil(request, "OBS_VALUE")
    lines = [",".join(_quoted(cell) for cell in row) for row in (shown.names, *shown.rows)]
    return Reply("".join(f"{line}\r\n" for line in lines).encode())


def _quoted(cell: object) -> str:
    return str(cell) if isinstance(cell, int) else f'"{cell}"'


Chosen = tuple[list[tuple[str, str, str, Ints]], list[int], list[str], list[int]]


def _chosen(world: World, asked: Mapping[str, str]) -> Chosen | None:
    """Areas, years, genders and ages of a query; None for one that Nomis doesn't understand."""
    if not asked.keys() <= PARAMS or asked.get("measures", MEASURE) != MEASURE:
        return None
    areas = _named(world, asked.get("geography", ""))
    years = _list(asked.get("date", ""), set(world.years))
    ages = _list(asked.get("c_age", ""), set(range(FIRST_AGE, FIRST_AGE + AGES)))
    genders = asked.get("gender", "").split(",")
    if not (areas and years and ages) or not set(genders) <= GENDERS.keys():
        return None
    return areas, years, genders, ages


def _named(world: World, text: str) -> list[tuple[str, str, str, Ints]]:
    known = {kind: _areas(world, kind) for kind in TYPES}
    for kind, areas in known.items():
        if text in (f"{world.code}{kind}", f"{PARENT}{kind}"):
            return areas
    by_name = {key: area for areas in known.values() for area in areas for key in area[:2]}
    # Nomis writes a run of its own numbers as first...last.
    names = [name for part in text.split(",") for name in _run(part)]
    return [by_name[name] for name in names] if set(names) <= by_name.keys() else []


def _run(text: str) -> list[str]:
    match = re.fullmatch(r"([0-9]{1,12})\.\.\.([0-9]{1,12})", text)
    if match is None:
        return [text]
    first, last = int(match[1]), int(match[2])
    return [str(n) for n in range(first, min(last, first + 10_000) + 1)] or [text]


def _list(text: str, known: set[int]) -> list[int]:
    names = [name for part in text.split(",") for name in _run(part)]
    found = [int(name) for name in names if re.fullmatch("[0-9]{1,9}", name)]
    return found if len(found) == len(names) and set(found) <= known else []


def _rows(
    known: tuple[int, ...],
    areas: list[tuple[str, str, str, Ints]],
    years: list[int],
    genders: list[str],
    ages: list[int],
    numbers: range,
) -> Iterator[list[Any]]:
    """Rows of a query by their numbers: ages change first, then genders, areas, years."""
    for number in numbers:
        rest, age = divmod(number, len(ages))
        rest, gender = divmod(rest, len(genders))
        year, area = divmod(rest, len(areas))
        _, code, name, people = areas[area]
        counts = people[known.index(years[year])]
        at, sex = ages[age] - FIRST_AGE, int(genders[gender])
        count = int(counts[:, at].sum() if sex == 0 else counts[sex - 1, at])
        yield [years[year], code, name, sex, ages[age], count]
