"""One year against the next: residents, deaths and life expectancy of each area and the place."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from gapwatch.codes import PANDEMIC_YEARS
from gapwatch.contracts import SEXES, YEAR_LEADS
from gapwatch.contracts.plausibility import DEATHS_CHANGE, LIFE_CHANGE, RESIDENTS_CHANGE
from gapwatch.counting.counts import Counts, FloatArray, windows
from gapwatch.counting.plausibility.chance import deviations, limit
from gapwatch.counting.rounding import deaths_variance
from gapwatch.demography.life_table import life_table
from gapwatch.demography.widening import widened

RESIDENTS_SHARE = 0.2
OTHER_BASE_SHARE = 0.4
PLACE_SHARE = 0.08
LIFE_YEARS = 2.5
STOPS = 2.0
JUST_BELOW = 1.99
# Twice as many standard errors as a chance of 1 in 10,000: one of 7 in 10^15.
TWICE_AS_FAR = 2 * limit(1)
# Deaths that differ by less than this are no slip, however sure it is that they differ.
GROSS_RATIO = 1.5
NEIGHBOURS = 2
# What years differ by beyond chance: of areas net of the place, of a place, and in the pandemic.
AREA_SD, PLACE_SD, PANDEMIC_SD = 0.03, 0.05, 0.25


def residents_change(counts: Counts, *, whole: bool = False) -> pd.DataFrame:
    """Residents by area and sex against those of the year before.

    The limit is 20%, and 40% where the base of the estimates changes between the two; a change of
    fewer residents than 5 standard deviations of a Poisson count is none. Of a whole place on one
    base 8% is worth a warning already: another base, taken for a year, moves all its areas alike.
    """
    people = counts.person_years.sum(axis=3)
    before, now = people[:, :, :-1], people[:, :, 1:]
    same = np.diff(counts.segments) == 0
    bound = np.maximum(
        np.where(same, RESIDENTS_SHARE, OTHER_BASE_SHARE) * before,
        5 * np.sqrt(np.maximum(before, now)),
    )
    # A part of a year has a part of the person-years.
    usable = ~(counts.provisional[1:] | counts.provisional[:-1])
    apart = np.abs(now - before)
    times = apart / np.maximum(bound, 1e-9)
    if whole:
        warns = np.where(same, np.maximum(PLACE_SHARE * before, 5 * np.sqrt(before)), bound)
        nearer = np.minimum(apart / np.maximum(warns, 1e-9), JUST_BELOW)
        bound, times = np.minimum(warns, bound), np.maximum(times, nearer)
    times = np.where(usable & (before > 0), times, np.nan)
    return _rows(RESIDENTS_CHANGE, "persons", counts, 1, now, before, bound, times)


def deaths_change(counts: Counts, *, whole: bool) -> pd.DataFrame:
    """Deaths by area and sex against those of up to two years on either side.

    Expected are the area's own deaths of these years, scaled by what residents by age at the rates
    of all years make to be expected, and by how the rest of the place went from them to the year;
    of the place itself (`whole`) by the residents alone. The years of the pandemic are nobody's
    neighbours, and have a wider limit of their own. The limit is chance's (`chance.limit`) with 3%
    that areas and 5% that places differ by beyond chance from year to year (25% in the pandemic).
    Twice the standard errors of a chance of 1 in 10,000 stop, unless the deaths are less than a
    half more and a third less than expected.
    """
    observed = counts.deaths.sum(axis=3)
    base = _by_residents(counts)
    # The rest of the place; a floor keeps an area that is all of it from dividing by nothing.
    others, their_base = (array.sum(axis=0) - array for array in (observed, base))
    their_base = np.maximum(their_base, 1e-9)
    expected, relative = (np.full(observed.shape, np.nan) for _ in range(2))
    ill = in_pandemic(counts)
    for at in range(len(counts.years)):
        near = _neighbours(counts, at, ill)
        if not near or counts.provisional[at]:
            continue
        # The expectation of gamma-distributed rates: half a death keeps it above zero.
        theirs = observed[:, :, near].sum(axis=2) + 0.5
        scale = base[:, :, at] / base[:, :, near].sum(axis=2)
        added: float | FloatArray = 0.0
        if not whole:
            then = (others[:, :, near].sum(axis=2) + 0.5) / their_base[:, :, near].sum(axis=2)
            scale = scale * (others[:, :, at] + 0.5) / their_base[:, :, at] / then
            added = 1 / (others[:, :, at] + 0.5) + 1 / (others[:, :, near].sum(axis=2) + 0.5)
        sd = PANDEMIC_SD if ill[at] else PLACE_SD if whole else AREA_SD
        expected[:, :, at] = theirs * scale
        relative[:, :, at] = np.sqrt(1 / theirs + added + sd**2)
    if counts.deaths_rounded is not None:
        moved = counts.deaths_rounded
        errors = moved.variance.sum(axis=3) + moved.bias.sum(axis=3) ** 2
        relative = np.sqrt(relative**2 + 2 * errors / expected**2)
    z = deviations(observed, expected, relative)
    most = limit(np.isfinite(z).sum())
    beyond = 1 + (np.abs(z) - most) / (TWICE_AS_FAR - most)
    times = np.where(np.abs(z) > most, beyond, np.abs(z) / most)
    with np.errstate(all="ignore"):
        ratio = observed / expected
    mild = (ratio < GROSS_RATIO) & (ratio > 1 / GROSS_RATIO)
    times = np.where(mild, np.minimum(times, JUST_BELOW), times)
    bound = most * np.sqrt(expected + (relative * expected) ** 2)
    return _rows(DEATHS_CHANGE, "persons", counts, 0, observed, expected, bound, times)


def _by_residents(counts: Counts) -> FloatArray:
    """(A, 2, Y) deaths to be expected of the residents at the rates of all areas and years."""
    dead, people = (array.sum(axis=(0, 2)) for array in (counts.deaths, counts.person_years))
    rate = np.divide(dead, people, out=np.zeros_like(dead), where=people > 0)
    made: FloatArray = (counts.person_years * rate[:, np.newaxis]).sum(axis=3)
    return np.maximum(made, 1e-9)


def _neighbours(counts: Counts, at: int, ill: np.ndarray) -> list[int]:
    usable = [
        k for k in range(len(counts.years)) if k != at and not ill[k] and not counts.provisional[k]
    ]
    return [
        *[k for k in usable if k < at][-NEIGHBOURS:],
        *[k for k in usable if k > at][:NEIGHBOURS],
    ]


def life_change(counts: Counts) -> pd.DataFrame:
    """Life expectancy at birth of single years, by area and sex, against that of the year before.

    The limit is 2.5 years beyond what chance explains (`chance.limit` standard errors of the
    difference), and 5 where either year is of the pandemic. Residents of both on one base.
    """
    single = windows(counts, 1)
    table = life_table(single.deaths, single.person_years, counts.age_starts)
    rounding = deaths_variance(
        single.deaths, single.person_years, single.deaths_rounded, single.residents_rounded
    )
    if rounding is not None:
        table = widened(table, single.deaths, single.person_years, rounding)
    value, error = table.e[..., 0], table.se[..., 0]
    before, now = value[:, :, :-1], value[:, :, 1:]
    usable = ~(counts.provisional[1:] | counts.provisional[:-1]) & (np.diff(counts.segments) == 0)
    difference = np.where(usable, np.abs(now - before), np.nan)
    ill = in_pandemic(counts)
    allowed = np.where(ill[1:] | ill[:-1], 2 * LIFE_YEARS, LIFE_YEARS)
    noise = limit(np.isfinite(difference).sum()) * np.hypot(error[:, :, 1:], error[:, :, :-1])
    times = np.maximum(difference - noise, 0) / allowed
    return _rows(LIFE_CHANGE, "years", counts, 1, now, before, allowed + noise, times)


def in_pandemic(counts: Counts) -> npt.NDArray[np.bool_]:
    """(Y,) the years that hold a year of the pandemic or a part of one."""
    begins = counts.years - int(YEAR_LEADS[counts.year_ends] > 0)
    held = [(begins <= year) & (year <= counts.years) for year in PANDEMIC_YEARS]
    return np.asarray(np.any(held, axis=0))


def _rows(
    rule: str,
    unit: str,
    counts: Counts,
    skipped: int,
    observed: FloatArray,
    expected: FloatArray,
    bound: FloatArray,
    times: FloatArray,
) -> pd.DataFrame:
    """Rows of the comparisons that could be made, from arrays (A, 2, Y - skipped)."""
    areas, sexes, years = np.nonzero(np.isfinite(times))
    at = areas, sexes, years
    return pd.DataFrame(
        {
            "rule": rule,
            "geography": counts.geography,
            "area_code": np.array(counts.areas, dtype=object)[areas],
            "sex": np.array(SEXES, dtype=object)[sexes],
            "year": counts.years[skipped:][years],
            "unit": unit,
            "observed": observed[at],
            "expected": expected[at],
            "warns_beyond": bound[at],
            "times": times[at],
        }
    )
