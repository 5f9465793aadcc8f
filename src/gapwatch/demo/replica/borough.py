"""The replica of Westminster: its published areas, with invented figures and outlines.

Deaths come as ONS publishes them, in two workbooks of years from 1 July to 30 June; see the
layouts in `workbooks`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from gapwatch.demo.replica import westminster
from gapwatch.demo.replica.places import (
    NORTH,
    PER_WARD,
    SIDE,
    WEST,
    Box,
    Lsoa11,
    Lsoa21,
    ReplicaPlaces,
    Ward,
    Ward24,
)
from gapwatch.demo.replica.workbooks import NEW_BANDS, NEW_YEARS, OLD_YEARS, Deaths, files
from gapwatch.demo.replica.world import SEXES, Ints, World

Floats = npt.NDArray[np.float64]
YEARS = tuple(range(2011, 2025))
# First ages of the bands, and how old people in them are on average.
_STARTS = np.array([0, 1, *range(5, 91, 5)])
_MIDDLES = np.append((_STARTS[:-1] + _STARTS[1:]) / 2, 93.0)
_BY_SEX = {"Male": 1.0, "Female": 0.72}
# Yearly fall of mortality, and by how much it is higher at the top of the tile map than below.
_FALL, _TILT, _LEVEL = 0.008, 0.3, 0.000022
_CENTRE, _OLD, _RISE_OF_RESIDENTS = 2012, 60, 0.002
_RISE = 0.098
_DEADLINE = 2035
# By which share the contrast has changed by the deadline.
PATHS = {"no-change": 0.0, "halving": -0.5, "widening": 0.5, "pandemic": 0.0}
_SPIKES = {("pandemic", 2020): 1.2, ("pandemic", 2021): 1.15}
_ACROSS, _DOWN = 3 * SIDE, PER_WARD // 3 * SIDE


def borough(
    wards: Sequence[Ward],
    *,
    seed: int = 1,
    publishes_wards: bool = False,
    scenario: str = "no-change",
) -> World:
    """Westminster with invented figures; `wards` are its wards of 2011 on the tile map.

    `scenario` is one of PATHS: how the contrast between top and bottom of the map goes on.
    """
    made = World.make(
        wards, seed=seed, publishes_wards=publishes_wards, places=places(wards), years=YEARS
    )
    made = dataclasses.replace(made, population=residents(made, seed))
    return dataclasses.replace(made, files=files(made, deaths(made, seed, scenario)))


def places(wards: Sequence[Ward]) -> ReplicaPlaces:
    """The published areas on invented outlines: strips of their ward's tile from west to east."""
    rows = westminster.areas()
    number = {ward.code: at for at, ward in enumerate(wards)}
    in_ward: dict[str, list[str]] = {}
    for ward, old, *_ in rows:
        if old not in in_ward.setdefault(ward, []):
            in_ward[ward].append(old)
    boxes = {
        code: _strip(wards[number[ward]], at, len(codes))
        for ward, codes in in_ward.items()
        for at, code in enumerate(codes)
    }
    olds = tuple(
        Lsoa11(code, number[ward], boxes[code]) for ward, codes in in_ward.items() for code in codes
    )
    place = {lsoa.code: at for at, lsoa in enumerate(olds)}
    msoas = tuple(sorted({row[4] for row in rows}))
    new_wards = tuple(sorted({row[5] for row in rows}))
    parents: dict[str, list[str]] = {}
    halves: dict[str, list[str]] = {}
    told = {row[3]: row for row in rows}
    for _, old, _, new, *_ in rows:
        parents.setdefault(new, []).append(old)
        halves.setdefault(old, []).append(new)
    lsoas21 = tuple(
        Lsoa21(
            code,
            tuple(place[old] for old in parents[code]),
            told[code][2],
            msoas.index(told[code][4]),
            _of_parents(code, parents[code], halves, boxes),
        )
        for code in sorted(parents)
    )
    redrawn = tuple(new_wards.index(told[lsoa.code][5]) for lsoa in lsoas21)
    wards24 = tuple(
        Ward24(code, westminster.WARDS_2024[code], _parts(at, redrawn, lsoas21, olds))
        for at, code in enumerate(new_wards)
    )
    return ReplicaPlaces(tuple(wards), olds, lsoas21, msoas, wards24, redrawn)


def _strip(ward: Ward, at: int, of: int) -> Box:
    west, north = WEST + ward.column * _ACROSS, NORTH - ward.row * _DOWN
    return west + _ACROSS * at // of, north - _DOWN, west + _ACROSS * (at + 1) // of, north


