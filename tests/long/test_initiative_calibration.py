"""How often a true null is called a sign as expected, over thousands of invented places."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from gapwatch.initiatives import codes
from gapwatch.initiatives.judging import judge
from tests.unit.initiatives.worlds import (
    AREAS,
    BEFORE,
    drawn,
    expectation,
    initiative,
    place_of,
)

pytestmark = pytest.mark.long
WORLDS, CHOSEN_WORLDS = 10_000, 3_000
# Counts of one ward's deaths with no more than chance; with years that jump; a common event in
# areas that drift apart.
KINDS = {
    "chance": {"a_year": 55.0, "shock": 0.0, "drift": 0.0},
    "shocks": {"a_year": 55.0, "shock": 0.08, "drift": 0.0},
    "drift": {"a_year": 400.0, "shock": 0.05, "drift": 0.04},
}
# Nothing has so large an effect, so that power decides nothing here.
TOLD = expectation(size_percent=95.0)


def verdicts(kind: str, size: int, chosen: str, said: str, worlds: int) -> Counter[str]:
    rng = np.random.default_rng([16, size, len(chosen)])
    found: Counter[str] = Counter()
    for seed in range(worlds):
        panel = drawn(seed, **KINDS[kind])
        before = panel.count[panel.years.index(BEFORE[0]) : panel.years.index(BEFORE[1]) + 1]
        highest = np.argsort(before.sum(axis=0), kind="stable")[-size:]
        picked = rng.choice(len(AREAS), size, replace=False) if chosen == "random" else highest
        one = initiative(sorted(AREAS[at] for at in picked), areas_chosen=said)
        found[judge(place_of(panel, one), one, [TOLD])[0].verdict] += 1
    return found


@pytest.mark.parametrize("size", [1, 4])
@pytest.mark.parametrize("kind", KINDS)
def test_areas_chosen_at_random_show_a_false_sign_in_5_percent(kind: str, size: int) -> None:
    share = verdicts(kind, size, "random", "random", WORLDS)[codes.AS_EXPECTED] / WORLDS
    assert 0.04 <= share <= 0.06


@pytest.mark.parametrize("size", [1, 4])
@pytest.mark.parametrize("kind", KINDS)
def test_areas_chosen_for_being_worst_show_a_false_sign_in_no_more(kind: str, size: int) -> None:
    found = verdicts(kind, size, "worst", "worst", CHOSEN_WORLDS)
    share = found[codes.AS_EXPECTED] / CHOSEN_WORLDS
    # Not 5%: the fall to the mean that is taken off is an average, so the test is cautious here.
    assert share <= 0.06


def test_believing_that_they_were_not_chosen_for_it_would_show_more() -> None:
    believed, doubted = (
        verdicts("chance", 4, "worst", said, CHOSEN_WORLDS)[codes.AS_EXPECTED] / CHOSEN_WORLDS
        for said in ("other", "worst")
    )
    assert believed - doubted > 3 * math.sqrt(0.05 * 0.95 / CHOSEN_WORLDS)
