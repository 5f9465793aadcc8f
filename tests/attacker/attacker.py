"""Bounds on counts of deaths, and on their changes, that follow from all that was published.

The attacker holds every table of every release; knows the rules, the residents, the lookups, and
which extract each year of each release was read from; and asks for the least and the most of a
count in any whole numbers that agree with all of it (its feasibility interval), by integer linear
programming. Unknown are the deaths of each extract by cell: small area, sex and year. What is used:

- a count that is told, to within its rounding; that it is 5 or more, and 10 beside a figure;
- of two releases that read a year from two extracts, that any figure which differs between them
  means a change in its cells: every published difference is a table;
- that deaths are registered and not withdrawn, where the attacker may assume so (`only_more`).

A cell is proven where its whole interval lies within 1 to 4; proven small where it ends below 5.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from tests.attacker.places import BLOCKS, KINDS, YEARS, members
from tests.attacker.publications import Publication

SMALL = 5
MOST = 10_000.0
FIGURES = (
    "life_expectancy_years",
    "se_years",
    "lower95_years",
    "upper95_years",
    "deaths_persons",
    "reason",
    "flags",
)
Interval = tuple[int, int]
Cell = tuple[int, int]  # small area, year
Known = tuple[dict[int, float], float, float]  # a sum of variables, its least and its most


@dataclass(frozen=True)
class Attacker:
    """Who has the releases of one study; `sex` is the one that is looked at."""

    publications: Sequence[Publication]
    sex: str
    extracts: tuple[dt.date, ...]
    only_more: bool = True

    @cached_property
    def _found(self) -> list[np.ndarray]:
        return []

    @property
    def years(self) -> tuple[int, ...]:
        """Years that any extract holds."""
        return tuple(range(YEARS[0], self.extracts[-1].year + 1))

    def at(self, extract: dt.date, block: int, year: int) -> int:
        """Place of the variable of a cell in an extract."""
        one = self.extracts.index(extract) * len(BLOCKS) * len(self.years)
        return one + block * len(self.years) + year - YEARS[0]

    @property
    def many(self) -> int:
        """Number of variables."""
        return len(self.extracts) * len(BLOCKS) * len(self.years)

    def of(self, row: pd.Series) -> list[Cell]:
        """Cells that a row of life expectancies is about."""
        return [
            (block, year)
            for block in members()[row["geography"], row["area"]]
            for year in range(row["period_start"], row["period_end"] + 1)
        ]

    def rows(self, publication: Publication) -> pd.DataFrame:
        """Life expectancies of the sex, by place and window."""
        table = publication.tables["computed_life_expectancy"]
        mine = table[table["sex"] == self.sex]
        return mine.set_index(["geography", "area", "period_start", "period_end"], drop=False)

    @cached_property
    def constraints(self) -> LinearConstraint:
        """All that is known, as rows over the variables."""
        known = [*self._told(), *self._differences(), *self._registered()]
        matrix = sparse.lil_array((len(known), self.many))
        for at, (row, _, _) in enumerate(known):
            for place, value in row.items():
                matrix[at, place] = value
        lows, highs = ([one[end] for one in known] for end in (1, 2))
        return LinearConstraint(matrix.tocsr(), np.array(lows), np.array(highs))

    def _told(self) -> Iterator[Known]:
        """What each release tells of counts."""
        for one in {id(one): one for one in self.publications}.values():
            for _, row in self.rows(one).iterrows():
                low, high = _told(row)
                if low > 0 or high < MOST:
                    cells = {
                        self.at(one.read[year], block, year): 1.0 for block, year in self.of(row)
                    }
                    yield cells, low, high
            if one.floors:
                yield from self._atoms(one)

    def _atoms(self, one: Publication) -> Iterator[Known]:
        """Of a second level an area is told where every atom that it makes has 10 deaths."""
        table = self.rows(one).reset_index(drop=True)
        given = table[(table["geography"] == KINDS[1]) & table["life_expectancy_years"].notna()]
        for (start, end), told in given.groupby(["period_start", "period_end"]):
            for blocks in atoms_of({(KINDS[1], area) for area in told["area"]}):
                cells = itertools.product(blocks, range(start, end + 1))
                held = {self.at(one.read[year], block, year): 1.0 for block, year in cells}
                yield held, 10.0, MOST

    def _differences(self) -> Iterator[Known]:
        """What differs between two releases has at least one death more."""
        if self.only_more:
            for before, after in itertools.pairwise(self.publications):
                for row in self.differing(before, after):
                    yield self.change(before, after, self.of(row)), 1.0, MOST

    def _registered(self) -> Iterator[Known]:
        """Deaths that were registered stay so."""
        if self.only_more:
            for one, other in itertools.pairwise(self.extracts):
                for block, year in itertools.product(range(len(BLOCKS)), self.years):
                    more = {self.at(other, block, year): 1.0, self.at(one, block, year): -1.0}
                    yield more, 0.0, MOST

    def change(
        self, before: Publication, after: Publication, cells: list[Cell]
    ) -> dict[int, float]:
        """The sum of what cells have more in the later release's extracts."""
        row: dict[int, float] = {}
        for block, year in cells:
            if before.read[year] != after.read[year]:
                row[self.at(after.read[year], block, year)] = 1.0
                row[self.at(before.read[year], block, year)] = -1.0
        return row

    def differing(self, before: Publication, after: Publication) -> list[pd.Series]:
        """Rows of one place and window that two releases tell otherwise, though no year is new."""
        if before.tables is after.tables:
            return []
        one, other = self.rows(before), self.rows(after)
        found = []
        for key in one.index.intersection(other.index):
            same = all(_same(one.loc[key, name], other.loc[key, name]) for name in FIGURES)
            if not same:
                found.append(other.loc[key])
        return found

    def bounds(self, aim: dict[int, float]) -> Interval:
        """The feasibility interval of a sum of variables."""
        goal = np.zeros(self.many)
        for place, value in aim.items():
            goal[place] = value
        return self._end(goal, 1.0), self._end(goal, -1.0)

    def most(self, aim: dict[int, float]) -> int:
        """The upper end of the feasibility interval."""
        goal = np.zeros(self.many)
        for place, value in aim.items():
            goal[place] = value
        return self._end(goal, -1.0)

    def _end(self, goal: np.ndarray, sign: float) -> int:
        found = milp(
            sign * goal,
            integrality=np.ones(self.many),
            bounds=Bounds(0, MOST),
            constraints=self.constraints,
        )
        assert found.status == 0, found.message
        self._found.append(np.round(found.x))
        return round(float(sign * found.fun))

    def is_small(self, aim: dict[int, float]) -> bool:
        """Whether a sum of variables is known to be 1 to 4.

        Every solution that was found before is asked first: it may show that it needn't be.
        """
        for known in self._found:
            value = sum(known[place] * by for place, by in aim.items())
            if value < 1 or value >= SMALL:
                return False
        return proven(self.bounds(aim))

    def simplest(self, before: Publication, after: Publication) -> tuple[int, set[Cell]]:
        """The fewest changed deaths that explain all differences, and each cell that may hold one.

        The search of somebody who expects few late registrations.
        """
        change = self.change(
            before, after, list(itertools.product(range(len(BLOCKS)), before.read))
        )
        goal = np.zeros(self.many)
        for place, value in change.items():
            goal[place] = value
        found = milp(
            goal,
            integrality=np.ones(self.many),
            bounds=Bounds(0, MOST),
            constraints=self.constraints,
        )
        assert found.status == 0, found.message
        least = round(float(found.fun))
        wholly = LinearConstraint(
            sparse.vstack([self.constraints.A, sparse.csr_array(goal[np.newaxis])], format="csr"),
            np.append(self.constraints.lb, least),
            np.append(self.constraints.ub, least),
        )
        possible: set[Cell] = set()
        unknown = set(itertools.product(range(len(BLOCKS)), before.read))
        while unknown:
            # No change is negative: where the most of their sum is 0 none of them has any.
            aim = np.zeros(self.many)
            for place, value in self.change(before, after, sorted(unknown)).items():
                aim[place] = -value
            most = milp(
                aim, integrality=np.ones(self.many), bounds=Bounds(0, MOST), constraints=wholly
            )
            assert most.status == 0, most.message
            numbers = np.round(most.x)
            changed = {
                cell
                for cell in unknown
                if sum(numbers[at] * by for at, by in self.change(before, after, [cell]).items())
            }
            if not changed:
                break
            possible |= changed
            unknown -= changed
        return least, possible


