"""Intervals of a decomposition by seeded resampling of deaths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gapwatch.demography.checks import (
    FloatArray,
    StrArray,
    check_level,
    check_whole,
    count_array,
    same_shape,
)
from gapwatch.demography.chiang import Bands, expectancy
from gapwatch.demography.decomposition import arriaga, contributions, either_reason
from gapwatch.demography.life_table import life_table
from gapwatch.demography.seeded import uniforms
from gapwatch.demography.table import LifeTable

FARTHEST_SD = 12.0
"""Counts farther from their mean than this are never drawn: their probability is below 1e-30."""


@dataclass(frozen=True, eq=False)
class Decomposition:
    """``arriaga`` with intervals, over the leading axes (...).

    Attributes
    ----------
    contribution, se, lower, upper : (..., A) years; bounds have a leading axis when ``level`` is a
        row
    total, total_se, total_lower, total_upper : (...) the gap e0(b) - e0(a), years
    reason : (...) why a's table, else b's, is refused; "" when published
    """

    contribution: FloatArray
    se: FloatArray
    lower: FloatArray
    upper: FloatArray
    total: FloatArray
    total_se: FloatArray
    total_lower: FloatArray
    total_upper: FloatArray
    reason: StrArray


def arriaga_interval(
    deaths_a: ArrayLike,
    population_a: ArrayLike,
    deaths_b: ArrayLike,
    population_b: ArrayLike,
    age_starts: ArrayLike,
    *,
    seed: int,
    draws: int = 2_000,
    level: float | Sequence[float] = 0.95,
) -> Decomposition:
    """``arriaga`` of two sides with standard errors and intervals by resampling their deaths [1].

    In a closed band the deaths of the life-table cohort, N = D/q rounded, are drawn from
    Binomial(N, D/N), whose q has Chiang's variance q^2 (1-q)/D; in the open band deaths are drawn
    from Poisson(D), Silcocks' variance, given that at least one occurs, as a table without any
    would be refused (S04). Bands and sides are independent; a band without deaths stays so. The
    standard error is the standard deviation over the draws, the interval their equal-tailed
    quantiles. Draws come from the seed's raw bits by inversion; results are rounded to 1e-9 and
    identical everywhere.

    Parameters
    ----------
    deaths_a, population_a, deaths_b, population_b : (..., A), equal shapes; age_starts : (A,)
    seed : whole number of at least 0; draws : whole number of at least 100
    level : one level of confidence or a row, each inside (0, 1)

    Rules of refusal: NaN where a side's table is refused; ``reason`` is its code.

    Errors: ValueError as ``life_table``; negative counts; a bad seed, draws or level.

    References
    ----------
    1. Andreev EM, Shkolnikov VM. Spreadsheet for calculation of confidence limits for any life
       table or healthy-life table quantity. MPIDR Technical Report 2010-005.
    """
    counts = [count_array("deaths_a", deaths_a), count_array("population_a", population_a)]
    counts += [count_array("deaths_b", deaths_b), count_array("population_b", population_b)]
    for name, one in zip(("population_a", "deaths_b", "population_b"), counts[1:], strict=True):
        same_shape(name, one.shape, "deaths_a", counts[0].shape)
    levels, repeats = check_level(level), check_whole("draws", draws, 100)
    a = life_table(counts[0], counts[1], age_starts)
    b = life_table(counts[2], counts[3], age_starts)
    value, reason = arriaga(a, b), either_reason(a, b)
    lead, bands = value.shape[:-1], a.age_starts.size
    u = uniforms(seed, (2, bands, repeats))
    tails = np.concatenate([(1 - levels.ravel()) / 2, (1 + levels.ravel()) / 2])
    found = np.full((np.asarray(reason).size, bands + 1, 1 + tails.size), np.nan)
    for row, index in enumerate(np.ndindex(lead)):
        if np.asarray(reason)[index] == "":
            sides = [(counts[0][index], a, u[0]), (counts[2][index], b, u[1])]
            drawn = [_draw(D, table, index, v) for D, table, v in sides]
            years = contributions(*drawn[0], *drawn[1], a.bands)
            years = np.column_stack([years, years.sum(axis=-1)])
            found[row, :, 0] = years.std(axis=0)
            found[row, :, 1:] = np.quantile(years, tails, axis=0).T
    found = np.round(np.moveaxis(found.reshape(*lead, bands + 1, -1), -1, 0), 9)
    lower, upper = found[1:].reshape(2, *levels.shape, *lead, bands + 1)
    return Decomposition(
        contribution=value,
        se=found[0][..., :-1],
        lower=lower[..., :-1],
        upper=upper[..., :-1],
        total=value.sum(axis=-1)[()],
        total_se=found[0][..., -1][()],
        total_lower=lower[..., -1][()],
        total_upper=upper[..., -1][()],
        reason=reason,
    )


def _draw(
    D: FloatArray, table: LifeTable, index: tuple[int, ...], u: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Probabilities of dying and expectations (draws, A) of one table's resampled deaths."""
    bands: Bands = table.bands
    q = np.zeros((u.shape[1], D.size))
    for k in np.flatnonzero(D[:-1] > 0):
        N = max(np.rint(D[k] / table.q[index][k]), np.ceil(D[k]))
        q[:, k] = _binomial(N, D[k] / N, u[k]) / N
    q[:, -1] = 1.0
    open_deaths = _poisson_above_zero(D[-1], u[-1])
    open_e = table.e[index][-1] * D[-1] / open_deaths
    return q, expectancy(q, open_e, bands)


def _support(mean: float, sd: float, least: float) -> FloatArray:
    reach = FARTHEST_SD * (sd + 1.0)
    return np.arange(max(least, np.floor(mean - reach)), np.ceil(mean + reach) + 1.0)


def _binomial(N: float, p: float, u: FloatArray) -> FloatArray:
    """Binomial(N, p) by inversion of its distribution function at u."""
    from scipy.special import betainc  # noqa: PLC0415 - slow to import

    k = _support(N * p, float(np.sqrt(N * p * (1.0 - p))), 0.0)
    k = k[k <= N]
    # betainc isn't defined at k = N, where the distribution function is 1.
    cdf = np.ones_like(k)
    inside = k < N
    cdf[inside] = betainc(N - k[inside], k[inside] + 1.0, 1.0 - p)
    return np.asarray(k[np.minimum(np.searchsorted(cdf, u), k.size - 1)])


def _poisson_above_zero(mean: float, u: FloatArray) -> FloatArray:
    """Poisson(mean) given that it is at least 1, by inversion at u."""
    from scipy.special import gammaincc  # noqa: PLC0415 - slow to import

    k = _support(mean, float(np.sqrt(mean)), 1.0)
    none = np.exp(-mean)
    cdf = gammaincc(k + 1.0, mean)
    at = np.searchsorted(cdf, none + u * (1.0 - none))
    return np.asarray(k[np.minimum(at, k.size - 1)])
