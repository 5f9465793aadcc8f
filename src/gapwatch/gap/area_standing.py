"""Every area's newest figure beside that of the whole place, and beside the next in rank.

An area is called below or above only when its whole 95% interval lies on one side of the place's
own figure. Two areas are told apart by the standard error of their difference: intervals that
overlap can still differ, and asking that they don't is too strict.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from gapwatch.codes import ABOVE, BELOW, COMPUTED, NEAR, PUBLISHED, UNKNOWN
from gapwatch.contracts import AREA_STANDING
from gapwatch.contracts.findings import AreaStanding
from gapwatch.intervals import WIDTH_SE, Z95
from gapwatch.study import Study
from gapwatch.tables import canonical

Names = Mapping[str, str]


@dataclass(frozen=True)
class _Figure:
    """A life expectancy in years with its 95% limits, NaN where they aren't given."""

    value: float
    lower: float
    upper: float

    @property
    def known(self) -> bool:
        """Whether there is a value; its limits may still be missing."""
        return bool(np.isfinite(self.value))

    @property
    def se(self) -> float:
        """Standard error from the width of the interval."""
        return (self.upper - self.lower) / WIDTH_SE


_NONE = _Figure(np.nan, np.nan, np.nan)


def area_standings(
    study: Study,
    published: pd.DataFrame,
    carried: Mapping[str, Names],
    computed: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The table `area_standing`, for the study's areas and those of each bridge and level.

    `published` is the table `life_expectancy` with the figures that decide; `carried` has the
    names of the areas of a bridge by their geography. Each in the newest window of its geography.
    `computed` is the table `computed_life_expectancy`: where the own life tables decide, the areas
    of its other levels stand too, in the newest window of the study's own.
    """
    own = study.geography.vintage
    decides = study.computed is not None and study.computed.decides
    newest = {geography: _newest(published, geography) for geography in (own, *carried)}
    rows: list[AreaStanding] = []
    for sex in study.sexes:
        for geography, names in {own: study.area_names, **carried}.items():
            kind = COMPUTED if geography == own and decides else PUBLISHED
            rows += _of(
                study, published, published, (geography, kind, sex), names, newest[geography]
            )
        if computed is None or not decides:
            continue
        figures = computed.rename(columns={"area": "area_code"})
        for geography in _levels(study):
            mine = figures[figures["geography"] == geography]
            names = dict(zip(mine["area_code"], mine["area_name"], strict=True))
            rows += _of(study, published, mine, (geography, COMPUTED, sex), names, newest[own])
    frame = pd.DataFrame([asdict(row) for row in rows], columns=list(AREA_STANDING.names))
    return canonical(AREA_STANDING, frame, AREA_STANDING.name)


def _levels(study: Study) -> list[str]:
    """Other kinds of areas that the study makes its own life tables for."""
    levels = study.computed.levels if study.computed else ()
    own = (study.geography.vintage, "borough")
    return [level.geography for level in levels if level.geography not in own]


def _newest(published: pd.DataFrame, geography: str) -> tuple[int, int] | None:
    here = published[published["geography"] == geography]
    if here.empty:
        return None
    newest = here.sort_values(["period_end", "period_start"]).iloc[-1]
    return int(newest["period_start"]), int(newest["period_end"])


def _then(figures: pd.DataFrame, sex: str, window: tuple[int, int]) -> pd.DataFrame:
    return figures[
        (figures["sex"] == sex)
        & (figures["period_start"] == window[0])
        & (figures["period_end"] == window[1])
    ]


def _of(
    study: Study,
    published: pd.DataFrame,
    figures: pd.DataFrame,
    which: tuple[str, str, str],
    names: Names,
    window: tuple[int, int] | None,
) -> Iterator[AreaStanding]:
    if window is None:
        return
    geography, kind, sex = which
    then = _then(figures, sex, window)
    found = _figures(then[then["geography"] == geography])
    of_place = _then(published, sex, window)
    place = _place(of_place[of_place["area_code"] == study.study.area_code])
    held = {code: found.get(code, _NONE) for code in names}
    ranked = sorted(
        (code for code, figure in held.items() if figure.known),
        key=lambda code: (-held[code].value, names[code]),
    )
    after = dict(pairwise(ranked))
    for code, figure in held.items():
        beside = held[after[code]] if code in after else _NONE
        difference, se = figure.value - beside.value, float(np.hypot(figure.se, beside.se))
        yield AreaStanding(
            geography=geography,
            figures=kind,
            area_code=code,
            sex=sex,
            period_start=window[0],
            period_end=window[1],
            standing=_standing(figure, place),
            rank=ranked.index(code) + 1 if figure.known else None,
            next_difference_years=_given(difference),
            next_se_years=_given(se),
            differs_from_next=bool(difference > Z95 * se) if np.isfinite(se) else None,
        )


def _given(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _figures(rows: pd.DataFrame) -> dict[str, _Figure]:
    columns = ["life_expectancy_years", "lower95_years", "upper95_years"]
    values = rows[columns].to_numpy(dtype=np.float64, na_value=np.nan)
    return {
        str(code): _Figure(*map(float, row))
        for code, row in zip(rows["area_code"], values, strict=True)
    }


def _place(rows: pd.DataFrame) -> _Figure:
    """The whole place, whatever vintage its row stands under; the first that has a value."""
    for _, mine in rows.groupby("geography", sort=True):
        figure = next(iter(_figures(mine).values()))
        if figure.known:
            return figure
    return _NONE


def _standing(figure: _Figure, place: _Figure) -> str:
    if not place.known or not np.isfinite([figure.value, figure.lower, figure.upper]).all():
        return UNKNOWN
    if figure.upper < place.value:
        return BELOW
    return ABOVE if figure.lower > place.value else NEAR
