"""Both ends of a gap: each side's own trend, the relative gap, and who closes it."""

from __future__ import annotations

import numpy as np

from gapwatch.codes import (
    BETTER_WORSENS,
    BETTER_WORSENS_FASTER,
    BOTH_MOVE,
    NEITHER_CLEAR,
    WORSE_IMPROVES,
    WORSE_IMPROVES_FASTER,
)
from gapwatch.gap.trend.latent_gap import Prior
from gapwatch.gap.trend.target import ComparableSeries
from gapwatch.gap.trend.trajectory import Estimate, Trend, gls_trend
from gapwatch.gap.trend.windows import Floats, Windows
from gapwatch.intervals import Z95


def side_trends(
    series: ComparableSeries, windows: Windows, model: Prior
) -> tuple[Trend | None, Trend | None]:
    """Trends of the worse-off and the better-off side's life expectancy over the usable windows.

    None for a side whose values or standard errors are not all published beside the gap.
    """
    trends = []
    for value, se in ((series.worse, series.worse_se), (series.better, series.better_se)):
        v, s = series.of_usable(value), series.of_usable(se)
        known = bool(np.isfinite(v).all() and np.isfinite(s).all() and (s > 0).all())
        trends.append(
            gls_trend(windows.start, windows.end, v, s, lead=windows.lead, shock_sd=model.shock_sd)
            if known
            else None
        )
    return trends[0], trends[1]


def relative_gap(series: ComparableSeries) -> Estimate | None:
    """better / worse in the newest usable window, by the delta method on the log ratio.

    None when a side's value or standard error is missing there.
    """

    def newest(values: Floats) -> float:
        return float(values[-1])

    worse, better = (newest(series.of_usable(v)) for v in (series.worse, series.better))
    worse_se, better_se = (newest(series.of_usable(v)) for v in (series.worse_se, series.better_se))
    if not (np.isfinite([worse, better, worse_se, better_se]).all() and min(worse, better) > 0):
        return None
    half = Z95 * float(np.hypot(worse_se / worse, better_se / better))
    ratio = better / worse
    return Estimate(ratio, ratio * float(np.exp(-half)), ratio * float(np.exp(half)))


def closing_by(gap: Trend, worse: Trend | None, better: Trend | None) -> str:
    """Code of the side that closes a gap, given only as far as 95% intervals that exclude zero go.

    Empty unless the gap's own trend is below zero with its whole interval and both sides have a
    trend. Then, with "rises" and "falls" meaning an interval wholly above or below zero:
    worse-off rises, better-off falls: BOTH_MOVE; both rise: WORSE_IMPROVES_FASTER; both fall:
    BETTER_WORSENS_FASTER; one of them alone: WORSE_IMPROVES or BETTER_WORSENS; neither:
    NEITHER_CLEAR. Other combinations are "".
    """
    if worse is None or better is None or gap.upper >= 0:
        return ""
    rises, falls = worse.lower > 0, worse.upper < 0
    better_rises, better_falls = better.lower > 0, better.upper < 0
    if rises and better_falls:
        return BOTH_MOVE
    if rises:
        return WORSE_IMPROVES_FASTER if better_rises else WORSE_IMPROVES
    if better_falls:
        return BETTER_WORSENS_FASTER if falls else BETTER_WORSENS
    return "" if falls or better_rises else NEITHER_CLEAR
