"""Counts as arrays: windows, runs of years, groups of areas, residents counted otherwise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracles import counting as oracle

from gapwatch.counting.counts import Counts, period, windows
from gapwatch.errors import ValidationError

BASES = st.lists(st.sampled_from("ab"), min_size=1, max_size=9)


def counts(bases: list[str], first: int = 2001, *, late: tuple[int, ...] = ()) -> Counts:
    """Three areas, four bands; every cell another whole number."""
    shape = (3, 2, len(bases), 4)
    numbers = np.arange(np.prod(shape), dtype=float).reshape(shape)
    years = np.arange(first, first + len(bases))
    return Counts(
        "ward2011",
        ("A1", "A2", "A3"),
        years,
        tuple(bases),
        np.array([0, 20, 45, 80]),
        numbers,
        10 * numbers + 7,
        np.isin(years, late),
        np.array([0.0, 0.5, 0.2]),
    )


@given(BASES, st.integers(1, 5))
@settings(max_examples=60, deadline=None)
def test_windows_are_every_run_of_years_on_one_base(bases: list[str], length: int) -> None:
    of = counts(bases)
    found = windows(of, length)
    years = dict(zip(of.years.tolist(), bases, strict=True))
    spans = list(zip(found.start.tolist(), found.end.tolist(), strict=True))
    assert spans == oracle.windows(years, length)
    for at, (start, end) in enumerate(spans):
        inside = [place for place, year in enumerate(years) if start <= year <= end]
        assert (found.deaths[:, :, at] == sum(of.deaths[:, :, place] for place in inside)).all()
        assert found.bases[at] == years[start]
        whole = period(of, start, end)
        assert (whole.person_years[:, :, 0] == found.person_years[:, :, at]).all()
        assert whole.segment[0] == found.segment[at]


@given(BASES, st.integers(2000, 2010), st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_a_period_with_a_year_missing_or_on_two_bases_is_no_window(
    bases: list[str], start: int, more: int
) -> None:
    found = period(counts(bases), start, start + more)
    run = [
        bases[year - 2001]
        for year in range(start, start + more + 1)
        if 0 <= year - 2001 < len(bases)
    ]
    whole = len(run) == more + 1 and len(set(run)) == 1
    assert len(found.start) == int(whole)
    if whole:
        assert (found.start[0], found.end[0]) == (start, start + more)


def test_a_base_that_returns_is_a_run_of_its_own() -> None:
    of = counts(["a", "a", "b", "a"])
    assert of.segments.tolist() == [1, 1, 2, 3]
    assert windows(of, 2).start.tolist() == [2001]


def test_a_year_left_out_starts_a_run_of_its_own() -> None:
    of = counts(["a"] * 4)
    apart = Counts(**{**vars(of), "years": np.array([2001, 2002, 2004, 2005])})
    assert apart.segments.tolist() == [1, 1, 2, 2]
    assert windows(apart, 2).start.tolist() == [2001, 2004]
    assert not len(period(apart, 2002, 2004).start)


def test_a_window_is_provisional_when_any_of_its_years_is() -> None:
    found = windows(counts(["a"] * 5, late=(2005,)), 2)
    assert found.provisional.tolist() == [False, False, False, True]


@pytest.mark.parametrize("length", [0, -1])
def test_a_window_of_no_years_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match=f"length: expected 1 or more, found {length}"):
        windows(counts(["a"]), length)


def test_groups_add_their_areas_up_in_the_order_asked_for() -> None:
    of = counts(["a", "a"])
    found = of.groups({"late": ("A3",), "both": ("A2", "A1")})
    assert found.geography == "side"
    assert found.areas == ("late", "both")
    assert (found.deaths[0] == of.deaths[2]).all()
    assert (found.person_years[1] == of.person_years[0] + of.person_years[1]).all()
    people = of.person_years.sum(axis=(1, 2, 3))
    expected = 0.5 * people[1] / (people[0] + people[1])
    assert found.reassigned == pytest.approx([0.2, expected], rel=1e-12)


def test_a_group_in_which_nobody_lives_has_nobody_reassigned() -> None:
    of = counts(["a"])
    empty = of.person_years.copy()
    empty[0] = 0
    found = Counts(**{**vars(of), "person_years": empty}).groups({"empty": ("A1",)})
    assert found.reassigned.tolist() == [0.0]
    assert found.person_years.sum() == 0


def test_a_group_with_an_unknown_area_is_refused_by_its_code() -> None:
    with pytest.raises(ValidationError, match="none for A9") as caught:
        counts(["a"]).groups({"north": ("A1", "A9")})
    assert "ward2011" in caught.value.where
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("first", "last", "touched"),
    [(20, 44, [1]), (80, None, [3]), (20, 79, [1, 2]), (0, None, [0, 1, 2, 3]), (20, 40, [])],
)
def test_only_bands_wholly_inside_the_ages_are_scaled(
    first: int, last: int | None, touched: list[int]
) -> None:
    of = counts(["a"])
    found = of.scaled(1.15, first, last)
    factor = np.ones(4)
    factor[touched] = 1.15
    assert (found.person_years == of.person_years * factor).all()
    assert (found.deaths == of.deaths).all()
