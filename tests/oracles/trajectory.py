"""The gap over time from five-year windows that overlap, by the most naive route.

Nothing here uses the matrices H, K, S or P of the usual formulas. Every quantity (a window's gap,
a year's gap, the slope) is written as a list of coefficients on primitive Gaussian shocks: one
slope, one innovation a year, one sampling error a window. Covariances are sums over those shocks,
and conditioning is Gaussian elimination on lists.

The flat level never gets a prior. It is differenced away: the data become differences from the
first window, and what is predicted is its difference from the first window. Error contrasts carry
the restricted likelihood whatever set of them is chosen (Harville 1974), and prediction from them
is the best linear unbiased one (universal kriging).

References
----------
Aitken AC (1936). On least squares and linear combination of observations. Proc R Soc Edinb 55.
Harville DA (1974). Bayesian inference for variance components using only error contrasts.
    Biometrika 61, 383-385.
"""

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

NORMAL = NormalDist()

SLOPE_SD = 0.5
TAU_PRIOR_SD = 0.25
TAU_MAX = 1.0
TAU_POINTS = 51

Window = tuple[int, int]
Vector = list[float]
Matrix = list[list[float]]


# --- linear algebra on lists ----------------------------------------------------------------


def dot(u: Sequence[float], v: Sequence[float]) -> float:
    """Sum of u_i v_i."""
    return math.fsum(a * b for a, b in zip(u, v, strict=True))


def eliminate(matrix: Matrix, right: Matrix) -> tuple[Matrix, float]:
    """Solve matrix X = right by Gaussian elimination with row exchanges; also log |matrix|.

    The matrix must be positive definite. ``right`` and X are lists of rows.
    """
    size = len(matrix)
    rows = [[*matrix[i], *right[i]] for i in range(size)]
    log_determinant = 0.0
    for k in range(size):
        pivot = max(range(k, size), key=lambda i: abs(rows[i][k]))
        rows[k], rows[pivot] = rows[pivot], rows[k]
        log_determinant += math.log(abs(rows[k][k]))
        for i in range(k + 1, size):
            factor = rows[i][k] / rows[k][k]
            rows[i] = [a - factor * b for a, b in zip(rows[i], rows[k], strict=True)]
    for k in reversed(range(size)):
        head = rows[k][k]
        rows[k] = [v / head for v in rows[k]]
        for i in range(k):
            factor = rows[i][k]
            rows[i] = [a - factor * b for a, b in zip(rows[i], rows[k], strict=True)]
    return [row[size:] for row in rows], log_determinant


# --- windows --------------------------------------------------------------------------------


def years_of(window: Window) -> list[int]:
    """The calendar years of a window given as (first, last), both included."""
    return list(range(window[0], window[1] + 1))


def overlap_years(a: Window, b: Window) -> int:
    """Number of calendar years in both windows."""
    return len(set(years_of(a)) & set(years_of(b)))


def sampling_covariance(windows: Sequence[Window], ses: Sequence[float]) -> Matrix:
    """cov_ij = s_i s_j overlap / sqrt(w_i w_j), overlap and widths in years."""
    out = []
    for a, s in zip(windows, ses, strict=True):
        row = []
        for b, t in zip(windows, ses, strict=True):
            shared = overlap_years(a, b) / math.sqrt(len(years_of(a)) * len(years_of(b)))
            row.append(s * t * shared)
        out.append(row)
    return out


# --- trend ----------------------------------------------------------------------------------


class Trend(NamedTuple):
    """Change a year, its SE, the two-sided normal p, and the fitted gap at year 0."""

    slope: float
    se: float
    p: float
    intercept: float


def gls_trend(windows: Sequence[Window], gaps: Sequence[float], ses: Sequence[float]) -> Trend:
    """Aitken's generalised least squares of gap on window midpoint, covariance known.

    Normal equations X'V^-1 X b = X'V^-1 y with columns 1 and midpoint; V^-1 by elimination.
    SE from (X'V^-1 X)^-1 without rescaling by the residuals; p = 2 (1 - Phi(|slope| / SE)).
    """
    middle = [(first + last) / 2 for first, last in windows]
    origin = middle[0]
    x = [m - origin for m in middle]
    covariance = sampling_covariance(windows, ses)
    solved, _ = eliminate(covariance, [[1.0, xi, yi] for xi, yi in zip(x, gaps, strict=True)])
    one, by_x, by_y = ([row[j] for row in solved] for j in range(3))
    ones = [1.0] * len(x)
    a, b, c = dot(ones, one), dot(ones, by_x), dot(x, by_x)
    u, v = dot(ones, by_y), dot(x, by_y)
    determinant = a * c - b * b
    slope = (a * v - b * u) / determinant
    intercept = (c * u - b * v) / determinant
    se = math.sqrt(a / determinant)
    p = 2 * NORMAL.cdf(-abs(slope) / se)
    return Trend(slope, se, p, intercept - slope * origin)


