"""Whether deaths by age of an atom can be isolated from the figures of the areas that hold it.

An atom is a set of small blocks that stand in the same published areas. Whoever knows the deaths of
all other blocks still has to solve for those of the atom from the figures of its areas, as they are
told. Another table of the atom is looked for, of which the same is told in every one of its areas,
with none in a band of 1 to 4 deaths, or with 5 and more.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from gapwatch.counting.counts import BoolArray, FloatArray
from gapwatch.counting.disclosure.bounds import LEAST_COUNT, STEP, rounded
from gapwatch.counting.disclosure.reconstruction import LEAST_DEATHS, STEP_YEARS, near, upward
from gapwatch.demography.life_table import LifeTable, life_table

IntArray = npt.NDArray[np.int64]
# Fewer attempts than for a whole area: there are more atoms, and one that is missed is withheld.
_MOVED = tuple(sign * n for n in (1, 2, 3, 4, 6, 9) for sign in (1, -1))
_MORE = 2
_TRIED = 16
_MARGIN = (STEP - 1) / 2


@dataclass(frozen=True, eq=False)
class Area:
    """A published area that holds an atom: deaths and person-years (K,), and what is told of it.

    `value` and `error` are years as told, the error up to its `step`; `shown` is the count as told,
    None where it isn't. `share` is the share of the atom's deaths that are counted in it.
    """

    deaths: FloatArray
    person_years: FloatArray
    age_starts: FloatArray
    step: float
    share: float
    value: float
    error: float
    shown: float | None

    @classmethod
    def of(
        cls,
        deaths: FloatArray,
        person_years: FloatArray,
        step: float,
        age_starts: FloatArray,
        *,
        share: float = 1.0,
        counted: bool,
    ) -> Area:
        """The area as its figures are told; its count too where it is `counted`."""
        made = life_table(deaths, person_years, age_starts)
        value, error = near(float(made.e[0])), upward(float(made.se[0]), step)
        shown = float(rounded(deaths.sum())) if counted else None
        return cls(deaths, person_years, age_starts, step, share, float(value), float(error), shown)

    @cached_property
    def aims(self) -> tuple[tuple[FloatArray, float, float], ...]:
        """Of life expectancy and squared error: what a death of each band adds, the aim, a scale.

        The aim is the middle of what is told.
        """
        around = np.vstack([self.deaths, self.deaths + self.share * np.eye(len(self.deaths))])
        made = self.table(around)
        values, squares = made.e[:, 0], made.se[:, 0] ** 2
        middle = max(self.error - self.step / 2, self.step / 2)
        return (
            (values[1:] - values[0], self.value - float(values[0]), STEP_YEARS),
            (
                squares[1:] - squares[0],
                middle**2 - float(squares[0]),
                2.0 * self.step * self.error,
            ),
        )

    def table(self, deaths: FloatArray) -> LifeTable:
        """Life tables of the area with other deaths (N, K)."""
        people = np.broadcast_to(self.person_years, deaths.shape)
        return life_table(deaths, people, self.age_starts)

    def told_alike(self, atom: FloatArray, tables: FloatArray) -> BoolArray:
        """(N,) whether the area is told alike with other tables (N, K) of an atom."""
        if not len(tables):
            return np.zeros(0, dtype=bool)
        made = self.table(self.deaths + self.share * (tables - atom))
        same = near(made.e[:, 0]) == self.value
        same &= upward(made.se[:, 0], self.step) == self.error
        return np.asarray(same & (np.asarray(made.reason) == ""))


def others(
    atom: FloatArray, areas: Sequence[Area], wanted: Iterable[tuple[int, float]]
) -> FloatArray:
    """Tables (N, K) of an atom by which all its areas are told alike, with what is wanted.

    `wanted` are bands, and how many deaths more each is to have; others make up for it. The areas
    may hold another table of the atom than the one that they are told by. What is found are some of
    many; none need be found where there is one.
    """
    bands = len(atom)
    found = [np.empty((0, bands))]
    aims = [aim for area in areas for aim in area.aims]
    one, other, by_one, by_other = _moves(bands)
    possible = (atom[one] + by_one >= 0) & (atom[other] + by_other >= 0)
    one, other, by_one, by_other = (part[possible] for part in (one, other, by_one, by_other))
    parts = [
        ((by_one * each[one] + by_other * each[other] - aim) / scale, each / scale)
        for each, aim, scale in aims
    ]
    more = (by_one + by_other).astype(np.float64)
    for band, by in wanted:
        if atom[band] + by < 0:
            continue
        away = np.zeros(len(one))
        for moved, each in parts:
            away += (moved + by * each[band]) ** 2
        deaths_more = np.asarray(more + by, dtype=np.float64)
        barred = (one == band) | (other == band) | ~_counts_alike(atom, areas, deaths_more)
        away[barred] = np.inf
        # By value, so that no processor's way of sorting chooses among equals.
        most = np.inf if len(away) <= _TRIED else np.partition(away, _TRIED)[_TRIED]
        best = np.flatnonzero((away <= most) & np.isfinite(away))[: 2 * _TRIED]
        tables = np.repeat(atom[np.newaxis], len(best), axis=0)
        rows = np.arange(len(best))
        tables[:, band] += by
        tables[rows, one[best]] += by_one[best]
        tables[rows, other[best]] += by_other[best]
        found.append(tables)
    tables = np.concatenate(found)
    for area in areas:
        tables = tables[area.told_alike(atom, tables)]
    return tables


def open_bands(atom: FloatArray, areas: Sequence[Area]) -> BoolArray:
    """(1 + n, K) which bands aren't proven to have 1 to 4 deaths, of an atom and its n areas.

    A band is open where it has none or 5 and more, or may have (`others`).
    """
    holds = np.stack([atom, *(area.deaths for area in areas)])
    is_open = ~_few(holds)
    shut = np.flatnonzero(~is_open[0])
    for attempt in range(_attempts(areas)):
        wanted = [(int(band), _change(holds[:, band], attempt)) for band in shut]
        tables = others(atom, areas, wanted)
        shares = np.array([1.0, *(area.share for area in areas)])
        held = holds[:, np.newaxis] + shares[:, np.newaxis, np.newaxis] * (tables - atom)
        is_open |= ~_few(held).all(axis=1) if len(tables) else False
        shut = np.flatnonzero(~is_open.all(axis=0) & (atom < LEAST_COUNT))
        if not len(shut):
            break
    return is_open


def emptied(atoms: Sequence[FloatArray], areas: Sequence[Sequence[Area]], band: int) -> bool:
    """Whether all deaths of a band may be taken from several atoms of one area, one after another.

    The first of each atom's `areas` is that one.
    """
    moved = np.zeros_like(atoms[0])
    for atom, mine in zip(atoms, areas, strict=True):
        if atom[band] <= 0:
            continue
        shared = replace(mine[0], deaths=mine[0].deaths + moved)
        tables = others(atom, [shared, *mine[1:]], [(band, -float(atom[band]))])
        tables = tables[tables[:, band] == 0]
        if not len(tables):
            return False
        moved = moved + mine[0].share * (tables[0] - atom)
    return True


def _few(counts: FloatArray) -> BoolArray:
    return np.asarray((counts > 0) & (counts < LEAST_COUNT))


def _attempts(areas: Sequence[Area]) -> int:
    return 2 + min(len(areas), 2)


def _change(holds: FloatArray, attempt: int) -> float:
    """Deaths more of a band: none in the atom, then 5 there, then 5 in each of two areas."""
    if attempt == 0:
        return -float(holds[0])
    return LEAST_COUNT - float(holds[attempt - 1])


@lru_cache(maxsize=4)
def _moves(bands: int) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Moves of deaths out of one band and about as many into another, or none: (M,) each."""
    every = [
        (j, k, a, more - a)
        for j, k in itertools.combinations(range(bands), 2)
        for a in _MOVED
        for more in range(-_MORE, _MORE + 1)
    ]
    one, other, by_one, by_other = np.array([*every, (0, 1, 0, 0), (2 % bands, 1, 0, 0)]).T
    return one, other, by_one, by_other


def _counts_alike(atom: FloatArray, areas: Sequence[Area], more: FloatArray) -> BoolArray:
    """Whether so many deaths more leave all counts as they are told, and the floors kept."""
    good = atom.sum() + more >= LEAST_DEATHS
    for area in areas:
        total = area.deaths.sum() + area.share * more
        good = good & (total >= LEAST_DEATHS)
        if area.shown is not None:
            good = good & (np.abs(total - area.shown) <= _MARGIN)
    return np.asarray(good)
