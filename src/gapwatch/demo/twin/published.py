"""What the invented borough's publishers say: life expectancy from its deaths, as they compute it.

Every figure comes from one draw of deaths and from residents as published. Wards have five-year
windows to 2010-14 with a top band of 85 and over, to one decimal; later figures are for MSOAs with
90 and over. Region and country around the borough are as invented as the borough, with deaths drawn
from rates of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from gapwatch.demo.replica.places import ReplicaPlaces
from gapwatch.demo.replica.world import InventedEstimate
from gapwatch.demo.twin import names
from gapwatch.demo.twin.borough import LSOAS, PER_WARD, borough
from gapwatch.demo.twin.counted import Twin
from gapwatch.demo.twin.mortality import AGE_STARTS, rates
from gapwatch.demo.twin.residents import YEARS, banded
from gapwatch.demography.life_table import life_table

IntArray = npt.NDArray[np.int64]
Later = dict[tuple[str, str, int], InventedEstimate]
WARD_WINDOWS = tuple((first, first + 4) for first in range(2001, 2011))
MSOA_WINDOWS = tuple((first, first + 4) for first in range(2019, 2022))
WARD_TOP_AGE = 85
# Residents of the region and the country, in boroughs; their deprivation.
_AROUND = {
    names.REGION_CODE: (names.REGION, 15, 0.15),
    names.COUNTRY_CODE: (names.COUNTRY, 200, 0.05),
}
_AROUND_SEED = 1


@dataclass(frozen=True)
class TwinFigure:
    """Life expectancy of one area, sex and window, as published."""

    code: str
    name: str
    kind: str
    sex: str
    first: int
    last: int
    found: InventedEstimate


@dataclass(frozen=True)
class Published:
    """A draw of deaths, and everything that is published from it."""

    twin: Twin
    seed: int

    @cached_property
    def deaths(self) -> IntArray:
        """Deaths by small area of 2011, sex, year and band: (120, 2, 25, 20)."""
        return self.twin.deaths(self.seed)

    @cached_property
    def people(self) -> IntArray:
        """Residents as published, by small area of 2011, sex, year and band."""
        return banded(self.twin.published)

    @cached_property
    def wards(self) -> tuple[IntArray, IntArray]:
        """Deaths and residents by ward of the old vintage."""
        shape = (len(names.WARDS), PER_WARD, *self.deaths.shape[1:])
        return self.deaths.reshape(shape).sum(1), self.people.reshape(shape).sum(1)

    def ward_figures(self) -> Iterator[TwinFigure]:
        """Wards, the borough, its region and its country, by window and sex."""
        deaths, people = self.wards
        for number, ward in enumerate(borough().wards):
            yield from _figures(
                (ward.code, ward.name, "Ward"), deaths[number], people[number], WARD_WINDOWS
            )
        whole = (names.BOROUGH_CODE, names.BOROUGH, "Borough")
        yield from _figures(whole, deaths.sum(0), people.sum(0), WARD_WINDOWS)
        rng = np.random.default_rng([self.seed, _AROUND_SEED])
        for code, (name, boroughs, deprivation) in _AROUND.items():
            chance = rates(self.twin.scenario, YEARS, np.array([deprivation]))[0]
            many = boroughs * people.sum(0)
            kind = "Region" if code == names.REGION_CODE else "Country"
            yield from _figures((code, name, kind), rng.binomial(many, chance), many, WARD_WINDOWS)

    def later(self) -> Later:
        """MSOAs and the borough by code, sex (Male, Female, Persons) and first year."""
        places = borough()
        group = msoa_of(places)
        found: Later = {}
        for number, code in enumerate(places.msoas):
            mine = group == number
            found |= _later(code, self.deaths[mine].sum(0), self.people[mine].sum(0))
        return found | _later(names.BOROUGH_CODE, self.deaths.sum(0), self.people.sum(0))

    @cached_property
    def people_2021(self) -> IntArray:
        """Residents as published by small area of 2021, sex, year and single year of age."""
        places, people = borough(), self.twin.published
        halves: dict[int, list[str]] = {}
        for lsoa in places.lsoas21:
            if lsoa.change == "S":
                halves.setdefault(lsoa.parents[0], []).append(lsoa.code)
        found = []
        for lsoa in places.lsoas21:
            both = people[list(lsoa.parents)].sum(axis=0)
            parts = halves.get(lsoa.parents[0], [lsoa.code])
            # The odd ones of a split area live in its western half.
            found.append((both + len(parts) - 1 - parts.index(lsoa.code)) // len(parts))
        return np.stack(found)


def msoa_of(places: ReplicaPlaces) -> IntArray:
    """Number of the MSOA of each small area of 2011, (120,)."""
    found = np.empty(LSOAS, dtype=np.int64)
    for lsoa in places.lsoas21:
        found[list(lsoa.parents)] = lsoa.msoa
    return found


def _figures(
    area: tuple[str, str, str],
    deaths: IntArray,
    people: IntArray,
    windows: tuple[tuple[int, int], ...],
) -> Iterator[TwinFigure]:
    for sex, word in enumerate(("Females", "Males")):
        for window in windows:
            found = estimate(deaths[sex], people[sex], window, WARD_TOP_AGE, 1)
            yield TwinFigure(*area, word, *window, found)


def _later(code: str, deaths: IntArray, people: IntArray) -> Later:
    found: Later = {}
    sexes = {"Female": [0], "Male": [1], "Persons": [0, 1]}
    for word, at in sexes.items():
        for window in MSOA_WINDOWS:
            d, n = deaths[at].sum(0), people[at].sum(0)
            found[code, word, window[0]] = estimate(d, n, window, int(AGE_STARTS[-1]), 4)
    return found


def estimate(
    deaths: IntArray, people: IntArray, window: tuple[int, int], top_age: int, decimals: int
) -> InventedEstimate:
    """Life expectancy at birth with its 95% interval from counts by year and band, (25, 20).

    Years of life, rounded as published; nothing where the life table is refused.
    """
    inside = slice(window[0] - int(YEARS[0]), window[1] - int(YEARS[0]) + 1)
    keep = int(np.searchsorted(AGE_STARTS, top_age))
    d, n = (
        np.append(whole[:keep], whole[keep:].sum())
        for whole in (deaths[inside].sum(0), people[inside].sum(0))
    )
    table = life_table(d, n, AGE_STARTS[: keep + 1])
    cells = [round(float(x[..., 0]), decimals) for x in (table.e, table.lower, table.upper)]
    return InventedEstimate(None, None, None) if np.isnan(cells).any() else InventedEstimate(*cells)
