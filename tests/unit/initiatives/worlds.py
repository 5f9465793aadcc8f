"""Invented areas with counts by year, and what is done in some of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from gapwatch.initiatives.expected import RegisteredExpectation
from gapwatch.initiatives.judging import JudgedPlace
from gapwatch.initiatives.panel import IndicatorPanel
from gapwatch.initiatives.register import PlacedInitiative

AREAS = tuple(f"E05{number:06d}" for number in range(1, 21))
BEFORE, AFTER = (2005, 2009), (2010, 2014)
DAY = "2009-06-01"


def drawn(
    seed: int,
    *,
    effect: Mapping[str, float] | None = None,
    a_year: float = 400.0,
    spread: float = 0.2,
    shock: float = 0.02,
    drift: float = 0.0,
    years: Sequence[int] = tuple(range(2000, 2015)),
    starts: int = 2010,
) -> IndicatorPanel:
    """Poisson counts of each area and year in 10,000 residents.

    `effect` multiplies the rate of some areas from `starts` on; rates differ between areas by
    `spread`, wander by `drift` a year and jump by `shock`, standard deviations on the logarithm.
    """
    rng = np.random.default_rng(seed)
    shape = (len(years), len(AREAS))
    level = rng.normal(0.0, spread, len(AREAS))
    walk = rng.normal(0.0, drift, shape).cumsum(axis=0)
    change = np.array([(effect or {}).get(area, 1.0) for area in AREAS])
    changed = np.where(np.array(years)[:, np.newaxis] >= starts, change, 1.0)
    rate = a_year * np.exp(level + walk + rng.normal(0.0, shock, shape)) * changed
    people = np.full(shape, 10_000.0)
    return IndicatorPanel("deaths", tuple(years), AREAS, rng.poisson(rate).astype(float), people)


def counts(seed: int, **kind: Any) -> pd.DataFrame:
    """The same as the table `population_deaths`."""
    panel = drawn(seed, **kind)
    return pd.DataFrame(
        [
            {
                "geography": "ward2011",
                "area_code": area,
                "year": year,
                "deaths_persons": int(panel.count[at, place]),
                "population_persons": 10_000,
            }
            for at, year in enumerate(panel.years)
            for place, area in enumerate(AREAS)
        ]
    )


def worst(frame: pd.DataFrame, size: int, window: tuple[int, int] = BEFORE) -> tuple[str, ...]:
    """The areas with the highest counts of a window."""
    mine = frame[frame["year"].between(*window)]
    totals = mine.groupby("area_code")["deaths_persons"].sum().sort_values(kind="stable")
    return tuple(sorted(str(code) for code in totals.index[-size:]))


def initiative(areas: Sequence[str] = AREAS[:2], **other: object) -> PlacedInitiative:
    told: dict[str, object] = {
        "id": "one",
        "title": "One",
        "led_by": "",
        "theme": "health",
        "starts_on": "2010",
        "ends_on": "",
        "areas": tuple(areas),
        "where_basis": "delivery",
        "areas_chosen": "random",
        "register": "study",
    }
    return PlacedInitiative(**{**told, **other})  # type: ignore[arg-type]


def expectation(**other: object) -> RegisteredExpectation:
    told: dict[str, object] = {
        "id": "fewer",
        "version": 1,
        "initiative": "one",
        "indicator": "deaths",
        "direction": "lower",
        "size_percent": 25.0,
        "before": BEFORE,
        "after": AFTER,
        "design": "difference-in-differences",
        "comparators": (),
        "registered_on": DAY,
    }
    return RegisteredExpectation(**{**told, **other})  # type: ignore[arg-type]


def place(frame: pd.DataFrame, *initiatives: PlacedInitiative) -> JudgedPlace:
    return JudgedPlace({"population_deaths": frame}, "ward2011", AREAS, initiatives, 2035)


def place_of(panel: IndicatorPanel, *initiatives: PlacedInitiative) -> JudgedPlace:
    """The same from a panel, without a table."""
    return JudgedPlace({}, "ward2011", AREAS, initiatives, 2035, _panels={"deaths": panel})
