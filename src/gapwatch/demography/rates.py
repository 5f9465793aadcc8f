"""Rates of events: Poisson limits of one side, and of the ratio and difference of two."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from gapwatch.demography.checks import FloatArray, refuse_where
from gapwatch.demography.chiang import normal_quantile
from gapwatch.demography.proportions import Contrast, Limits, difference, wilson

FEW_EVENTS = 10.0
"""Below this Byar's approximation gives way to the exact limits, as PHEindicatormethods has it."""


def poisson_limits(events: ArrayLike, *, level: float = 0.95) -> Limits:
    """Limits of a Poisson mean from the events seen: Byar's [1], exact below 10 events [2].

    Byar: x (1 - 1/9x - z/(3 sqrt x))^3 and (x+1) (1 - 1/9(x+1) + z/(3 sqrt(x+1)))^3. Exact: half
    the quantiles of chi-square with 2x and 2x + 2 degrees of freedom; the lower is 0 of no events.

    Parameters: events (...), at least 0; NaN gives NaN. Errors: ValueError for fewer than none.

    References
    ----------
    1. Breslow NE, Day NE. Statistical methods in cancer research, volume II. IARC 1987, page 69.
    2. Garwood F. Fiducial limits for the Poisson distribution. Biometrika 1936;28:437-42.
    """
    from scipy.special import gammaincinv  # noqa: PLC0415 - slow to import

    x = np.asarray(events, dtype=np.float64)
    refuse_where("events", "at least 0", x, x < 0)
    z = float(normal_quantile(np.asarray(level)))
    tail = (1 - level) / 2
    some = np.maximum(x, 1.0)  # keeps the branch that isn't taken finite
    lower = some * (1 - 1 / (9 * some) - z / (3 * np.sqrt(some))) ** 3
    upper = (x + 1) * (1 - 1 / (9 * (x + 1)) + z / (3 * np.sqrt(x + 1))) ** 3
    few = x < FEW_EVENTS
    exact_lower = np.where(x > 0, gammaincinv(np.where(x > 0, x, 1.0), tail), 0.0)
    exact_upper = gammaincinv(x + 1, 1 - tail)
    return Limits(np.where(few, exact_lower, lower), np.where(few, exact_upper, upper))


def rate_ratio(
    x1: ArrayLike,
    exposure1: ArrayLike,
    x2: ArrayLike,
    exposure2: ArrayLike,
    *,
    method: Literal["score", "exact"] = "score",
    level: float = 0.95,
) -> Contrast:
    """(x1/exposure1) / (x2/exposure2) with limits from the share of events on the first side [1].

    Given the sum of two Poisson counts, the first is binomial with share p, and the ratio is
    p/(1-p) times exposure2/exposure1. ``score`` takes Wilson's limits of p, whose coverage is near
    its level on average; ``exact`` takes those of Clopper and Pearson, whose coverage is never
    below it, and which are wider. Without events on the second side there is no ratio: NaN.

    Parameters: (...) each; events at least 0, exposures above 0; NaN gives NaN.

    Errors: ValueError for negative events and for exposures of 0 or less.

    References
    ----------
    1. Przyborowski J, Wilenski H. Homogeneity of results in testing samples from Poisson series.
       Biometrika 1940;31:313-23. Barker L, Cadwell BL. An analysis of eight 95 per cent confidence
       intervals for a ratio of Poisson parameters. Statistics in Medicine 2008;27:4030-7.
    """
    a, b = (np.asarray(x, dtype=np.float64) for x in (x1, x2))
    n, m = (np.asarray(e, dtype=np.float64) for e in (exposure1, exposure2))
    for name, events in (("x1", a), ("x2", b)):
        refuse_where(name, "at least 0 events", events, events < 0)
    for name, exposure in (("exposure1", n), ("exposure2", m)):
        refuse_where(name, "an exposure above 0", exposure, exposure <= 0)
    scale = m / n
    a, b, scale = np.broadcast_arrays(a, b, scale)
    lacking = ~(b > 0)
    total = np.where(lacking, 1.0, a + b)
    share = np.where(lacking, 0.0, a)
    limits = wilson(share, total, level=level) if method == "score" else _exact(share, total, level)
    found = [_odds(p) * scale for p in (share / total, limits.lower, limits.upper)]
    return Contrast(*(np.where(lacking, np.nan, part) for part in found))


def rate_difference(
    x1: ArrayLike,
    exposure1: ArrayLike,
    x2: ArrayLike,
    exposure2: ArrayLike,
    *,
    level: float = 0.95,
) -> Contrast:
    """x1/exposure1 - x2/exposure2 with limits recovered from ``poisson_limits`` of each side."""
    sides = []
    for x, exposure in ((x1, exposure1), (x2, exposure2)):
        events, size = np.asarray(x, dtype=np.float64), np.asarray(exposure, dtype=np.float64)
        refuse_where("exposure", "an exposure above 0", size, size <= 0)
        limits = poisson_limits(events, level=level)
        sides.append((events / size, Limits(limits.lower / size, limits.upper / size)))
    (first, of_first), (second, other) = sides
    return difference(first, of_first, second, other)


def _exact(x: FloatArray, n: FloatArray, level: float) -> Limits:
    """Clopper and Pearson's limits of a binomial share."""
    from scipy.special import betaincinv  # noqa: PLC0415 - slow to import

    tail = (1 - level) / 2
    some, rest = np.maximum(x, 1e-300), np.maximum(n - x, 1e-300)
    lower = np.where(x > 0, betaincinv(some, n - x + 1, tail), 0.0)
    upper = np.where(x < n, betaincinv(x + 1, rest, 1 - tail), 1.0)
    return Limits(lower, upper)


def _odds(p: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore"):
        return np.asarray(p / (1 - p))
