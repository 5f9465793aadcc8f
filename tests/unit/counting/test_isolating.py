"""Deaths by age of an intersection of two areas, by somebody who knows all other deaths.

Exhaustive: the atom is a small ward's worth of residents in six bands of ages, of which every table
is tried; the rest of either area is known to the attacker death by death.
"""

from __future__ import annotations

import itertools
from functools import lru_cache

import numpy as np
import pytest

from gapwatch.counting.counts import Counts
from gapwatch.counting.disclosure.crossing import Crossing, Figures, told_steps
from gapwatch.counting.disclosure.isolation import PublishedArea, emptied, open_bands
from gapwatch.counting.disclosure.reconstruction import error_steps
from gapwatch.demography.life_table import life_table

SMALL = 5
BANDS = np.array([0.0, 1, 15, 45, 65, 80])
PEOPLE = np.array([150.0, 1500.0, 5000.0, 2500.0, 600.0, 90.0])
RATE = np.array([0.0035, 0.0002, 0.0004, 0.002, 0.009, 0.09])


@lru_cache(maxsize=40)
def every_table(total: int) -> np.ndarray:
    """All tables of so many deaths."""
    places = total + len(BANDS) - 1
    flat = itertools.chain.from_iterable(itertools.combinations(range(places), len(BANDS) - 1))
    bars = np.fromiter(flat, dtype=np.int16).reshape(-1, len(BANDS) - 1)
    ends = np.full((len(bars), 1), places), np.full((len(bars), 1), -1)
    return (np.diff(np.hstack([ends[1], bars, ends[0]]), axis=1) - 1).astype(float)


def told(deaths: np.ndarray, people: np.ndarray, step: float) -> tuple[np.ndarray, np.ndarray]:
    made = life_table(deaths, np.broadcast_to(people, deaths.shape), BANDS)
    error = np.ceil(made.se[..., 0] / step - 1e-6) * step
    return made.e[..., 0].round(1), error.round(1)


def left(atom: np.ndarray, rests: list[tuple[np.ndarray, np.ndarray, float]]) -> np.ndarray:
    """Tables of the atom that agree with all that is told; the first area's count is told too."""
    shown = np.floor((rests[0][0] + atom).sum() / 5 + 0.5) * 5 - rests[0][0].sum()
    totals = range(max(int(shown) - 2, 10), int(shown) + 3)
    tables = np.concatenate([every_table(total) for total in totals])
    for rest, people, step in rests:
        value, error = told(rest + tables, people, step)
        true_value, true_error = told((rest + atom)[np.newaxis], people, step)
        tables = tables[(value == true_value) & (error == true_error)]
    return tables


def drawn(number: int, seed: int) -> list[tuple[np.ndarray, list[tuple[np.ndarray, np.ndarray]]]]:
    """Atoms with 10 to 24 deaths, and the rest of two areas that hold each."""
    chance = np.random.default_rng(seed)
    expected = PEOPLE * RATE / (PEOPLE * RATE).sum()
    found = []
    while len(found) < number:
        atom = chance.poisson(expected * chance.integers(11, 22)).astype(float)
        if not 10 <= atom.sum() <= 24:
            continue
        rests = []
        for size in chance.choice([0.6, 1.0, 2.0, 3.0], 2):
            people = PEOPLE * size
            rests.append((chance.poisson(people * RATE * 1.2).astype(float), people))
        found.append((atom, rests))
    return found


@pytest.mark.parametrize(("number", "seed"), [(8, 1), pytest.param(150, 2, marks=pytest.mark.long)])
def test_no_band_of_an_open_atom_is_given_away_though_all_else_is_known(
    number: int, seed: int
) -> None:
    opened, given_away, shut = 0, 0, 0
    for atom, others in drawn(number, seed):
        wholes = np.array([rest + atom for rest, _ in others])
        people = np.array([PEOPLE + more for _, more in others])
        steps = error_steps(wholes, people, BANDS)
        if np.isnan(steps).any():
            continue
        areas = [
            PublishedArea.of(whole, alive, float(step), BANDS, counted=not at)
            for at, (whole, alive, step) in enumerate(zip(wholes, people, steps, strict=True))
        ]
        is_open = open_bands(atom, areas)
        rests = [
            (rest, alive, float(step))
            for (rest, _), alive, step in zip(others, people, steps, strict=True)
        ]
        tables = left(atom, rests)
        assert (tables == atom).all(axis=1).any()
        for band in np.flatnonzero((atom > 0) & (atom < SMALL)):
            lost = bool(((tables[:, band] > 0) & (tables[:, band] < SMALL)).all())
            given_away += lost
            shut += not is_open[0, band]
            opened += bool(is_open[0, band])
            assert not (lost and is_open[0, band])
    # Neither is all withheld, nor would all be safe.
    assert opened > 0.5 * (opened + shut)
    if number > 100:
        assert given_away > 0


