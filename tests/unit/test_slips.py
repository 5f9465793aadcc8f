"""Everyday slips in a right world, one at a time: none comes to a wrong number without a word."""

from __future__ import annotations

import pytest

from tests.everyday.outcomes import TOLD, run, slipped
from tests.everyday.slips import SLIPS, UNSEEN
from tests.everyday.world import right

# Tests/long has two thousand; here is one of each of the quicker kinds.
NUMBERS = tuple(range(0, len(SLIPS), 4))


def test_the_right_world_is_read_without_a_word() -> None:
    found = run(right("halving", 0))
    assert found.refused is None
    assert found.logged == []
    assert found.noted() == []


@pytest.mark.parametrize("number", NUMBERS)
def test_a_slip_is_refused_withheld_warned_of_or_harmless(number: int) -> None:
    found = slipped(number)
    assert found is None or found.ended in TOLD, found


def test_slips_that_cannot_be_seen_are_named_with_a_reason() -> None:
    assert set(UNSEEN) <= set(SLIPS)
    assert all(UNSEEN.values())
