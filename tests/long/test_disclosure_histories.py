"""Two hundred random histories of six releases from restricted deaths, each attacked."""

from __future__ import annotations

import pytest

from tests.attacker.histories import attacked, beside

pytestmark = pytest.mark.long
EACH = 20


@pytest.mark.parametrize("first", range(10, 210, EACH))
def test_no_small_count_or_change_is_proven_over_six_releases(first: int) -> None:
    releases, crossed = 0, 0
    for seed in range(first, first + EACH):
        made, lost = attacked(seed)
        releases += len({id(one.tables) for one in made})
        crossed += bool(beside(made))
        assert lost == []
    # Years were closed between the releases, and areas told that cross the study's own: there was
    # something to compare.
    assert releases > EACH
    assert crossed > EACH // 4
