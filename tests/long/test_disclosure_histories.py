"""Two hundred random histories of six releases from restricted deaths, each attacked."""

from __future__ import annotations

import pytest

from tests.attacker.histories import attacked

pytestmark = pytest.mark.long
EACH = 20


@pytest.mark.parametrize("first", range(10, 210, EACH))
def test_no_small_count_or_change_is_proven_over_six_releases(first: int) -> None:
    releases = 0
    for seed in range(first, first + EACH):
        different, lost = attacked(seed)
        releases += different
        assert lost == []
    # Years were closed between the releases: there was something to compare.
    assert releases > EACH
