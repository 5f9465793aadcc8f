"""Whether deaths and residents stand at their own ages: mortality of the whole place by age.

In every population that has been counted, mortality is low in childhood and rises from the thirties
on, band by band. Columns that are shifted or exchanged break that, though each count is plausible.
"""

from __future__ import annotations

import numpy as np
from scipy.special import bdtr

from gapwatch.contracts import SEXES
from gapwatch.counting.counts import Counts, FloatArray, IntArray
from gapwatch.errors import ValidationError

RISES_FROM = 35
YOUNG, OLD = 30, 65
_CHANCE_OF_RESIDENTS = 5.0
NO_CHANCE = 1e-8
"""Chance of so few deaths at the later age, were the two rates the same."""
LOWEST_INFANT_RATE = 0.0015
"""Deaths under one year by person-years, as low as any country's: those of Japan and Iceland."""
INFANTS_EXPECTED = 14.0
"""Infant deaths at that rate of which none is refused: a chance of 1 in 1.2 million."""


def require_ages(whole: Counts) -> None:
    """Refuse a place whose mortality by age is that of no population. Raises ValidationError.

    `whole` is the place as one area. All years are taken together, and each by itself, by sex. From
    35 on the rate of no band may be below that of the band before it, and no rate of people under
    30, infants included, above that of people aged 65 and over. Each pair is tested exactly: given
    the deaths of both, those of one are binomial. Nor may residents of a single year of age under 1
    and from 1 to 4 be twice as many of one as of the other, as they are where columns are shifted.
    Nor may all infant deaths be missing, where 14 are expected at the lowest rate of any country.
    Of restricted deaths the ages alone are told.
    """
    _require_infants(whole)
    _require_infant_deaths(whole)
    for at in (None, *range(len(whole.years))):
        years = slice(None) if at is None else slice(at, at + 1)
        told = "all years" if at is None else str(whole.years[at])
        deaths, people = (
            a[:, :, years].sum(axis=(0, 2)) for a in (whole.deaths, whole.person_years)
        )
        for sex, name in enumerate(SEXES):
            found = _out_of_order(whole.age_starts, deaths[sex], people[sex])
            if found is not None:
                raise _refused(whole, f"{name}, {told}", deaths[sex], people[sex], *found)


def _require_infants(whole: Counts) -> None:
    starts = [int(start) for start in whole.age_starts[:3]]
    if starts != [0, 1, 5]:
        return
    for at, year in enumerate(whole.years):
        infants, others = (float(whole.person_years[:, :, at, band].sum()) for band in (0, 1))
        others /= starts[2] - starts[1]
        low, high = sorted((infants, others))
        if high > 2 * low + _CHANCE_OF_RESIDENTS * np.sqrt(high):
            raise ValidationError(
                f"residents, {year}, aged 0 to 4",
                expected="about as many infants as children of each year of age from 1 to 4",
                found=f"{infants:,.0f} infants, {others:,.0f} for each year of age from 1 to 4",
                remedy="see whether columns of ages are shifted, or whether the bands are others "
                "than their headings say",
            )


def infant_deaths_lacking(whole: Counts) -> float:
    """Infant deaths to be expected at the least, where none is told in any year; 0 elsewhere.

    At the lowest rate that any country has, over all areas, years and both sexes. Years that are
    still open make none to be expected, but a death in one is a death. So do bands that begin at
    0 and hold other ages too: children may well not die there.
    """
    if [int(start) for start in whole.age_starts[:2]] != [0, 1] or whole.deaths[..., 0].any():
        return 0.0
    return LOWEST_INFANT_RATE * float(whole.person_years[:, :, ~whole.provisional, 0].sum())


def _require_infant_deaths(whole: Counts) -> None:
    expected = infant_deaths_lacking(whole)
    if expected >= INFANTS_EXPECTED:
        raise ValidationError(
            f"deaths, {whole.years[0]} to {whole.years[-1]}, aged under 1",
            expected="deaths of infants: of so many residents under 1 at least "
            f"{expected:.0f} at the lowest infant mortality of any country",
            found="none at all",
            remedy="ask for the extract again with deaths under one year of age, or complete the "
            "file: ages that an extract leaves out are no zeros. See too whether its ages begin at "
            "1 because they are counted from 1 on, or because a row or column of age 0 is lost",
        )


def _out_of_order(
    starts: IntArray, deaths: FloatArray, people: FloatArray
) -> tuple[int, int] | None:
    """A band and an earlier one with a higher rate than it may have; None where all are right."""
    for at in range(1, len(starts)):
        pair = [at, at - 1]
        if starts[at - 1] >= RISES_FROM and _below(*deaths[pair], *people[pair]):
            return at, at - 1
    old = starts >= OLD
    for young in np.flatnonzero(starts < YOUNG):
        if _below(deaths[old].sum(), deaths[young], people[old].sum(), people[young]):
            return int(np.flatnonzero(old)[0]), int(young)
    return None


def _below(d_one: float, d_other: float, n_one: float, n_other: float) -> bool:
    """Whether the first rate is below the second by more than chance makes of such counts."""
    if min(n_one, n_other) <= 0:
        return False
    one, both = np.floor(d_one), np.floor(d_one + d_other)
    return bool(both > 0 and bdtr(one, int(both), n_one / (n_one + n_other)) < NO_CHANCE)


def _refused(
    whole: Counts, where: str, deaths: FloatArray, people: FloatArray, low: int, high: int
) -> ValidationError:
    rates = [
        f"{1000 * deaths[at] / people[at]:.1f} in 1,000 a year aged {_band(whole, at)}"
        for at in (high, low)
    ]
    bands = [_band(whole, at) for at in (high, low)]
    return ValidationError(
        f"deaths and residents, {where}, aged {bands[0]}",
        expected=f"mortality that is low in childhood and rises with age from {RISES_FROM} on",
        found="a higher one than at a later age: "
        + ", ".join(bands if whole.restricted else rates),
        remedy="see whether ages stand in each other's place in the deaths or in the residents: "
        "columns that are shifted or exchanged, a heading too many or too few",
    )


def _band(whole: Counts, at: int) -> str:
    starts = whole.age_starts
    if at + 1 == len(starts):
        return f"{starts[at]} and over"
    return (
        f"{starts[at]} to {starts[at + 1] - 1}"
        if starts[at + 1] > starts[at] + 1
        else (f"{starts[at]}")
    )
