"""No told share can be turned into one of fewer than 10 people, or of an area that is withheld."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from gapwatch.listening.codes import NOBODY, SECONDARY, TOO_FEW
from gapwatch.listening.withholding import FEWEST, WithheldReasons, told

ZONES = {"north": ("a", "b", "c"), "south": ("d", "e", "f")}


def attack(
    people: dict[str, int], unknown: int, zones: dict[str, tuple[str, ...]], may: WithheldReasons
) -> None:
    """Whatever set of people follows from what is told must be of 10 or more.

    Counts that anybody can work out are the sums in the span of the told ones; a set of areas is
    known when its indicator lies in that span. Every set of areas is tried.
    """
    names = [*people, "?"]
    counts = np.array([*people.values(), unknown], dtype=float)

    def row(areas: tuple[str, ...]) -> np.ndarray:
        return np.array([float(name in areas) for name in names])

    rows = [row((area,)) for area, why in may.areas.items() if not why]
    rows += [row(areas) for zone, areas in zones.items() if not may.zones[zone]]
    rows += [np.ones(len(names))] if not may.place else []
    empty = [row((name,)) for name, count in zip(names, counts, strict=True) if count == 0]
    span = np.array([*rows, *empty]).reshape(-1, len(names))
    rank = np.linalg.matrix_rank(span) if len(span) else 0
    for size in range(1, len(names) + 1):
        for chosen in itertools.combinations(range(len(names)), size):
            one = np.zeros(len(names))
            one[list(chosen)] = 1.0
            people_in = counts[list(chosen)].sum()
            if people_in == 0:
                continue
            known = len(span) and np.linalg.matrix_rank(np.vstack((span, one))) == rank
            assert not known or people_in >= FEWEST, [names[at] for at in chosen]
            if known and size == 1 and names[chosen[0]] in may.areas:
                assert not may.areas[names[chosen[0]]]


def test_enough_people_everywhere_tell_everything() -> None:
    may = told(dict.fromkeys("abcdef", 40), 12, ZONES)
    assert set(may.areas.values()) | set(may.zones.values()) | {may.place} == {""}


def test_beside_a_small_area_the_next_smallest_of_its_zone_is_withheld() -> None:
    people = {"a": 4, "b": 60, "c": 50, "d": 30, "e": 40, "f": 50}
    may = told(people, 0, ZONES)
    assert may.areas == {"a": TOO_FEW, "b": "", "c": SECONDARY, "d": "", "e": "", "f": ""}
    assert may.zones == {"north": "", "south": ""}
    attack(people, 0, ZONES, may)


def test_two_small_areas_need_a_third_when_both_together_are_fewer_than_ten() -> None:
    people = {"a": 4, "b": 3, "c": 50, "d": 30, "e": 40, "f": 50}
    may = told(people, 0, ZONES)
    assert may.areas["c"] == SECONDARY
    attack(people, 0, ZONES, may)


def test_a_zone_of_too_few_takes_all_zones_with_it() -> None:
    people = {"a": 2, "b": 3, "c": 1, "d": 30, "e": 40, "f": 50}
    may = told(people, 0, ZONES)
    assert may.zones == {"north": TOO_FEW, "south": SECONDARY}
    assert may.place == ""
    attack(people, 0, ZONES, may)


def test_people_of_no_known_area_are_protected_too() -> None:
    people = {"a": 20, "b": 20, "c": 20, "d": 20, "e": 20, "f": 20}
    may = told(people, 3, ZONES)
    assert may.zones == {"north": SECONDARY, "south": SECONDARY}
    attack(people, 3, ZONES, may)


@pytest.mark.parametrize(("count", "reason"), [(0, NOBODY), (9, TOO_FEW), (10, "")])
def test_from_ten_people_on_a_share_is_told(count: int, reason: str) -> None:
    may = told({"a": count}, 0, {})
    assert (may.areas["a"], may.place) == (reason, reason)


def test_nothing_told_of_random_waves_tells_of_fewer_than_ten() -> None:
    rng = np.random.default_rng(16)
    for _ in range(250):
        sizes = rng.choice([0, 1, 4, 9, 10, 11, 25, 80], size=6)
        people = {name: int(size) for name, size in zip("abcdef", sizes, strict=True)}
        unknown = int(rng.choice([0, 0, 2, 9, 10, 30]))
        zones = {"north": ("a", "b", "c"), "south": ("d", "e")} if rng.random() < 0.5 else ZONES
        attack(people, unknown, zones, told(people, unknown, zones))
