"""A funnel plot: how far places may lie from a common value by chance, given their precision."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numpy.typing import ArrayLike
from scipy.special import ndtri

from gapwatch.demography.checks import FloatArray, finite_array, refuse, refuse_where

LEVELS = (0.95, 0.998)
"""Two and three standard deviations, nearly: the limits by which funnel plots are drawn [1]."""


@dataclass(frozen=True, eq=False)
class FunnelLimits:
    """A common value and who lies beyond what chance alone would do.

    Attributes
    ----------
    mean : mean of the values weighted by their precision
    z : (2,) standard errors from the mean to the limits of ``LEVELS``
    beyond95, beyond998 : (N,) -1 below the lower limit, 1 above the upper one, else 0
    expected95, expected998 : how many places would lie beyond if all truly were at the mean
    """

    mean: float
    z: FloatArray
    beyond95: npt.NDArray[np.int64]
    beyond998: npt.NDArray[np.int64]
    expected95: float
    expected998: float


def funnel(value: ArrayLike, se: ArrayLike) -> FunnelLimits:
    """The mean of places and their limits, each of its own width: mean +- z se_i.

    The limits are those of one place that truly is at the mean, not of all together, and they say
    nothing of why places differ: where more lie beyond than expected, places differ by more than
    chance [1]. Nothing is ranked by a funnel.

    Parameters
    ----------
    value : (N,) estimates, one or more, in one unit
    se : (N,) standard errors, above 0, in the same unit

    Errors
    ------
    ValueError for values that aren't finite, standard errors of 0 or below, or unequal shapes.

    References
    ----------
    1. Spiegelhalter DJ. Funnel plots for comparing institutional performance. Statistics in
       Medicine 2005;24:1185-1202.
    """
    y, s = finite_array("value", value), finite_array("se", se)
    if y.ndim != 1 or y.shape != s.shape:
        raise refuse(
            "value and se",
            "one or more of each, as many of one as of the other",
            f"{y.shape} and {s.shape}",
        )
    refuse_where("se", "standard errors above 0", s, s <= 0)
    weight = s**-2
    mean = float((weight * y).sum() / weight.sum())
    z = ndtri(0.5 + np.array(LEVELS) / 2)
    far = (y - mean) / s
    beyond = [np.sign(far).astype(np.int64) * (np.abs(far) > limit) for limit in z]
    expected = [len(y) * (1 - level) for level in LEVELS]
    return FunnelLimits(mean, z, beyond[0], beyond[1], expected[0], expected[1])
