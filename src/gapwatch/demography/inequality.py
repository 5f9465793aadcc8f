"""Inequality across areas: the slope and relative index, and the naive range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from gapwatch.codes import INDEX_UNDEFINED
from gapwatch.demography.checks import (
    BoolArray,
    FloatArray,
    StrArray,
    check_level,
    real_array,
    refuse,
    refuse_where,
    same_shape,
)
from gapwatch.demography.chiang import interval
from gapwatch.demography.code_bits import missing_reason

Transform = Literal["log", "logit"]


@dataclass(frozen=True, eq=False)
class SlopeIndex:
    """Slope and relative index of inequality over the leading axes (...) of the input.

    One set of groups gives NumPy scalars. Bounds have a leading axis when ``level`` is a row.

    Attributes
    ----------
    sii, se, lower, upper : slope index, its standard error and interval, in the unit of the values
    intercept : the fitted line at the most deprived end, same unit, transformed back
    rii, rii_se, rii_lower, rii_upper : relative index (intercept + SII) / intercept, a ratio, with
        its delta-method standard error and normal interval
    reason : "G01" when a group is withheld or missing, "" when published
    rii_reason : as ``reason``, and "G02" when the intercept is not above zero
    """

    sii: FloatArray
    se: FloatArray
    lower: FloatArray
    upper: FloatArray
    intercept: FloatArray
    rii: FloatArray
    rii_se: FloatArray
    rii_lower: FloatArray
    rii_upper: FloatArray
    reason: StrArray
    rii_reason: StrArray


def slope_index(
    population: ArrayLike,
    value: ArrayLike,
    se: ArrayLike,
    *,
    level: float | Sequence[float] = 0.95,
    transform: Transform | None = None,
) -> SlopeIndex:
    """Slope and relative index of inequality across groups in order of deprivation [1, 2].

    x_i is the midpoint of group i's share of the cumulative population. The line is fitted by least
    squares weighted by population w: SII = sum c_i v_i with c_i = w_i (x_i - xbar) / S,
    S = sum w (x - xbar)^2; intercept = vbar - SII xbar; RII = (intercept + SII) / intercept.
    SII is linear in the values, so its variance is sum c_i^2 se_i^2 exactly, without simulation.
    With b_i = w_i / sum w - xbar c_i the intercept is sum b_i v_i, and by the delta method
    var(RII) = sum (c_i / intercept - b_i SII / intercept^2)^2 se_i^2. Intervals are normal and take
    the groups' errors as independent.

    With a ``transform`` g (log for rates, logit for proportions [3]) the line is fitted to g(v) in
    the same way: with its ends y0 and y0 + y1, and h the inverse of g, the intercept is h(y0),
    SII = h(y0 + y1) - h(y0) and RII = h(y0 + y1) / h(y0), in the unit of the values again. By the
    delta method the error of g(v_i) is g'(v_i) se_i, and
    var(SII) = sum (h'(y0 + y1) (b_i + c_i) - h'(y0) b_i)^2 g'(v_i)^2 se_i^2; that of RII likewise.

    Parameters
    ----------
    population : (..., G) persons in each group, above 0, the most deprived group FIRST: the order
        is the caller's statement and can't be checked from the numbers. At least two groups
    value : (..., G) for example life expectancy, years; NaN is withheld
    se : (..., G) standard error of each value, same unit, at least 0; NaN is withheld
    level : one level of confidence or a row, each inside (0, 1)
    transform : "log" for values above 0, "logit" for values between 0 and 1, None for none; ``se``
        is always that of the value itself, in its unit

    Rules of refusal
    ----------------
    Any NaN in population, value or se refuses the set of groups: everything is NaN, reason "G01". A
    group is never skipped, because the line through the others answers another question. An
    intercept at or below zero leaves RII undefined: NaN, ``rii_reason`` "G02".

    Errors
    ------
    ValueError: shapes that differ, fewer than two groups, population <= 0, negative se, infinities,
    anything but real numbers, empty input, a level outside (0, 1), another transform, a value that
    it isn't defined for.

    References
    ----------
    1. Mackenbach JP, Kunst AE. Measuring the magnitude of socio-economic inequalities in health.
       Soc Sci Med 1997;44:757-771.
    2. Low A, Low A. Measuring the gap: quantifying and comparing local health inequalities.
       J Public Health 2004;26:388-395.
    3. PHEindicatormethods, phe_sii, with transformed rates and proportions. It draws its intervals
       by simulation, and takes the error on the transformed scale from transformed limits.
    """
    w, v, s = real_array("population", population), *check_values(value, se)
    same_shape("population", w.shape, "value", v.shape)
    if w.shape[-1] < 2:  # noqa: PLR2004 - a line needs two points
        raise refuse("value", "at least two groups on the last axis", f"shape {v.shape}")
    refuse_where("population", "more than 0 persons in every group", w, w <= 0)
    levels = check_level(level)
    fitted, slope = _transformed(v, transform)
    s = s * slope
    missing = np.asarray((np.isnan(w) | np.isnan(v) | np.isnan(s)).any(axis=-1))
    share = w / w.sum(axis=-1, keepdims=True)
    x = np.cumsum(share, axis=-1) - share / 2.0
    mean_x = (share * x).sum(axis=-1, keepdims=True)
    c = share * (x - mean_x)
    c /= (c * (x - mean_x)).sum(axis=-1, keepdims=True)
    b = share - mean_x * c
    sii, intercept = _sum(c * fitted), _sum(b * fitted)
    if transform is not None:
        sii, intercept, b, c = _back(sii, intercept, b, c, transform)
    se_sii = np.sqrt(_sum((c * s) ** 2))
    defined = intercept > 0
    base = np.where(defined, intercept, np.nan)
    gradient = (c - b * (sii / base)[..., np.newaxis]) / base[..., np.newaxis]
    rii, se_rii = 1.0 + sii / base, np.sqrt(_sum((gradient * s) ** 2))
    reason = missing_reason(missing)
    rii_reason = np.where(missing | defined, reason, INDEX_UNDEFINED)
    bounds = [one[()] for one in (*interval(sii, se_sii, levels), *interval(rii, se_rii, levels))]
    return SlopeIndex(
        sii=_withhold(sii, missing),
        se=_withhold(se_sii, missing),
        lower=_withhold(bounds[0], missing),
        upper=_withhold(bounds[1], missing),
        intercept=_withhold(intercept, missing),
        rii=_withhold(rii, missing),
        rii_se=_withhold(se_rii, missing),
        rii_lower=_withhold(bounds[2], missing),
        rii_upper=_withhold(bounds[3], missing),
        reason=reason[()],
        rii_reason=rii_reason[()],
    )


def _transformed(
    v: FloatArray, transform: Transform | None
) -> tuple[FloatArray, FloatArray | float]:
    """g(v) and g'(v), the identity and 1 where there is no transform."""
    if transform is None:
        return v, 1.0
    if transform == "log":
        refuse_where("value", "values above 0, which have a logarithm", v, v <= 0)
        return np.log(v), 1.0 / v
    if transform == "logit":
        refuse_where("value", "proportions above 0 and below 1", v, (v <= 0) | (v >= 1))
        return np.log(v) - np.log1p(-v), 1.0 / (v * (1.0 - v))
    raise refuse("transform", '"log", "logit" or None', repr(transform))


