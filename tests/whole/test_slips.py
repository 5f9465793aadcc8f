"""Everyday slips in a right world, one at a time: none comes to a wrong number without a word."""

from __future__ import annotations

import pytest

from gapwatch.demo.twin.scenarios import SCENARIOS
from gapwatch.reporting.chapters.quality.blind_spots import BLIND_SPOTS
from tests.everyday.outcomes import TOLD, run, slipped
from tests.everyday.slips import SLIPS, UNSEEN
from tests.everyday.world import right

# Two of each kind in one world, which is measured but once; tests/long has two thousand in all.
NUMBERS = range(2 * len(SLIPS))
SIZES = (0.3, 1.0, 5.7)
WORLDS = 6


@pytest.mark.parametrize("number", range(WORLDS))
def test_a_right_world_is_read_without_a_word(number: int) -> None:
    scenario = list(SCENARIOS)[number % len(SCENARIOS)]
    found = run(right(scenario, number, size=SIZES[number % len(SIZES)]))
    assert found.refused is None
    assert found.logged == []
    assert found.noted() == []


@pytest.mark.parametrize("number", NUMBERS)
def test_a_slip_is_refused_withheld_warned_of_or_harmless(number: int) -> None:
    found = slipped(number, scenario="no-change")
    assert found is None or found.ended in TOLD, found


def test_slips_that_may_stay_silent_are_named_with_a_size_and_a_reason() -> None:
    assert len(NUMBERS) >= 100
    assert set(UNSEEN) <= set(SLIPS)
    assert all(0 < years <= 1.5 and why for years, why in UNSEEN.values())


def test_a_report_names_every_slip_that_may_stay_silent_and_how_far_it_may_move_the_gap() -> None:
    told = {spot.slip: spot for spot in BLIND_SPOTS}
    assert told.keys() == UNSEEN.keys()
    for slip, (years, _) in UNSEEN.items():
        # Published figures of another age move both sides, and the gap by less than is printed.
        assert told[slip].most_gap_years >= (years if told[slip].own else 0)
        assert told[slip].own or years < 0.05


def test_published_figures_of_other_areas_alone_leave_nothing_to_compare() -> None:
    # Their geography is the study's and no code of theirs is: own tables decide, and stand alone.
    found = slipped(813)
    assert found is not None
    assert (found.slip, found.ended) == ("codes and names of another vintage", "right")
