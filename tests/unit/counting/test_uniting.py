"""Which areas of a second level stand together: across slivers, and by public residents alone."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gapwatch.contracts import CALENDAR_YEAR
from gapwatch.counting.counts import Counts
from gapwatch.counting.disclosure.crossing import Crossing
from gapwatch.counting.disclosure.uniting import named, unions, united

LEAST = 1_000.0


def placed(*pairs: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Shares (U, A) and (U, B) of atoms that each lie in one area of either level."""
    both = np.array(pairs)
    return tuple(np.eye(both[:, at].max() + 1)[both[:, at]] for at in (0, 1))  # type: ignore[return-value]


def people(*persons: float) -> np.ndarray:
    return np.repeat(np.array(persons, dtype=float)[:, np.newaxis], 2, axis=1)


def test_areas_that_cross_widely_or_not_at_all_stand_alone() -> None:
    own, kept = placed((0, 0), (0, 1), (1, 1), (2, 2))
    assert unions(own, kept, people(1000, 1000, 1000, 5000), LEAST) == ((0,), (1,), (2,))


def test_a_sliver_unites_the_two_areas_between_which_its_own_area_is_split() -> None:
    # Nearly all of the first own area is in 0, and 300 people of it in 1.
    own, kept = placed((0, 0), (0, 1), (1, 1), (2, 2))
    assert unions(own, kept, people(4000, 300, 4000, 4000), LEAST) == ((0, 1), (2,))


def test_of_several_neighbours_it_is_the_one_with_most_people_in_common() -> None:
    own, kept = placed((0, 0), (0, 1), (0, 2), (1, 0), (2, 1), (3, 2))
    found = unions(own, kept, people(2000, 300, 3000, 5000, 5000, 5000), LEAST)
    assert found == ((0,), (1, 2))


def test_one_sex_below_the_floor_is_enough() -> None:
    own, kept = placed((0, 0), (0, 1), (1, 1))
    residents = people(4000, 1200, 4000)
    assert len(unions(own, kept, residents, LEAST)) == 2
    residents[1, 1] = 999
    assert unions(own, kept, residents, LEAST) == ((0, 1),)


def test_an_own_area_that_is_small_by_itself_unites_nothing() -> None:
    own, kept = placed((0, 0), (1, 0), (2, 1))
    assert unions(own, kept, people(400, 5000, 5000), LEAST) == ((0,), (1,))
    own, kept = placed((0, 0), (0, 1), (1, 0), (2, 1))
    assert unions(own, kept, people(300, 200, 5000, 5000), LEAST) == ((0,), (1,))


def test_where_nobody_lived_in_the_first_year_nothing_is_small() -> None:
    own, kept = placed((0, 0), (0, 1), (1, 1))
    assert unions(own, kept, people(4000, 0, 4000), LEAST) == ((0,), (1,))


def test_blocks_that_are_shared_out_alike_are_one_intersection_and_others_are_not() -> None:
    own = np.ones((4, 1))
    kept = np.array([[0.5, 0.5], [0.3, 0.7], [1, 0], [0, 1]])
    residents = people(700, 700, 5000, 5000)
    assert unions(own, kept, residents, LEAST) == ((0, 1),)
    kept[1] = kept[0]
    assert unions(own, kept, residents, LEAST) == ((0,), (1,))


def test_areas_that_share_a_block_are_united_before_a_larger_neighbour() -> None:
    own = np.ones((4, 1))
    kept = np.array([[0.5, 0.5, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1.0]])
    assert unions(own, kept, people(500, 2000, 2000, 9000), LEAST) == ((0, 1), (2,))


@pytest.mark.parametrize("shares", [(0.333333333,) * 3, (0.7, 0.2, 0.1)])
def test_the_shares_of_a_whole_block_make_one(shares: tuple[float, ...]) -> None:
    kept = np.vstack([np.eye(3), np.array(shares)])
    atoms = np.full((4, 2, 1), 4000.0)
    atoms[3] = 100
    level = np.einsum("ub,usy->bsy", kept, atoms)
    of = Crossing(
        counts(("E1", "E2", "E3"), level), counts(("a",) * 4, atoms), np.ones((4, 1)), kept
    )
    assert united(of, 5).level.areas == ("E1+E2+E3",)
    assert united(of, 5).kept.tolist() == [[1.0]] * 4


