"""Whether areas with more of an indicator have lower life expectancy, and how sure that can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gapwatch.demography.correlation import (
    Correlation,
    false_discovery,
    first_axis,
    pearson,
    reliability,
)
from gapwatch.intervals import Z95
from gapwatch.priorities.codes import (
    ALIGNED,
    CONTEXT,
    FEW_AREAS,
    NO_SIGN,
    NO_SPREAD,
    REVERSED,
    SAME_DEATHS,
)
from gapwatch.priorities.figures import FloatArray, areas_of
from gapwatch.priorities.indicators import Measured
from gapwatch.study import Study

FEWEST = 8
"""With fewer areas a correlation's interval is too wide to read anything from."""
DISCOVERY = 0.05
"""The share of false finds among those that are called aligned."""


@dataclass(frozen=True, eq=False)
class Life:
    """Life expectancy of the study's areas in one window, areas in order of code."""

    sex: str
    start: int
    end: int
    years: FloatArray
    se: FloatArray


@dataclass(frozen=True)
class Aligned:
    """One indicator against life expectancy; `correlation`, `q` and `reliability` may be None.

    `on_axis`: one of the indicators whose shared axis is `axis_share`.
    """

    measured: Measured
    areas: int
    correlation: Correlation | None
    q: float | None
    reading: str
    reliability: float | None
    axis_share: float | None
    axis_indicators: int
    on_axis: bool


def life_of(study: Study, life_expectancy: pd.DataFrame) -> Life | None:
    """The newest window in which most of the study's areas have a life expectancy, or None."""
    codes = areas_of(study)
    sex = study.promise.sex
    mine = life_expectancy[
        (life_expectancy["geography"] == study.geography.vintage)
        & (life_expectancy["sex"] == sex)
        & life_expectancy["area_code"].isin(codes)
        & life_expectancy["life_expectancy_years"].notna()
    ]
    counts = mine.groupby(["period_end", "period_start"]).size()
    enough = counts[counts >= max(FEWEST, len(codes) // 2)]
    if not len(enough):
        return None
    end, start = max(enough.index)
    of_window = mine[(mine["period_start"] == start) & (mine["period_end"] == end)]
    by_code = of_window.set_index("area_code").reindex(codes)
    low, high = (by_code[f"{end_}95_years"].to_numpy(np.float64) for end_ in ("lower", "upper"))
    return Life(
        sex,
        int(start),
        int(end),
        by_code["life_expectancy_years"].to_numpy(np.float64),
        (high - low) / (2 * Z95),
    )


def align(every: Sequence[Measured], life: Life) -> list[Aligned]:
    """Each indicator that isn't refused against life expectancy, in the order given.

    False discovery is over indicators that have a better direction, enough areas, and are not made
    of the deaths that life expectancy is made of; the shared axis over those of them that line up.
    """
    kept = [one for one in every if not one.reason]
    found = [_pair(one, life) for one in kept]
    tested = [
        at
        for at, (one, pair) in enumerate(zip(kept, found, strict=True))
        if isinstance(pair, Correlation) and _is_tested(one)
    ]
    p = [pair.p for at in tested if isinstance(pair := found[at], Correlation)]
    q = dict(zip(tested, false_discovery(p).tolist(), strict=True)) if p else {}
    axis, on = _axis(kept, [at for at in tested if q[at] <= DISCOVERY], life)
    return [
        Aligned(
            measured=one,
            areas=int(_both(one, life).sum()),
            correlation=pair if isinstance(pair, Correlation) else None,
            q=q.get(at),
            reading=_reading(one, pair, q.get(at)),
            reliability=_reliability(one, life),
            axis_share=axis,
            axis_indicators=len(on),
            on_axis=at in on,
        )
        for at, (one, pair) in enumerate(zip(kept, found, strict=True))
    ]


def _is_tested(one: Measured) -> bool:
    return one.indicator.better != "neither" and not one.indicator.same_deaths


def _both(one: Measured, life: Life) -> np.ndarray:
    return np.isfinite(one.value) & np.isfinite(life.years)


def _pair(one: Measured, life: Life) -> Correlation | str:
    both = _both(one, life)
    if both.sum() < FEWEST:
        return FEW_AREAS
    x, y = one.value[both], life.years[both]
    if np.ptp(x) <= 0 or np.ptp(y) <= 0:
        return NO_SPREAD
    return pearson(x, y)


def _reading(one: Measured, pair: Correlation | str, q: float | None) -> str:
    """What it comes to; `aligned`: worse values where lives are shorter, by q."""
    if not isinstance(pair, Correlation):
        return pair
    if one.indicator.same_deaths:
        return SAME_DEATHS
    if q is None:
        return CONTEXT
    if q > DISCOVERY:
        return NO_SIGN
    return ALIGNED if (pair.r < 0) == (one.indicator.better == "lower") else REVERSED


def _reliability(one: Measured, life: Life) -> float | None:
    both = _both(one, life) & np.isfinite(life.se)
    if both.sum() < FEWEST or np.ptp(life.years[both]) <= 0:
        return None
    return reliability(life.years[both], life.se[both])


def _axis(
    kept: Sequence[Measured], lined_up: Sequence[int], life: Life
) -> tuple[float | None, frozenset[int]]:
    """Share of the variance of indicators that line up on one axis, and which of them it is of.

    Of areas that all of them have; an indicator that lacks a figure of any area with a life
    expectancy is left out.
    """
    known = np.isfinite(life.years)
    on = [at for at in lined_up if np.isfinite(kept[at].value[known]).all()]
    if len(on) < 2:  # noqa: PLR2004 - one indicator is its own axis
        return None, frozenset()
    return first_axis(np.array([kept[at].value[known] for at in on])), frozenset(on)
