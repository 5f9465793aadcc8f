"""When the error of the baseline window reaches the chance of meeting the target."""

from __future__ import annotations

from functools import cache

import pytest
from tests.unit.counting import worlds
from tests.unit.counting.worlds import World
from tests.unit.gap.own_cases import judged, of_measure, own_series

from gapwatch.gap.assessment import Judged

HELD, BEFORE = (2003, 2003), (1991, 1995)


@cache
def world() -> World:
    return worlds.on_one_base(worlds.world(1, size=20.0))


@cache
def item(target: str | None, promised: tuple[int, int]) -> Judged:
    rules = {} if target is None else {"target": target}
    study = worlds.study(world(), decides=True, side_window_years=(1,), **rules)
    return of_measure(
        judged(own_series(worlds.with_promised(study, *promised), world())), sex="female"
    )


def test_the_promise_s_own_window_is_a_line_without_an_error() -> None:
    """A study that says nothing of the target, and whose promise names a window we have."""
    target = item(None, HELD).target
    assert target is not None
    assert item(None, HELD).baseline_period == HELD
    assert (target.share, target.baseline_se_years) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("target", "promised"),
    [(None, BEFORE), ("baseline", HELD), ("stated", HELD), ("baseline", BEFORE)],
)
def test_a_window_that_was_measured_as_the_baseline_brings_its_error(
    target: str | None, promised: tuple[int, int]
) -> None:
    found = item(target, promised)
    assert found.target is not None
    start, end = found.baseline_period
    mine = found.windows[
        (found.windows["period_start"] == start) & (found.windows["period_end"] == end)
    ]
    assert (found.target.baseline_first, found.target.baseline_last) == (start, end)
    assert found.target.baseline_se_years == mine["se_years"].iloc[0] > 0
    assert found.target.gap_years == pytest.approx(mine["gap_years"].iloc[0] / 2, abs=1e-12)


def test_the_error_of_the_baseline_moves_the_chance_and_not_the_target() -> None:
    fixed, carried = item(None, HELD), item("baseline", HELD)
    assert fixed.target is not None
    assert carried.target is not None
    assert fixed.target.gap_years == carried.target.gap_years
    assert fixed.assessment.p_target != carried.assessment.p_target
