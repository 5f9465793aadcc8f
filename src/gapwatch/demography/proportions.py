"""Proportions and their differences: Wilson's score limits and Newcombe's hybrid of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from gapwatch.demography.checks import FloatArray, refuse_where
from gapwatch.demography.chiang import normal_quantile


class Limits(NamedTuple):
    """Lower and upper limits, each (...)."""

    lower: FloatArray
    upper: FloatArray


class Contrast(NamedTuple):
    """A difference or a ratio of two sides with its limits, each (...)."""

    value: FloatArray
    lower: FloatArray
    upper: FloatArray


def wilson(x: ArrayLike, n: ArrayLike, *, level: float = 0.95) -> Limits:
    """Wilson's score limits of a proportion x/n [1].

    With p = x/n and z the normal quantile: (p + z^2/2n +- z sqrt(p(1-p)/n + z^2/4n^2)) / (1+z^2/n).
    x needs not be whole: a percentage that was published rounded gives back a count with decimals.

    Parameters: x, n (...) broadcast against each other, 0 <= x <= n, n > 0; NaN gives NaN.

    Errors: ValueError for n <= 0, for x < 0 and for x above n.

    References
    ----------
    1. Wilson EB. Probable inference, the law of succession, and statistical inference. JASA
       1927;22:209-12.
    """
    count, total = _counted(x, n)
    z = float(normal_quantile(np.asarray(level)))
    p = count / total
    centre = p + z * z / (2 * total)
    half = z * np.sqrt(p * (1 - p) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    # At p of 0 and 1 one limit is 0 or 1 exactly, which rounding would miss by a hair.
    lower = np.where(count == 0, 0.0, (centre - half) / scale)
    upper = np.where(count == total, 1.0, (centre + half) / scale)
    return Limits(np.maximum(lower, 0.0), np.minimum(upper, 1.0))


def newcombe(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, *, level: float = 0.95
) -> Contrast:
    """x1/n1 - x2/n2 with Newcombe's hybrid score limits, his method 10 [1].

    Parameters and errors as ``wilson``, for each side.

    References
    ----------
    1. Newcombe RG. Interval estimation for the difference between independent proportions:
       comparison of eleven methods. Statistics in Medicine 1998;17:873-90.
    """
    first, second = wilson(x1, n1, level=level), wilson(x2, n2, level=level)
    a, n = _counted(x1, n1)
    b, m = _counted(x2, n2)
    return difference(a / n, first, b / m, second)


def difference(first: FloatArray, of_first: Limits, second: FloatArray, other: Limits) -> Contrast:
    """First minus second, with limits recovered from the limits of each side (MOVER) [1].

    lower = d - sqrt((v1 - l1)^2 + (u2 - v2)^2), upper = d + sqrt((u1 - v1)^2 + (v2 - l2)^2).

    References
    ----------
    1. Zou GY, Donner A. Construction of confidence limits about effect measures: a general
       approach. Statistics in Medicine 2008;27:1693-702.
    """
    d = first - second
    below = np.hypot(first - of_first.lower, other.upper - second)
    above = np.hypot(of_first.upper - first, second - other.lower)
    return Contrast(d, d - below, d + above)


def _counted(x: ArrayLike, n: ArrayLike) -> tuple[FloatArray, FloatArray]:
    count, total = np.broadcast_arrays(
        np.asarray(x, dtype=np.float64), np.asarray(n, dtype=np.float64)
    )
    refuse_where("n", "a total above 0", total, total <= 0)
    refuse_where("x", "a count of at least 0", count, count < 0)
    refuse_where("x", "a count of at most n", count, count > total)
    return count, total
