"""The gap, measured in every way that the study registers (docs/methods.md, measures).

From published values only: a side of several areas is a population-weighted mean, which is an
approximation and is labelled as one by its `basis_code`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from gapwatch.codes import (
    CORRECTED_RANGE,
    GROUP_MISSING,
    INDEX_UNDEFINED,
    INTERVAL_TOO_WIDE,
    NO_INTERVAL,
    NO_RANKING,
    PUBLISHED,
    PUBLISHED_MEAN,
    SLOPE,
    SLOPE_IMD2007,
    SLOPE_IMD2010,
    SLOPE_RANKED,
)
from gapwatch.contracts import CALENDAR_YEAR, GAP
from gapwatch.demography.extremes import corrected_range
from gapwatch.demography.inequality import slope_index
from gapwatch.demography.pooling import pool_published
from gapwatch.demography.table import WIDEST_INTERVAL_YEARS
from gapwatch.gap.window_flags import quality_flags, segments
from gapwatch.geography.panel import BoolArray, FloatArray, Panel, build_panel
from gapwatch.intervals import Z95, between_sides
from gapwatch.study import Measure, Study
from gapwatch.tables import canonical

MINIMUM_RANKS = 3
_SLOPES = {
    "imd2007_average_score": SLOPE_IMD2007,
    "imd2010_average_score": SLOPE_IMD2010,
    "ranking_score": SLOPE_RANKED,
}


@dataclass(frozen=True)
class Ends:
    """Both ends and the gap of one measure over W windows; every array is (W,), NaN = missing."""

    worse: FloatArray
    worse_lower: FloatArray
    worse_upper: FloatArray
    better: FloatArray
    better_lower: FloatArray
    better_upper: FloatArray
    gap: FloatArray
    se: FloatArray
    lower: FloatArray
    upper: FloatArray
    relative: FloatArray
    relative_lower: FloatArray
    relative_upper: FloatArray
    naive: FloatArray
    reason: tuple[str, ...]
    basis_code: str


@dataclass(frozen=True)
class Side:
    """One side over W windows, with its 95% interval."""

    value: FloatArray
    se: FloatArray
    lower: FloatArray
    upper: FloatArray
    reason: tuple[str, ...]


def measure_gaps(
    study: Study, inputs: dict[str, pd.DataFrame], year_ends: str = CALENDAR_YEAR
) -> pd.DataFrame:
    """The table `gap`: every measure of the study for every sex of it and every published window.

    `year_ends` is the last day of each year of the windows.
    """
    frames = []
    for sex in study.sexes:
        panel = build_panel(study, inputs, sex)
        for measure in study.measures:
            ends = _METHODS[measure.kind](study, measure, panel)
            frames.append(_frame(study, measure, panel, ends, year_ends))
    gaps = pd.concat(frames, ignore_index=True).assign(year_ends=year_ends)
    return canonical(GAP.coded, gaps, "gap")


def side(panel: Panel, codes: tuple[str, ...]) -> Side:
    """Life expectancy of a set of areas: the published value of one, the weighted mean of more.

    A window in which any of the areas has no value is withheld with reason G01, one in which any
    value has no interval with G06, one with an interval wider than 20 years with S05.
    """
    columns = panel.columns(codes)
    value, se = panel.value[:, columns], panel.se[:, columns]
    if len(codes) == 1:
        pooled, pooled_se = value[:, 0], se[:, 0]
        lower, upper = panel.lower[:, columns[0]], panel.upper[:, columns[0]]
        missing = np.isnan(pooled)
    else:
        pool = pool_published(panel.population[columns], value, np.nan_to_num(se))
        pooled = np.asarray(pool.value)
        pooled_se = np.where(np.isnan(se).any(axis=1), np.nan, pool.se)
        lower, upper = pooled - Z95 * pooled_se, pooled + Z95 * pooled_se
        missing = np.asarray(pool.reason) != ""
    too_wide = np.asarray((upper - lower) > WIDEST_INTERVAL_YEARS)
    reason = tuple(
        GROUP_MISSING if absent else NO_INTERVAL if bare else INTERVAL_TOO_WIDE if wide else ""
        for absent, bare, wide in zip(missing, np.isnan(pooled_se), too_wide, strict=True)
    )
    return Side(
        np.where(too_wide, np.nan, pooled),
        np.where(too_wide, np.nan, pooled_se),
        lower,
        upper,
        reason,
    )


def _between_sides(study: Study, measure: Measure, panel: Panel) -> Ends:
    """Better-off side minus worse-off side; the two sides' errors are independent."""
    worse_codes, better_codes = study.side(measure.worse), study.side(measure.better)
    worse, better = side(panel, worse_codes), side(panel, better_codes)
    found = between_sides(worse.value, worse.se, better.value, better.se)
    pooled = len(worse_codes) > 1 or len(better_codes) > 1
    return Ends(
        worse.value,
        worse.lower,
        worse.upper,
        better.value,
        better.lower,
        better.upper,
        found.gap,
        found.se,
        found.lower,
        found.upper,
        found.ratio,
        found.ratio_lower,
        found.ratio_upper,
        naive=np.full_like(found.gap, np.nan),
        reason=tuple(w or b for w, b in zip(worse.reason, better.reason, strict=True)),
        basis_code=PUBLISHED_MEAN if pooled else PUBLISHED,
    )


