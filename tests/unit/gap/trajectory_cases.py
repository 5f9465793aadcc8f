"""Series that several tests share: the golden windows of docs/methods.md, and Westminster's.

Westminster's are computed here from the published figures of the shipped snapshot, with plain loops
and the plain reference for pooling, not with the package's own pooling.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from tests.oracles.pooled import pooled_value, se_from_interval

from gapwatch import snapshots
from gapwatch.gap.trend.target import ComparableSeries, Target

START = np.arange(2010, 2018)
END = START + 4
GAP = np.array([14.0, 13.6, 13.1, 12.9, 12.2, 11.8, 11.5, 11.1])
SE = np.full(8, 1.2)
HALF = Target(gap_years=7.0, year=2035, baseline_gap_years=14.0, baseline_year=2012)

RAW = Path(__file__).resolve().parents[3] / "data" / "raw"
NORTHERN_WARDS = (
    "Abbey Road",
    "Church Street",
    "Harrow Road",
    "Little Venice",
    "Maida Vale",
    "Queen's Park",
    "Regent's Park",
    "Westbourne",
)


def published(source: str) -> list[dict[str, str]]:
    """The rows that a publisher sent on Westminster's wards, as text."""
    pin = snapshots.load(RAW).pin(source)
    rows = csv.DictReader(snapshots.read_objects(RAW, pin)[0].decode().splitlines())
    return [row for row in rows if row["geography"] == "ward2011"]


def male_side(wards) -> tuple[np.ndarray, np.ndarray]:
    """Value and standard error of wards taken together, 2002-06 to 2010-14.

    One ward: its published value. More: the mean weighted by each ward's mean mid-year population,
    over the years that have one.
    """
    people = {name: [] for name in wards}
    for row in published("ward-population-deaths"):
        if row["area_name"] in people and row["population_persons"]:
            people[row["area_name"]].append(float(row["population_persons"]))
    figures = {}
    for row in published("ward-life-expectancy"):
        if row["area_name"] in people and row["sex"] == "male":
            limits = ("life_expectancy_years", "lower95_years", "upper95_years")
            key = int(row["period_start"]), row["area_name"]
            figures[key] = [float(row[name]) for name in limits]
    sides = []
    for start in WARD_START:
        value, lower, upper = zip(*(figures[int(start), name] for name in wards), strict=True)
        if len(wards) == 1:
            sides.append((value[0], se_from_interval(lower[0], upper[0])))
        else:
            means = [sum(people[name]) / len(people[name]) for name in wards]
            sides.append(pooled_value(value, lower, upper, means))
    values, errors = zip(*sides, strict=True)
    return np.array(values), np.array(errors)


WARD_START = np.arange(2002, 2011)
WARDS = sorted({row["area_name"] for row in published("ward-life-expectancy")})
NORTH, NORTH_SE = male_side(NORTHERN_WARDS)
SOUTH, SOUTH_SE = male_side([name for name in WARDS if name not in NORTHERN_WARDS])
KNIGHTSBRIDGE, KNIGHTSBRIDGE_SE = male_side(["Knightsbridge and Belgravia"])


def rolling(first: int, count: int, width: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Start and end of `count` windows of `width` years that roll forward a year at a time."""
    start = np.arange(first, first + count)
    return start, start + width - 1


def gap_only(start, end, gap, se, usable=None, lead=0.0) -> ComparableSeries:
    """A series of which only the gap is published."""
    missing = np.full(len(start), np.nan)
    everywhere = np.ones(len(start), dtype=bool)
    return ComparableSeries(
        start,
        end,
        gap,
        np.broadcast_to(se, len(start)),
        missing,
        missing,
        missing,
        missing,
        everywhere if usable is None else usable,
        lead=lead,
    )


def two_sides(worse, worse_se, better, better_se, first: int = 2002) -> ComparableSeries:
    """A series from its two sides."""
    start, end = rolling(first, len(worse))
    return ComparableSeries(
        start,
        end,
        better - worse,
        np.hypot(worse_se, better_se),
        worse,
        worse_se,
        better,
        better_se,
        np.ones(len(start), dtype=bool),
    )


PRIMARY = two_sides(NORTH, NORTH_SE, KNIGHTSBRIDGE, KNIGHTSBRIDGE_SE)
NORTH_SOUTH = two_sides(NORTH, NORTH_SE, SOUTH, SOUTH_SE)
PRIMARY_TARGET = Target(
    gap_years=float(PRIMARY.gap[3]) / 2,
    year=2035,
    baseline_gap_years=float(PRIMARY.gap[3]),
    baseline_year=2007,
)
