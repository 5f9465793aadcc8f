"""Deaths that aren't there although the residents make them to be expected.

An extract that leaves an area's year out and one in which nobody died look the same. Chance
decides: with lambda deaths expected there is none with a probability of exp(-lambda), 0.7% for 5.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gapwatch.contracts import PERSONS, SEXES
from gapwatch.contracts.plausibility import DEATHS_ABSENT
from gapwatch.counting.bands import UNTOLD
from gapwatch.counting.counts import BoolArray, Counts, FloatArray
from gapwatch.counting.plausibility.chance import FALSE_WARNINGS
from gapwatch.errors import ValidationError
from gapwatch.study import Accepted

LEAST_EXPECTED = 5.0
NEVER_BY_CHANCE = 18.0
"""Expected deaths in a run of years without one that refuse it: a chance of 1 in 65 million."""
LOWEST_LEVEL, LOWEST_LEVEL_DEATHS = 1 / 3, 6.0
AGES = ((0, 65), (65, 80), (80, None))
MONTHS = 12


@dataclass(frozen=True)
class _Hole:
    """A run of years or months of one area, and sex or ages, without a death.

    `expected` are the deaths by the place's rates, `sure` by the area's own level beside them.
    """

    area: int
    sexes: tuple[int, ...]
    years: tuple[int, ...]
    told: str
    expected: float
    sure: float


def mark_absent(
    own: Counts, monthly: FloatArray | None, accepted: tuple[Accepted, ...]
) -> BoolArray | None:
    """(A, 2, Y) where windows with the year are withheld (G05); None where deaths are complete.

    Expected are the residents by sex and age at the rates of the whole place in that year. Withheld
    is an area that has no death, of both sexes, in a year with five or more expected; a sex, ages
    (under 65, 65 to 79, 80 and over) or months in which it has none, where so much is expected that
    chance would do so in fewer than 0.4% of places. A run without a death in which 18 or more are
    expected, at the area's own level of mortality, is refused. `monthly` is deaths by area, year
    and month (A, Y, 12), NaN in months that the place doesn't tell. What the study accepts is left
    alone.

    Raises ValidationError for what is refused; of restricted deaths it tells the years alone.
    """
    expected = expected_deaths(own)
    known = {
        (row.area_code, str(row.sex), row.year)
        for row in accepted
        if row.rule == DEATHS_ABSENT and row.geography == own.geography
    }
    holes = [hole for hole in _holes(own, expected, monthly) if not _accepted(own, hole, known)]
    _refuse_gross(own, [hole for hole in holes if hole.sure >= NEVER_BY_CHANCE])
    marks = np.zeros(own.deaths.shape[:3], dtype=bool)
    for hole in holes:
        for sex in hole.sexes:
            marks[hole.area, sex, list(hole.years)] = True
    return marks if marks.any() else None


def expected_deaths(own: Counts) -> FloatArray:
    """(A, 2, Y, K) deaths of the residents at the rates of the whole place in the year."""
    whole, people = own.deaths.sum(axis=0), own.person_years.sum(axis=0)
    every = _rate(whole.sum(axis=1), people.sum(axis=1))[:, np.newaxis]
    # Where much of the place is left out its own rates of the year fall with it, so at least half
    # of those of all years are taken.
    return own.person_years * np.maximum(_rate(whole, people), 0.5 * every)


def _rate(deaths: FloatArray, people: FloatArray) -> FloatArray:
    return np.divide(deaths, people, out=np.zeros_like(deaths), where=people > 0)


def _holes(own: Counts, expected: FloatArray, monthly: FloatArray | None) -> Iterator[_Hole]:
    areas, sexes, years, _ = own.deaths.shape
    both = (0, 1)
    yield from _runs(own.deaths.sum(axis=(1, 3)), expected.sum(axis=(1, 3)), both, "", 0.0)
    least = _rare(areas * sexes * years)
    for sex in range(sexes):
        yield from _runs(
            own.deaths[:, sex].sum(axis=2),
            expected[:, sex].sum(axis=2),
            (sex,),
            f", {SEXES[sex]}",
            least,
        )
    least = _rare(areas * sexes * years * len(AGES))
    for first, end in AGES:
        inside = (own.age_starts >= first) & (True if end is None else own.age_starts < end)
        told = f"aged {first} and over" if end is None else f"aged {first} to {end - 1}"
        for sex in range(sexes):
            yield from _runs(
                own.deaths[:, sex][..., inside].sum(axis=2),
                expected[:, sex][..., inside].sum(axis=2),
                (sex,),
                f", {SEXES[sex]} {told}",
                least,
            )
    if monthly is not None:
        yield from _months(own, expected, monthly)


def _rare(comparisons: int) -> float:
    """Deaths expected so that none in any of so many comparisons is rare enough."""
    return max(LEAST_EXPECTED, math.log(comparisons / FALSE_WARNINGS))


def _runs(
    observed: FloatArray, expected: FloatArray, sexes: tuple[int, ...], told: str, least: float
) -> Iterator[_Hole]:
    """Runs of years (A, Y) without a death, with `least` expected in all of a run.

    Where `least` is 0 a run counts from a year on in which five or more are expected.
    """
    empty = (observed == 0) & (expected > 0)
    for area in np.flatnonzero(empty.any(axis=1)):
        for run in _consecutive(np.flatnonzero(empty[area])):
            total, most = float(expected[area, run].sum()), float(expected[area, run].max())
            sure = total * _own_level(observed[area], expected[area], run)
            if (sure >= least) if least else (most >= LEAST_EXPECTED):
                yield _Hole(int(area), sexes, tuple(run), told, total, sure)


def _own_level(observed: FloatArray, expected: FloatArray, run: list[int]) -> float:
    """Deaths of the area outside a run over those expected: at most one, and a third to begin with.

    People of the best-off areas die at half the rate of their place and less, so a third is what
    an area is taken for where nothing else is known of it; that weighs as much as six deaths.
    """
    theirs = np.delete(observed, run).sum(), np.delete(expected, run).sum()
    weight = LOWEST_LEVEL_DEATHS
    level = float((theirs[0] + LOWEST_LEVEL * weight) / (theirs[1] + weight))
    return min(max(level, LOWEST_LEVEL), 1.0)


def _months(own: Counts, expected: FloatArray, monthly: FloatArray) -> Iterator[_Hole]:
    """Runs of months without a death, of areas whose place has some in each of them."""
    place = np.nansum(monthly, axis=0)
    of_year = place.sum(axis=1, keepdims=True)
    share = np.divide(place, of_year, out=np.zeros_like(place), where=of_year > 0)
    by_month = (expected.sum(axis=(1, 3))[..., np.newaxis] * share).reshape(len(own.areas), -1)
    empty = (monthly.reshape(by_month.shape) == 0) & (by_month > 0)
    least = _rare(by_month.size)
    for area in np.flatnonzero(empty.any(axis=1)):
        for run in _consecutive(np.flatnonzero(empty[area])):
            total = float(by_month[area, run].sum())
            sure = total * _own_level(
                np.nan_to_num(monthly.reshape(by_month.shape)[area]), by_month[area], run
            )
            if sure >= least:
                years = tuple(sorted({month // MONTHS for month in run}))
                first, last = run[0] % MONTHS + 1, run[-1] % MONTHS + 1
                told = f", month {first}" if len(run) == 1 else f", months {first} to {last}"
                yield _Hole(int(area), (0, 1), years, told, total, sure)


def _consecutive(places: np.ndarray) -> list[list[int]]:
    return [part.tolist() for part in np.split(places, np.flatnonzero(np.diff(places) > 1) + 1)]


def _accepted(own: Counts, hole: _Hole, known: set[tuple[str, str, int]]) -> bool:
    sexes = [PERSONS] if len(hole.sexes) == len(SEXES) else [SEXES[hole.sexes[0]], PERSONS]
    return all(
        any((own.areas[hole.area], sex, int(own.years[at])) in known for sex in sexes)
        for at in hole.years
    )


def _refuse_gross(own: Counts, holes: list[_Hole]) -> None:
    if not holes:
        return
    hole = max(holes, key=lambda one: one.sure)
    years = own.years[list(hole.years)]
    span = str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"
    others = f", and {len(holes) - 1} more such runs" if len(holes) > 1 else ""
    secret = own.restricted
    sex = PERSONS if len(hole.sexes) == len(SEXES) else SEXES[hole.sexes[0]]
    raise ValidationError(
        f"deaths, {own.geography}, {span}"
        if secret
        else f"deaths, {own.geography}, {own.areas[hole.area]}, {span}{hole.told}",
        expected="deaths, of which the residents and the rates of the whole place make "
        + ("many" if secret else f"{hole.expected:.0f}")
        + " to be expected",
        found=UNTOLD if secret else f"none at all{others}",
        remedy="ask for the extract again, or complete the file: years, sexes, ages or months that "
        "an extract leaves out are no zeros. Where nobody died indeed, accept each year in the "
        f'study: [[accepted]] with rule = "{DEATHS_ABSENT}", geography, area_code, '
        f'sex = "{PERSONS if secret else sex}", year and reason',
    )


def monthly_deaths(
    deaths: pd.DataFrame, own: Counts, pairs: Mapping[str, pd.DataFrame]
) -> FloatArray | None:
    """Deaths by area of the study, year and month (A, Y, 12); None where no file tells months.

    `pairs` leads from each kind of block to the areas: from_code, to_code, weight. NaN in months
    that aren't told of anywhere.
    """
    told = deaths[(deaths["month"] != "") & deaths["year"].isin(own.years)]
    if told.empty:
        return None
    found = np.zeros((len(own.areas), len(own.years), MONTHS))
    area = {code: at for at, code in enumerate(own.areas)}
    year = {int(y): at for at, y in enumerate(own.years)}
    for kind, rows in told.groupby("geography", sort=True):
        joined = rows.merge(pairs[str(kind)], left_on="area_code", right_on="from_code")
        np.add.at(
            found,
            (
                joined["to_code"].map(area).to_numpy(dtype=np.int64),
                joined["year"].map(year).to_numpy(dtype=np.int64),
                joined["month"].astype(int).to_numpy(dtype=np.int64) - 1,
            ),
            (joined["deaths_persons"] * joined["weight"]).to_numpy(dtype=np.float64),
        )
    found[:, found.sum(axis=0) == 0] = np.nan
    return found
