"""Initiatives that meet are told in groups, and no group says more than its pairs."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gapwatch.reporting.chapters.initiatives.meeting import (
    InitiativeGroup,
    Pair,
    groups_that_meet,
    meetings,
)

NAMES = st.sampled_from("abcdefgh")
EDGES = st.lists(st.tuples(NAMES, NAMES).filter(lambda pair: pair[0] != pair[1]), max_size=28)


def test_three_that_all_meet_are_one_line_and_a_chain_is_two() -> None:
    assert groups_that_meet([("a", "b"), ("b", "c"), ("a", "c")]) == [("a", "b", "c")]
    assert groups_that_meet([("a", "b"), ("b", "c")]) == [("a", "b"), ("b", "c")]
    assert groups_that_meet([]) == []


def by_trying_all(pairs: list[tuple[str, str]]) -> list[tuple[str, ...]]:
    """Every set of names in which every two meet and that isn't part of a larger one."""
    met = {frozenset(pair) for pair in pairs}
    names = sorted({name for pair in pairs for name in pair})
    groups = [
        set(group)
        for size in range(2, len(names) + 1)
        for group in combinations(names, size)
        if all(frozenset(two) in met for two in combinations(group, 2))
    ]
    return sorted(tuple(sorted(one)) for one in groups if not any(one < other for other in groups))


@given(EDGES)
def test_groups_are_those_that_trying_every_set_finds(pairs: list[tuple[str, str]]) -> None:
    assert groups_that_meet(pairs) == by_trying_all(pairs)


def test_areas_with_the_same_group_share_a_line_and_another_theme_has_its_own() -> None:
    both = [Pair("a", "b", "jobs", area, time_known=True) for area in ("north", "south")]
    found = meetings([*both, Pair("a", "b", "homes", "north", time_known=True)])
    assert found == [
        InitiativeGroup(("a", "b"), "jobs", ("north", "south"), time_known=True),
        InitiativeGroup(("a", "b"), "homes", ("north",), time_known=True),
    ]


@pytest.mark.parametrize("unknown", ["a", "b", "c"])
def test_one_start_that_is_not_stated_leaves_the_groups_time_unknown(unknown: str) -> None:
    pairs = [
        Pair(one, other, "jobs", "north", time_known=unknown not in (one, other))
        for one, other in combinations("abc", 2)
    ]
    assert meetings(pairs) == [
        InitiativeGroup(("a", "b", "c"), "jobs", ("north",), time_known=False)
    ]


def test_forty_at_one_place_are_one_line() -> None:
    pairs = [
        Pair(one, other, "jobs", "north", time_known=True)
        for one, other in combinations([f"n{number:02}" for number in range(40)], 2)
    ]
    (found,) = meetings(pairs)
    assert len(found.initiatives) == 40
