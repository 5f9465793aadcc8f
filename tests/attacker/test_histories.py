"""Over random histories of six releases no count and no change of 1 to 4 is proven."""

from __future__ import annotations

import pytest

from tests.attacker.histories import attacked


@pytest.mark.parametrize("seed", range(3))
def test_no_small_count_or_change_is_proven_over_six_releases(seed: int) -> None:
    _, lost = attacked(seed)
    assert lost == []
