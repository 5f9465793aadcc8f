"""Regression to the mean: how much of a gap was there because its sides were picked as extremes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtri

from gapwatch.demography.extremes import spread
from gapwatch.gap.trend.windows import Floats
from gapwatch.intervals import Z95

_SPREADS = 200


@dataclass(frozen=True)
class Selection:
    """A picked gap, what it was expected to be in truth, and the fall to expect from that alone.

    `observed_gap` in the window picked from; `true_gap` its expected true value with 95% interval
    `true_lower`, `true_upper`; `expected_fall` = observed_gap - true_gap, years, positive when the
    observed gap is too large; `expected_fall_later`, the part of it that a later window shows,
    (1 - error_correlation) * expected_fall; `between_sd` the areas' true spread (Paule-Mandel).
    """

    observed_gap: float
    true_gap: float
    true_lower: float
    true_upper: float
    expected_fall: float
    expected_fall_later: float
    between_sd: float


def selection_effect(
    value: ArrayLike, se: ArrayLike, contrast: ArrayLike, *, error_correlation: float = 0.0
) -> Selection:
    """Expected fall of a gap whose sides were picked in this window because they were extreme.

    Model: y_i ~ N(theta_i, se_i^2), theta_i ~ N(mu, tau^2) over all areas that could have been
    picked. Given the data, picking changes nothing: the expected true gap is sum c_i E(theta_i | y)
    with E(theta_i | y, tau) = k_i y_i + (1 - k_i) mu_hat, k_i = tau^2 / (tau^2 + se_i^2). tau is
    not taken as known: results are averaged over 200 equal parts of its confidence distribution
    (Q-profile), as `demography.extremes.corrected_range` does; the interval is normal with the
    total variance.

    value, se: life expectancy of all areas in the window the pick was made from, shape (g,), years;
    contrast (g,): weights that give the gap, sum 0 (+1 and -1 for a pair; minus each population
    share for a pooled side). error_correlation: of this and a later window's sampling error of the
    gap, overlap / sqrt(w w') times se_later / se; 0 when they share no year.

    It answers for noise in these figures only. A real extreme that drifts back on its own is change
    and stays in the trend. Sides picked on other grounds (a map, deprivation) have no such fall:
    don't apply it to them.

    Raises ValueError for unequal shapes, fewer than three areas, values that are not finite, se not
    above 0, a contrast that does not sum to 0 or is 0 throughout, a correlation outside [0, 1].

    References: Davis 1976, Am J Epidemiol 104:493 (regression to the mean); Morris 1983, J Am Stat
    Assoc 78:47 (empirical Bayes); Viechtbauer 2007, Stat Med 26:37 (Q-profile).
    """
    y, s, c = (np.asarray(v, dtype=np.float64) for v in (value, se, contrast))
    _check(y, s, c, error_correlation)
    level = float(y.mean())
    y, s2 = y - level, s * s
    parts = chdtri(y.size - 1, (np.arange(_SPREADS) + 0.5) / _SPREADS)
    tau2 = spread(y, s2, np.append(parts, y.size - 1.0))
    tau2, between = tau2[:-1], float(np.sqrt(tau2[-1]))
    weight = 1.0 / (s2[:, None] + tau2)
    total = weight.sum(axis=0)
    centre = (weight * y[:, None]).sum(axis=0) / total
    keep = tau2 * weight
    means = c @ (keep * y[:, None] + (1.0 - keep) * centre)
    var = (c**2) @ (keep * s2[:, None]) + (c @ (1.0 - keep)) ** 2 / total
    true = float(means.mean())
    half = Z95 * float(np.sqrt(np.mean(var + (means - true) ** 2)))
    observed = float(c @ y)
    return Selection(
        observed_gap=observed,
        true_gap=true,
        true_lower=true - half,
        true_upper=true + half,
        expected_fall=observed - true,
        expected_fall_later=(1.0 - error_correlation) * (observed - true),
        between_sd=between,
    )


def _check(y: Floats, s: Floats, c: Floats, correlation: float) -> None:
    if not (y.ndim == 1 and y.shape == s.shape == c.shape):
        raise ValueError(
            "value, se, contrast: expected equal shapes (g,), "
            f"found {y.shape}, {s.shape}, {c.shape}"
        )
    if y.size < 3:  # noqa: PLR2004 - two areas say nothing about a spread
        raise ValueError(f"value: expected 3 or more areas, found {y.size}")
    if not np.isfinite(y).all():
        raise ValueError("value: expected finite years, found a missing or infinite one")
    if not (np.isfinite(s) & (s > 0)).all():
        raise ValueError("se: expected finite numbers above 0, found one missing, 0 or negative")
    if not np.isfinite(c).all() or abs(c.sum()) > 1e-9 or not c.any():  # noqa: PLR2004
        raise ValueError(f"contrast: expected weights that sum to 0, found a sum of {c.sum()}")
    if not 0 <= correlation <= 1:
        raise ValueError(f"error_correlation: expected 0 to 1, found {correlation}")
