"""What would change the verdict."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.gap.trajectory_cases import (
    END,
    GAP,
    HALF,
    PRIMARY,
    PRIMARY_TARGET,
    START,
    gap_only,
    rolling,
)  # fmt: skip

from gapwatch.gap.sensitivity import sensitivity, smallest_flips
from gapwatch.gap.verdict import assess

SERIES = gap_only(START, END, GAP, 0.6)


def without(i, se=0.6):
    keep = np.arange(8) != i
    return gap_only(START[keep], END[keep], GAP[keep], se)


def test_rows_are_what_the_verdict_itself_says_of_each_choice():
    measured = replace(HALF, gap_years=6.5, baseline_gap_years=13.0)
    rows = sensitivity(
        SERIES, HALF, release_year=2023,
        other_targets={"measured baseline": measured},
        other_series={"older populations": (gap_only(START, END, GAP + 1, 0.6), HALF)},
    )  # fmt: skip
    by_label = {row.label: row for row in rows}
    base = assess(SERIES, HALF, release_year=2023)
    assert rows[0].label == "as calculated"
    assert (rows[0].verdict, rows[0].flips) == (base.verdict, False)
    assert rows[0].p_target == pytest.approx(base.p_target, abs=1e-12)
    other = assess(SERIES, measured, release_year=2023)
    assert by_label["measured baseline"].p_target == pytest.approx(other.p_target, abs=1e-12)
    shifted = assess(gap_only(START, END, GAP + 1, 0.6), HALF, release_year=2023)
    assert by_label["older populations"].mean == pytest.approx(shifted.projection.mean, abs=1e-9)
    for i in range(8):
        row = by_label[f"without {START[i]} to {END[i]}"]
        left = assess(without(i), HALF, release_year=2023)
        assert row.p_target == pytest.approx(left.p_target, abs=1e-12)
        assert row.by_numbers == left.verdict
        assert row.flips == (left.verdict != base.verdict)


def test_pandemic_rows_drop_windows_or_allow_shocks():
    rows = {row.label: row for row in sensitivity(SERIES, HALF, release_year=2023)}
    dropped = rows["without windows that include 2020 or 2021"]
    kept = END < 2020
    left = assess(gap_only(START[kept], END[kept], GAP[kept], 0.6), HALF, release_year=2023)
    assert dropped.p_target == pytest.approx(left.p_target, abs=1e-12)
    assert rows["one-year shocks allowed in 2020 or 2021"].sd > rows["as calculated"].sd
    before = sensitivity(PRIMARY, PRIMARY_TARGET, release_year=2016)
    assert not any("2020" in row.label for row in before)


def test_stale_data_are_not_judged_under_any_choice():
    rows = sensitivity(PRIMARY, PRIMARY_TARGET, release_year=2026)
    assert {row.verdict for row in rows} == {"cannot calculate"}
    assert {row.reason_code for row in rows} == {"V03"}
    assert rows[0].by_numbers == "too early to tell"
    assert rows[0].p_target == pytest.approx(0.4716, abs=5e-5)


def test_too_few_windows_left_gives_no_number():
    start, end = rolling(2010, 3)
    rows = sensitivity(gap_only(start, end, GAP[:3], 1.0), HALF, release_year=2018)
    assert rows[0].p_target is not None
    assert {row.by_numbers for row in rows[1:]} == {"cannot calculate"}
    assert {row.p_target for row in rows[1:]} == {None}


def test_the_smallest_flip_is_the_smallest():
    newest, target = smallest_flips(SERIES, HALF)
    base = assess(SERIES, HALF, release_year=2023).verdict

    def moved(change):
        gap = GAP.copy()
        gap[-1] += change
        return assess(gap_only(START, END, gap, 0.6), HALF, release_year=2023).verdict

    assert moved(newest.change_years) == newest.verdict != base
    closer = abs(newest.change_years) - 0.1
    assert moved(closer) == moved(-closer) == base
    goal = replace(HALF, gap_years=7 + target.change_years)
    assert assess(SERIES, goal, release_year=2023).verdict == target.verdict != base


def test_no_flip_within_the_limit_is_none():
    newest, target = smallest_flips(gap_only(START, END, GAP, 3.0), HALF, limit=0.2)
    assert (newest.change_years, target.change_years) == (None, None)
    few = smallest_flips(gap_only(START[:2], END[:2], GAP[:2], 1.0), HALF)
    assert [f.change_years for f in few] == [None, None]
