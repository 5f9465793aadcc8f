"""Deaths above what the better-off side's rates would bring, by area, with intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gapwatch.demography.checks import (
    BoolArray,
    FloatArray,
    check_whole,
    count_array,
    finite_array,
    refuse,
    refuse_where,
    same_shape,
)

TAILS = (0.025, 0.975)


@dataclass(frozen=True, eq=False)
class Excess:
    """Excess deaths a year over the window, by area (n,) and of the area set as a whole.

    Attributes
    ----------
    expected : (n,) deaths in the whole window at the reference side's ratio
    value, lower, upper : (n,) deaths a year
    largest : (n,) probability that the area's excess is the largest of all
    total, total_lower, total_upper : deaths a year, all areas off the reference side together
    """

    expected: FloatArray
    value: FloatArray
    lower: FloatArray
    upper: FloatArray
    largest: FloatArray
    total: float
    total_lower: float
    total_upper: float


def excess_deaths(
    observed: ArrayLike,
    standard: ArrayLike,
    reference: ArrayLike,
    *,
    years: int,
    seed: int,
    draws: int = 20_000,
) -> Excess:
    """Deaths of each area above its expected deaths at the reference side's ratio [1].

    The reference side's ratio is its deaths over its expected deaths at the standard's rates (an
    SMR over 100); an area's expected deaths are that ratio times its own at the standard's rates.
    Every area's deaths are drawn anew from Poisson(observed), the reference side's with them, and
    the limits are the 2.5th and 97.5th percentiles of the excess over the draws. An area of the
    reference side is thus part of what it is held against, which its interval takes in.

    The draws are those of NumPy's generator PCG64, areas in the order given. Unlike ``uniforms``
    this stream isn't promised for every NumPy to come; the lock pins it, and a test holds its
    figures against published ones.

    Parameters
    ----------
    observed : (n,) deaths in the window; standard : (n,) expected deaths at the standard's rates
    reference : (n,) whether an area is on the reference side; some are
    years : years of the window; seed, draws : whole numbers

    Errors: ValueError for other shapes, missing values, negative deaths, expected deaths of 0 or
    less, and a reference side without areas or without deaths.

    References
    ----------
    1. Breslow NE, Day NE. Statistical methods in cancer research, volume II. IARC 1987, chapter 2.
    """
    deaths, base = finite_array("observed", observed), finite_array("standard", standard)
    count_array("observed", observed)
    side: BoolArray = np.asarray(reference, dtype=bool)
    same_shape("standard", base.shape, "observed", deaths.shape)
    same_shape("reference", side.shape, "observed", deaths.shape)
    refuse_where("standard", "expected deaths above 0", base, base <= 0)
    if not side.any() or not deaths[side].sum() > 0:
        raise refuse("reference", "a side with deaths", "none")
    span = check_whole("years", years, 1)
    drawn = _drawn(deaths, seed, draws)
    ratio = float(deaths[side].sum() / base[side].sum())
    ratios = drawn[:, side].sum(axis=1) / base[side].sum()
    return _excess(deaths, base * ratio, drawn, base * ratios[:, None], ~side, span)


def excess_by_age(
    deaths: ArrayLike,
    person_years: ArrayLike,
    reference: ArrayLike,
    *,
    years: int,
    seed: int,
    draws: int = 2_000,
) -> Excess:
    """Deaths of each area above those at the reference side's rates by age, from counts by age.

    The reference side's rate at each age is its deaths over its person-years; an area's expected
    deaths are the sum over ages of that rate times its person-years (indirect standardisation).
    Limits as ``excess_deaths``, with the deaths of each area and age drawn anew.

    Parameters
    ----------
    deaths, person_years : (n, K) in the window, by area and age
    reference : (n,) whether an area is on the reference side; some are
    years, seed, draws : as ``excess_deaths``

    Errors: ValueError for other shapes, missing or negative values, a reference side without
    deaths, and ages in which it has no person-years and another area has some.
    """
    counts, base = finite_array("deaths", deaths), finite_array("person_years", person_years)
    count_array("deaths", deaths)
    side: BoolArray = np.asarray(reference, dtype=bool)
    if counts.ndim != 2:  # noqa: PLR2004 - areas and ages
        raise refuse("deaths", "a row an area and a column an age", f"shape {counts.shape}")
    same_shape("person_years", base.shape, "deaths", counts.shape)
    same_shape("reference", side.shape, "an area", counts.shape[:1])
    refuse_where("person_years", "at least 0", base, base < 0)
    if not side.any() or not counts[side].sum() > 0:
        raise refuse("reference", "a side with deaths", "none")
    at_risk = base[side].sum(axis=0)
    if (base[:, at_risk <= 0] > 0).any():
        raise refuse("reference", "person-years at every age", "an age without any")
    held = at_risk > 0
    span = check_whole("years", years, 1)
    drawn = _drawn(counts, seed, draws)
    weights = base[:, held] / at_risk[held]
    expected = weights @ counts[side].sum(axis=0)[held]
    drawn_expected = drawn[:, side].sum(axis=1)[:, held] @ weights.T
    return _excess(counts.sum(axis=1), expected, drawn.sum(axis=2), drawn_expected, ~side, span)


def _drawn(mean: FloatArray, seed: int, draws: int) -> FloatArray:
    """Poisson counts about their means, draws along the first axis."""
    repeats = check_whole("draws", draws, 100)
    generator = np.random.Generator(np.random.PCG64(check_whole("seed", seed, 0)))
    return generator.poisson(mean, (repeats, *mean.shape)).astype(np.float64)


def _excess(
    deaths: FloatArray,
    expected: FloatArray,
    drawn: FloatArray,
    drawn_expected: FloatArray,
    rest: BoolArray,
    years: int,
) -> Excess:
    """Excess a year with the percentiles of its draws; `rest` are areas off the reference side."""
    above = (drawn - drawn_expected) / years
    lower, upper = np.quantile(above, TAILS, axis=0)
    first = np.bincount(above.argmax(axis=1), minlength=deaths.size) / len(above)
    whole_lower, whole_upper = np.quantile(above[:, rest].sum(axis=1), TAILS)
    value = (deaths - expected) / years
    return Excess(
        expected=expected,
        value=value,
        lower=np.asarray(lower),
        upper=np.asarray(upper),
        largest=np.asarray(first),
        total=float(value[rest].sum()),
        total_lower=float(whole_lower),
        total_upper=float(whole_upper),
    )