def _extremes(study: Study, measure: Measure, panel: Panel) -> Ends:
    """Lowest and highest area, corrected for having been picked; the naive range beside it."""
    del measure
    windows = len(panel.start)
    out = {
        name: np.full(windows, np.nan)
        for name in ("worse", "better", "gap", "se", "lower", "upper", "naive")
    }
    complete = np.asarray(~np.isnan(panel.value + panel.se).any(axis=1))
    for window in np.flatnonzero(complete):
        # The same draws in every window: adding a window changes no other figure, and chance in
        # the simulation can't look like a change between windows.
        found = corrected_range(
            panel.value[window],
            panel.se[window],
            seed=study.simulation.seed,
            draws=study.simulation.draws,
        )
        out["worse"][window], out["better"][window] = found.lowest, found.highest
        out["gap"][window], out["se"][window] = found.range, found.se
        out["lower"][window], out["upper"][window] = found.lower, found.upper
        out["naive"][window] = found.naive
    nothing = np.full(windows, np.nan)
    return Ends(
        out["worse"],
        nothing,
        nothing,
        out["better"],
        nothing,
        nothing,
        out["gap"],
        out["se"],
        out["lower"],
        out["upper"],
        out["better"] / out["worse"],
        nothing,
        nothing,
        out["naive"],
        reason=_lacking(panel, complete),
        basis_code=CORRECTED_RANGE,
    )


def _lacking(panel: Panel, complete: BoolArray) -> tuple[str, ...]:
    """Why the windows that aren't complete are withheld: a value is missing, or an interval."""
    absent = np.asarray(np.isnan(panel.value).any(axis=1), dtype=np.bool_)
    return tuple(
        "" if whole else GROUP_MISSING if gone else NO_INTERVAL
        for whole, gone in zip(complete.tolist(), absent.tolist(), strict=True)
    )


def _slope(study: Study, measure: Measure, panel: Panel) -> Ends:
    """Slope index across the areas, most deprived first: the whole gradient, not two sides."""
    del measure
    by = study.geography.ranked_by
    if by is None:
        return _withheld(np.full(len(panel.start), np.nan), NO_RANKING, SLOPE)
    # Areas with one score share one rank: their order would be an accident of their codes.
    ranks = [
        np.flatnonzero(panel.deprivation == score) for score in np.unique(panel.deprivation)[::-1]
    ]
    nothing = np.full(len(panel.start), np.nan)
    if len(ranks) < MINIMUM_RANKS:
        return _withheld(nothing, INDEX_UNDEFINED, SLOPE)
    pools = [
        pool_published(panel.population[rank], panel.value[:, rank], panel.se[:, rank])
        for rank in ranks
    ]
    value = np.column_stack([pool.value for pool in pools])
    se = np.column_stack([pool.se for pool in pools])
    people = np.array([panel.population[rank].sum() for rank in ranks])
    found = slope_index(np.broadcast_to(people, value.shape), value, se)
    reason = _lacking(panel, np.asarray(np.atleast_1d(found.reason) == ""))
    return Ends(
        found.intercept,
        nothing,
        nothing,
        found.intercept + found.sii,
        nothing,
        nothing,
        found.sii,
        found.se,
        found.lower,
        found.upper,
        found.rii,
        found.rii_lower,
        found.rii_upper,
        nothing,
        reason,
        basis_code=_SLOPES[by.column],
    )


def _withheld(nothing: FloatArray, code: str, basis_code: str) -> Ends:
    """A measure that can't be made in any window."""
    return Ends(
        nothing,
        nothing,
        nothing,
        nothing,
        nothing,
        nothing,
        nothing,
        nothing,
        nothing,
        nothing,
        nothing,
        nothing,
        nothing,
        nothing,
        reason=(code,) * len(nothing),
        basis_code=basis_code,
    )


_METHODS: dict[str, Callable[[Study, Measure, Panel], Ends]] = {
    "pair": _between_sides,
    "pooled": _between_sides,
    "extremes": _extremes,
    "slope": _slope,
}


def _frame(
    study: Study, measure: Measure, panel: Panel, ends: Ends, year_ends: str
) -> pd.DataFrame:
    ends = _withhold(ends)
    return pd.DataFrame(
        {
            "measure": measure.id,
            "sex": panel.sex,
            "kind": measure.kind,
            "geography": study.geography.vintage,
            "segment": segments(study, panel),
            "period_start": panel.start,
            "period_end": panel.end,
            "worse_years": ends.worse,
            "worse_lower95_years": ends.worse_lower,
            "worse_upper95_years": ends.worse_upper,
            "better_years": ends.better,
            "better_lower95_years": ends.better_lower,
            "better_upper95_years": ends.better_upper,
            "gap_years": ends.gap,
            "se_years": ends.se,
            "lower95_years": ends.lower,
            "upper95_years": ends.upper,
            "relative_gap": ends.relative,
            "relative_lower95": ends.relative_lower,
            "relative_upper95": ends.relative_upper,
            "naive_gap_years": ends.naive,
            "basis_code": ends.basis_code,
            "reason": list(ends.reason),
            "flags": quality_flags(
                panel,
                np.fmax(ends.worse_upper - ends.worse_lower, ends.better_upper - ends.better_lower),
                year_ends,
            ),
        }
    )


def _withhold(ends: Ends) -> Ends:
    """A window with a reason has no gap; a side that is known is still shown."""
    hidden = np.array([bool(code) for code in ends.reason])

    def shown(values: FloatArray) -> FloatArray:
        return np.where(hidden, np.nan, values)

    return replace(
        ends,
        gap=shown(ends.gap),
        se=shown(ends.se),
        lower=shown(ends.lower),
        upper=shown(ends.upper),
        relative=shown(ends.relative),
        relative_lower=shown(ends.relative_lower),
        relative_upper=shown(ends.relative_upper),
        naive=shown(ends.naive),
    )
