"""Pace: what change a year is needed, what was achieved, and when that pace reaches the target."""

from __future__ import annotations

import math
from dataclasses import replace

from gapwatch.gap.trend.trajectory import Estimate, Trend
from gapwatch.gap.trend.windows import overlap_correlation
from gapwatch.intervals import Z95

NEVER = math.inf
"""Years to the target when the pace never gets there; test with `is_never`, don't print it."""


def is_never(years: float | None) -> bool:
    """True when `years` stands for "never" (and not for "cannot calculate", which is None)."""
    return years is not None and math.isinf(years)


def required_pace(
    *, gap: float, se: float, midpoint: float, target: float, deadline: int
) -> Estimate:
    """Change a year, from the newest window's midpoint to the deadline, that ends at the target.

    (target - gap) / (deadline - midpoint); negative means that the gap must fall. `se` is the
    standard error of target - gap: the newest figure's where the target is fixed, else
    `error_beside`.

    Raises ValueError when the deadline is not after the midpoint.
    """
    span = deadline - midpoint
    if span <= 0:
        raise ValueError(f"deadline: expected a year after {midpoint}, found {deadline}")
    value, half = float((target - gap) / span), float(Z95 * se / span)
    return Estimate(value, value - half, value + half)


def error_beside(
    se: float, share: float, baseline_se: float, spans: tuple[tuple[int, int], tuple[int, int]]
) -> float:
    """Standard error of a figure less `share` of a baseline, both means over windows of years.

    `spans` are the first and the last year of both; their sampling errors are correlated where
    they share years (`windows.overlap_correlation`).
    """
    shared = float(overlap_correlation(*zip(*spans, strict=True))[0, 1])
    variance = se**2 + (share * baseline_se) ** 2 - 2.0 * share * se * baseline_se * shared
    return math.sqrt(max(variance, 0.0))


def change_between(
    before: tuple[int, int],
    after: tuple[int, int],
    *,
    gaps: tuple[float, float],
    errors: tuple[float, float],
) -> Estimate | None:
    """Change of the gap between two windows of one series, years, with its 95% interval.

    `before` and `after` are the first and the last year of each; `gaps` and `errors` are in years.
    None when a standard error is missing.
    """
    if not all(math.isfinite(error) for error in errors):
        return None
    half = Z95 * error_beside(errors[1], 1.0, errors[0], (before, after))
    change = gaps[1] - gaps[0]
    return Estimate(change, change - half, change + half)


def less_baseline(trend: Trend, share: float, baseline_se: float, midpoint: float) -> Trend:
    """The trend with the error of its level less `share` of a baseline figure at `midpoint`.

    The line is the best linear unbiased estimate, so its covariance with any figure of the same
    series is that of the line itself there (Gauss and Markov): level and slope with the line's
    height at the midpoint. `level` and `slope` stay as they are.
    """
    t = midpoint - trend.origin
    with_level = trend.level_se**2 + t * trend.level_slope_covariance
    with_slope = trend.level_slope_covariance + t * trend.se**2
    variance = trend.level_se**2 + (share * baseline_se) ** 2 - 2.0 * share * with_level
    return replace(
        trend,
        level_se=math.sqrt(max(variance, 0.0)),
        level_slope_covariance=trend.level_slope_covariance - share * with_slope,
    )


def years_to_target(trend: Trend, target: float) -> Estimate:
    """Years after the newest window's midpoint until the straight line first meets the target.

    With d = level - target > 0 the value is -d / slope when the slope is negative, `NEVER`
    otherwise; 0 when the line is at or below the target already. The interval is Fieller's: all
    times t >= 0 at which the line cannot be told from the target,
    (d + slope t)^2 <= z^2 (v_d + 2 t c + t^2 v_slope). Its upper end is `NEVER` whenever the
    slope's own 95% interval reaches zero, which is usual with few windows. Where the target is a
    share of a baseline, `trend` has the error of the level less that share (`less_baseline`).

    Reference: Fieller 1954, J R Stat Soc B 16:175.
    """
    d, s, z2 = trend.level - target, trend.slope, Z95**2
    a = s**2 - z2 * trend.se**2
    b = d * s - z2 * trend.level_slope_covariance
    c = d**2 - z2 * trend.level_se**2
    value = 0.0 if d <= 0 else (-d / s if s < 0 else NEVER)
    if c > 0 and d < 0:
        return Estimate(value, 0.0, 0.0)
    certain_fall = a > 0 and s < 0
    root = math.sqrt(max(b * b - a * c, 0.0))
    upper = (root - b) / a if certain_fall else NEVER
    if c <= 0:
        return Estimate(value, 0.0, upper)
    if a > 0 and s > 0:
        return Estimate(NEVER, NEVER, NEVER)
    # The smaller positive root of a t^2 + 2 b t + c, in the form that survives a near zero.
    lower = c / (root - b) if root > b else NEVER
    return Estimate(value, lower, upper)
