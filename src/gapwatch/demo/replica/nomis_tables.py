"""Tables of Nomis beside its population: their dimensions, dates, cells, and invented counts.

Codes and words are those of the tables of the 2021 Census and of the claimant count; every count is
invented, made of the residents of the replica so that no part is larger than its whole.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gapwatch.demo.replica.faults import PublishedGrid, Request
from gapwatch.demo.replica.world import Ints, World

PERSONS_A_HOUSEHOLD = 2.1
ADULT, OLDEST_OF_WORKING_AGE = 16, 64
CENSUS = {"2021": "2021"}
MONTHS = {"2026-08": "August 2026", "2026-09": "September 2026", "2026-10": "October 2026"}
ROUNDED_TO = 5
SEXES = {"0": "Total", "1": "Male", "2": "Female"}
ALL_HOUSEHOLDS = "Total: All households"
ALL_ADULTS = "Total: All usual residents aged 16 years and over"
ACTIVE = "Economically active (excluding full-time students)"
STUDENT = "Economically active and a full-time student"
# Share of the whole in the middle of the tile map; at its top it is larger by the factor beside it.
Shares = Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class CensusTable:
    """One dataset: words by code of each dimension and of its dates, and the shares of cells.

    `of` gives the whole that shares are taken of; `sums` are cells that hold others.
    """

    dimensions: Mapping[str, Mapping[str, str]]
    dates: Mapping[str, str]
    of: Callable[[Ints], float]
    shares: Shares
    sums: Mapping[str, Sequence[str]]
    rounding: int = 1


def _households(ages: Ints) -> float:
    return float(np.rint(ages.sum() / PERSONS_A_HOUSEHOLD))


def _adults(ages: Ints) -> float:
    return float(ages[ADULT:].sum())


def _everybody(ages: Ints) -> float:
    return float(ages.sum())


def _of_working_age(ages: Ints) -> float:
    return float(ages[ADULT : OLDEST_OF_WORKING_AGE + 1].sum())


TABLES = {
    "NM_2070_1": CensusTable(
        {
            "c2021_occrat_bedrooms_6": {
                "0": ALL_HOUSEHOLDS,
                "1": "Occupancy rating of bedrooms: +2 or more",
                "2": "Occupancy rating of bedrooms: +1",
                "3": "Occupancy rating of bedrooms: 0",
                "4": "Occupancy rating of bedrooms: -1",
                "5": "Occupancy rating of bedrooms: -2 or less",
            }
        },
        CENSUS,
        _households,
        {"1": (0.1, 0.8), "2": (0.2, 0.9), "4": (0.09, 1.6), "5": (0.02, 1.8)},
        {"0": ("1", "2", "3", "4", "5")},
    ),
    "NM_2072_1": CensusTable(
        {
            "c2021_tenure_9": {
                "0": ALL_HOUSEHOLDS,
                "1001": "Owned",
                "1": "Owned: Owns outright",
                "2": "Owned: Owns with a mortgage or loan",
                "1002": "Shared ownership",
                "1003": "Social rented",
                "4": "Social rented: Rents from council or Local Authority",
                "5": "Social rented: Other social rented",
                "1004": "Private rented",
                "8": "Lives rent free",
            }
        },
        CENSUS,
        _households,
        {
            "1": (0.15, 0.8),
            "2": (0.1, 0.9),
            "1002": (0.01, 1.0),
            "4": (0.14, 1.4),
            "5": (0.12, 1.3),
            "8": (0.002, 1.0),
        },
        {
            "1001": ("1", "2"),
            "1003": ("4", "5"),
            "0": ("1", "2", "1002", "4", "5", "1004", "8"),
        },
    ),
    "NM_2083_1": CensusTable(
        {
            "c2021_eastat_20": {
                "0": ALL_ADULTS,
                "1001": ACTIVE,
                "1002": f"{ACTIVE}:In employment",
                "7": f"{ACTIVE}: Unemployed",
                "1007": STUDENT,
                "1008": f"{STUDENT}:In employment",
                "14": f"{STUDENT}: Unemployed",
                "1011": "Economically inactive",
            }
        },
        CENSUS,
        _adults,
        {
            "1002": (0.58, 0.9),
            "7": (0.045, 1.4),
            "1008": (0.03, 1.0),
            "14": (0.008, 1.2),
        },
        {
            "1001": ("1002", "7"),
            "1007": ("1008", "14"),
            "0": ("1002", "7", "1008", "14", "1011"),
        },
    ),
    "NM_2084_1": CensusTable(
        {
            "c2021_hiqual_8": {
                "0": ALL_ADULTS,
                "1": "No qualifications",
                "2": "Level 1 and entry level qualifications",
                "6": "Level 4 qualifications and above",
                "7": "Other qualifications",
            }
        },
        CENSUS,
        _adults,
        {"1": (0.13, 1.5), "2": (0.08, 1.2), "7": (0.03, 1.0)},
        {"0": ("1", "2", "6", "7")},
    ),
    "NM_2055_1": CensusTable(
        {
            "c2021_health_6": {
                "0": "Total: All usual residents",
                "1": "Very good health",
                "2": "Good health",
                "3": "Fair health",
                "4": "Bad health",
                "5": "Very bad health",
            }
        },
        CENSUS,
        _everybody,
        {"2": (0.3, 1.0), "3": (0.11, 1.2), "4": (0.036, 1.4), "5": (0.012, 1.5)},
        {"0": ("1", "2", "3", "4", "5")},
    ),
    "NM_162_1": CensusTable(
        {
            "gender": SEXES,
            "age": {
                "0": "All categories: Age 16+",
                "1": "Aged 16-17",
                "2": "Aged 18-24",
                "3": "Aged 25-49",
                "4": "Aged 50+",
            },
            "measure": {
                "1": "Claimant count",
                "2": "Claimants as a proportion of residents aged 16-64",
            },
        },
        MONTHS,
        _of_working_age,
        {"0": (0.042, 1.4)},
        {},
        ROUNDED_TO,
    ),
}
# Of the population itself, what is asked for as figures: words that stand for several ages.
POPULATION_CELLS: dict[str, Mapping[str, str]] = {
    "gender": SEXES,
    "c_age": {
        "200": "All Ages",
        "201": "Aged 0 to 15",
        "203": "Aged 16 to 64",
        **{str(101 + age): f"Age {age}" for age in range(90)},
        "191": "Aged 90+",
    },
}
_RANGES = {"200": (0, 90), "201": (0, 15), "203": (ADULT, OLDEST_OF_WORKING_AGE)}


def definitions(
    world: World, dataset: str, population: str
) -> tuple[Mapping[str, Any], ...] | None:
    """Dimensions and dates of a dataset, words by code; None for one that isn't served."""
    if dataset == population:
        return POPULATION_CELLS, {str(year): str(year) for year in world.years}
    table = TABLES.get(dataset)
    return None if table is None else (table.dimensions, table.dates)


