"""The inverse question: what cut in mortality would bring the gap to its target?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gapwatch.codes import GROUP_MISSING, UNREACHABLE
from gapwatch.demography.checks import (
    BoolArray,
    FloatArray,
    StrArray,
    numeric_array,
    refuse,
)
from gapwatch.demography.chiang import Bands, expectancy, probability_of_dying
from gapwatch.demography.life_table import life_table

HALVINGS = 100
"""Bisections of [0, 1]: more than enough to reach neighbouring floats."""
LEAST_RATE = 1e-300
"""Stands for no mortality in the open band, so that life expectancy stays a number."""


@dataclass(frozen=True, eq=False)
class Cut:
    """The cut in mortality that brings a gap to its target, over the leading axes (...).

    Attributes
    ----------
    cut : share of mortality at the chosen ages to be avoided, 0 to 1; 0 when the gap is there
        already
    deaths_a_year : deaths a year that it means, at the window's population
    gap_before, gap_after : years; ``gap_after`` is the target unless the gap was there already
    reason : "" when found; "C01" when even no death at these ages would not reach the target (cut,
        deaths and gap_after are NaN); "G01" when the better-off side's figure is missing; else the
        code that refuses the life table
    """

    cut: FloatArray
    deaths_a_year: FloatArray
    gap_before: FloatArray
    gap_after: FloatArray
    reason: StrArray


def cut_to_target(
    deaths: ArrayLike,
    population: ArrayLike,
    age_starts: ArrayLike,
    *,
    better_e0: ArrayLike,
    target_gap: float,
    ages: tuple[float, float | None],
    years: float = 1.0,
) -> Cut:
    """The uniform cut in the worse-off side's mortality at chosen ages that closes a gap to target.

    The smallest c in [0, 1] for which better_e0 - e0((1 - c) M at the chosen ages, M elsewhere) =
    ``target_gap``, by bisection: e0 rises with c, so the answer is unique [1]. Deaths avoided a
    year are c times the deaths at those ages over ``years``. They are the deaths of the first year:
    those spared die later. When the ages include the open band, e0 has no ceiling and every target
    can be reached on paper; a cut near 1 is then no more attainable than "unreachable".

    Parameters
    ----------
    deaths, population : (..., A) of the worse-off side; age_starts : (A,)
    better_e0 : one number or (...), life expectancy of the better-off side, years; NaN is withheld
    target_gap : the gap to be reached, years; may be 0 or negative
    ages : (first, end): bands from age ``first`` up to but not including ``end``, both starts of
        bands; ``end`` None includes the open band
    years : length of the window that the deaths were counted over, above 0

    Rules of refusal: see ``Cut.reason``. A refused answer is NaN.

    Errors: ValueError as ``life_table``; ``better_e0`` of another shape or infinite; ages that
    aren't starts of bands or are in the wrong order; years <= 0.

    References
    ----------
    1. Keyfitz N. What difference would it make if cancer were eradicated? Demography
       1977;14:411-418. (Proportional change of mortality and its effect on e0.)
    """
    table = life_table(deaths, population, age_starts)
    chosen = _chosen(ages, table.age_starts)
    lead = table.e.shape[:-1]
    better = _numbers("better_e0", better_e0, lead)
    target = float(_numbers("target_gap", target_gap, ()))
    length = float(_numbers("years", years, ()))
    if np.isnan(target) or not length > 0:
        argument = "target_gap" if np.isnan(target) else "years"
        raise refuse(argument, "a number" if np.isnan(target) else "more than 0", "NaN or less")
    wanted = better - target
    gap = better - table.e[..., 0]
    with np.errstate(invalid="ignore"):
        met = gap <= target
        reachable = _e0_after(table.m, np.ones(lead), chosen, table.bands) >= wanted
    low, high = np.zeros(lead), np.ones(lead)
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        enough = _e0_after(table.m, middle, chosen, table.bands) >= wanted
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    reason = np.where(np.asarray(table.reason) != "", table.reason, "")
    reason = np.where((reason == "") & np.isnan(better), GROUP_MISSING, reason)
    reason = np.where((reason == "") & ~met & ~reachable, UNREACHABLE, reason)
    cut = np.where(reason == "", np.where(met, 0.0, high), np.nan)
    after = better - _e0_after(table.m, np.where(np.isnan(cut), 0.0, cut), chosen, table.bands)
    at_ages = np.where(chosen, numeric_array("deaths", deaths), 0.0).sum(axis=-1)
    return Cut(
        cut=cut[()],
        deaths_a_year=(cut * at_ages / length)[()],
        gap_before=gap[()],
        gap_after=np.where(np.isnan(cut), np.nan, after)[()],
        reason=reason[()],
    )


def _e0_after(m: FloatArray, cut: FloatArray, chosen: BoolArray, bands: Bands) -> FloatArray:
    """Life expectancy at birth when mortality at the chosen ages is cut by ``cut`` (...)."""
    rate = m * np.where(chosen, 1.0 - cut[..., np.newaxis], 1.0)
    open_e = 1.0 / np.maximum(rate[..., -1], LEAST_RATE)
    return expectancy(probability_of_dying(rate, bands), open_e, bands)[..., 0]


def _chosen(ages: tuple[float, float | None], age_starts: FloatArray) -> BoolArray:
    """Which bands (A,) lie between the two ages."""
    try:
        first, end = ages
    except (TypeError, ValueError) as error:
        raise refuse("ages", "a pair (first, end)", repr(ages)) from error
    starts = age_starts.tolist()
    for name, age in (("first", first), ("end", end)):
        if not (age in starts or (age is None and name == "end")):
            raise refuse(f"ages ({name})", f"the start of a band, one of {starts}", repr(age))
    last = np.inf if end is None else float(end)
    if last <= first:
        raise refuse("ages", "a first age below the end", repr(ages))
    return (age_starts >= first) & (age_starts < last)


def _numbers(argument: str, values: ArrayLike, shape: tuple[int, ...]) -> FloatArray:
    """One number, or one for each table; NaN is allowed, infinity isn't."""
    array = numeric_array(argument, values).astype(np.float64)
    if array.shape not in ((), shape):
        raise refuse(argument, f"one number or shape {shape}", f"shape {array.shape}")
    if np.isinf(array).any():
        raise refuse(argument, "finite numbers", "infinity")
    return np.broadcast_to(array, shape)
