"""How sure a rank is: sets of ranks that hold the true ranks of all places together."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from numpy.typing import ArrayLike
from scipy.special import ndtr

from gapwatch.demography.checks import (
    FloatArray,
    check_level,
    finite_array,
    refuse,
    refuse_where,
)

IntArray = npt.NDArray[np.int64]

NODES = 400
"""Points of the Gauss-Legendre rule for the range's distribution, over -9 to 9 deviations."""
_REACH, _HALVINGS, _LARGEST_RANGE = 9.0, 60, 30.0
_FEWEST = 2


@dataclass(frozen=True, eq=False)
class RankSets:
    """Ranks that N places may have; 1 is the largest value.

    Attributes
    ----------
    first, last : (N,) lowest and highest rank that can't be ruled out, both within 1 to N
    critical : how many standard errors of a difference two values must lie apart
    """

    first: IntArray
    last: IntArray
    critical: float


def rank_sets(value: ArrayLike, se: ArrayLike, *, level: float = 0.95) -> RankSets:
    """Sets of ranks that hold the true rank of every place at once, with probability ``level``.

    Model: y_i ~ N(theta_i, se_i^2), independent, standard errors known. The rank of place i is
    1 + #{k : theta_k > theta_i}, so equal places share the best rank. From simultaneous confidence
    intervals of all N (N - 1) / 2 differences, the set of ranks of i is from 1 + the number of
    places surely above it to N - the number surely below it: where all intervals hold, so do all
    sets [1, 2]. Ranks that rest on each place's own 95% interval don't have that: with hundreds of
    places some of these miss, and the place at the top is the likeliest.

    Intervals of differences are Tukey's, with Kramer's standard errors for unequal precision
    [3, 4]: i and k differ where |y_i - y_k| > c sqrt(se_i^2 + se_k^2), c = q / sqrt(2), and q is
    the quantile of the range of N independent standard normals. For unequal standard errors their
    joint coverage is at least ``level`` [5], and it needs neither draws nor a bootstrap.

    Parameters
    ----------
    value : (N,) estimates, two or more
    se : (N,) their standard errors, above 0
    level : joint coverage, above 0 and below 1

    Errors
    ------
    ValueError for values that aren't finite, standard errors of 0 or below, fewer than two places,
    arrays of unequal shape, or a level outside 0 to 1.

    References
    ----------
    1. Mogstad M, Romano JP, Shaikh AM, Wilhelm D. Inference for ranks with applications to
       mobility across neighbourhoods and academic achievement across countries. Review of Economic
       Studies 2024;91:476-518.
    2. Klein M, Wright T, Wieczorek J. A joint confidence region for an overall ranking of
       populations. Journal of the Royal Statistical Society C 2020;69:589-606.
    3. Tukey JW. The problem of multiple comparisons. Princeton University, 1953.
    4. Kramer CY. Extension of multiple range tests to group means with unequal numbers of
       replications. Biometrics 1956;12:307-310.
    5. Hayter AJ. A proof of the conjecture that the Tukey-Kramer multiple comparisons procedure is
       conservative. Annals of Statistics 1984;12:61-75.
    """
    y, s = finite_array("value", value), finite_array("se", se)
    check_level(level)
    if y.ndim != 1 or y.shape != s.shape or len(y) < _FEWEST:
        raise refuse(
            "value and se",
            "two or more of each, as many of one as of the other",
            f"{y.shape} and {s.shape}",
        )
    refuse_where("se", "standard errors above 0", s, s <= 0)
    critical = range_quantile(len(y), level) / math.sqrt(2)
    apart = critical * np.sqrt(np.add.outer(s**2, s**2))
    difference = np.subtract.outer(y, y)  # of row i minus column k
    above = (-difference > apart).sum(axis=1)
    below = (difference > apart).sum(axis=1)
    return RankSets(1 + above, len(y) - below, critical)


@cache
def range_quantile(count: int, level: float) -> float:
    """Quantile of the range of ``count`` independent standard normal variates, to 1e-12 or better.

    P(range <= q) = count * integral of phi(z) [Phi(z + q) - Phi(z)]^(count - 1) dz, z the smallest
    of them; by Gauss and Legendre's rule, then by halving.
    """
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    z, w = _REACH * nodes, _REACH * weights
    density = w * np.exp(-0.5 * z**2) / math.sqrt(2 * math.pi)

    def below(q: float) -> float:
        between: FloatArray = ndtr(z + q) - ndtr(z)
        return float(count * (density * between ** (count - 1)).sum())

    low, high = 0.0, _LARGEST_RANGE
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) < level else (low, middle)
    return (low + high) / 2