# --- the joint Gaussian of everything, given tau --------------------------------------------


class Shocks(NamedTuple):
    """Index of each primitive shock, and their joint covariance."""

    first_year: int
    last_year: int
    windows: list[Window]
    covariance: Matrix


def shocks(windows: Sequence[Window], ses: Sequence[float], last_year: int, tau: float) -> Shocks:
    """All shocks in one list: slope, innovations of years first+1 .. last, errors of windows.

    The walk starts at 0 in the first year, and time is counted from there; any other origin would
    only move the level, which is differenced away.
    """
    first_year = min(first for first, _ in windows)
    last_year = max([last_year, *(last for _, last in windows)])
    walk = last_year - first_year
    errors = sampling_covariance(windows, ses)
    size = 1 + walk + len(windows)
    joint = [[0.0] * size for _ in range(size)]
    joint[0][0] = SLOPE_SD**2
    for i in range(1, 1 + walk):
        joint[i][i] = tau**2
    for i in range(len(windows)):
        for j in range(len(windows)):
            joint[1 + walk + i][1 + walk + j] = errors[i][j]
    return Shocks(first_year, last_year, list(windows), joint)


def year_row(system: Shocks, year: int) -> Vector:
    """Gap of a year minus the level: slope * (year - first) + innovations up to that year."""
    row = [0.0] * len(system.covariance)
    row[0] = float(year - system.first_year)
    for k in range(1, year - system.first_year + 1):
        row[k] = 1.0
    return row


def window_row(system: Shocks, index: int) -> Vector:
    """Observed gap of a window minus the level: mean of its years' rows, plus its own error."""
    years = years_of(system.windows[index])
    rows = [year_row(system, year) for year in years]
    row = [math.fsum(column) / len(years) for column in zip(*rows, strict=True)]
    row[1 + system.last_year - system.first_year + index] += 1.0
    return row


def covariances(left: Matrix, system: Shocks, right: Matrix) -> Matrix:
    """Covariance of two lists of linear combinations of the shocks: A C B'."""
    carried = [[dot(row, column) for column in system.covariance] for row in left]
    return [[dot(row, other) for other in right] for row in carried]


def minus(u: Sequence[float], v: Sequence[float]) -> Vector:
    """u - v."""
    return [a - b for a, b in zip(u, v, strict=True)]


class GivenTau(NamedTuple):
    """Posterior at one tau: log restricted likelihood (up to a constant), moments, slope."""

    log_likelihood: float
    means: list[float]
    sds: list[float]
    slope_mean: float
    slope_sd: float


def condition(
    windows: Sequence[Window],
    gaps: Sequence[float],
    ses: Sequence[float],
    *,
    years: Sequence[int],
    tau: float,
) -> GivenTau:
    """Posterior of the annual gaps and of the slope given tau, from contrasts with window 1.

    Data z_i = y_i - y_1, i = 2..n ~ N(0, V). For a target g = (gap of a year) - y_1 with
    covariance c to z and variance k: mean y_1 + c'V^-1 z, variance k - c'V^-1 c. The slope is
    conditioned on z in the same way. The restricted log-likelihood is the density of z.
    """
    system = shocks(windows, ses, max(years), tau)
    observed = [window_row(system, i) for i in range(len(windows))]
    contrasts = [minus(row, observed[0]) for row in observed[1:]]
    z = [y - gaps[0] for y in gaps[1:]]
    slope_row = [1.0] + [0.0] * (len(system.covariance) - 1)
    targets = [minus(year_row(system, year), observed[0]) for year in years]
    targets.append(slope_row)

    across = covariances(contrasts, system, targets)
    right = [[*across[i], z[i]] for i in range(len(z))]
    solved, log_determinant = eliminate(covariances(contrasts, system, contrasts), right)
    fitted = [row[-1] for row in solved]
    log_likelihood = -(log_determinant + dot(z, fitted)) / 2

    moments = []
    for j, target in enumerate(targets):
        c = [row[j] for row in across]
        mean = dot(c, fitted)
        own = covariances([target], system, [target])[0][0]
        variance = own - dot(c, [row[j] for row in solved])
        moments.append((mean, math.sqrt(variance)))
    slope_mean, slope_sd = moments.pop()
    return GivenTau(
        log_likelihood,
        [gaps[0] + mean for mean, _ in moments],
        [sd for _, sd in moments],
        slope_mean,
        slope_sd,
    )


