"""Draws of a life table's deaths, and of causes' parts in them, by inversion; their spread."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gapwatch.demography.checks import FloatArray
from gapwatch.demography.chiang import Bands, expectancy, survivors
from gapwatch.demography.table import LifeTable

FARTHEST_SD = 12.0
"""Counts farther from their mean than this are never drawn: their probability is below 1e-30."""
TINY = float(np.finfo(np.float64).tiny)


class Drawn(NamedTuple):
    """Resampled deaths, probabilities of dying and expectations, each (draws, A)."""

    deaths: FloatArray
    q: FloatArray
    e: FloatArray


def draw_table(D: FloatArray, table: LifeTable, index: tuple[int, ...], u: FloatArray) -> Drawn:
    """Resampled deaths of one table from its deaths D (A,) and uniforms u (A, draws)."""
    bands: Bands = table.bands
    deaths, q = np.zeros((u.shape[1], D.size)), np.zeros((u.shape[1], D.size))
    for k in np.flatnonzero(D[:-1] > 0):
        N = max(np.rint(D[k] / table.q[index][k]), np.ceil(D[k]))
        deaths[:, k] = _binomial(N, D[k] / N, u[k])
        q[:, k] = deaths[:, k] / N
    q[:, -1] = 1.0
    deaths[:, -1] = _poisson_above_zero(D[-1], u[-1])
    open_e = table.e[index][-1] * D[-1] / deaths[:, -1]
    return Drawn(deaths, q, expectancy(q, open_e, bands))


def per_share(a: Drawn, b: Drawn, bands: Bands) -> tuple[FloatArray, FloatArray]:
    """Factors (draws, A) of the causes' shares in a's and in b's deaths.

    ``arriaga_by_cause`` in q instead of m, which needs no special case at the cap of q: with Y the
    years that a unit of q costs, cause c makes Y (q1_c (1 - (1-a)q2) - q2_c (1 - (1-a)q1)), where
    q_c is q times the cause's share; of the open band (l1 + l2)(e2 s1_c - e1 s2_c) / 2.
    """
    la, lb = survivors(a.q), survivors(b.q)
    from_a, from_b = 0.5 * (la + lb), 0.5 * (la + lb)
    ahead = la[:, :-1] * (bands.lost + b.e[:, 1:]) + lb[:, :-1] * (bands.lost + a.e[:, 1:])
    qa, qb, late = a.q[:, :-1], b.q[:, :-1], 1.0 - bands.a
    from_a[:, :-1] = 0.5 * ahead * qa * (1.0 - late * qb)
    from_b[:, :-1] = 0.5 * ahead * qb * (1.0 - late * qa)
    from_a[:, -1] *= b.e[:, -1]
    from_b[:, -1] *= a.e[:, -1]
    return from_a, from_b


def draw_part(n: FloatArray, p: FloatArray, u: FloatArray) -> FloatArray:
    """Binomial(n, p) by inversion at u: n and u (draws, A), p (A,) the share of each band."""
    k = np.where(p >= 1.0, n, 0.0)
    at = (n > 0) & (p > 0) & (p < 1)
    k[at] = _binomial_each(n[at], np.broadcast_to(p, at.shape)[at], u[at])
    return k


def _binomial_each(n: FloatArray, p: FloatArray, u: FloatArray) -> FloatArray:
    """Smallest k whose distribution function reaches u, from a guess that is seldom 2 off."""
    from scipy.special import betainc, ndtri  # noqa: PLC0415 - slow to import

    z = ndtri(u)
    # Cornish-Fisher's first two terms. Only the time taken depends on the guess.
    guess = n * p + z * np.sqrt(n * p * (1.0 - p)) + (z * z - 1.0) * (1.0 - 2.0 * p) / 6.0
    k = np.clip(np.rint(guess), 0.0, n)
    low = np.flatnonzero(k < n)
    while low.size:
        low = low[betainc(n[low] - k[low], k[low] + 1.0, 1.0 - p[low]) < u[low]]
        k[low] += 1.0
        low = low[k[low] < n[low]]
    high = np.flatnonzero(k > 0)
    while high.size:
        high = high[betainc(n[high] - k[high] + 1.0, k[high], 1.0 - p[high]) >= u[high]]
        k[high] -= 1.0
        high = high[k[high] > 0]
    return k


def spread(years: FloatArray, levels: FloatArray) -> FloatArray:
    """Standard deviation and quantiles, (A + 1, 1 + 2V), of draws (draws, A) and of their sum."""
    tails = np.concatenate([(1 - levels.ravel()) / 2, (1 + levels.ravel()) / 2])
    years = np.column_stack([years, years.sum(axis=-1)])
    return np.column_stack([years.std(axis=0), np.quantile(years, tails, axis=0).T])


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
