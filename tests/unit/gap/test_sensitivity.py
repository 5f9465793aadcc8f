"""What would change the verdict."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.gap.said import said
from tests.unit.gap.trajectory_cases import (
    END,
    GAP,
    HALF,
    PRIMARY,
    PRIMARY_TARGET,
    START,
    gap_only,
    rolling,
)

from gapwatch.codes import MEASURED_BASELINE, RESIDENTS_BOTH, STATED_BASELINE, Coded
from gapwatch.gap.trend.sensitivity import sensitivity, smallest_flips
from gapwatch.gap.trend.verdict import assess
from gapwatch.reporting.language.labels import choice

SERIES = gap_only(START, END, GAP, 0.6)


def without(i, se=0.6):
    keep = np.arange(8) != i
    return gap_only(START[keep], END[keep], GAP[keep], se)


MEASURED = Coded.of(MEASURED_BASELINE, first=2010, last=2014, year_ends="12-31", gap=14.0)
STATED = Coded.of(STATED_BASELINE, gap=14.0)
OLDER = Coded.of(RESIDENTS_BOTH, factor=1.15, from_age=80)


def test_rows_are_what_the_verdict_itself_says_of_each_choice():
    measured = replace(HALF, gap_years=6.5, baseline_gap_years=13.0)
    rows = sensitivity(
        SERIES,
        HALF,
        release_year=2023,
        other_targets={MEASURED: measured},
        other_series={OLDER: (gap_only(START, END, GAP + 1, 0.6), HALF)},
    )
    by_label = {said(row): row for row in rows}
    by_choice = {row.choice: row for row in rows}
    base = assess(SERIES, HALF, release_year=2023)
    assert said(rows[0]) == "as calculated"
    assert (rows[0].verdict, rows[0].flips) == (base.verdict, False)
    assert rows[0].p_target == pytest.approx(base.p_target, abs=1e-12)
    other = assess(SERIES, measured, release_year=2023)
    assert by_choice[MEASURED].p_target == pytest.approx(other.p_target, abs=1e-12)
    shifted = assess(gap_only(START, END, GAP + 1, 0.6), HALF, release_year=2023)
    assert by_choice[OLDER].mean == pytest.approx(shifted.projection.mean, abs=1e-9)
    for i in range(8):
        row = by_label[f"without {START[i]} to {END[i]}"]
        left = assess(without(i), HALF, release_year=2023)
        assert row.p_target == pytest.approx(left.p_target, abs=1e-12)
        assert row.by_numbers == left.verdict
        assert row.flips == (left.verdict != base.verdict)


def test_pandemic_rows_drop_windows_or_allow_shocks():
    rows = {said(row): row for row in sensitivity(SERIES, HALF, release_year=2023)}
    dropped = rows["without windows that include 2020 or 2021"]
    kept = END < 2020
    left = assess(gap_only(START[kept], END[kept], GAP[kept], 0.6), HALF, release_year=2023)
    assert dropped.p_target == pytest.approx(left.p_target, abs=1e-12)
    assert rows["one-year shocks allowed in 2020 or 2021"].sd > rows["as calculated"].sd
    before = sensitivity(PRIMARY, PRIMARY_TARGET, release_year=2016)
    assert not any("2020" in said(row) for row in before)


def test_stale_data_are_not_judged_under_any_choice():
    rows = sensitivity(PRIMARY, PRIMARY_TARGET, release_year=2026)
    assert {row.verdict for row in rows} == {"cannot calculate"}
    assert {row.reason_code for row in rows} == {"V03"}
    assert rows[0].by_numbers == "too early to tell"
    assert rows[0].p_target == pytest.approx(0.4716, abs=5e-5)


def test_each_row_has_the_reason_that_holds_under_its_own_choice():
    start, end = rolling(2010, 3)
    no_promise = replace(HALF, gap_years=15.0)
    late = replace(HALF, year=2017)
    turned = (gap_only(start, end, -GAP[:3], 0.6), HALF)
    rows = sensitivity(
        gap_only(start, end, GAP[:3], 0.6),
        HALF,
        release_year=2018,
        other_targets={MEASURED: no_promise, STATED: late},
        other_series={OLDER: turned},
    )
    found = {said(row): (row.verdict, row.reason_code) for row in rows}
    cannot = "cannot calculate"
    assert found.pop("as calculated") == (rows[0].by_numbers, "")
    assert found.pop(choice(MEASURED, {})) == (cannot, "V06")
    assert found.pop(choice(STATED, {})) == (cannot, "V04")
    assert found.pop(choice(OLDER, {})) == (cannot, "V07")
    assert len(found) == 3
    assert set(found.values()) == {(cannot, "V01")}


def test_too_few_windows_is_the_first_reason_even_where_the_data_are_stale():
    start, end = rolling(2010, 3)
    rows = sensitivity(gap_only(start, end, GAP[:3], 0.6), HALF, release_year=2026)
    assert [row.reason_code for row in rows] == ["V03", "V01", "V01", "V01"]


def test_a_gap_that_turned_only_in_the_newest_window_is_judged_without_it():
    gap = np.append(GAP[:7], -9.0)
    rows = sensitivity(gap_only(START, END, gap, 0.6), HALF, release_year=2023)
    by_label = {said(row): row for row in rows}
    assert rows[0].reason_code == "V07"
    assert by_label["without 2016 to 2020"].reason_code == "V07"
    assert by_label["without 2017 to 2021"].reason_code == ""


def test_leaving_the_newest_window_out_makes_the_data_no_older():
    rows = sensitivity(SERIES, HALF, release_year=2027)
    assert {row.reason_code for row in rows} == {""}
    assert {row.reason_code for row in sensitivity(SERIES, HALF, release_year=2028)} == {"V03"}


def test_a_withheld_newest_window_counts_under_every_choice():
    usable = np.arange(8) != 7
    rows = sensitivity(gap_only(START, END, GAP, 0.6, usable), HALF, release_year=2023)
    assert {row.reason_code for row in rows} == {"V02"}


@pytest.mark.parametrize("senseless", [{"gap_years": 14.0}, {"year": 2021}])
def test_a_senseless_promise_gives_no_number(senseless):
    rows = sensitivity(
        SERIES, HALF, release_year=2023, other_targets={"x": replace(HALF, **senseless)}
    )
    assert (rows[1].by_numbers, rows[1].p_target, rows[1].mean) == ("cannot calculate", None, None)


def test_too_few_windows_left_gives_no_number():
    start, end = rolling(2010, 3)
    rows = sensitivity(gap_only(start, end, GAP[:3], 1.0), HALF, release_year=2018)
    assert rows[0].p_target is not None
    assert {row.by_numbers for row in rows[1:]} == {"cannot calculate"}
    assert {row.p_target for row in rows[1:]} == {None}


def by_numbers(gap, se, target):
    return assess(gap_only(START, END, gap, se), target, release_year=2023).verdict


@pytest.mark.parametrize(
    ("gap", "se", "target"),
    [
        (GAP, 0.6, HALF),
        (GAP, 1.2, HALF),
        (GAP + 3, 0.4, replace(HALF, gap_years=11.3)),
        (np.linspace(13, 14, 8), 0.3, replace(HALF, gap_years=12.9)),
    ],
)
def test_the_smallest_flip_is_the_smallest_and_inside_what_was_tried(gap, se, target):
    base = by_numbers(gap, se, target)

    def newest_moved(change):
        return by_numbers(np.append(gap[:7], gap[7] + change), se, target)

    def target_moved(change):
        return by_numbers(gap, se, replace(target, gap_years=target.gap_years + change))

    for flip, moved in zip(
        smallest_flips(gap_only(START, END, gap, se), target),
        (newest_moved, target_moved),
        strict=True,
    ):
        smaller = 50 if flip.change_years is None else round(abs(flip.change_years) * 10) - 1
        for tenths in range(1, smaller + 1):
            for change in (-tenths / 10, tenths / 10):
                if -flip.limit_down <= change <= flip.limit_up:
                    assert moved(change) == base
        if flip.change_years is not None:
            assert moved(flip.change_years) == flip.verdict != base
            assert -flip.limit_down <= flip.change_years <= flip.limit_up
        else:
            assert flip.verdict == base


def test_of_a_decrease_and_an_increase_of_one_size_the_decrease_is_given():
    """A flat series at the target: a lower target and one as much higher both flip."""
    target = replace(HALF, gap_years=9.0)
    series = gap_only(START, END, np.full(8, 9.0), 0.1)
    _, flip = smallest_flips(series, target)
    assert flip.change_years < 0
    other = replace(target, gap_years=9.0 - flip.change_years)
    base = assess(series, target, release_year=2023).verdict
    assert (base, flip.verdict) == ("too early to tell", "off track")
    assert assess(series, other, release_year=2023).verdict == "target met"


@pytest.mark.parametrize(
    ("target", "up"), [(7.0, 5.0), (9.0, 4.9), (10.0, 3.9), (13.7, 0.2), (13.9, 0.0), (13.95, 0.0)]
)
def test_a_target_at_or_above_the_baseline_is_not_among_those_tried(target, up):
    newest, goal = smallest_flips(SERIES, replace(HALF, gap_years=target))
    assert (newest.limit_down, newest.limit_up) == (5.0, 5.0)
    assert (goal.limit_down, goal.limit_up) == (5.0, up)


def test_no_flip_within_the_limit_is_none():
    newest, target = smallest_flips(gap_only(START, END, GAP, 3.0), HALF, limit=0.25)
    base = by_numbers(GAP, 3.0, HALF)
    for flip in (newest, target):
        assert (flip.change_years, flip.verdict) == (None, base)
        assert (flip.limit_down, flip.limit_up) == (0.2, 0.2)


@pytest.mark.parametrize(
    ("series", "target"),
    [
        (gap_only(START[:2], END[:2], GAP[:2], 1.0), HALF),
        (gap_only([], [], [], np.empty(0)), HALF),
        (SERIES, replace(HALF, gap_years=14.0)),
        (SERIES, replace(HALF, year=2020)),
    ],
)
def test_where_the_numbers_say_nothing_nothing_is_tried(series, target):
    for flip in smallest_flips(series, target):
        assert (flip.change_years, flip.verdict) == (None, "cannot calculate")
        assert (flip.limit_down, flip.limit_up) == (0.0, 0.0)


@pytest.mark.parametrize("bad", [{"step": 0.0}, {"step": -0.1}, {"limit": -1.0}])
def test_a_senseless_search_is_refused(bad):
    with pytest.raises(ValueError, match="limit, step"):
        smallest_flips(SERIES, HALF, **bad)
