"""One area's deaths, or one year's, told again as another's: a block that was pasted twice.

Of two independent counts with the sum 2x, whatever their rates, both are x with a chance of at most
C(2x, x) / 4^x: a half for 1, three eighths for 2, 18% for 10. The product over all cells is the
chance that two blocks are the same by themselves.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import gammaln

from gapwatch.contracts import SEXES
from gapwatch.counting.bands import UNTOLD
from gapwatch.counting.counts import BoolArray, Counts, FloatArray, IntArray
from gapwatch.counting.rounding import shared_step
from gapwatch.errors import ValidationError

COPY_CHANCE = 1e-6
"""Chance that anything of a study that is compared is the same by itself, at the most."""
NEXT_SHARE = 0.2


@dataclass(frozen=True, eq=False)
class _Told:
    """Deaths of the areas of one kind, as their file tells them.

    `same` (B, Y) numbers areas' years so that those with the same counts of every sex and age have
    the same number; `surprise` (B, Y) is the logarithm of one over the chance of such a pair;
    `deaths` (B, Y) of all ages.
    """

    geography: str
    areas: tuple[str, ...]
    years: IntArray
    same: IntArray
    surprise: FloatArray
    deaths: FloatArray


def require_told_once(deaths: pd.DataFrame, own: Counts) -> None:
    """Refuse deaths of two areas, or of two years, that are the same in every sex and age.

    Compared are two areas in each run of consecutive years, an area in two years, and all areas in
    two years, before anything is added up. Refused is what chance does in fewer than one
    of a million studies (Bonferroni over all that is compared). The least count of a year is no
    evidence where it may stand for others: small counts that are withheld may all be told as one
    number. Counts that a publisher rounds aren't compared. Raises ValidationError; of
    restricted deaths it tells no area.
    """
    if own.deaths_rounded is not None:
        return
    counted = deaths[deaths["year"].isin(own.years)]
    for kind, rows in counted.groupby("geography", sort=True):
        if shared_step(rows.loc[rows["deaths_persons"] > 0, "deaths_persons"].to_numpy()) is None:
            _require(_told(str(kind), rows), restricted=own.restricted)


def _told(kind: str, rows: pd.DataFrame) -> _Told:
    place, areas = pd.factorize(rows["area_code"], sort=True)
    when, years = pd.factorize(rows["year"], sort=True)
    bands = rows["age_start_years"].astype(str) + " " + rows["age_end_years"].astype(str)
    band, known = pd.factorize(bands, sort=True)
    sex = np.where(rows["sex"].to_numpy() == SEXES[0], 0, 1)
    counts = np.zeros((len(areas), len(years), 2 * len(known)))
    told = rows["deaths_persons"].to_numpy(dtype=np.float64)
    np.add.at(counts, (place, when, 2 * band + sex), told)
    chance = gammaln(2 * counts + 1) - 2 * gammaln(counts + 1) - 2 * counts * math.log(2)
    _, same = np.unique(counts.reshape(-1, counts.shape[2]), axis=0, return_inverse=True)
    return _Told(
        kind,
        tuple(map(str, areas)),
        np.asarray(years, dtype=np.int64),
        np.reshape(same, counts.shape[:2]),
        np.where(counts > _stand_in(counts)[:, np.newaxis], -chance, 0.0).sum(axis=2),
        counts.sum(axis=2),
    )


def _stand_in(counts: FloatArray) -> FloatArray:
    """(Y,) the least count of each year that may stand for withheld ones; 0 where none does.

    Where chance alone makes counts there are twos beside ones, a fifth as many or more unless
    hardly anybody dies in a cell; then ones tell little of a copy.
    """
    found = np.zeros(counts.shape[1])
    for year in range(counts.shape[1]):
        told = counts[:, year][counts[:, year] > 0]
        least = told.min(initial=np.inf)
        if (told == least + 1).sum() < NEXT_SHARE * (told == least).sum():
            found[year] = least
    return found


def _require(told: _Told, *, restricted: bool) -> None:
    areas, years = told.same.shape
    pairs_of_areas, pairs_of_years = math.comb(areas, 2), math.comb(years, 2)
    compared = pairs_of_areas * math.comb(years + 1, 2) + (areas + 1) * pairs_of_years
    least = math.log(max(compared, 1) / COPY_CHANCE)
    for one, other, run in _areas(told, least):
        first, last = told.years[run[0]], told.years[run[-1]]
        span = str(first) if first == last else f"{first} to {last}"
        number = told.deaths[one, run].sum()
        raise ValidationError(
            f"deaths, {told.geography}, {span}"
            if restricted
            else f"deaths, {told.geography}, {told.areas[one]} and {told.areas[other]}, {span}",
            expected="deaths of each area for itself: chance makes them differ",
            found=UNTOLD
            if restricted
            else f"the same {number:,.0f} deaths in both, in every sex and age",
            remedy="copy the rows of both areas from the publisher's file again: one was pasted or "
            "filled in over the other. Where both are one area under two codes, leave the rows of "
            "one of them out by drop: they would count twice",
        )
    for where, one, other, number in _years(told, least):
        both = f"{told.years[one]} and {told.years[other]}"
        raise ValidationError(
            f"deaths, {told.geography}, {both}"
            if restricted or not where
            else f"deaths, {told.geography}, {where}, {both}",
            expected="deaths of each year for itself: chance makes them differ",
            found=UNTOLD
            if restricted
            else f"the same {number:,.0f} deaths in both years, in every sex and age"
            + ("" if where else " of every area"),
            remedy="copy the rows of both years from the publisher's file again: one was pasted or "
            "filled in over the other. Where a last year isn't told yet, and another stands for "
            "it, leave it out by years",
        )


def _areas(told: _Told, least: float) -> Iterator[tuple[int, int, IntArray]]:
    """Pairs of areas that are the same in a run of years, beyond chance."""
    for one in range(len(told.areas) - 1):
        same: BoolArray = told.same[one + 1 :] == told.same[one]
        total = np.where(same, told.surprise[one], 0.0).sum(axis=1)
        for other in np.flatnonzero(total > least):
            alike = np.flatnonzero(same[other])
            for run in np.split(alike, np.flatnonzero(np.diff(told.years[alike]) > 1) + 1):
                if told.surprise[one, run].sum() > least:
                    yield one, one + 1 + int(other), run


def _years(told: _Told, least: float) -> Iterator[tuple[str, int, int, float]]:
    """Pairs of years that are the same, of all areas together or of one, beyond chance."""
    for one in range(len(told.years) - 1):
        for other in range(one + 1, len(told.years)):
            same = told.same[:, one] == told.same[:, other]
            # Each year leaves out its own least count.
            surprise = np.minimum(told.surprise[:, one], told.surprise[:, other])
            if same.all() and surprise.sum() > least:
                yield "", one, other, float(told.deaths[:, one].sum())
            for at in np.flatnonzero(same & (surprise > least)):
                yield told.areas[at], one, other, float(told.deaths[at, one])
