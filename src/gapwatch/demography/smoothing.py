"""Small areas: an area's mortality as a smooth departure from a standard schedule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gapwatch.demography.checks import (
    LARGEST_COUNT,
    BoolArray,
    FloatArray,
    StrArray,
    check_age_starts,
    check_level,
    finite_array,
    real_array,
    refuse,
    refuse_where,
    same_shape,
)
from gapwatch.demography.chiang import (
    Bands,
    bands_of,
    expectancy,
    interval,
    probability_of_dying,
)
from gapwatch.demography.life_table import LEAST_PERSON_YEARS, ROUNDING_PERSON_YEARS
from gapwatch.demography.table import WIDEST_INTERVAL_YEARS
from gapwatch.intervals import Z95

KNOTS = (0.0, 1.0, 10.0, 20.0, 40.0, 70.0)
"""Gonzaga and Schmertmann's knots below the open band's; the last knot is the open band's start."""
MOST_STEPS = 100
CONVERGED = 1e-9
LONGEST_STEP = 2.0
"""A Newton step changes no coefficient by more than a factor of e^2 in mortality."""


@dataclass(frozen=True, eq=False)
class SmoothedTable:
    """Life tables from smoothed rates, over the leading axes (...).

    Attributes
    ----------
    m : (..., A) smoothed death rate, deaths a person-year
    e, se, lower, upper : (..., A) years, as in ``LifeTable``; the error is that of the fitted
        coefficients and says nothing of a standard that doesn't suit the area
    alpha : (..., K) log departure from the standard at each knot
    knots : (K,) ages
    reason : (...) "" when published, else one of S07, S06, S03, S01, T01, T02, S05; the tables are
        then NaN, except that S05 keeps ``se`` and the interval
    """

    m: FloatArray
    e: FloatArray
    se: FloatArray
    lower: FloatArray
    upper: FloatArray
    alpha: FloatArray
    knots: FloatArray
    reason: StrArray


def topals(
    deaths: ArrayLike,
    population: ArrayLike,
    age_starts: ArrayLike,
    standard: ArrayLike,
    *,
    knots: Sequence[float] | None = None,
    penalty: float = 1.0,
    level: float | Sequence[float] = 0.95,
) -> SmoothedTable:
    """TOPALS: log rates = standard + linear spline, by penalised Poisson likelihood [1, 2].

    log m = log m* + B alpha, B (A, K) being linear B-splines at the knots, taken at the middle of
    each closed band and at the start of the open one. alpha maximises sum [D log m - P m] - penalty
    * sum (alpha_(k+1) - alpha_k)^2. With C the inverse of the negative Hessian at the maximum
    (Laplace), the variance of e_x is g C g', g being the derivative of e_x by alpha (delta method).
    The life table is Chiang's, with the smoothed rates.

    A sensitivity for areas with empty bands, where the direct table drops their variance and an
    empty open band has no rate at all. It never replaces the direct figure without saying so: it
    borrows the standard's shape, and pulls small areas towards a parallel of it.

    Parameters
    ----------
    deaths, population : (..., A), equal shapes; a band may be empty on both
    age_starts : (A,)
    standard : (A,) death rates above 0 of a large population, same bands and sex
    knots : ages, ascending from 0; by default 0, 1, 10, 20, 40, 70 and the open band's start, those
        that lie within the bands
    penalty : weight of the squared differences of neighbouring alphas, above 0; 1 as in [1]
    level : one level of confidence or a row, each inside (0, 1)

    Rules of refusal: S07 missing band, S06 negative count, S03 deaths > population, S01 under 5,000
    person-years, T01 no deaths at all, T02 no convergence, S05 95% interval wider than 20 years.
    Not S02 and S04: empty bands and an open band without deaths are what the method is for.

    Errors: ValueError as ``life_table``; a standard of another shape or not above 0; knots that
    don't ascend from 0; penalty <= 0.

    References
    ----------
    1. Gonzaga MR, Schmertmann CP. Estimating age- and sex-specific mortality rates for small areas
       with TOPALS regression. Revista Brasileira de Estudos de Populacao 2016;33:629-652.
    2. de Beer J. Smoothing and projecting age-specific probabilities of death by TOPALS.
       Demographic Research 2012;27:543-592.
    """
    ages, levels = check_age_starts(age_starts), check_level(level)
    bands = bands_of(ages)
    D, P = _counts("deaths", deaths, ages), _counts("population", population, ages)
    same_shape("population", P.shape, "deaths", D.shape)
    base = finite_array("standard", standard)
    same_shape("standard", base.shape, "age_starts", ages.shape)
    if (base <= 0).any():
        raise refuse("standard", "death rates above 0", f"{base.min():g}")
    if not (np.isfinite(penalty) and penalty > 0):
        raise refuse("penalty", "a number above 0", repr(penalty))
    ends = _knots(knots, ages)
    B = linear_splines(np.append((ages[:-1] + ages[1:]) / 2.0, ages[-1]), ends)
    lead = D.shape[:-1]
    reason: StrArray = _count_reasons(D, P).ravel()
    fit = reason == ""
    D, P = (one.reshape(-1, ages.size)[fit] for one in (D, P))
    alpha, covariance, converged = _fit(D, P, np.log(base), B, penalty)
    reason[np.flatnonzero(fit)[~converged]] = "T02"
    m = np.exp(np.log(base) + alpha @ B.T)
    e, se = _expectancy_and_error(m, B, covariance, bands)
    for one in (m, e, se, alpha):
        one[~converged] = np.nan
    full = [np.full((reason.size, one.shape[1]), np.nan) for one in (m, e, se, alpha)]
    for whole, part in zip(full, (m, e, se, alpha), strict=True):
        whole[fit] = part
    m, e, se, alpha = (one.reshape(*lead, one.shape[1]) for one in full)
    lower, upper = interval(e, se, levels)
    reason = np.asarray(reason.reshape(lead))
    wide = (reason == "") & ~(2.0 * Z95 * se[..., 0] <= WIDEST_INTERVAL_YEARS)
    for one in (m, e, alpha):
        one[wide] = np.nan
    reason[wide] = "S05"
    return SmoothedTable(m, e, se, lower, upper, alpha, ends, reason[()])