def crossed(places: np.ndarray, deaths: np.ndarray, people: np.ndarray) -> tuple[Crossing, Figures]:
    """Two own areas and two that cross them, of atoms (own, kept) with deaths and person-years."""
    own, kept = np.eye(2)[places[:, 0]], np.eye(2)[places[:, 1]]
    none = np.zeros((2, 2, 0, len(BANDS)))
    level = Counts(
        "kept",
        ("k0", "k1"),
        np.zeros(0, dtype=np.int64),
        (),
        BANDS.astype(np.int64),
        none,
        none,
        np.zeros(0, dtype=bool),
        np.zeros(2),
        restricted=True,
    )
    return Crossing(level, level, own, kept), Figures(deaths, people)


def steps_of(of: Crossing, atoms: Figures) -> np.ndarray:
    sums = [
        Figures(shares.T @ atoms.deaths, shares.T @ atoms.person_years)
        for shares in (of.own, of.kept)
    ]
    own_steps = error_steps(sums[0].deaths, sums[0].person_years, BANDS)
    return told_steps(of, sums[0], own_steps, sums[1], atoms)


MANY = np.array([6.0, 6, 9, 20, 25, 40])
LARGE = PEOPLE * 5


def test_areas_are_told_whose_intersections_are_large() -> None:
    places = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    made = crossed(places, np.array([MANY] * 4), np.array([LARGE] * 4))
    assert not np.isnan(steps_of(*made)).any()


@pytest.mark.parametrize("by", ["residents", "deaths"])
def test_an_area_with_a_small_intersection_is_not_told_nor_one_that_leaves_it_as_a_rest(
    by: str,
) -> None:
    places = np.array([[0, 0], [0, 1], [1, 1]])
    deaths, people = np.array([MANY] * 3), np.array([LARGE] * 3)
    if by == "residents":
        people[1] = LARGE * 0.09  # 4,428 person-years
    else:
        deaths[1] = [0, 0, 0, 0, 0, 9]
    # The second area makes the small intersection; told alone, the first would leave it as a rest.
    assert np.isnan(steps_of(*crossed(places, deaths, people))).all()
    # Where it is joined to a large one, the two areas are one cut.
    joined = np.array([[0, 0], [1, 1], [1, 1]])
    assert not np.isnan(steps_of(*crossed(joined, deaths, people))).any()


def test_blocks_that_are_shared_out_otherwise_are_atoms_by_themselves() -> None:
    places = np.array([[0, 0], [1, 1], [1, 1]])
    made, atoms = crossed(places, np.array([MANY] * 3), np.array([LARGE, LARGE, LARGE * 0.09]))
    assert not np.isnan(steps_of(made, atoms)).any()
    kept = made.kept.copy()
    kept[2] = [0.5, 0.5]
    assert np.isnan(steps_of(Crossing(made.level, made.atoms, made.own, kept), atoms)).all()


def test_deaths_of_a_band_in_two_atoms_are_taken_from_both_or_the_area_is_shut() -> None:
    # One infant's death in each atom.
    atom = np.array([1.0, 5, 6, 15, 20, 30])
    rests = [np.array([6.0, 9, 9, 30, 40, 60]), np.array([7.0, 8, 9, 28, 44, 50])]
    whole = PublishedArea.of(2 * atom, 2 * LARGE, 0.5, BANDS, counted=True)
    beside = [PublishedArea.of(atom + rest, 3 * LARGE, 0.5, BANDS, counted=False) for rest in rests]
    assert emptied([atom, atom], [[whole, beside[0]], [whole, beside[1]]], 0)
    # With exact figures no other table is told alike.
    exact = [
        PublishedArea(area.deaths, area.person_years, BANDS, 1e-9, 1.0, -1.0, -1.0, None)
        for area in (whole, beside[0])
    ]
    assert not emptied([atom, atom], [exact, exact], 0)


def test_where_nobody_lived_or_died_nothing_is_small() -> None:
    # The third meets where areas of a later vintage do: nobody lives there yet.
    places = np.array([[0, 0], [1, 1], [0, 1]])
    none = np.zeros(len(BANDS))
    made, atoms = crossed(places, np.array([MANY, MANY, none]), np.array([LARGE, LARGE, none]))
    assert not np.isnan(steps_of(made, atoms)).any()
