"""The twin: residents, true rates, deaths drawn from them, and the truth that they were drawn from.

A resident counted at mid-year dies within the calendar year with the band's rate as probability,
each for himself: deaths of a cell are binomial. That is what Chiang's variance takes for granted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from gapwatch.counting.counts import Counts, period
from gapwatch.demo.twin.borough import PER_WARD, borough
from gapwatch.demo.twin.mortality import AGE_STARTS, rates
from gapwatch.demo.twin.names import AFFLUENT, NORTH, POOREST, WARDS, ward_code
from gapwatch.demo.twin.residents import LAST_YEAR, YEARS, banded, miscounted, residents
from gapwatch.demo.twin.scenarios import Scenario, scenario
from gapwatch.demography.life_table import life_table

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BASE = "census2021"
SIDES: dict[str, tuple[str, ...]] = {
    "north": tuple(ward_code(n) for n in NORTH),
    "rest": tuple(ward_code(n) for n in range(len(WARDS)) if n not in NORTH),
    "affluent": (ward_code(AFFLUENT),),
    "poorest": (ward_code(POOREST),),
}
_VERY_LARGE = 1e6


@dataclass(frozen=True)
class Twin:
    """The invented borough under one scenario; everything follows from it and a seed."""

    scenario: Scenario

    @cached_property
    def people(self) -> IntArray:
        """Residents there are, by small area of 2011, sex, year and band: (120, 2, 25, 20)."""
        return banded(residents())

    @cached_property
    def published(self) -> IntArray:
        """Residents as published, by single year of age: (120, 2, 25, 91)."""
        north = np.isin(np.arange(len(WARDS)), NORTH).repeat(PER_WARD)
        return miscounted(residents(), self.scenario.counted, north)

    @cached_property
    def rates(self) -> FloatArray:
        """Deaths per person-year, by ward, sex, year and band: (20, 2, 25, 20)."""
        return rates(self.scenario, YEARS)

    def deaths(self, seed: int) -> IntArray:
        """Deaths by small area of 2011, sex, year and band, (120, 2, 25, 20); a seed's own."""
        chance = np.repeat(self.rates, PER_WARD, axis=0)
        return np.random.default_rng(seed).binomial(self.people, chance).astype(np.int64)

    def draw(self, seed: int) -> Counts:
        """Deaths of a seed and published residents by ward of the old vintage."""
        return self._counts(_by_ward(self.deaths(seed)), _by_ward(banded(self.published)))

    def expected(self) -> Counts:
        """Deaths as they are expected, and the residents there are, by ward."""
        people = _by_ward(self.people)
        return self._counts(people * self.rates, people)

    def truth(
        self, sides: Mapping[str, Sequence[str]], start: int, end: int, *, top_age: int = 90
    ) -> dict[str, FloatArray]:
        """True life expectancy at birth by side, each (female, male), over calendar years.

        It is the life table of the rates that deaths are drawn from, weighted by the residents
        there are; a year after the last one has the last one's residents. `top_age` is the first
        age of the open band.
        """
        known = self.expected() if end <= LAST_YEAR else self._later(end)
        window = period(known.groups(sides), start, end)
        found = expectancy(window.deaths[:, :, 0], window.person_years[:, :, 0], top_age)
        return dict(zip(sides, found, strict=True))

    def true_gap(self, worse: str, better: str, start: int, end: int) -> FloatArray:
        """True gap between two of SIDES over calendar years, years of life (female, male)."""
        found = self.truth({name: SIDES[name] for name in (worse, better)}, start, end)
        return found[better] - found[worse]

    def _later(self, end: int) -> Counts:
        years = np.arange(YEARS[0], end + 1)
        people = _by_ward(self.people)[:, :, np.minimum(years - YEARS[0], len(YEARS) - 1)]
        return self._counts(people * rates(self.scenario, years), people, years)

    def _counts(
        self,
        deaths: npt.NDArray[np.number],
        people: npt.NDArray[np.number],
        years: IntArray = YEARS,
    ) -> Counts:
        return Counts(
            geography="ward2011",
            areas=tuple(ward.code for ward in borough().wards),
            years=years,
            bases=(BASE,) * len(years),
            age_starts=AGE_STARTS,
            deaths=deaths.astype(np.float64),
            person_years=people.astype(np.float64),
            provisional=np.zeros(len(years), dtype=bool),
            reassigned=np.zeros(len(WARDS)),
        )


def make(name: str) -> Twin:
    """The twin under the scenario of a name; UsageError for one that there isn't."""
    return Twin(scenario(name))


def expectancy(deaths: FloatArray, person_years: FloatArray, top_age: int = 90) -> FloatArray:
    """Life expectancy at birth of rates, (..., K) to (...): as of a very large population."""
    keep = int(np.searchsorted(AGE_STARTS, top_age))
    starts = AGE_STARTS[: keep + 1]
    d, n = (_to_top(array, keep) * _VERY_LARGE for array in (deaths, person_years))
    e: FloatArray = np.asarray(life_table(d, n, starts).e[..., 0])
    return e


def _to_top(array: FloatArray, keep: int) -> FloatArray:
    top = array[..., keep:].sum(axis=-1, keepdims=True)
    return np.concatenate([array[..., :keep], top], axis=-1)


def _by_ward(array: npt.NDArray[np.int64]) -> IntArray:
    summed: IntArray = array.reshape(len(WARDS), PER_WARD, *array.shape[1:]).sum(axis=1)
    return summed
