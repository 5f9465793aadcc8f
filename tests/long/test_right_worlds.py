"""Five hundred right worlds of all scenarios and sizes: none is stopped, hardly any warned of."""

from __future__ import annotations

import pytest

from gapwatch.demo.twin.scenarios import SCENARIOS
from tests.everyday.outcomes import run
from tests.everyday.world import right

pytestmark = pytest.mark.long
# Residents of a ward from 3,000 to 60,000.
SIZES = (0.3, 1.0, 5.7)
EACH = 28
MOST_WARNED = 0.02


def test_right_worlds_are_not_stopped_and_hardly_ever_warned_of() -> None:
    warned = []
    numbers = [(name, size, seed) for name in SCENARIOS for size in SIZES for seed in range(EACH)]
    for name, size, seed in numbers:
        found = run(right(name, seed, size=size))
        assert found.refused is None, (name, size, seed, found.refused)
        if found.logged or found.noted():
            warned.append((name, size, seed))
    assert len(numbers) >= 500
    assert len(warned) <= MOST_WARNED * len(numbers), warned
