"""Over random histories of six releases no count and no change of 1 to 4 is proven."""

from __future__ import annotations

import pytest

from tests.attacker.histories import attacked

ORDINARY = 3


@pytest.mark.parametrize(
    "seed",
    [pytest.param(n, marks=[pytest.mark.long] if n >= ORDINARY else []) for n in range(10)],
)
def test_no_small_count_or_change_is_proven_over_six_releases(seed: int) -> None:
    _, lost = attacked(seed)
    assert lost == []