# --- mixture over tau -----------------------------------------------------------------------


def tau_grid() -> list[float]:
    """51 even points over [0, 1], ends included and weighted like the rest."""
    return [TAU_MAX * i / (TAU_POINTS - 1) for i in range(TAU_POINTS)]


def mixture_moments(
    weights: Sequence[float], means: Sequence[float], sds: Sequence[float]
) -> tuple[float, float]:
    """Mean and SD of a mixture of normals: the spread within and the spread between."""
    mean = dot(weights, means)
    within = dot(weights, [s * s for s in sds])
    between = dot(weights, [(m - mean) ** 2 for m in means])
    return mean, math.sqrt(within + between)


def mixture_cdf(
    x: float, weights: Sequence[float], means: Sequence[float], sds: Sequence[float]
) -> float:
    """P(value <= x) under a mixture of normals."""
    return dot(weights, [NORMAL.cdf((x - m) / s) for m, s in zip(means, sds, strict=True)])


def mixture_quantile(
    p: float, weights: Sequence[float], means: Sequence[float], sds: Sequence[float]
) -> float:
    """x with P(value <= x) = p, by halving until the floats meet."""
    reach = 12 * max(sds)
    low, high = min(means) - reach, max(means) + reach
    for _ in range(200):
        middle = (low + high) / 2
        if mixture_cdf(middle, weights, means, sds) < p:
            low = middle
        else:
            high = middle
    return (low + high) / 2


class Year(NamedTuple):
    """One year of the path: mean, SD, and central bands as exact quantiles of the mixture."""

    year: int
    mean: float
    sd: float
    bands: dict[int, tuple[float, float]]


class Projection(NamedTuple):
    """The annual path, the target year's figures, and what tau turned out to be."""

    path: list[Year]
    mean: float
    sd: float
    p_target: float
    p_narrowing: float
    slope_mean: float
    slope_sd: float
    taus: list[float]
    weights: list[float]


def posterior_weights(taus: Sequence[float], parts: Sequence[GivenTau]) -> list[float]:
    """Restricted likelihood times exp(-(tau / 0.25)^2 / 2), made to sum to 1."""
    logs = [
        part.log_likelihood - (tau / TAU_PRIOR_SD) ** 2 / 2
        for tau, part in zip(taus, parts, strict=True)
    ]
    top = max(logs)
    raw = [math.exp(v - top) for v in logs]
    total = math.fsum(raw)
    return [v / total for v in raw]


def project(
    windows: Sequence[Window],
    gaps: Sequence[float],
    ses: Sequence[float],
    *,
    target: float,
    target_year: int = 2035,
    bands: Sequence[int] = (50, 80, 95),
) -> Projection:
    """Path of the latent annual gap to the target year; P(gap <= target) and P(slope < 0).

    gap_t = level (flat) + slope (t - t_1) + walk_t; slope ~ N(0, 0.5^2); innovations N(0, tau^2);
    tau half-normal (0.25) on a grid; a window observes the mean of its years with the overlap
    covariance. Every year from the first window's first year is in the path.
    """
    first_year = min(first for first, _ in windows)
    years = list(range(first_year, max(target_year, *(last for _, last in windows)) + 1))
    taus = tau_grid()
    parts = [condition(windows, gaps, ses, years=years, tau=tau) for tau in taus]
    weights = posterior_weights(taus, parts)

    path = []
    for j, year in enumerate(years):
        means = [part.means[j] for part in parts]
        sds = [part.sds[j] for part in parts]
        mean, sd = mixture_moments(weights, means, sds)
        limits = {}
        for level in bands:
            tail = (1 - level / 100) / 2
            limits[level] = (
                mixture_quantile(tail, weights, means, sds),
                mixture_quantile(1 - tail, weights, means, sds),
            )
        path.append(Year(year, mean, sd, limits))

    j = years.index(target_year)
    at_target = ([part.means[j] for part in parts], [part.sds[j] for part in parts])
    slopes = ([part.slope_mean for part in parts], [part.slope_sd for part in parts])
    slope_mean, slope_sd = mixture_moments(weights, *slopes)
    return Projection(
        path=path,
        mean=path[j].mean,
        sd=path[j].sd,
        p_target=mixture_cdf(target, weights, *at_target),
        p_narrowing=mixture_cdf(0.0, weights, *slopes),
        slope_mean=slope_mean,
        slope_sd=slope_sd,
        taus=taus,
        weights=weights,
    )