def _of_parents(
    code: str, olds: Sequence[str], halves: Mapping[str, Sequence[str]], boxes: Mapping[str, Box]
) -> Box:
    """The outline of an area of 2021: its parents' together, or its part of the one that split."""
    of = [boxes[old] for old in olds]
    west, south, east, north = of[0][0], of[0][1], of[-1][2], of[0][3]
    parts = halves[olds[0]]
    if len(parts) > 1:
        at = parts.index(code)
        west, east = (west + (east - west) * n // len(parts) for n in (at, at + 1))
    return west, south, east, north


def _parts(
    ward: int, redrawn: Sequence[int], lsoas21: Sequence[Lsoa21], olds: Sequence[Lsoa11]
) -> tuple[int, ...]:
    """Wards of 2011 of which a ward of 2024 holds any small area."""
    return tuple(
        sorted(
            {
                olds[lsoa.parents[0]].ward
                for lsoa, new in zip(lsoas21, redrawn, strict=True)
                if new == ward
            }
        )
    )


def residents(world: World, seed: int) -> Ints:
    """Residents by area of 2021, year, sex and age, about as many in each ward as are published.

    So many of them are old that the law of mortality gives about as many deaths as are published.
    """
    rng = np.random.default_rng([seed, YEARS[0]])
    ages = np.arange(world.population.shape[-1])
    shape = np.exp(-(((ages - 33) / 30.0) ** 2)) + 0.15
    is_old = ages >= _OLD
    parts = np.stack([np.where(is_old, 0.0, shape), np.where(is_old, shape, 0.0)])
    parts /= parts.sum(axis=1, keepdims=True)
    law = _law()[_bands(ages)] * np.mean(list(_BY_SEX.values()))
    ward = _wards(world.places)
    tilt = _tilt(world.places)
    mean = np.zeros((len(ward), len(ages)))
    for at, here in enumerate(ward):
        people, dead = westminster.TOTALS[world.places.wards[here].code]
        young_rate, old_rate = parts @ law * tilt[at]
        old = np.clip((dead - young_rate * people) / (old_rate - young_rate), 0.0, people)
        mean[at] = ((people - old) * parts[0] + old * parts[1]) / (ward == here).sum() / len(SEXES)
    rise = (1 + _RISE_OF_RESIDENTS) ** np.arange(len(YEARS))
    drawn = mean[:, None, None, :] * rise[None, :, None, None]
    return rng.poisson(np.broadcast_to(drawn, world.population.shape)).astype(np.int64)


def _law() -> Floats:
    """Deaths a person-year by band, of men in the year to June 2012 in the middle of the map."""
    law: Floats = _LEVEL * np.exp(_RISE * _MIDDLES) + np.where(_STARTS == 0, 0.003, 0.0)
    return law


def _bands(ages: Ints) -> Ints:
    return np.searchsorted(_STARTS, ages, side="right") - 1


def _wards(areas: ReplicaPlaces) -> Ints:
    """Number of the ward of 2011 of each area of 2021."""
    return np.array([areas.lsoas11[lsoa.parents[0]].ward for lsoa in areas.lsoas21])


def _tilt(areas: ReplicaPlaces) -> Floats:
    """By how much mortality differs from the law in each area of 2021: more at the map's top."""
    rows = np.array([areas.wards[ward].row for ward in _wards(areas)])
    middle = rows.max() / 2
    tilt: Floats = np.exp(_TILT * (middle - rows) / middle)
    return tilt


def deaths(world: World, seed: int, scenario: str = "no-change") -> Deaths:
    """Deaths in years to June: by area of 2011 up to 2023, by area of 2021 from 2024 on.

    They are drawn by year, area of 2021, sex and band around the residents of two mid-years, and
    those of an area of 2021 that merged several are shared out among these at random.
    """
    rng = np.random.default_rng([seed, OLD_YEARS[0]])
    areas = world.places
    people = np.zeros((*world.population.shape[:-1], len(_STARTS)))
    for age, band in enumerate(_bands(np.arange(world.population.shape[-1]))):
        people[..., band] += world.population[..., age]
    by_sex = np.array([_BY_SEX[sex] for sex in SEXES])[None, :, None]
    old = np.zeros((len(areas.lsoas11), len(OLD_YEARS), len(SEXES), len(NEW_BANDS)), dtype=np.int64)
    new = np.zeros((len(areas.lsoas21), len(NEW_YEARS), len(SEXES), len(NEW_BANDS)), dtype=np.int64)
    known = {year: at for at, year in enumerate(world.years)}
    for year in (*OLD_YEARS, *NEW_YEARS):
        ends = [known[max(mid, world.years[0])] for mid in (year - 1, year)]
        # A share of the contrast that changes by as much each year as to reach its end in 2035.
        rest = 1 + PATHS[scenario] * (year - _CENTRE) / (_DEADLINE - _CENTRE)
        factor = by_sex * (_tilt(areas) ** rest)[:, None, None] * _SPIKES.get((scenario, year), 1.0)
        mean = people[:, ends].mean(axis=1) * _law() * factor * np.exp(-_FALL * (year - _CENTRE))
        drawn = rng.poisson(mean).astype(np.int64)
        if year in NEW_YEARS:
            new[:, NEW_YEARS.index(year)] = drawn
            continue
        for at, lsoa in enumerate(areas.lsoas21):
            _share_out(rng, drawn[at], lsoa.parents, old[:, OLD_YEARS.index(year)])
    return Deaths(_with_85_open(old), new)


def _share_out(rng: np.random.Generator, left: Ints, parents: Sequence[int], old: Ints) -> None:
    """Add the deaths of an area of 2021 to those of the areas of 2011 that it comes from."""
    for more, parent in enumerate(parents):
        share = rng.binomial(left, 1 / (len(parents) - more))
        old[parent] += share
        left = left - share


def _with_85_open(counts: Ints) -> Ints:
    """The last two bands as one."""
    last: Ints = counts[..., -2:].sum(axis=-1, keepdims=True)
    return np.concatenate([counts[..., :-2], last], axis=-1)
