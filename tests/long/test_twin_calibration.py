"""The truth of the invented borough is known: intervals must hold it as often as they say."""

from __future__ import annotations

import numpy as np
import pytest

from gapwatch.counting.counts import window_sums
from gapwatch.demo.twin.borough import borough
from gapwatch.demo.twin.counted import SIDES, make
from gapwatch.demo.twin.mortality import AGE_STARTS
from gapwatch.demo.twin.residents import YEARS
from gapwatch.demography.life_table import life_table

WARDS = {ward.code: (ward.code,) for ward in borough().wards}
DRAWS = 600

pytestmark = pytest.mark.long


def covered(sides: dict[str, tuple[str, ...]], length: int) -> np.ndarray:
    """Whether the 95% interval held the truth: draws by side, sex and window without overlap."""
    twin = make("halving")
    first = np.arange(0, len(YEARS) - length + 1, length)
    told = [twin.truth(sides, int(YEARS[at]), int(YEARS[at]) + length - 1) for at in first]
    truth = np.stack([np.stack([window[side] for side in sides]) for window in told], axis=-1)
    held = []
    for seed in range(DRAWS):
        summed = window_sums(twin.draw(seed).groups(sides), first, first + length - 1)
        table = life_table(summed.deaths, summed.person_years, AGE_STARTS)
        lower, upper = table.lower[..., 0], table.upper[..., 0]
        assert np.isfinite(lower).all()
        held.append((lower <= truth) & (truth <= upper))
    return np.stack(held)


@pytest.mark.parametrize(
    ("sides", "length"),
    [(WARDS, 5), (SIDES, 5), (SIDES, 3), ({"north": SIDES["north"]}, 1)],
    ids=["wards, five years", "sides, five years", "sides, three years", "the north, one year"],
)
def test_95_per_cent_of_intervals_hold_the_truth(
    sides: dict[str, tuple[str, ...]], length: int
) -> None:
    held = covered(sides, length)
    assert held.mean() == pytest.approx(0.95, abs=0.015)
    # No single area or sex is far off either: 3,000 intervals each, or more.
    assert held.mean(axis=(0, 3)) == pytest.approx(0.95, abs=0.025)
