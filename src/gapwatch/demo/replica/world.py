"""The invented figures of the replica: small, plausible, the same for the same seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from gapwatch.demo.replica.places import ReplicaPlaces, Ward, lay_out

Ints = npt.NDArray[np.int64]
SEXES = ("Male", "Female")
WINDOWS = ((2015, 2019), (2016, 2020), (2017, 2021), (2018, 2022), (2019, 2023))
YEARS = (2019, 2020, 2021, 2022)
DEATH_YEARS = (2019, 2020, 2021)
AGES = 91
BANDS = (
    "under 1",
    "01 to 04",
    *(f"{a:02d} to {a + 4:02d}" for a in range(5, 90, 5)),
    "90 and over",
)
_WIDTHS = np.array([1, 4, *[5] * 17, 1])
GRADIENT = 5.0
WARD_YEAR = 2024
_LEVEL = {"Male": 81.0, "Female": 85.0}
_PERSONS_A_CELL = 9.0


@dataclass(frozen=True)
class InventedEstimate:
    """Life expectancy at birth with its 95% interval, in years; all None when suppressed."""

    value: float | None
    lower: float | None
    upper: float | None


@dataclass(frozen=True)
class World:
    """A borough with its country: places and figures.

    `life` is by (area code, sex, first year of one of `windows`). `population` is persons by LSOA
    of 2021, year of `years`, sex of SEXES and age 0 to 90 and over; `deaths` by LSOA of 2011, year
    of DEATH_YEARS, sex and band of BANDS. Wards of 2024 are published like MSOAs when
    `publishes_wards`. A world without a `country` has nothing around the borough. `files` are
    others that the ONS site has, by the path of the landing page that links to them, then by name.
    """

    places: ReplicaPlaces
    name: str
    code: str
    life: dict[tuple[str, str, int], InventedEstimate]
    population: Ints
    deaths: Ints
    country: str = "E92000001"
    publishes_wards: bool = False
    windows: tuple[tuple[int, int], ...] = WINDOWS
    years: tuple[int, ...] = YEARS
    files: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict)

    @classmethod
    def make(
        cls,
        wards: Sequence[Ward],
        *,
        seed: int = 1,
        name: str = "Westminster",
        code: str = "E09000033",
        publishes_wards: bool = False,
        places: ReplicaPlaces | None = None,
        years: tuple[int, ...] = YEARS,
    ) -> World:
        """The figures of a borough with these wards; ValueError without any ward.

        `places` are its areas where they aren't to be invented as well; `years` those of residents.
        """
        if not wards:
            raise ValueError("at least one ward|none")
        places = places or lay_out(wards)
        rng = np.random.default_rng(seed)
        life = _life(places, code, cls.country, rng)
        population, deaths = _population(places, rng, years), _deaths(places, rng)
        # Last, and from numbers of their own, so that no other figure depends on them.
        life |= _life_of_wards(places, np.random.default_rng([seed, WARD_YEAR]))
        return cls(
            places,
            name,
            code,
            life,
            population,
            deaths,
            publishes_wards=publishes_wards,
            years=years,
        )

    def population_of(self, lsoas: Sequence[int]) -> Ints:
        """Persons by year, sex and age: the sum over LSOAs of 2021, by number."""
        total: Ints = self.population[list(lsoas)].sum(axis=0)
        return total


def _life(
    places: ReplicaPlaces, code: str, country: str, rng: np.random.Generator
) -> dict[tuple[str, str, int], InventedEstimate]:
    found: dict[tuple[str, str, int], InventedEstimate] = {}
    rows = [places.wards[places.ward_of_msoa(n)].row for n in range(len(places.msoas))]
    middle, span = (max(rows) + min(rows)) / 2, max(1, max(rows) - min(rows))
    for sex in SEXES:
        own = rng.normal(0, 0.5, len(rows))
        for step, (first, _) in enumerate(WINDOWS):
            level = _LEVEL[sex] + 0.05 * step
            found[country, sex, first] = _around(level - 1.5, 0.05)
            found[code, sex, first] = _around(level, 0.4)
            for number, msoa in enumerate(places.msoas):
                tilt = GRADIENT * (rows[number] - middle) / span
                value = level + tilt + own[number] + rng.normal(0, 0.2)
                found[msoa, sex, first] = _around(float(value), float(rng.uniform(2.0, 2.5)))
    # One figure is withheld, as publishers withhold small counts.
    found[places.msoas[-1], "Female", WINDOWS[0][0]] = InventedEstimate(None, None, None)
    for area, first in {(area, first) for area, _, first in found}:
        found[area, "Persons", first] = _both([found[area, sex, first] for sex in SEXES])
    return found


def _life_of_wards(
    places: ReplicaPlaces, rng: np.random.Generator
) -> dict[tuple[str, str, int], InventedEstimate]:
    found: dict[tuple[str, str, int], InventedEstimate] = {}
    for ward in places.wards24:
        own = rng.normal(0, 1.5)
        for step, (first, _) in enumerate(WINDOWS):
            for sex in SEXES:
                value = _LEVEL[sex] + own + 0.05 * step + rng.normal(0, 0.2)
                found[ward.code, sex, first] = _around(float(value), float(rng.uniform(1.5, 2.0)))
            found[ward.code, "Persons", first] = _both(
                [found[ward.code, sex, first] for sex in SEXES]
            )
    return found


def _around(value: float, half: float) -> InventedEstimate:
    return InventedEstimate(value, value - half, value + half)


def _both(parts: list[InventedEstimate]) -> InventedEstimate:
    values = [part.value for part in parts if part.value is not None]
    halves = [part.upper - part.value for part in parts if part.upper and part.value]
    if len(values) < len(parts):
        return InventedEstimate(None, None, None)
    return _around(sum(values) / len(values), 0.7 * sum(halves) / len(halves))


def _population(places: ReplicaPlaces, rng: np.random.Generator, years: tuple[int, ...]) -> Ints:
    ages = np.arange(AGES)
    shape = np.exp(-(((ages - 33) / 30.0) ** 2)) + 0.15
    mean = _PERSONS_A_CELL * shape / shape.mean()
    size = (len(places.lsoas21), len(years), len(SEXES), AGES)
    return rng.poisson(np.broadcast_to(mean, size)).astype(np.int64)


def _deaths(places: ReplicaPlaces, rng: np.random.Generator) -> Ints:
    """A Gompertz law: the rate doubles every eight years or so."""
    starts = np.array([0, 1, *range(5, 91, 5)])
    rate = 0.00003 * np.exp(0.095 * (starts + _WIDTHS / 2)) + np.where(starts == 0, 0.003, 0)
    mean = _PERSONS_A_CELL * _WIDTHS * rate
    size = (len(places.lsoas11), len(DEATH_YEARS), len(SEXES), len(BANDS))
    return rng.poisson(np.broadcast_to(mean, size)).astype(np.int64)
