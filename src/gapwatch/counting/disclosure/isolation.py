"""Whether deaths by age of an atom can be isolated from the figures of the areas that hold it.

An atom is a set of small blocks that stand in the same published areas. Whoever knows the deaths of
all other blocks still has to solve for those of the atom from the figures of its areas, as they are
told. Another table of the atom is looked for, of which the same is told in every one of its areas,
with none in a band of 1 to 4 deaths, or with 5 and more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from gapwatch.counting.counts import BoolArray, FloatArray
from gapwatch.counting.disclosure.bounds import LEAST_COUNT, STEP, rounded
from gapwatch.counting.disclosure.nearby import Aim, Nearby, moves_of
from gapwatch.counting.disclosure.reconstruction import LEAST_DEATHS, STEP_YEARS, near, upward
from gapwatch.demography.at_birth import at_birth

IntArray = npt.NDArray[np.int64]
# Fewer attempts than for a whole area: there are more atoms, and one that is missed is withheld.
_MOVED = tuple(sign * n for n in (1, 2, 3, 4, 6, 9) for sign in (1, -1))
_MORE = 2
_TRIED = 16
_MARGIN = (STEP - 1) / 2


@dataclass(frozen=True, eq=False)
class PublishedArea:
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
    ) -> PublishedArea:
        """The area as its figures are told; its count too where it is `counted`."""
        made = at_birth(deaths[np.newaxis], person_years, age_starts)
        value, error = near(float(made.e[0])), upward(float(made.se[0]), step)
        shown = float(rounded(deaths.sum())) if counted else None
        return cls(deaths, person_years, age_starts, step, share, float(value), float(error), shown)

    @cached_property
    def aims(self) -> tuple[Aim, ...]:
        """Of life expectancy and squared error: what a death of each band adds, the aim, a scale.

        The aim is the middle of what is told.
        """
        around = np.vstack([self.deaths, self.deaths + self.share * np.eye(len(self.deaths))])
        made = at_birth(around, self.person_years, self.age_starts)
        values, squares = made.e, made.se**2
        middle = max(self.error - self.step / 2, self.step / 2)
        return (
            (values[1:] - values[0], self.value - float(values[0]), STEP_YEARS),
            (
                squares[1:] - squares[0],
                middle**2 - float(squares[0]),
                2.0 * self.step * self.error,
            ),
        )

    def told_alike(self, atom: FloatArray, tables: FloatArray) -> BoolArray:
        """(N,) whether the area is told alike with other tables (N, K) of an atom."""
        if not len(tables):
            return np.zeros(0, dtype=bool)
        deaths = self.deaths + self.share * (tables - atom)
        made = at_birth(deaths, self.person_years, self.age_starts)
        same = near(made.e) == self.value
        same &= upward(made.se, self.step) == self.error
        return np.asarray(same & made.stands)


def others(
    atom: FloatArray, areas: Sequence[PublishedArea], wanted: Iterable[tuple[int, float]]
) -> FloatArray:
    """Tables (N, K) of an atom by which all its areas are told alike, with what is wanted.

    `wanted` are bands, and how many deaths more each is to have; others make up for it. The areas
    may hold another table of the atom than the one that they are told by. What is found are some of
    many; none need be found where there is one.
    """
    aims = [aim for area in areas for aim in area.aims]
    moves = moves_of(len(atom), _MOVED, _MORE, ((0, 1, 0, 0), (2 % len(atom), 1, 0, 0)))
    nearby = Nearby(atom, aims, moves, _TRIED)

    def alike(totals: FloatArray) -> BoolArray:
        return _counts_alike(atom, areas, totals - atom.sum())

    by_change: dict[float, list[int]] = {}
    for band, by in wanted:
        if atom[band] + by >= 0:
            by_change.setdefault(by, []).append(band)
    found = [nearby.tables(bands, by, alike) for by, bands in by_change.items()]
    tables = np.concatenate([np.empty((0, len(atom))), *found])
    for area in areas:
        tables = tables[area.told_alike(atom, tables)]
    return tables


def open_bands(atom: FloatArray, areas: Sequence[PublishedArea]) -> BoolArray:
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


def emptied(
    atoms: Sequence[FloatArray], areas: Sequence[Sequence[PublishedArea]], band: int
) -> bool:
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


def _attempts(areas: Sequence[PublishedArea]) -> int:
    return 2 + min(len(areas), 2)


def _change(holds: FloatArray, attempt: int) -> float:
    """Deaths more of a band: none in the atom, then 5 there, then 5 in each of two areas."""
    if attempt == 0:
        return -float(holds[0])
    return LEAST_COUNT - float(holds[attempt - 1])


def _counts_alike(atom: FloatArray, areas: Sequence[PublishedArea], more: FloatArray) -> BoolArray:
    """Whether so many deaths more leave all counts as they are told, and the floors kept."""
    good = atom.sum() + more >= LEAST_DEATHS
    for area in areas:
        total = area.deaths.sum() + area.share * more
        good = good & (total >= LEAST_DEATHS)
        if area.shown is not None:
            good = good & (np.abs(total - area.shown) <= _MARGIN)
    return np.asarray(good)