def _counts(argument: str, values: ArrayLike, ages: FloatArray) -> FloatArray:
    """Counts over the bands; a negative one is a reason here (S06), not an error."""
    counts = real_array(argument, values)
    if counts.shape[-1] != ages.size:
        raise refuse(argument, f"{ages.size} bands on the last axis", f"shape {counts.shape}")
    refuse_where(argument, "counts of at most 2**53", counts, np.abs(counts) > LARGEST_COUNT)
    return counts


def _knots(knots: Sequence[float] | None, ages: FloatArray) -> FloatArray:
    if knots is None:
        return np.array([*(one for one in KNOTS if one < ages[-1]), ages[-1]])
    ends = finite_array("knots", knots)
    if ends.ndim != 1 or ends.size < 2 or ends[0] != 0 or (np.diff(ends) <= 0).any():  # noqa: PLR2004
        raise refuse("knots", "at least two ages, ascending from 0", repr(knots))
    return ends


def linear_splines(at: FloatArray, knots: FloatArray) -> FloatArray:
    """Linear B-splines (A, K): hat functions at the knots, constant beyond the outer ones."""
    return np.column_stack([np.interp(at, knots, unit) for unit in np.eye(knots.size)])


def _count_reasons(D: FloatArray, P: FloatArray) -> StrArray:
    """The first reason that the counts alone decide, "" where the fit may go ahead."""
    missing = (np.isnan(D) | np.isnan(P)).any(axis=-1)
    tests: list[tuple[str, BoolArray | np.bool_]] = [
        ("S07", missing),
        ("S06", ((D < 0) | (P < 0)).any(axis=-1)),
        ("S03", (D > P).any(axis=-1)),
        ("S01", P.sum(axis=-1) < LEAST_PERSON_YEARS - ROUNDING_PERSON_YEARS),
        ("T01", D.sum(axis=-1) == 0),
    ]
    return np.asarray(np.select([t for _, t in tests], [c for c, _ in tests], "")).astype("<U3")


def _fit(
    D: FloatArray, P: FloatArray, log_base: FloatArray, B: FloatArray, penalty: float
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Newton's method for every table at once: alpha (N, K), covariance (N, K, K), converged (N,).

    It starts from the standard scaled to the area's deaths. The objective is concave, and a step is
    halved for the tables where it would not raise it.
    """
    rough = np.diff(np.eye(B.shape[1]), axis=0)
    S = 2.0 * penalty * rough.T @ rough
    scale = np.log(D.sum(axis=-1) / (P * np.exp(log_base)).sum(axis=-1))
    alpha = np.repeat(scale[:, np.newaxis], B.shape[1], axis=1)

    def objective(a: FloatArray) -> FloatArray:
        eta = log_base + a @ B.T
        return np.asarray(
            (D * eta - P * np.exp(eta)).sum(axis=-1) - 0.5 * ((a @ S) * a).sum(axis=-1)
        )

    converged = np.zeros(len(D), dtype=np.bool_)
    for _ in range(MOST_STEPS):
        expected = P * np.exp(log_base + alpha @ B.T)
        gradient = (D - expected) @ B - alpha @ S
        H = np.einsum("na,aj,ak->njk", expected, B, B, optimize=True) + S
        step = np.clip(
            np.linalg.solve(H, gradient[..., np.newaxis])[..., 0], -LONGEST_STEP, LONGEST_STEP
        )
        converged = np.abs(step).max(axis=-1, initial=0.0) < CONVERGED
        if converged.all():
            break
        before, factor = objective(alpha), np.ones((len(D), 1))
        for _ in range(30):
            worse = objective(alpha + factor * step) < before - 1e-12 * np.abs(before)
            if not worse.any():
                break
            factor[worse] /= 2.0
        alpha = alpha + factor * step
    expected = P * np.exp(log_base + alpha @ B.T)
    H = np.einsum("na,aj,ak->njk", expected, B, B, optimize=True) + S
    return alpha, np.linalg.inv(H), converged


def _expectancy_and_error(
    m: FloatArray, B: FloatArray, covariance: FloatArray, bands: Bands
) -> tuple[FloatArray, FloatArray]:
    """e (N, A) from the smoothed rates and its delta-method standard error.

    Derivatives by alpha run backwards with e: d e_x = p_x d e_next
    - ((1-a)n + e_next) dq/dm m B_x, with dq/dm = n / (1 + (1-a)n m)^2; open band d e_w = -e_w B_w.
    """
    q = probability_of_dying(m, bands)
    e, se = expectancy(q, 1.0 / m[:, -1], bands), np.empty_like(m)
    by_alpha = -e[:, -1:] * B[-1]
    for k in range(m.shape[1] - 1, -1, -1):
        if k < bands.n.size:
            slope = bands.n[k] * m[:, k] / (1.0 + bands.lost[k] * m[:, k]) ** 2
            slope = np.where(q[:, k] < 1.0, slope, 0.0) * (bands.lost[k] + e[:, k + 1])
            by_alpha = (1.0 - q[:, k : k + 1]) * by_alpha - slope[:, np.newaxis] * B[k]
        se[:, k] = np.sqrt(np.einsum("nj,njk,nk->n", by_alpha, covariance, by_alpha))
    return e, se
