"""Whether an area's level, its sexes and the newest year are such as its place can have.

The rules of `jumps` see what changes from one year to the next. These see what is so in every year:
deaths that are counted where people died, residents of the sexes in each other's place, blocks that
were led to another area; and a newest year that was cut short, which has no year after it. Each is
a warning by name: a hostel or a home for the old may explain it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import chdtrc, ndtri

from gapwatch.contracts import SEXES
from gapwatch.counting.counts import Counts, FloatArray
from gapwatch.counting.plausibility.absent import expected_deaths
from gapwatch.counting.plausibility.ages import RISES_FROM
from gapwatch.counting.plausibility.chance import FALSE_WARNINGS, deviations, limit
from gapwatch.counting.plausibility.jumps import in_pandemic

STANDARD_ERRORS = 3.0
# Indirectly standardised mortality ratios of areas in their place: no home for the old and no
# hostel takes an area further.
LEVEL = (0.45, 2.0)
PREMATURE = (15, 65)
LEAST_MEN_A_WOMAN, SURE = 1.1, 2.5
JUMP_SHARE, JUMP_ERRORS = 0.5, 6.0
CUBIC, CURVE_SD, CURVE_CHANCE, FEWEST = 3, 0.05, 5e-4, 5.0
OLD = 60
POINTING, LEAST_APART = 1.5, 0.03
LEAST_DEATHS = 30
# The year's own difference from the five before it, beyond chance, as a share of the deaths.
YEAR_SD = 0.035
YEARS_BEFORE = 5
NEWEST_LIMIT = float(-ndtri(FALSE_WARNINGS))
# Shares of an area in its place beside those of the publisher's totals of other years.
SHARE_MOVED, SHARE_A_YEAR, FURTHEST_YEARS = 0.10, 0.02, 5
DEATHS_MOVED, DEATHS_SD = 0.25, 0.08
_LEAST_AREAS = 3


def strange_levels(own: Counts) -> list[str]:
    """Areas whose deaths of all years are out of all proportion to their residents by age.

    Expected are the residents' deaths by sex and age at the place's rates of each year. Told are
    ratios (observed over expected, both sexes) whose distance from the range 0.45 to 2 is more
    than three standard errors.
    """
    observed = own.deaths.sum(axis=(1, 2, 3))
    expected = expected_deaths(own).sum(axis=(1, 2, 3))
    known = (expected > 0) & (observed >= LEAST_DEATHS)
    ratio = np.divide(observed, expected, out=np.ones_like(observed), where=known)
    error = STANDARD_ERRORS / np.sqrt(np.maximum(observed, 1))
    odd = known & ((ratio * np.exp(error) < LEVEL[0]) | (ratio * np.exp(-error) > LEVEL[1]))
    return [
        f"{own.areas[at]}: {ratio[at]:.2f} times the deaths that the place's rates make "
        f"to be expected, over {own.years[0]} to {own.years[-1]}"
        for at in np.flatnonzero(odd)
    ]


def residents_exchanged(own: Counts) -> list[str]:
    """Areas in which residents of the sexes seem to stand in each other's place.

    Two things must point to it. Men outnumber women from 60 on: with w the log odds of a man in the
    place's band, the sum of (men - women) w, in residents of a mean year, is negative by more than
    1.5 of its standard errors, where it is positive in an area like its place. And women's deaths
    are further above the place's rates than men's, since they meet the fewer old men: the log of
    the ratio of the two ratios is beyond 0.03 and 1.5 standard errors. Hostels and prisons bring
    men, but move the second the other way.
    """
    old = own.age_starts >= OLD
    mean = own.person_years[..., old].mean(axis=2)
    place = np.maximum(mean.sum(axis=0), 1e-9)
    share = place[1] / place.sum(axis=0)
    weight = np.log(share / (1 - share))
    more_men = ((mean[:, 1] - mean[:, 0]) * weight).sum(axis=1)
    error = np.sqrt((mean.sum(axis=1) * 4 * share * (1 - share) * weight**2).sum(axis=1))
    observed, expected = (a.sum(axis=(2, 3)) for a in (own.deaths, expected_deaths(own)))
    known = (observed > 0).all(axis=1) & (expected > 0).all(axis=1)
    with np.errstate(all="ignore"):
        apart = np.log(observed[:, 0] / expected[:, 0]) - np.log(observed[:, 1] / expected[:, 1])
        chance = np.sqrt((1 / observed).sum(axis=1))
    odd = known & (more_men < -POINTING * error) & (apart > LEAST_APART + POINTING * chance)
    men, women = mean[:, 1].sum(axis=1), mean[:, 0].sum(axis=1)
    return [
        f"{own.areas[at]}: {men[at]:,.0f} men and {women[at]:,.0f} women aged {OLD} and over, "
        f"women {np.exp(apart[at]):.2f} times as far above the place's mortality as men"
        for at in np.flatnonzero(odd)
    ]


def premature_exchanged(counts: Counts) -> list[str]:
    """Areas whose women of 15 to 64 die more than their men, beyond chance, over all years.

    Men of these ages die half as much again as women and more, everywhere. Told is a ratio of the
    two rates below 1.1 by more than 2.5 standard errors of its logarithm. Deaths whose sexes are
    exchanged make it so, and leave life expectancy of both about the same.
    """
    inside = (counts.age_starts >= PREMATURE[0]) & (counts.age_starts < PREMATURE[1])
    dead, people = (a[..., inside].sum(axis=(2, 3)) for a in (counts.deaths, counts.person_years))
    known = (dead > 0).all(axis=1) & (people > 0).all(axis=1)
    with np.errstate(all="ignore"):
        ratio = dead[:, 1] / people[:, 1] / (dead[:, 0] / people[:, 0])
        error = np.sqrt((1 / dead).sum(axis=1))
        odd = known & (np.log(ratio) + SURE * error < np.log(LEAST_MEN_A_WOMAN))
    return [
        f"{counts.areas[at]}: men aged {PREMATURE[0]} to {PREMATURE[1] - 1} die at {ratio[at]:.2f} "
        "times the rate of women"
        for at in np.flatnonzero(odd)
    ]


def bands_jump(own: Counts) -> list[str]:
    """Residents of an area, sex and band that leave their own years before and after, for a year.

    Told are numbers that differ from those of both neighbouring years on one base (of the first and
    the newest year, from the one that there is) by more than half and by more than 6 standard
    errors of a Poisson count. A digit that is lost, or a cell cut off, makes that.
    """
    people, segments = own.person_years, own.segments
    told = []
    for at, year in enumerate(own.years):
        near = [
            k
            for k in (at - 1, at + 1)
            if 0 <= k < len(own.years) and segments[k] == segments[at] and not own.provisional[k]
        ]
        if not near or own.provisional[at]:
            continue
        now = people[:, :, at]
        odd = np.ones(now.shape, dtype=bool)
        for k in near:
            then = people[:, :, k]
            apart, most = np.abs(now - then), np.maximum(now, then)
            odd &= (apart > JUMP_SHARE * np.maximum(then, 1)) & (
                apart > JUMP_ERRORS * np.sqrt(most)
            )
        told += [
            f"{own.areas[area]}, {SEXES[sex]} aged {own.age_starts[band]} on, {year}: "
            f"{now[area, sex, band]:,.0f}, {people[area, sex, near[0], band]:,.0f} in "
            f"{own.years[near[0]]}"
            for area, sex, band in zip(*np.nonzero(odd), strict=True)
        ]
    return told


def rough_curve(whole: Counts) -> list[str]:
    """Ages at which mortality of a place leaves the smooth curve that it follows from 35 on.

    Of all years together, by sex, the logarithms of the rates of closed bands from 35 on are fitted
    by a cubic in age, each weighted by the inverse of its variance 1/D + 0.05^2: 5% is what real
    schedules leave. Residuals of both sexes, divided by their standard errors, are added and
    divided by sqrt(2). Told, by its two strangest bands, is a place whose sum of squares has a
    chance below 0.05% of a chi-squared distribution with as many degrees of freedom as bands
    less 4. Of restricted deaths the ages alone are told.
    """
    closed = np.flatnonzero((whole.age_starts >= RISES_FROM)[:-1])
    if len(closed) <= CUBIC + 1:
        return []
    middle = (whole.age_starts[closed] + whole.age_starts[closed + 1]) / 2
    x = (middle - middle.mean()) / (middle[-1] - middle[0])
    design = np.vander(x, CUBIC + 1)
    both = np.zeros(len(closed))
    for sex in range(len(SEXES)):
        dead, people = (
            a[0, sex][:, closed].sum(axis=0) for a in (whole.deaths, whole.person_years)
        )
        if (dead < FEWEST).any() or (people <= 0).any():
            return []
        variance = 1 / dead + CURVE_SD**2
        root = 1 / np.sqrt(variance)
        weighted = design * root[:, np.newaxis]
        y = np.log(dead / people) * root
        fitted = weighted @ np.linalg.lstsq(weighted, y, rcond=None)[0]
        both += (y - fitted) / np.sqrt(len(SEXES))
    freedom = len(closed) - CUBIC - 1
    if chdtrc(freedom, float(both @ both)) >= CURVE_CHANCE:
        return []
    worst = np.sort(np.argsort(-np.abs(both), kind="stable")[:2])
    return [
        f"aged {whole.age_starts[closed[at]]} to {whole.age_starts[closed[at] + 1] - 1}"
        + ("" if whole.restricted else f": {abs(both[at]):.1f} standard errors off the curve")
        for at in worst
    ]


def newest_year_short(whole: Counts) -> list[str]:
    """The newest year of a place, where it has fewer deaths than the years before it allow for.

    Expected are the residents' deaths by sex and age at the rates of up to five years before,
    without those of the pandemic; a year differs from them by 3.5% beyond chance. As one year is
    compared, and fewer deaths alone are asked for, the limit is a chance of 0.4% (2.65 standard
    errors). Of restricted deaths the year alone is told.
    """
    ill = in_pandemic(whole)
    usable = [at for at in range(len(whole.years)) if not whole.provisional[at]]
    if not usable or ill[usable[-1]]:
        return []
    newest = usable[-1]
    before = [at for at in usable[:-1] if not ill[at]][-YEARS_BEFORE:]
    if len(before) < _LEAST_AREAS:
        return []
    dead, people = (a[:, :, before].sum(axis=2) for a in (whole.deaths, whole.person_years))
    rate = np.divide(dead, people, out=np.zeros_like(dead), where=people > 0)
    expected = np.atleast_1d((rate * whole.person_years[:, :, newest]).sum())
    observed = np.atleast_1d(whole.deaths[:, :, newest].sum())
    relative = np.sqrt(1 / max(float(dead.sum()), 1.0) + YEAR_SD**2)
    z = deviations(observed, expected, np.atleast_1d(relative))
    if not (z < -NEWEST_LIMIT).any():
        return []
    year = whole.years[newest]
    if whole.restricted:
        return [f"{year}: fewer deaths than expected"]
    return [f"{year}: {observed[0]:,.0f} deaths where {expected[0]:,.0f} were to be expected"]


def moved_since_totals(own: Counts, published: pd.DataFrame) -> list[str]:
    """Areas whose part of the place isn't that of the publisher's totals of the years beside it.

    For areas that have no total of the years that are counted, but of up to five years before or
    after: residents of the nearest two years, and deaths of up to five on either side. An area's
    ratio of the two is held against the median of all areas, which another base moves alike. Told
    are residents that moved by more than 10% and 2% for each further year between, and deaths by
    more than a quarter and beyond chance, with 8% that areas' deaths drift in such a time.
    """
    totals = published[published["area_code"].isin(own.areas)]
    told = []
    for at_end in (False, True):
        told += _moved_residents(own, totals, at_end=at_end)
        if not own.restricted:
            told += _moved_deaths(own, totals, at_end=at_end)
    return told


def _beside(
    own: Counts, totals: pd.DataFrame, column: str, *, at_end: bool
) -> tuple[pd.DataFrame, int] | None:
    """Totals of an area (rows) by year, of up to five years beside the counts; and the gap."""
    known = totals.dropna(subset=[column])
    if known["year"].isin(own.years).any():
        return None
    edge = int(own.years[-1] if at_end else own.years[0])
    apart = (known["year"] - edge) * (1 if at_end else -1)
    known = known[(apart > 0) & (apart <= FURTHEST_YEARS)]
    if known.empty:
        return None
    wide = known.pivot_table(index="area_code", columns="year", values=column, aggfunc="first")
    wide = wide.reindex(list(own.areas)).astype("float64")
    near = int(apart[apart > 0].min())
    return wide, near


def _moved_residents(own: Counts, totals: pd.DataFrame, *, at_end: bool) -> list[str]:
    found = _beside(own, totals, "population_persons", at_end=at_end)
    if found is None:
        return []
    wide, near = found
    then = wide.iloc[:, 0 if at_end else -1].to_numpy()
    year, then_year = own.years[-1 if at_end else 0], wide.columns[0 if at_end else -1]
    now = own.person_years.sum(axis=(1, 3))[:, -1 if at_end else 0]
    moved = _against_median(now, then)
    most = SHARE_MOVED + SHARE_A_YEAR * (near - 1)
    return [
        f"{own.areas[at]}: {now[at]:,.0f} residents in {year}, {then[at]:,.0f} by the publisher's "
        f"total of {then_year}"
        for at in np.flatnonzero(np.abs(moved) > most)
    ]


def _moved_deaths(own: Counts, totals: pd.DataFrame, *, at_end: bool) -> list[str]:
    found = _beside(own, totals, "deaths_persons", at_end=at_end)
    if found is None:
        return []
    wide, _ = found
    then = wide.sum(axis=1, min_count=1).to_numpy()
    inside = slice(-FURTHEST_YEARS, None) if at_end else slice(None, FURTHEST_YEARS)
    now = own.deaths.sum(axis=(1, 3))[:, inside].sum(axis=1)
    if not (np.nansum(then) > 0 and now.sum() > 0):
        return []
    moved = _against_median(now, then)
    expected = now / (1 + moved)
    relative = np.sqrt(1 / np.maximum(then, 1) + DEATHS_SD**2)
    z = deviations(now, expected, relative)
    odd = (np.abs(z) > limit(len(now))) & (np.abs(np.log1p(moved)) > np.log1p(DEATHS_MOVED))
    years, theirs = own.years[inside], wide.columns
    return [
        f"{own.areas[at]}: {now[at]:,.0f} deaths in {years[0]} to {years[-1]}, {then[at]:,.0f} by "
        f"the publisher's totals of {theirs[0]} to {theirs[-1]}"
        for at in np.flatnonzero(odd)
    ]


def _against_median(now: FloatArray, then: FloatArray) -> FloatArray:
    """How far each area's ratio of now to then is from the median of all; 0 where unknown."""
    with np.errstate(all="ignore"):
        ratio = now / then
    known = np.isfinite(ratio) & (ratio > 0)
    middle = float(np.median(ratio[known])) if known.sum() >= _LEAST_AREAS else 1.0
    return np.where(known, ratio / middle - 1, 0.0)


def empty_bands(whole: Counts) -> list[str]:
    """Bands of age without a resident of a sex in the place, between bands that have many."""
    told = []
    people = whole.person_years.sum(axis=0)
    for sex, name in enumerate(SEXES):
        empty = (people[sex] == 0) & (people[sex].sum(axis=1, keepdims=True) > 0)
        for at in np.flatnonzero(empty.any(axis=0)):
            years = whole.years[empty[:, at]]
            told.append(f"{name} aged {whole.age_starts[at]} on, {years[0]} to {years[-1]}")
    return told
