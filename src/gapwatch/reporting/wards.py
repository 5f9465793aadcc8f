"""Every area of the study in the newest window, set against the whole place.

An area is called below or above only when its whole 95% interval lies on one side of the place's
own figure. Two areas are told apart by the standard error of their difference.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from gapwatch.reporting.reading import (
    Z95,
    Estimate,
    Tables,
    area_values,
    comparator,
    newest_period,
    standard_error,
)
from gapwatch.study import Study

BELOW, NEAR, ABOVE, UNKNOWN = "below", "near", "above", "unknown"


@dataclass(frozen=True)
class Ward:
    """One area: where its tile stands, its value, and which side of the place's figure it is."""

    code: str
    name: str
    zone: str
    row: int
    column: int
    value: Estimate | None
    standing: str


@dataclass(frozen=True)
class WardMap:
    """All areas for one sex and window; `place` is the figure of the whole place."""

    sex: str
    window: tuple[int, int]
    place_name: str
    place: Estimate | None
    wards: tuple[Ward, ...]

    def named(self, standing: str) -> tuple[str, ...]:
        """Names of the areas with one standing."""
        return tuple(ward.name for ward in self.wards if ward.standing == standing)

    def ranked(self) -> tuple[Ward, ...]:
        """Highest first; areas without a value last, by name."""
        return tuple(
            sorted(self.wards, key=lambda w: (w.value is None, -(w.value.value if w.value else 0),
                                              w.name))
        )  # fmt: skip


def sexes(study: Study) -> tuple[str, str]:
    """The promise's own sex first."""
    return ("male", "female") if study.promise.sex == "male" else ("female", "male")


def standing(value: Estimate | None, place: Estimate | None) -> str:
    """Below or above only with the whole interval; unknown when either figure is missing."""
    if value is None or place is None or value.lower is None or value.upper is None:
        return UNKNOWN
    if value.upper < place.value:
        return BELOW
    return ABOVE if value.lower > place.value else NEAR


def differ(first: Estimate, second: Estimate) -> bool | None:
    """Whether two areas' figures differ at the 5% level; None when an interval is missing.

    Areas share no deaths, so the errors are independent and the variance of the difference is the
    sum of both. Intervals that overlap can still differ: asking that they don't is too strict.
    """
    errors = standard_error(first), standard_error(second)
    if errors[0] is None or errors[1] is None:
        return None
    return abs(first.value - second.value) > Z95 * math.hypot(errors[0], errors[1])


def ward_map(study: Study, tables: Tables, sex: str) -> WardMap | None:
    """The newest window of the study's own areas; None when nothing is published for them."""
    window = newest_period(tables, study.geography.vintage)
    if window is None:
        return None
    values = area_values(tables, study.geography.vintage, sex, window)
    place = comparator(tables, study.study.area_code, sex, window)
    wards = tuple(
        Ward(area.code, area.name, study.zone_of(area.code), area.row, area.column,
             values.get(area.code), standing(values.get(area.code), place))
        for area in study.geography.areas
    )  # fmt: skip
    return WardMap(sex, window, study.study.place, place, wards)
