"""What the publishers of the study of Chicago's West Side would answer, if its figures were these.

Every figure is invented, in the layout of its publisher; `python -m tests.west_side` writes them
where the study's rehearsal finds them. 77 community areas, of which the study takes eleven.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent.parent / "studies" / "west-side" / "replica"
NAMES = {
    19: "Belmont Cragin",
    23: "Humboldt Park",
    24: "West Town",
    25: "Austin",
    26: "West Garfield Park",
    27: "East Garfield Park",
    28: "Near West Side",
    29: "North Lawndale",
    30: "South Lawndale",
    31: "Lower West Side",
    32: "Loop",
}
# Invented: years of life in 2010, residents, hardship; worse off in all or better off in all.
LEVELS = {
    19: (77.5, 78_000, 70),
    23: (72.8, 56_000, 85),
    24: (79.6, 82_000, 10),
    25: (71.9, 98_000, 73),
    26: (69.3, 18_000, 92),
    27: (71.0, 20_000, 83),
    28: (77.8, 60_000, 15),
    29: (70.2, 36_000, 87),
    30: (78.4, 72_000, 96),
    31: (78.0, 35_000, 76),
    32: (84.6, 34_000, 3),
}
# Row and column of the tile map.
PLACES = {
    19: (0, 0),
    23: (1, 1),
    24: (1, 2),
    25: (1, 0),
    26: (2, 1),
    27: (2, 2),
    28: (2, 3),
    29: (3, 2),
    30: (4, 2),
    31: (3, 3),
    32: (2, 4),
}
YEARS = range(2010, 2025)
AREAS = 77
# By how much of the gap to the Loop the West Side's areas come nearer, a year.
SCENARIOS = {"halving": 0.033, "no-change": 0.0}
BARE = (30, 2011)
_PANDEMIC = {2020: 2.0, 2021: 1.2}


def area_of(number: int) -> tuple[float, int, int]:
    """Level, residents and hardship of any community area."""
    return LEVELS.get(number, (74.0 + number % 11, 20_000 + 700 * number, 1 + number))


def life(scenario: str) -> list[dict[str, object]]:
    """Rows of the Atlas's topic of life expectancy."""
    drawn = np.random.default_rng(20_300)
    rows: list[dict[str, object]] = []
    for number in range(1, AREAS + 1):
        level, people, _ = area_of(number)
        behind = LEVELS[32][0] - level
        for year in YEARS:
            true = (
                level
                + SCENARIOS[scenario] * behind * (year - 2010)
                - (_PANDEMIC.get(year, 0.0) * (1 + 0.03 * behind))
            )
            error = round(float(110 / np.sqrt(people)), 2)
            value = round(float(true + drawn.normal(0, error)), 1)
            rows.append(
                {
                    "g": f"1714000-{number}",
                    "l": "neighborhood",
                    "p": str(year),
                    "t": "VRLE",
                    "v": value,
                    "se": None if (number, year) == BARE else error,
                    "d": people,
                }
            )
    return rows


def city() -> list[dict[str, object]]:
    """Rows of the whole city: its own figures, and no mean of the others."""
    drawn = np.random.default_rng(1_714)
    return [
        {
            "g": "1714000",
            "l": "place",
            "p": str(year),
            "t": "VRLE",
            "v": round(float(77.4 - _PANDEMIC.get(year, 0.0) + drawn.normal(0, 0.1)), 1),
            "se": 0.11,
            "d": 2_700_000,
        }
        for year in YEARS
    ]


def residents() -> list[dict[str, object]]:
    """Rows of the Atlas's topic of residents."""
    return [
        {
            "g": f"1714000-{number}",
            "l": "neighborhood",
            "p": str(year),
            "t": "POP",
            "v": area_of(number)[1] + 7 * number + 43 * (year - 2010),
            "se": None,
            "d": None,
        }
        for number in range(1, AREAS + 1)
        for year in YEARS
    ]


def hardship() -> list[dict[str, str]]:
    """Rows of the Data Portal's socioeconomic indicators; the last is of the whole city."""
    rows = [
        {
            "ca": str(number),
            "community_area_name": NAMES.get(number, f"Invented Area {number}"),
            "percent_households_below_poverty": f"{area_of(number)[2] / 2:.1f}",
            "hardship_index": str(area_of(number)[2]),
        }
        for number in range(1, AREAS + 1)
    ]
    return [*rows, {"community_area_name": "CHICAGO", "percent_households_below_poverty": "19.7"}]


def earlier() -> list[dict[str, str]]:
    """Rows of the Data Portal's life expectancy of three years, with limits."""
    rows = []
    for number in range(1, AREAS + 1):
        level, _, _ = area_of(number)
        row = {"ca": str(number), "community_area": NAMES.get(number, f"Invented Area {number}")}
        for year, less in ((1990, 6.0), (2000, 3.0), (2010, 0.0)):
            value = level - less
            row |= {
                f"_{year}_life_expectancy": f"{value:.1f}",
                f"_{year}_lower_95_ci": f"{value - 1.6:.1f}",
                f"_{year}_upper_95_ci": f"{value + 1.6:.1f}",
            }
        rows.append(row)
    return rows


def outlines() -> dict[str, object]:
    """Features of the Data Portal's boundaries: squares, roughly where the areas lie."""
    features = []
    for number, (row, column) in PLACES.items():
        west, north = round(-87.78 + 0.034 * column, 3), round(41.94 - 0.025 * row, 3)
        east, south = round(west + 0.034, 3), round(north - 0.025, 3)
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        features.append(
            {
                "type": "Feature",
                "properties": {"area_numbe": str(number), "community": NAMES[number].upper()},
                "geometry": {"type": "MultiPolygon", "coordinates": [[ring]]},
            }
        )
    return {"type": "FeatureCollection", "features": features}


def answers() -> Mapping[str, bytes]:
    """Every answer by its place below the folder."""
    made: dict[str, object] = {
        "atlas-city.json": _metopio(city()),
        "atlas-residents.json": _metopio(residents()),
        "hardship.json": hardship(),
        "outlines.geojson": outlines(),
        "portal-life-expectancy.json": earlier(),
    }
    for scenario in SCENARIOS:
        made[f"{scenario}/atlas-life-expectancy.json"] = _metopio(life(scenario))
    return {name: (json.dumps(told) + "\n").encode() for name, told in made.items()}


def _metopio(rows: list[dict[str, object]]) -> dict[str, object]:
    return {"count": len(rows), "results": rows}


def main() -> None:
    """Write the answers."""
    for name, content in answers().items():
        (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / name).write_bytes(content)


if __name__ == "__main__":
    main()
