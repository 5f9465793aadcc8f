"""How strange a count is, by chance alone: one measure for small counts and large ones."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import betainc, ndtri_exp

from gapwatch.counting.counts import FloatArray

FALSE_WARNINGS = 0.004
"""Chance that any of a rule's comparisons warns of a right world; there are three such rules."""
ONE_IN_TEN_THOUSAND = 1e-4
FURTHEST = 37.0


def limit(comparisons: int) -> float:
    """Two-sided normal limit of a rule that makes so many comparisons, standard errors.

    That of a chance of 1 in 10,000, or a stricter one where so many comparisons would pass it by
    chance more often than in 0.4% of worlds (Bonferroni).
    """
    chance = min(ONE_IN_TEN_THOUSAND, FALSE_WARNINGS / max(comparisons, 1))
    return float(-ndtri_exp(math.log(chance / 2)))


def deviations(observed: FloatArray, expected: FloatArray, relative: FloatArray) -> FloatArray:
    """Two-sided deviation of counts from what is expected, as a normal distribution has it.

    `expected` is known with the relative standard error `relative`; the count is Poisson given it,
    so the two together are negative binomial (gamma mixed), of which the exact tail is taken: the
    tail of a normal distribution would call small counts strange too often. Negative below the
    expected; NaN where nothing is expected; at most 37 either way.
    """
    with np.errstate(all="ignore"):
        size = 1.0 / relative**2
        share = size / (size + expected)
        below = betainc(size, observed + 1.0, share)
        above = np.where(observed > 0, betainc(np.maximum(observed, 1e-12), size, 1 - share), 1.0)
        tail = np.clip(2 * np.minimum(below, above), 1e-300, 1.0)
        z = np.minimum(-ndtri_exp(np.log(tail / 2)), FURTHEST)
    return np.where(expected > 0, np.where(below <= above, -z, z), np.nan)
