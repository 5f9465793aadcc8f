"""Indicators of Fingertips beside life expectancy, by middle-layer area: names, years, figures.

Ids, names, ages and units are the publisher's; every figure is invented.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from gapwatch.demo.replica.world import World

Z95 = 1.96
WITHHELD = "Value suppressed for disclosure control due to small count"


@dataclass(frozen=True)
class ServedIndicator:
    """One indicator: what is said of it, its periods with their sortable form, and its level.

    `tilt`: by which factor the level is higher at the top of the tile map. A ratio is a hundredfold
    of counted over expected, a percentage of counted over all.
    """

    name: str
    unit: str
    year_type: str
    age: str
    span: str
    periods: tuple[tuple[str, str], ...]
    people: tuple[int, int]
    level: float
    tilt: float


SCHOOL = (
    ("2021/22 - 23/24", "20210000"),
    ("2022/23 - 24/25", "20220000"),
)
FIGURES = {
    "93105": ServedIndicator(
        "Reception: Prevalence of obesity (including severe obesity), 3-years data combined",
        "%",
        "Academic",
        "4-5 yrs",
        "3y",
        SCHOOL,
        (90, 240),
        0.1,
        1.4,
    ),
    "93107": ServedIndicator(
        "Year 6: Prevalence of obesity (including severe obesity), 3-years data combined",
        "%",
        "Academic",
        "10-11 yrs",
        "3y",
        SCHOOL,
        (90, 240),
        0.23,
        1.3,
    ),
    "93250": ServedIndicator(
        "Deaths from all causes, all ages, standardised mortality ratio",
        "Ratio",
        "Calendar",
        "All ages",
        "5y",
        (("2019 - 23", "20190000"),),
        (120, 260),
        0.85,
        1.3,
    ),
}


def metadata(indicator: str) -> dict[str, Any]:
    """What is said of an indicator, as `by_indicator_id` says it."""
    told = FIGURES[indicator]
    return {
        "IID": int(indicator),
        "Descriptive": {"Name": told.name, "NameLong": told.name, "DataSource": "Invented figures"},
        "Unit": {"Id": 5, "Value": 100.0, "Label": told.unit},
        "ValueType": {"Id": 5, "Name": "Proportion"},
        "YearType": {"Id": 2, "Name": told.year_type},
        "Polarity": {"Id": 0, "Name": "RAG - Low is good"},
    }


def rows(world: World, indicator: str, kind: str) -> Iterator[list[str]]:
    """Middle-layer areas in 27 columns; one of them is withheld in the last period."""
    told = FIGURES[indicator]
    places = world.places
    rng = np.random.default_rng([int(indicator), len(places.msoas)])
    tops = [places.wards[places.ward_of_msoa(n)].row for n in range(len(places.msoas))]
    middle = max(max(tops) / 2, 1)
    for number, code in enumerate(places.msoas):
        level = told.level * told.tilt ** ((middle - tops[number]) / middle)
        people = int(rng.integers(*told.people))
        for at, (period, sortable) in enumerate(told.periods):
            count = int(rng.poisson(level * people))
            share = count / people
            half = Z95 * (max(share, 0.01) / people) ** 0.5
            cells = [repr(100 * part) for part in (share, max(share - half, 0), share + half)]
            hidden = number == len(places.msoas) - 1 and at == len(told.periods) - 1
            yield [
                indicator,
                told.name,
                world.code,
                world.name,
                code,
                world.name,
                kind,
                "Persons",
                told.age,
                "",
                "",
                period,
                *(["", "", ""] if hidden else cells),
                "",
                "",
                "" if hidden else str(count),
                "" if hidden else str(people),
                WITHHELD if hidden else "",
                "",
                "Not compared",
                "Not compared",
                sortable,
                "",
                "",
                told.span,
            ]
