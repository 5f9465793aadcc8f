"""Gaps over many areas: slope index of inequality, and the range with its noise.

References
----------
Mackenbach JP, Kunst AE (1997). Measuring the magnitude of socio-economic inequalities in health.
    Soc Sci Med 44, 757-771 (slope index of inequality).
Paule RC, Mandel J (1982). Consensus values and weighting factors. J Res NBS 87, 377-385.
Viechtbauer W (2005). Bias and efficiency of meta-analytic variance estimators in the random-effects
    model. J Educ Behav Stat 30, 261-293 (REML).
"""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from statistics import NormalDist

NORMAL = NormalDist()


# --- slope index ----------------------------------------------------------------------------


def midpoints(populations: Sequence[float]) -> list[float]:
    """Midpoint of each area's stretch of the cumulative population, most deprived first, in 0-1."""
    total = sum(populations)
    return [(sum(populations[:i]) + populations[i] / 2) / total for i in range(len(populations))]


def slope_index(values: Sequence[float], populations: Sequence[float]) -> tuple[float, float]:
    """(SII, intercept): weighted least squares of value on x, by the two normal equations.

    sum w y   = b0 sum w   + b1 sum w x
    sum w x y = b0 sum w x + b1 sum w x^2      (w = population), solved by Cramer's rule.
    x runs from 0 to 1, so b1 is the fitted difference from the most to the least deprived end.
    Fractions in give fractions out.
    """
    x = midpoints(populations)
    s0 = s1 = s2 = t0 = t1 = 0
    for xi, yi, wi in zip(x, values, populations, strict=True):
        s0 += wi
        s1 += wi * xi
        s2 += wi * xi * xi
        t0 += wi * yi
        t1 += wi * xi * yi
    determinant = s0 * s2 - s1 * s1
    return (s0 * t1 - s1 * t0) / determinant, (t0 * s2 - t1 * s1) / determinant


def exact_slope_index(
    values: Sequence[float], populations: Sequence[float]
) -> tuple[Fraction, Fraction]:
    """(SII, intercept) in rational arithmetic from the same inputs."""
    return slope_index([Fraction(v) for v in values], [Fraction(p) for p in populations])


def slope_index_se(ses: Sequence[float], populations: Sequence[float]) -> float:
    """sqrt(sum c_i^2 se_i^2), c_i found as the SII of the data that are 1 at i and 0 elsewhere.

    SII is linear in the values, so that response is its coefficient.
    """
    k = len(ses)
    total = 0.0
    for i in range(k):
        unit = [1.0 if j == i else 0.0 for j in range(k)]
        coefficient, _ = slope_index(unit, populations)
        total += (coefficient * ses[i]) ** 2
    return math.sqrt(total)


def relative_index(sii: float, intercept: float) -> float:
    """RII = (intercept + SII) / intercept: least over most deprived end of the fitted line."""
    return (intercept + sii) / intercept


def _ends(
    values: Sequence[float], populations: Sequence[float], transform: str
) -> tuple[float, float]:
    """Ends of the line fitted to transformed values, transformed back: most, least deprived."""
    if transform == "log":
        slope, start = slope_index([math.log(v) for v in values], populations)
        return math.exp(start), math.exp(start + slope)
    slope, start = slope_index([math.log(v / (1 - v)) for v in values], populations)
    return 1 / (1 + math.exp(-start)), 1 / (1 + math.exp(-start - slope))


def transformed_index(
    values: Sequence[float], populations: Sequence[float], transform: str
) -> tuple[float, float]:
    """(SII, RII) of a line through log or logit values: difference and ratio of its ends."""
    most, least = _ends(values, populations, transform)
    return least - most, least / most


def transformed_index_se(
    values: Sequence[float], ses: Sequence[float], populations: Sequence[float], transform: str
) -> tuple[float, float]:
    """Standard errors of both: central differences in each value, in place of any derivative."""
    totals = [0.0, 0.0]
    for i, se in enumerate(ses):
        step = 1e-6 * min(values[i], 1 - values[i] if transform == "logit" else values[i])
        ends = []
        for sign in (1, -1):
            moved = [v + sign * step * (j == i) for j, v in enumerate(values)]
            ends.append(transformed_index(moved, populations, transform))
        for k in (0, 1):
            totals[k] += ((ends[0][k] - ends[1][k]) / (2 * step) * se) ** 2
    return math.sqrt(totals[0]), math.sqrt(totals[1])


# --- the range and its noise ----------------------------------------------------------------


def naive_range(values: Sequence[float]) -> float:
    """Best minus worst. Biased upward by noise."""
    ordered = sorted(values)
    return ordered[-1] - ordered[0]


def _grid(means: Sequence[float], sds: Sequence[float], steps: int) -> list[float]:
    reach = 9 * max(sds)
    low, high = min(means) - reach, max(means) + reach
    return [low + (high - low) * i / steps for i in range(steps + 1)]


def _trapezium(points: Sequence[float], heights: Sequence[float]) -> float:
    width = points[1] - points[0]
    return width * (math.fsum(heights) - (heights[0] + heights[-1]) / 2)


