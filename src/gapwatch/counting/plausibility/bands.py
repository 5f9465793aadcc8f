"""Bands of age of a place that hold no death, although residents make some to be expected."""

from __future__ import annotations

import numpy as np
from scipy.special import betaln

from gapwatch.counting.counts import Counts, FloatArray
from gapwatch.counting.plausibility.ages import infant_deaths_lacking
from gapwatch.counting.plausibility.chance import FALSE_WARNINGS

_JEFFREYS = 0.5


def bands_without_deaths(whole: Counts) -> list[str]:
    """Bands that hold no death in a run of years, beside one that may hold theirs too.

    `whole` is the place as one area; both sexes are taken together. Where d deaths are told in the
    band and the one beside it, all of them in that one, chance does so with the probability that a
    beta-binomial of d has at none, with the share that the band has in the other years at its
    residents then. Where the band is empty in every year, its rate is taken for no less than the
    lower one of the bands on both sides, and the chance is that of a Poisson count. Named are runs
    with a chance below 0.4% over all that are compared: each year of each pair of bands. Infants,
    who die more than children do, are held against the lowest infant mortality of any country
    instead where none died in any year. Of restricted deaths the ages and years alone are told, as
    of all.
    """
    deaths, people = (a.sum(axis=(0, 1)) for a in (whole.deaths, whole.person_years))
    usable = np.flatnonzero(~whole.provisional)
    years, bands = len(usable), deaths.shape[1]
    if not years or bands < 3:  # noqa: PLR2004
        return []
    most = FALSE_WARNINGS / (2 * years * (bands - 1))
    told = []
    if np.exp(-infant_deaths_lacking(whole)) < FALSE_WARNINGS:
        told.append(f"no death aged under 1, {whole.years[0]} to {whole.years[-1]}")
    for band in range(len(told), bands):
        for run in _runs(usable, deaths[usable, band]):
            chance = (
                _never(deaths, people, band, usable)
                if len(run) == years
                else min(
                    _moved(deaths, people, (band, beside), run, usable)
                    for beside in (band - 1, band + 1)
                    if 0 <= beside < bands
                )
            )
            if chance < most:
                first, last = whole.years[run[0]], whole.years[run[-1]]
                span = str(first) if first == last else f"{first} to {last}"
                told.append(f"no death aged {_ages(whole, band)}, {span}")
    return told


def _runs(usable: np.ndarray, deaths: FloatArray) -> list[np.ndarray]:
    """Consecutive usable years (positions) in which a band has no death."""
    empty = np.flatnonzero(deaths == 0)
    if not len(empty):
        return []
    return [usable[run] for run in np.split(empty, np.flatnonzero(np.diff(empty) > 1) + 1)]


def _moved(
    deaths: FloatArray,
    people: FloatArray,
    pair: tuple[int, int],
    run: np.ndarray,
    usable: np.ndarray,
) -> float:
    """Chance that all deaths of a band and the one beside it are in that one, in a run of years."""
    others = np.setdiff1d(usable, run)
    both, beside = np.array(pair), pair[1]
    at_risk, then = (people[np.ix_(years, both)].sum(axis=0) for years in (run, others))
    if (at_risk <= 0).any() or (then <= 0).any():
        return 1.0
    # Deaths of the other years as the residents of the run would have had them.
    mine, theirs = deaths[np.ix_(others, both)].sum(axis=0)
    tilt = at_risk / then / (at_risk / then).sum() * 2
    alpha, beta = mine * tilt[0] + _JEFFREYS, theirs * tilt[1] + _JEFFREYS
    told = np.floor(deaths[run, beside].sum())
    return float(np.exp(betaln(alpha, beta + told) - betaln(alpha, beta)))


def _never(deaths: FloatArray, people: FloatArray, band: int, usable: np.ndarray) -> float:
    """Chance of no death at all in a band, at the lower rate of the bands on both sides."""
    dead, at_risk = deaths[usable].sum(axis=0), people[usable].sum(axis=0)
    near = [k for k in (band - 1, band + 1) if 0 <= k < len(dead) and at_risk[k] > 0]
    rate = min(dead[k] / at_risk[k] for k in near) if near else 0.0
    return float(np.exp(-rate * at_risk[band]))


def _ages(whole: Counts, band: int) -> str:
    starts = whole.age_starts
    last = band + 1 == len(starts)
    return f"{starts[band]} and over" if last else f"{starts[band]} to {starts[band + 1] - 1}"