def _back(
    sii: FloatArray, intercept: FloatArray, b: FloatArray, c: FloatArray, transform: Transform
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """SII and intercept in the values' unit, with their gradients in the transformed values."""
    inverse = np.exp if transform == "log" else _expit
    first, last = inverse(intercept), inverse(intercept + sii)
    rate_first, rate_last = (
        one if transform == "log" else one * (1.0 - one) for one in (first, last)
    )
    at_first = rate_first[..., np.newaxis] * b
    return last - first, first, at_first, rate_last[..., np.newaxis] * (b + c) - at_first


def _expit(x: FloatArray) -> FloatArray:
    """Inverse of the logit, without overflow at either end."""
    with np.errstate(invalid="ignore"):  # a withheld group makes the whole set NaN
        return np.asarray(np.exp(-np.logaddexp(0.0, -x)))


def check_values(value: ArrayLike, se: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Values and their standard errors as float64 of one shape; NaN marks a withheld one."""
    v, s = real_array("value", value), real_array("se", se)
    same_shape("se", s.shape, "value", v.shape)
    refuse_where("se", "standard errors of at least 0", s, s < 0)
    return v, s


def _sum(terms: FloatArray) -> FloatArray:
    return np.asarray(terms.sum(axis=-1))


def _withhold(values: FloatArray, missing: BoolArray) -> FloatArray:
    """NaN wherever a group is missing, whatever the arithmetic made of it."""
    return np.where(missing, np.nan, values)[()]


@dataclass(frozen=True, eq=False)
class Range:
    """The observed range over the leading axes (...); scalars for one set of areas.

    Attributes
    ----------
    absolute : highest minus lowest value; relative : highest over lowest, a ratio
    lowest, highest : the two values
    lowest_at, highest_at : their places on the last axis, the first on a tie, -1 when refused
    reason : "G01" when an area is withheld or missing; "G02" when only ``relative`` is undefined
        because the lowest value is not above zero; "" otherwise
    """

    absolute: FloatArray
    relative: FloatArray
    lowest: FloatArray
    highest: FloatArray
    lowest_at: FloatArray
    highest_at: FloatArray
    reason: StrArray


def naive_range(value: ArrayLike) -> Range:
    """Absolute and relative range of observed values: best minus worst, and best over worst.

    Noise alone makes this range: 18 identical areas with a standard error of 1 show 3.64 on
    average. It has no honest interval of its own; publish it only beside
    ``extremes.corrected_range``.

    Parameters
    ----------
    value : (..., G) values, at least two on the last axis; NaN is withheld

    Rules of refusal: one NaN refuses the set ("G01"): the missing area may be the extreme one.

    Errors: ValueError for fewer than two areas, infinities, anything but real numbers, empty input.

    References
    ----------
    1. Tippett LHC. On the extreme individuals and the range of samples taken from a normal
       population. Biometrika 1925;17:364-387.
    """
    v = real_array("value", value)
    if v.shape[-1] < 2:  # noqa: PLR2004 - a range needs two areas
        raise refuse("value", "at least two areas on the last axis", f"shape {v.shape}")
    missing = np.asarray(np.isnan(v).any(axis=-1))
    low, high = v.min(axis=-1), v.max(axis=-1)
    base = np.where(low > 0, low, np.nan)
    reason = missing_reason(missing)
    return Range(
        absolute=_withhold(high - low, missing),
        relative=_withhold(high / base, missing),
        lowest=_withhold(low, missing),
        highest=_withhold(high, missing),
        lowest_at=np.where(missing, -1, v.argmin(axis=-1))[()],
        highest_at=np.where(missing, -1, v.argmax(axis=-1))[()],
        reason=np.where(~missing & ~(low > 0), INDEX_UNDEFINED, reason)[()],
    )
