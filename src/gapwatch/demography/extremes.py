"""Best minus worst area, corrected for the noise that alone would make a range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from gapwatch.demography.checks import (
    FloatArray,
    StrArray,
    check_level,
    check_whole,
    refuse,
    refuse_where,
)
from gapwatch.demography.code_bits import missing_reason
from gapwatch.demography.inequality import check_values
from gapwatch.demography.seeded import normals

STRATA = 200
"""Values of the spread tau that stand for its whole distribution, each with equal weight."""
HALVINGS = 60
"""Bisections for tau^2: the bracket shrinks by 2**60, below the rounding of its ends."""


@dataclass(frozen=True, eq=False)
class CorrectedRange:
    """The range of the areas' true values, over the leading axes (...); scalars for one set.

    Attributes
    ----------
    naive : highest minus lowest observed value, biased upwards by noise
    range : expected range of the true values, ``highest`` - ``lowest`` exactly
    se : standard deviation of the range of the true values over the draws
    lower, upper : its interval; a leading axis when ``level`` is a row. ``lower`` is exactly 0 when
        the data can't rule out that all areas are the same
    lowest, highest : expected lowest and highest true value
    tau : Paule-Mandel standard deviation of the true values between areas
    reason : "G01" when an area is withheld or missing, "" when published
    """

    naive: FloatArray
    range: FloatArray
    se: FloatArray
    lower: FloatArray
    upper: FloatArray
    lowest: FloatArray
    highest: FloatArray
    tau: FloatArray
    reason: StrArray


def corrected_range(
    value: ArrayLike,
    se: ArrayLike,
    *,
    seed: int,
    draws: int = 20_000,
    level: float | Sequence[float] = 0.95,
) -> CorrectedRange:
    """Expected range of the true values of areas whose estimates carry sampling error.

    Model: y_i ~ N(theta_i, se_i^2), theta_i ~ N(mu, tau^2). ``tau`` is Paule and Mandel's [1]:
    Q(tau^2) = sum w_i (y_i - mu_hat)^2 = k - 1, with w_i = 1/(se_i^2 + tau^2), 0 if Q(0) <= k - 1.

    The spread is not taken as known. Since Q at the true tau^2 follows chi-squared on k - 1 degrees
    of freedom exactly, tau^2 is drawn from its confidence distribution, the solution of
    Q(tau^2) = chi-squared variate [2]. Where even Q(0) is below the variate, tau is 0: the share of
    such draws is the p-value of Cochran's test that all areas are the same. Given tau,
    mu ~ N(mu_hat, 1 / sum w) and theta_i is normal with mean
    (tau^2 y_i + se_i^2 mu) / (tau^2 + se_i^2) and variance tau^2 se_i^2 / (tau^2 + se_i^2) [3].
    The range of each draw of theta gives ``range`` (mean), ``se`` and the equal-tailed interval. At
    tau = 0 the areas are the same and the range is 0, so the 95% interval starts at exactly 0
    whenever Cochran's p exceeds 0.025: that is, in 97.5% of data sets in which all areas truly are
    the same.

    On average the corrected range is far below the naive one; in a single data set whose areas
    crowd at both ends it can lie above it.

    Variates are a fixed grid of equal-probability midpoints; normals come from the seed's raw bits
    by inversion, the same for every set of areas. Results are rounded to 1e-9, below which
    platforms differ, so that they agree everywhere.

    Parameters
    ----------
    value, se : (..., G), equal shapes, at least two areas; se > 0; NaN is withheld
    seed : whole number of at least 0
    draws : whole number of at least 200, rounded up to a multiple of 200
    level : one level or a row, each inside (0, 1)

    Rules of refusal: one NaN refuses the set ("G01"): the missing area may be the extreme one.

    Errors: ValueError for shapes that differ, fewer than two areas, se <= 0, infinities, anything
    but real numbers, empty input, a bad seed, draws or level.

    References
    ----------
    1. Paule RC, Mandel J. Consensus values and weighting factors. J Res Natl Bur Stand
       1982;87:377-385.
    2. Viechtbauer W. Confidence intervals for the amount of heterogeneity in meta-analysis. Stat
       Med 2007;26:37-52. (The Q-profile interval, of which this is the whole distribution.)
    3. Morris CN. Parametric empirical Bayes inference. J Am Stat Assoc 1983;78:47-55.
    """
    y, s = check_values(value, se)
    if y.shape[-1] < 2:  # noqa: PLR2004 - a range needs two areas
        raise refuse("value", "at least two areas on the last axis", f"shape {y.shape}")
    refuse_where("se", "standard errors above 0", s, s == 0)
    levels = check_level(level)
    each = -(-check_whole("draws", draws, STRATA) // STRATA)
    areas, lead = y.shape[-1], y.shape[:-1]
    missing = np.isnan(y) | np.isnan(s)
    refused = np.asarray(missing.any(axis=-1))
    sets, errors = y.reshape(-1, areas), s.reshape(-1, areas)
    noise = _noise(check_whole("seed", seed, 0), areas, each)
    tails = np.concatenate([(1 - levels.ravel()) / 2, (1 + levels.ravel()) / 2])
    found = np.full((len(sets), 5 + tails.size), np.nan)
    for row in np.flatnonzero(~refused.ravel()):
        found[row] = _one_set(sets[row], errors[row], noise, tails)
    found = np.round(found, 9)
    naive, tau, lowest, highest, sd = (found[:, i].reshape(lead)[()] for i in range(5))
    bounds = found[:, 5:].T.reshape(2, *levels.shape, *lead)
    return CorrectedRange(
        naive=naive,
        range=highest - lowest,
        se=sd,
        lower=bounds[0][()],
        upper=bounds[1][()],
        lowest=lowest,
        highest=highest,
        tau=tau,
        reason=missing_reason(refused)[()],
    )


@lru_cache(maxsize=4)
def _noise(seed: int, areas: int, each: int) -> FloatArray:
    """Standard normals for each area and for mu; kept, because a report asks for many series."""
    noise = normals(seed, (areas + 1, STRATA, each))
    noise.flags.writeable = False
    return noise


def _one_set(y: FloatArray, s: FloatArray, noise: FloatArray, tails: FloatArray) -> FloatArray:
    """Naive range, tau, expected lowest and highest, SD of the range, and its quantiles."""
    from scipy.special import chdtri  # noqa: PLC0415 - slow to import

    # Centred, so that the rounding of a large common level doesn't enter the spread.
    centre = float(y.mean())
    y = y - centre
    s2 = s * s
    variates = chdtri(y.size - 1, (np.arange(STRATA) + 0.5) / STRATA)
    tau2 = spread(y, s2, np.append(variates, y.size - 1.0))
    tau, tau2 = float(np.sqrt(tau2[-1])), tau2[:-1]
    weight = 1.0 / (s2[:, np.newaxis] + tau2)
    total = weight.sum(axis=0)
    mu_hat = (weight * y[:, np.newaxis]).sum(axis=0) / total
    keep = tau2 * weight
    mean = keep * y[:, np.newaxis] + (1.0 - keep) * mu_hat
    sd = np.sqrt(keep) * s[:, np.newaxis]
    mu_error = noise[-1] / np.sqrt(total)[:, np.newaxis]
    low, high = np.full_like(mu_error, np.inf), np.full_like(mu_error, -np.inf)
    theta, part = np.empty_like(low), np.empty_like(low)
    for i in range(y.size):
        np.multiply(noise[i], sd[i][:, np.newaxis], out=theta)
        theta += mean[i][:, np.newaxis]
        np.multiply(mu_error, (1.0 - keep[i])[:, np.newaxis], out=part)
        theta += part
        np.minimum(low, theta, out=low)
        np.maximum(high, theta, out=high)
    ranges = high - low
    summary = [np.ptp(y), tau, low.mean() + centre, high.mean() + centre, ranges.std()]
    return np.concatenate([summary, np.quantile(ranges, tails)])


def spread(y: FloatArray, s2: FloatArray, targets: FloatArray) -> FloatArray:
    """tau^2 at which the generalised Q of y (G,) with variances s2 (G,) equals each target (V,).

    Q falls as tau^2 grows, and Q(t) <= sum (y - ybar)^2 / t, which brackets the root; 0 where
    Q(0) is already at or below the target.
    """
    low = np.zeros_like(targets)
    high = np.full_like(targets, ((y - y.mean()) ** 2).sum()) / targets
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        above = generalised_q(y, s2, middle) > targets
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.where(generalised_q(y, s2, np.zeros(1)) <= targets, 0.0, high)


def generalised_q(y: FloatArray, s2: FloatArray, tau2: FloatArray) -> FloatArray:
    """Q(tau^2) = sum w (y - mu_hat)^2 with w = 1 / (s2 + tau^2), for each tau^2 (V,)."""
    w = 1.0 / (s2[:, np.newaxis] + tau2)
    mu = (w * y[:, np.newaxis]).sum(axis=0) / w.sum(axis=0)
    return np.asarray((w * (y[:, np.newaxis] - mu) ** 2).sum(axis=0))
