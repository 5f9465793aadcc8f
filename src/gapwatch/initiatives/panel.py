"""An indicator as counts by area and year: what an effect is measured on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from gapwatch.initiatives.codes import NO_AFTER, NO_BEFORE, NO_DENOMINATOR, NO_INDICATOR
from gapwatch.initiatives.placebo import BeforeAndAfter, BoolArray, FloatArray
from gapwatch.study.initiatives import DEATHS

Frames = Mapping[str, pd.DataFrame]
Series = dict[int, FloatArray]
"""One array over areas a year; NaN where one is missing."""
FIGURES = "area_figure"
PEOPLE = "population_persons"
_LONGEST_YEAR = 366
Window = tuple[int, int]


class IndicatorTerm(Protocol):
    """One term of a numerator or denominator (gapwatch.study.priorities)."""

    @property
    def factor(self) -> float:
        """What it is multiplied by."""

    @property
    def figure(self) -> str:
        """The figure."""

    @property
    def how(self) -> str:
        """ "" for the figure alone, "*" or "/" for its product or quotient with `other`."""

    @property
    def other(self) -> str:
        """The other figure, "" for none."""


Side = Sequence[IndicatorTerm]


@dataclass(frozen=True)
class Terms:
    """What the numerator and the denominator of an indicator are made of."""

    numerator: Side
    denominator: Side


@dataclass(frozen=True, eq=False)
class IndicatorPanel:
    """Counts and denominators of y years and n areas; arrays (y, n), NaN where one is missing.

    A period that begins in one calendar year and ends in the next, 2014/15, is the first.
    """

    indicator: str
    years: tuple[int, ...]
    areas: tuple[str, ...]
    count: FloatArray
    people: FloatArray

    @property
    def newest(self) -> int:
        """Newest year with a count and a denominator of any area."""
        known = np.asarray(self._known(range(len(self.areas))).any(axis=1))
        return max((year for at, year in enumerate(self.years) if known[at]), default=0)

    def usable(self, window: Window, areas: Sequence[int]) -> list[int]:
        """Years of a window that have a count and a denominator above 0 in each of the areas."""
        whole = np.asarray(self._known(areas).all(axis=1))
        return [
            year
            for at, year in enumerate(self.years)
            if whole[at] and window[0] <= year <= window[1]
        ]

    def _known(self, areas: Sequence[int]) -> BoolArray:
        at = list(areas)
        return np.asarray(np.isfinite(self.count[:, at]) & (self.people[:, at] > 0))

    def sums(self, years: Sequence[int], areas: Sequence[int]) -> tuple[FloatArray, FloatArray]:
        """Sums of counts and denominators over years, by area."""
        rows = [self.years.index(year) for year in years]
        at = np.ix_(rows, list(areas))
        return self.count[at].sum(axis=0), self.people[at].sum(axis=0)


@dataclass(frozen=True)
class IndicatorWindows:
    """Counts of both windows, the years that were taken, and whether some were lacking."""

    counts: BeforeAndAfter
    before: tuple[int, ...]
    after: tuple[int, ...]
    lacking: bool


def windows(
    panel: IndicatorPanel, before: Window, after: Window, areas: Sequence[int]
) -> IndicatorWindows | str:
    """Both windows of some areas, or the code of the reason why there are none.

    A year that any of the areas lacks is left out of all of them: no area is compared over other
    years than another.
    """
    early, late = panel.usable(before, areas), panel.usable(after, areas)
    if not early:
        return NO_BEFORE
    if not late:
        return NO_AFTER
    length = before[1] - before[0] + after[1] - after[0] + 2
    count_before, people_before = panel.sums(early, areas)
    count_after, people_after = panel.sums(late, areas)
    counts = BeforeAndAfter(count_before, people_before, count_after, people_after)
    return IndicatorWindows(counts, tuple(early), tuple(late), len(early) + len(late) < length)


def panel_of(
    frames: Frames,
    indicator: str,
    terms: Terms | None,
    areas: Sequence[str],
    geography: str,
) -> IndicatorPanel | str:
    """An indicator of the study's areas by year, or the code of the reason why there is none.

    From the table `area_figure` and the terms of its numerator and denominator; DEATHS, where the
    study declares no indicator of that name, from `population_deaths`.
    """
    if terms is not None and FIGURES in frames:
        held = frames[FIGURES]
        mine = held[(held["geography"] == geography) & held["area_code"].isin(areas)]
        return _of_figures(indicator, mine, terms, tuple(areas))
    if terms is None and indicator == DEATHS:
        known = frames["population_deaths"]
        here = known[(known["geography"] == geography) & known["area_code"].isin(areas)]
        count, people = (
            _by_year(here, column, tuple(areas)) for column in ("deaths_persons", PEOPLE)
        )
        return _panel(indicator, count, people, tuple(areas))
    return NO_INDICATOR


def _by_year(rows: pd.DataFrame, column: str, areas: tuple[str, ...]) -> Series:
    return {
        _whole(year): of_year.set_index("area_code")[column]
        .reindex(list(areas))
        .to_numpy(dtype=float, na_value=np.nan)
        for year, of_year in rows.groupby("year")
    }


def _whole(year: object) -> int:
    return int(str(year))


def _panel(
    indicator: str, count: Series, people: Series, areas: tuple[str, ...]
) -> IndicatorPanel | str:
    years = tuple(sorted(count))
    missing = np.full(len(areas), np.nan)
    found = IndicatorPanel(
        indicator,
        years,
        areas,
        np.array([count[year] for year in years]).reshape(len(years), len(areas)),
        np.array([people.get(year, missing) for year in years]).reshape(len(years), len(areas)),
    )
    return found if found.newest else NO_DENOMINATOR


def _of_figures(
    indicator: str, held: pd.DataFrame, terms: Terms, areas: tuple[str, ...]
) -> IndicatorPanel | str:
    """Each term in every year that its figures are of; terms of one year are added up.

    So an indicator over five years, whose terms are figures of one year each, comes apart into
    years, and one of a figure that is published again and again has all of them.
    """
    by_figure = {
        str(figure): {
            (int(str(first)[:4]), str(last)): rows.set_index("area_code")["value"]
            .reindex(list(areas))
            .to_numpy(dtype=float)
            for (first, last), rows in of_figure.groupby(["first_day", "last_day"])
            if _within_a_year(str(first), str(last))
        }
        for figure, of_figure in held.groupby("figure")
    }
    count, people = (_summed(by_figure, side) for side in (terms.numerator, terms.denominator))
    if not terms.denominator:
        return NO_DENOMINATOR
    return _panel(indicator, count, people, areas)


def _within_a_year(first: str, last: str) -> bool:
    """Whether a period is at most a year: one that is longer can't be taken apart."""
    begins, ends = (dt.date.fromisoformat(day) for day in (first, last))
    return (ends - begins).days < _LONGEST_YEAR


def _summed(by_figure: Mapping[str, Mapping[tuple[int, str], FloatArray]], side: Side) -> Series:
    found: Series = {}
    for term in side:
        others = {year: value for (year, _), value in by_figure.get(term.other, {}).items()}
        for (year, _), value in by_figure.get(term.figure, {}).items():
            told = term.factor * value
            if term.how:
                other = others.get(year)
                if other is None:
                    continue
                bad = (other == 0) if term.how == "/" else np.zeros(len(other), dtype=bool)
                safe = np.where(bad, np.nan, other)
                told = told / safe if term.how == "/" else told * safe
            found[year] = found[year] + told if year in found else told
    return found