def atoms_of(told: set[tuple[str, str]]) -> list[tuple[int, ...]]:
    """Small areas that stand in the same published ones, where wards and areas of `told` cross."""
    of = members()
    signs = {
        block: tuple(
            sorted(
                key
                for key, blocks in of.items()
                if block in blocks and (key[0] == KINDS[0] or key in told)
            )
        )
        for block in range(len(BLOCKS))
    }
    touched = {
        ward for key in told for block in of[key] for ward in signs[block] if ward[0] == KINDS[0]
    }
    found: dict[tuple[tuple[str, str], ...], list[int]] = {}
    for block, sign in signs.items():
        if touched & set(sign):
            found.setdefault(sign, []).append(block)
    return [tuple(blocks) for blocks in found.values()]


def _told(row: pd.Series) -> tuple[float, float]:
    count, given = row["deaths_persons"], not pd.isna(row["life_expectancy_years"])
    low, high = (0.0, MOST) if pd.isna(count) else (max(count - 2.0, 5.0), count + 2.0)
    return max(low, 10.0 if given else 0.0), high


def _same(one: object, other: object) -> bool:
    return bool(one == other or (pd.isna(one) and pd.isna(other)))


def proven(interval: Interval) -> bool:
    """Whether a count is known to be 1, 2, 3 or 4."""
    return interval[0] >= 1 and interval[1] < SMALL
