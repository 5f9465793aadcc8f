"""Every area of the study in the newest window, set against the whole place.

An area is called below or above only when its whole 95% interval lies on one side of the place's
own figure. Two areas are told apart by the standard error of their difference.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from gapwatch.reporting.numbers import vintage
from gapwatch.reporting.reading import (
    Z95,
    Estimate,
    Tables,
    area_name,
    area_values,
    comparator,
    newest_period,
    standard_error,
)
from gapwatch.study import Study

MAJORITY = 0.5
BELOW, NEAR, ABOVE, UNKNOWN = "below", "near", "above", "unknown"


@dataclass(frozen=True)
class Ward:
    """One area: its value, and which side of the place's figure it is.

    `row` and `column` are its tile's; None for areas that only a real map can show.
    """

    code: str
    name: str
    zone: str
    row: int | None
    column: int | None
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
    geography: str = "ward2011"

    @property
    def areas(self) -> str:
        """What the areas are called, such as `2011 wards`."""
        return vintage(self.geography)

    @property
    def noun(self) -> str:
        """One of them, such as `ward` or `MSOA`."""
        return self.areas[5:-1] if self.areas[:4].isdigit() else "area"

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
    """The newest window that is published for small areas; None when there is none.

    The areas are the study's own, or those of a bridge when their figures are newer.
    """
    shown = newest_areas(study, tables)
    if shown is None:
        return None
    geography, window = shown
    values = area_values(tables, geography, sex, window)
    place = comparator(tables, study.study.area_code, sex, window)
    wards = tuple(
        Ward(code, name, zone, row, column, values.get(code), standing(values.get(code), place))
        for code, name, zone, row, column in _places(study, tables, geography)
    )
    return WardMap(sex, window, study.study.place, place, wards, geography)


def newest_areas(study: Study, tables: Tables) -> tuple[str, tuple[int, int]] | None:
    """Geography and window of the newest figures; the study's own areas win a tie."""
    known = [study.geography.vintage, *(bridge.geography for bridge in study.geography.bridges)]
    found = [
        (window[::-1], -place, geography)
        for place, geography in enumerate(known)
        if (window := newest_period(tables, geography))
    ]
    if not found:
        return None
    window, _, geography = max(found)
    return geography, (window[1], window[0])


Place = tuple[str, str, str, int | None, int | None]


def _places(study: Study, tables: Tables, geography: str) -> list[Place]:
    """Code, name, zone and tile of every area; an area of a bridge is in a zone by majority."""
    if geography == study.geography.vintage:
        return [
            (area.code, area.name, study.zone_of(area.code), area.row, area.column)
            for area in study.geography.areas
        ]
    carried = tables["bridge"]
    rows = carried[carried["geography"] == geography]
    return [
        (code, area_name(tables, code), zone if share > MAJORITY else "", None, None)
        for code, zone, share in zip(
            rows["area_code"], rows["zone"], rows["share_in_zone"], strict=True
        )
    ]


def has_outlines(found: WardMap, tables: Tables) -> bool:
    """Whether an outline of every area of the map is pinned, of its own vintage."""
    boundary = tables.get("boundary")
    if boundary is None:
        return False
    held = set(boundary.loc[boundary["geography"] == found.geography, "area_code"])
    return {ward.code for ward in found.wards} <= held


def drawable(found: WardMap, tables: Tables) -> bool:
    """Whether the areas can be put on a map: real outlines, or a tile for each."""
    return has_outlines(found, tables) or all(ward.row is not None for ward in found.wards)