def test_a_chain_of_slivers_unites_one_after_another() -> None:
    own, kept = placed((0, 0), (0, 1), (1, 1), (1, 2), (2, 2), (3, 3))
    found = unions(own, kept, people(4000, 200, 4000, 100, 4000, 4000), LEAST)
    assert found == ((0, 1, 2), (3,))


@given(st.integers(0, 2**32 - 1))
def test_no_intersection_is_small_but_in_an_own_area_that_is(seed: int) -> None:
    rng = np.random.default_rng(seed)
    many = int(rng.integers(4, 16))
    pairs = {(int(rng.integers(4)), int(rng.integers(5))) for _ in range(many)}
    own = np.array([np.eye(4)[a] for a, _ in sorted(pairs)])
    kept = np.array([np.eye(5)[b] for _, b in sorted(pairs)])
    residents = rng.choice([0.0, 100, 600, 999, 1000, 3000], (len(own), 2))
    found = unions(own, kept, residents, LEAST)
    assert sorted(itertools.chain.from_iterable(found)) == list(range(5))
    for area, union in itertools.product(range(4), found):
        mine = own[:, area] > 0
        if residents[mine].sum(axis=0).min() < LEAST:
            continue
        both = mine & (kept[:, list(union)] > 0).any(axis=1)
        assert not residents[both].any() or residents[both].sum(axis=0).min() >= LEAST


def counts(areas: tuple[str, ...], persons: np.ndarray) -> Counts:
    """Residents (A, 2, Y) in one band of ages, and a hundredth as many deaths."""
    return Counts(
        geography="ward2024",
        areas=areas,
        years=np.arange(2018, 2018 + persons.shape[2]),
        bases=("census2021",) * persons.shape[2],
        age_starts=np.array([0]),
        deaths=persons[..., np.newaxis] / 100,
        person_years=persons[..., np.newaxis].astype(float),
        provisional=np.zeros(persons.shape[2], dtype=bool),
        reassigned=np.zeros(len(areas)),
        restricted=True,
        year_ends=CALENDAR_YEAR,
    )


def test_the_first_year_decides_for_all_and_a_union_has_the_sums_of_its_areas() -> None:
    own, kept = placed((0, 0), (0, 1), (1, 1), (2, 2))
    atoms = np.array([4000.0, 600, 4000, 4000])[:, np.newaxis, np.newaxis] * np.ones((4, 2, 3))
    atoms[1, :, 1:] = 2000  # later on nothing would have to stand together
    level = np.einsum("ub,usy->bsy", kept, atoms)
    of = Crossing(counts(("E1", "E2", "E3"), level), counts(("a", "b", "c", "d"), atoms), own, kept)
    found = united(of, 5)
    assert found.level.areas == ("E1+E2", "E3")
    assert found.level.person_years[0].sum() == level[:2].sum()
    assert found.kept.tolist() == [[1, 0], [1, 0], [1, 0], [0, 1]]
    later = replace(of.atoms, person_years=of.atoms.person_years * np.array([1.0, 9, 9])[:, None])
    assert united(replace(of, atoms=later), 5).level.areas == found.level.areas


def test_a_longer_window_needs_fewer_residents_in_an_intersection() -> None:
    own, kept = placed((0, 0), (0, 1), (1, 1))
    atoms = np.array([4000.0, 600, 4000])[:, np.newaxis, np.newaxis] * np.ones((3, 2, 1))
    level = np.einsum("ub,usy->bsy", kept, atoms)
    of = Crossing(counts(("E1", "E2"), level), counts(("a", "b", "c"), atoms), own, kept)
    assert united(of, 5).level.areas == ("E1+E2",)
    assert united(of, 10).level.areas == ("E1", "E2")


def test_names_are_joined_as_codes_are() -> None:
    found = named(("E1+E2", "E3", "E4", "E3+E4"), {"E1": "Abbey", "E2": "Canal", "E3": "Dock"})
    assert found == {"E1+E2": "Abbey + Canal", "E3": "Dock", "E4": "E4", "E3+E4": "E3+E4"}