def expected_range(means: Sequence[float], sds: Sequence[float], steps: int = 4000) -> float:
    """E(max - min) of independent normals: integral of 1 - prod F_i(x) - prod(1 - F_i(x)).

    18 equal means with SD 1 give 3.64. All sds must be > 0.
    """
    points = _grid(means, sds, steps)
    heights = []
    for x in points:
        below = [NORMAL.cdf((x - m) / s) for m, s in zip(means, sds, strict=True)]
        above = [NORMAL.cdf((m - x) / s) for m, s in zip(means, sds, strict=True)]
        heights.append(1 - math.prod(below) - math.prod(above))
    return _trapezium(points, heights)


def range_cdf(r: float, means: Sequence[float], sds: Sequence[float], steps: int = 1000) -> float:
    """P(max - min <= r) of independent normals.

    Sum over i of integral f_i(x) prod_(j != i) [F_j(x + r) - F_j(x)]: area i is the lowest, at x.
    """
    k = len(means)
    if r <= 0:
        return 0.0
    points = _grid(means, sds, steps)
    heights = []
    for x in points:
        within = [
            NORMAL.cdf((x + r - means[j]) / sds[j]) - NORMAL.cdf((x - means[j]) / sds[j])
            for j in range(k)
        ]
        height = 0.0
        for i in range(k):
            density = NORMAL.pdf((x - means[i]) / sds[i]) / sds[i]
            height += density * math.prod(within[:i] + within[i + 1 :])
        heights.append(height)
    return _trapezium(points, heights)


def range_quantile(p: float, means: Sequence[float], sds: Sequence[float]) -> float:
    """r with P(max - min <= r) = p, by halving (to about 1e-9)."""
    low, high = 0.0, max(means) - min(means) + 18 * max(sds)
    while high - low > 1e-9:
        middle = (low + high) / 2
        if range_cdf(middle, means, sds) < p:
            low = middle
        else:
            high = middle
    return (low + high) / 2


# --- the true spread between areas ----------------------------------------------------------


def random_effects_mean(values: Sequence[float], ses: Sequence[float], tau2: float) -> float:
    """Mean of the areas with weights 1 / (se_i^2 + tau2)."""
    weights = [1 / (s * s + tau2) for s in ses]
    weighted = [w * v for w, v in zip(weights, values, strict=True)]
    return math.fsum(weighted) / math.fsum(weights)


def heterogeneity(values: Sequence[float], ses: Sequence[float], tau2: float) -> float:
    """Q(tau2) = sum (v_i - mean)^2 / (se_i^2 + tau2); falls as tau2 rises."""
    centre = random_effects_mean(values, ses, tau2)
    return math.fsum((v - centre) ** 2 / (s * s + tau2) for v, s in zip(values, ses, strict=True))


def _falling_root(f: Callable[[float], float], high: float) -> float:
    """Zero of a falling function on [0, infinity), or 0 when it starts below zero."""
    if f(0.0) <= 0:
        return 0.0
    while f(high) > 0:
        high *= 2
    low = 0.0
    for _ in range(300):
        middle = (low + high) / 2
        if f(middle) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def paule_mandel(values: Sequence[float], ses: Sequence[float]) -> float:
    """tau2 >= 0 at which Q(tau2) = k - 1 (Paule & Mandel 1982); 0 if Q(0) is already less."""
    return _falling_root(lambda t: heterogeneity(values, ses, t) - (len(values) - 1), 1.0)


def restricted_log_likelihood(values: Sequence[float], ses: Sequence[float], tau2: float) -> float:
    """-(sum log(se_i^2 + tau2) + log sum 1/(se_i^2 + tau2) + Q(tau2)) / 2, up to a constant."""
    variances = [s * s + tau2 for s in ses]
    spread = math.fsum(math.log(v) for v in variances)
    precision = math.log(math.fsum(1 / v for v in variances))
    return -(spread + precision + heterogeneity(values, ses, tau2)) / 2


def reml(values: Sequence[float], ses: Sequence[float], steps: int = 2000) -> float:
    """tau2 >= 0 with the highest restricted likelihood: search a grid, then close in on its best.

    The grid guards against a second peak. The last digits are limited by the flatness of the top
    (about 1e-7 relative).
    """
    low, high = 0.0, naive_range(values) ** 2
    if high == 0:
        return 0.0
    for _ in range(12):
        points = [low + (high - low) * i / steps for i in range(steps + 1)]
        best = max(points, key=lambda t: restricted_log_likelihood(values, ses, t))
        step = (high - low) / steps
        low, high = max(0.0, best - 2 * step), best + 2 * step
    return best


def shrink(
    values: Sequence[float], ses: Sequence[float], tau2: float
) -> tuple[list[float], list[float]]:
    """Posterior means and SDs of the true values, given tau2 and the estimated mean.

    b_i = tau2 / (tau2 + se_i^2); mean_i = centre + b_i (v_i - centre); sd_i = sqrt(b_i) se_i.
    The uncertainty of the centre and of tau2 is left out (plain empirical Bayes).
    """
    centre = random_effects_mean(values, ses, tau2)
    kept = [tau2 / (tau2 + s * s) for s in ses]
    means = [centre + b * (v - centre) for b, v in zip(kept, values, strict=True)]
    sds = [math.sqrt(b) * s for b, s in zip(kept, ses, strict=True)]
    return means, sds