def of_ages(world: World, area: int, year: int, sex: str, code: str) -> int:
    """Residents of a small area whose age a code of POPULATION_CELLS stands for."""
    first, last = _RANGES.get(code, (int(code) - 101,) * 2)
    ages = world.population[area, world.years.index(year), :, first : last + 1]
    return int(ages.sum() if sex == "0" else ages[int(sex) - 1].sum())


def counts(world: World, dataset: str) -> list[dict[str, int]]:
    """Counts of every small area of 2021 by cell of the dimension that tells them apart."""
    table = TABLES[dataset]
    places = world.places
    rows = [places.wards[places.lsoas11[lsoa.parents[0]].ward].row for lsoa in places.lsoas21]
    middle = max(max(rows) / 2, 1)
    # Residents of the year of the census, or of the last that there is.
    year = world.years.index(2021) if 2021 in world.years else -1  # noqa: PLR2004 - the census
    seeds = np.random.default_rng([int(dataset.split("_")[1])])
    noise = np.exp(0.1 * seeds.standard_normal((len(rows), len(table.shares))))
    found = []
    for area, row in enumerate(rows):
        whole = table.of(world.population[area, year].sum(axis=0))
        made = {
            code: _rounded(
                whole * share * tilt ** ((middle - row) / middle) * noise[area, at],
                table.rounding,
            )
            for at, (code, (share, tilt)) in enumerate(table.shares.items())
        }
        for total, parts in table.sums.items():
            # The part that no share is given of is what is left of the whole.
            left = [part for part in parts if part not in made]
            if left:
                rest = int(whole) - sum(made[part] for part in parts if part in made)
                made[left[0]] = max(rest, 0)
            made[total] = sum(made[part] for part in parts)
        found.append(made)
    return found


def _rounded(value: float, to: int) -> int:
    return int(to * np.rint(value / to))


def fields(dimensions: Sequence[str]) -> list[str]:
    """Every column that a table has, in Nomis's order."""
    return [
        "date",
        "geography_code",
        "geography_name",
        *dimensions,
        "obs_value",
        "obs_status",
        "obs_status_name",
        "record_count",
    ]


def rows(
    areas: Sequence[tuple[int, str, str]],
    dates: Sequence[str],
    cells: Sequence[Sequence[str]],
    value: Callable[[int, str, tuple[str, ...]], int],
    numbers: range,
) -> Iterator[list[Any]]:
    """Rows of a query by their numbers: cells change first, then areas, dates."""
    every = list(itertools.product(*cells))
    total = len(areas) * len(dates) * len(every)
    for number in numbers:
        rest, cell = divmod(number, len(every))
        date, area = divmod(rest, len(areas))
        place, code, name = areas[area]
        count = value(place, dates[date], every[cell])
        numbers_of_cells = [int(part) for part in every[cell]]
        told = [count, "A", "Normal Value", total]
        yield [dates[date], code, name, *numbers_of_cells, *told]


def size(areas: int, dates: int, cells: Sequence[Sequence[str]]) -> int:
    """How many rows a query has in all."""
    return areas * dates * math.prod(map(len, cells))


def spoil(grid: PublishedGrid, request: Request) -> None:
    """Show the faults of content that tables of figures can have."""
    at = {name: grid.names.index(name) for name in ("OBS_VALUE", "OBS_STATUS", "OBS_STATUS_NAME")}
    if grid.rows and request.fault("cell-missing"):
        row = grid.rows[-1]
        row[at["OBS_VALUE"]], row[at["OBS_STATUS"]] = "", "Q"
        row[at["OBS_STATUS_NAME"]] = "These figures are missing."
    if grid.rows and request.fault("corrected-silently"):
        grid.rows[-1][at["OBS_VALUE"]] += 1
    if request.fault("vintage"):
        grid.set_vintage(["GEOGRAPHY_CODE"])
