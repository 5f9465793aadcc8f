"""Areas of a second level that crosses the study's own, as far as they may be told beside them.

Where an area of one level and one of another overlap, their figures tell of their intersections:
who takes one from the other (differencing) has the few small blocks by which they differ. Blocks
that stand in the same published areas can't be told apart; they are an atom. So of the second level
an area is told in a window only where

1. every atom that it makes, of either sex by itself, has 5,000 person-years and 10 deaths, as any
   area that is told (the rest of an own area without the told ones is an atom too);
2. no band of ages of an atom is proven to have 1 to 4 deaths by somebody who knows the deaths by
   age of every other atom: another table of the atom exists by which all of its areas are told
   alike (see isolation). So it is for the bands of these areas themselves, where the
   tables of several atoms may have to be others.

Its deaths aren't told. Life expectancy isn't additive, but rule 2 grants the attacker all that a
combination of areas could tell: everything outside the atom.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gapwatch.counting.counts import BoolArray, Counts, FloatArray
from gapwatch.counting.disclosure.isolation import PublishedArea, emptied, open_bands
from gapwatch.counting.disclosure.reconstruction import LEAST_DEATHS, error_steps
from gapwatch.demography.life_table import LEAST_PERSON_YEARS
from gapwatch.geography.lookups import Lookup

_DECIMALS = 9
Shares = tuple[tuple[str, float], ...]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Crossing:
    """A second level of areas, and the atoms that it and the study's own areas are made of.

    `own` (U, A) and `kept` (U, B) are the share of each of U atoms in each area of either level;
    blocks that are shared out are atoms by themselves where others aren't shared out alike.
    """

    level: Counts
    atoms: Counts
    own: FloatArray
    kept: FloatArray


def crossing(
    level: Counts, own: Counts, atoms: Counts, shares: Mapping[str, tuple[Shares, Shares]]
) -> Crossing:
    """A level with its atoms; `shares` has by code of each atom its areas of both levels."""
    tables = []
    for at, areas in enumerate((own.areas, level.areas)):
        table = np.zeros((len(atoms.areas), len(areas)))
        place = {code: n for n, code in enumerate(areas)}
        for row, code in enumerate(atoms.areas):
            for area, share in shares[code][at]:
                table[row, place[area]] = share
        tables.append(table)
    return Crossing(level, atoms, *tables)


def shares_of(path: Lookup) -> dict[str, Shares]:
    """The areas that each block leads to, with its share in each."""
    found: dict[str, list[tuple[str, float]]] = {}
    columns = (path.pairs["from_code"], path.pairs["to_code"], path.pairs["weight"])
    for block, area, weight in zip(*columns, strict=True):
        found.setdefault(str(block), []).append((str(area), round(float(weight), _DECIMALS)))
    return {block: tuple(sorted(areas)) for block, areas in found.items()}


@dataclass(frozen=True, eq=False)
class Figures:
    """Deaths and person-years (N, K) of one sex and window."""

    deaths: FloatArray
    person_years: FloatArray


def told_steps(
    of: Crossing, own: Figures, own_steps: FloatArray, kept: Figures, atoms: Figures
) -> FloatArray:
    """(B,) steps of the second level (`error_steps`) in one window; NaN where it isn't told.

    `own_steps` are those of the study's own areas. Each sex and window is judged by itself, and so
    alike in every release.
    """
    return _Choice(of, own, own_steps, kept, atoms).steps()


class _Choice:
    """Which areas of the second level may be told, of one sex and window."""

    def __init__(
        self, of: Crossing, own: Figures, own_steps: FloatArray, kept: Figures, atoms: Figures
    ) -> None:
        self._of, self._own, self._kept, self._atoms = of, own, kept, atoms
        self._ages = of.atoms.age_starts.astype(np.float64)
        self._people = kept.person_years.sum(axis=1)
        self._held = (atoms.person_years > 0).any(axis=1) | (atoms.deaths > 0).any(axis=1)
        # Areas of both levels one after another.
        self._shares = np.hstack([of.own, of.kept])
        self._many = of.own.shape[1]
        self._steps = np.concatenate([own_steps, np.full(of.kept.shape[1], np.nan)])
        self._areas: dict[tuple[int, float], PublishedArea] = {}
        self._known: dict[tuple[int, ...], BoolArray] = {}

    def steps(self) -> FloatArray:
        """(B,) areas are left out one after another until nothing breaks a rule.

        Floors come first, which leave few for what takes long.
        """
        told = self._until(self._people > 0, self._small)
        kept, at = self._kept, np.flatnonzero(told)
        mine = self._steps[self._many :]
        if not len(at):
            return mine
        mine[at] = error_steps(kept.deaths[at], kept.person_years[at], self._ages)
        told = self._until(told & ~np.isnan(mine), self._broken)
        return np.where(told, mine, np.nan)

    def _until(self, told: BoolArray, broken: Callable[[BoolArray], BoolArray | None]) -> BoolArray:
        while told.any():
            left_out = broken(told)
            if left_out is None:
                return told
            told = told & ~left_out
        return told

    def _small(self, told: BoolArray) -> BoolArray | None:
        """(B,) the areas to leave out for the first atom below a floor."""
        small = (group for group in self._groups(told) if not self._is_large(group))
        group = next(small, None)
        return None if group is None else self._left_out(group, told)

    def _broken(self, told: BoolArray) -> BoolArray | None:
        """(B,) the areas to leave out for the first rule that is broken; None where none is."""
        small = self._small(told)
        if small is not None:
            return small
        groups = self._groups(told)
        for group in groups:
            if not self._open(group, told)[0].all():
                return self._left_out(group, told)
        for at in self._near(groups, told):
            if not self._area_is_open(at, groups, told):
                members = np.flatnonzero(self._shares[:, at] > 0)
                alone = np.zeros(len(told), dtype=bool)
                if at < self._many:
                    return self._smallest_beside(members, told)
                alone[at - self._many] = True
                return alone
        return None

    def _groups(self, told: BoolArray) -> list[IntArray]:
        """Atoms where areas of `told` are: (n,) places of their parts, in the order of these.

        Of own areas without a part in one of these nothing is told but themselves, and where nobody
        lived or died in the window nothing is to be found out.
        """
        of = self._of
        touched = (of.own[(of.kept[:, told] > 0).any(axis=1)] > 0).any(axis=0)
        near = np.flatnonzero((of.own[:, touched] > 0).any(axis=1) & self._held)
        kinds = np.hstack([of.own[near], of.kept[near][:, told]])
        _, which = np.unique(kinds, axis=0, return_inverse=True)
        which = which.reshape(-1)
        found = [near[which == at] for at in range(int(which.max()) + 1)]
        return sorted(found, key=lambda group: int(group[0]))

    def _is_large(self, group: IntArray) -> bool:
        people = self._atoms.person_years[group].sum()
        deaths = self._atoms.deaths[group].sum()
        return bool(people >= LEAST_PERSON_YEARS and deaths >= LEAST_DEATHS)

    def _holding(self, group: IntArray, told: BoolArray) -> list[int]:
        """The areas that hold an atom and are told, of both levels."""
        mine = self._shares[group[0]] > 0
        mine[self._many :] &= told
        return [int(at) for at in np.flatnonzero(mine) if not np.isnan(self._steps[at])]

    def _area(self, group: IntArray, at: int) -> PublishedArea:
        """An area that is told, with the share that an atom has in it."""
        key = at, float(self._shares[group[0], at])
        if key not in self._areas:
            own = at < self._many
            of, place = (self._own, at) if own else (self._kept, at - self._many)
            self._areas[key] = PublishedArea.of(
                of.deaths[place],
                of.person_years[place],
                float(self._steps[at]),
                self._ages,
                share=key[1],
                counted=own,
            )
        return self._areas[key]

    def _open(self, group: IntArray, told: BoolArray) -> BoolArray:
        """`open_bands` of an atom and its areas, looked for once."""
        areas = self._holding(group, told)
        key = (*group.tolist(), -1, *areas)
        if key not in self._known:
            deaths = self._atoms.deaths[group].sum(axis=0)
            held = [self._area(group, at) for at in areas]
            self._known[key] = open_bands(deaths, held)
        return self._known[key]

    def _near(self, groups: Sequence[IntArray], told: BoolArray) -> list[int]:
        """Areas of both levels that hold any of the atoms."""
        return sorted({at for group in groups for at in self._holding(group, told)})

    def _area_is_open(self, at: int, groups: Sequence[IntArray], told: BoolArray) -> bool:
        """Whether no band of an area is proven small, beside the areas that cross it."""
        mine = [
            (group, held, self._open(group, told)[1 + held.index(at)])
            for group in groups
            for held in [self._holding(group, told)]
            if at in held
        ]
        shut = ~np.logical_or.reduce([bands for _, _, bands in mine])
        atoms = [self._atoms.deaths[group].sum(axis=0) for group, _, _ in mine]
        areas = [
            [self._area(group, each) for each in (at, *(n for n in held if n != at))]
            for group, held, _ in mine
        ]
        return all(emptied(atoms, areas, int(band)) for band in np.flatnonzero(shut))

    def _left_out(self, group: IntArray, told: BoolArray) -> BoolArray:
        holding = told & (self._of.kept[group] > 0).any(axis=0)
        return holding if holding.any() else self._smallest_beside(group, told)

    def _smallest_beside(self, group: IntArray, told: BoolArray) -> BoolArray:
        """The smallest area that is told and has a part of the own areas of some atoms."""
        of = self._of
        mine = (of.own[group] > 0).any(axis=0)
        beside = told & (of.kept[(of.own[:, mine] > 0).any(axis=1)] > 0).any(axis=0)
        choices = np.flatnonzero(beside)
        left_out = np.zeros(len(told), dtype=bool)
        left_out[choices[np.argmin(self._people[choices])]] = True
        return left_out
