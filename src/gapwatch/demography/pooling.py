"""Pooling areas and years: exactly from counts, or approximately from published values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gapwatch.demography.checks import (
    FloatArray,
    StrArray,
    count_array,
    real_array,
    refuse,
    refuse_where,
    same_shape,
)
from gapwatch.demography.code_bits import missing_reason
from gapwatch.demography.inequality import check_values


@dataclass(frozen=True, eq=False)
class PooledCounts:
    """Deaths and population (..., A) summed over areas or years; NaN where a part is missing."""

    deaths: FloatArray
    population: FloatArray


def pool_counts(
    deaths: ArrayLike, population: ArrayLike, *, axis: int | tuple[int, ...]
) -> PooledCounts:
    """Sum deaths and population over areas, years or both, ready for ``life_table``.

    This is the exact way to pool: the life table of the pooled counts is the zone's life table.
    Sums are taken in float64, so that a narrow integer type can't overflow.

    Parameters
    ----------
    deaths, population : (..., A), equal shapes; NaN is missing
    axis : the axis or axes to sum over; never the last one, which holds the age bands

    Rules of refusal: a missing part leaves the band missing (NaN), and ``life_table`` then refuses
    the pool with S07. It is never skipped.

    Errors: ValueError for shapes that differ, an axis that isn't there or is the last one, negative
    counts (a sum would hide them), infinities, counts or sums above 2**53, anything but real
    numbers, empty input.
    """
    D, P = count_array("deaths", deaths), count_array("population", population)
    same_shape("population", P.shape, "deaths", D.shape)
    axes = tuple(sorted(_check_axis(one, D.ndim) for one in np.atleast_1d(axis).tolist()))
    if len(set(axes)) != len(axes):
        raise refuse("axis", "each axis once", axis)
    if D.ndim - 1 in axes:
        raise refuse("axis", "axes of areas or years", "the last axis, which is the age bands")
    pooled = PooledCounts(np.asarray(D.sum(axis=axes)), np.asarray(P.sum(axis=axes)))
    count_array("deaths (pooled)", pooled.deaths)
    count_array("population (pooled)", pooled.population)
    return pooled


def _check_axis(axis: object, dimensions: int) -> int:
    if not isinstance(axis, int) or isinstance(axis, bool):
        raise refuse("axis", "whole numbers", repr(axis))
    if not -dimensions <= axis < dimensions:
        raise refuse("axis", f"an axis of a {dimensions}-dimensional array", axis)
    return axis % dimensions


@dataclass(frozen=True, eq=False)
class PooledValue:
    """A weighted mean of published values: an approximation, and labelled as one.

    Attributes
    ----------
    value, se : (...) pooled value and its standard error, in the unit of the values
    reason : (...) "G01" when a value of the pool is withheld or missing, "" when published
    approximate : always true: a report must say that this isn't a life table of pooled counts
    """

    value: FloatArray
    se: FloatArray
    reason: StrArray
    approximate: bool = True


def pool_published(
    weights: ArrayLike, value: ArrayLike, se: ArrayLike, *, axis: int = -1
) -> PooledValue:
    """Pool published values when deaths and populations are not to be had.

    value = sum w_i v_i, SE = sqrt(sum w_i^2 se_i^2), w normalised to sum to 1 [1]. It takes the
    areas' errors as independent and the weights as known. Life expectancy is not linear in the
    counts, so the figure differs from the life table of the pooled counts: use ``pool_counts``
    wherever possible.

    Parameters
    ----------
    weights : populations of the areas, at least 0: the shape of ``value``, or one row (G,) along
        ``axis`` that serves every set
    value, se : equal shapes; areas along ``axis``; NaN is withheld
    axis : the axis of the areas

    Rules of refusal: any NaN among weights, values or standard errors gives NaN with reason "G01",
    even where the weight is 0. Nothing is skipped silently.

    Errors: ValueError for shapes that don't fit, negative weights or se, weights that sum to 0,
    infinities, anything but real numbers, empty input, an axis that isn't there.

    References
    ----------
    1. Kish L. Survey Sampling. Wiley, 1965, section 3.3. (A weighted mean of strata.)
    """
    v, s = check_values(value, se)
    w = real_array("weights", weights)
    refuse_where("weights", "weights of at least 0", w, w < 0)
    place = _check_axis(axis, v.ndim)
    v, s = np.moveaxis(v, place, -1), np.moveaxis(s, place, -1)
    if w.shape != (v.shape[-1],):
        same_shape("weights", w.shape, "value", np.moveaxis(v, -1, place).shape)
        w = np.moveaxis(w, place, -1)
    missing = np.asarray((np.isnan(w) | np.isnan(v) | np.isnan(s)).any(axis=-1))
    total = w.sum(axis=-1, keepdims=True)
    if (total == 0).any():
        raise refuse("weights", "weights that sum to more than 0", "a sum of 0")
    share = w / total
    pooled = np.where(missing, np.nan, (share * v).sum(axis=-1))
    pooled_se = np.where(missing, np.nan, np.sqrt(((share * s) ** 2).sum(axis=-1)))
    return PooledValue(pooled[()], pooled_se[()], missing_reason(missing)[()])
