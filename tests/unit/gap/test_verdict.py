"""The verdict: every rule, every reason for silence, and what stands beside it."""

import json
from dataclasses import asdict, fields, replace

import numpy as np
import pytest
from tests.unit.gap.trajectory_cases import (
    END,
    GAP,
    HALF,
    KNIGHTSBRIDGE,
    KNIGHTSBRIDGE_SE,
    NORTH,
    NORTH_SE,
    PRIMARY,
    PRIMARY_TARGET,
    SE,
    START,
    gap_only,
    rolling,
    two_sides,
)

from gapwatch.codes import (
    ANSWERED,
    BETTER_WORSENS,
    BETTER_WORSENS_FASTER,
    BOTH_MOVE,
    NEITHER_CLEAR,
    NOTHING,
    WORSE_IMPROVES,
    WORSE_IMPROVES_FASTER,
)
from gapwatch.gap.trend.trajectory import project
from gapwatch.gap.trend.verdict import (
    Assessment,
    ComparableSeries,
    Target,
    Thresholds,
    assess,
    classify,
    is_never,
    publication_clock,
)

SERIES = gap_only(START, END, GAP, SE)


def verdict(p_target, p_narrowing, p_met_now):
    return classify(
        p_target=p_target, p_narrowing=p_narrowing, p_met_now=p_met_now, thresholds=Thresholds()
    )


@pytest.mark.parametrize(
    ("p_target", "p_narrowing", "p_met_now", "expected"),
    [
        (0.80, 0.99, 0.95, "target met"),
        (0.79, 0.99, 0.99, "too early to tell"),  # met today, not likely to stay met
        (0.80, 0.99, 0.94, "on track"),
        (0.80, 0.05, 0.10, "on track"),
        (0.79, 0.50, 0.00, "too early to tell"),
        (0.50, 0.10, 0.00, "wrong direction"),
        (0.05, 0.10, 0.00, "wrong direction"),  # the sharper finding stands before off track
        (0.20, 0.11, 0.00, "off track"),
        (0.21, 0.11, 0.00, "too early to tell"),
    ],
)
def test_each_rule_at_its_edge(p_target, p_narrowing, p_met_now, expected):
    assert verdict(p_target, p_narrowing, p_met_now) == expected


@pytest.mark.parametrize(
    ("gap", "se", "expected"),
    [
        (GAP, 1.2, "too early to tell"),
        (GAP, 0.5, "on track"),
        (np.linspace(9, 4, 8), 0.3, "target met"),
        (np.linspace(13, 14, 8), 0.1, "wrong direction"),
        (np.linspace(14.2, 14.0, 8), 0.1, "off track"),
    ],
)
def test_series_of_each_kind(gap, se, expected):
    found = assess(gap_only(START, END, gap, se), HALF, release_year=2024)
    assert found.verdict == expected
    assert found.reason == NOTHING
    assert found.p_target == found.projection.p_target


def test_westminster_is_too_old_to_judge_and_the_projection_is_still_there():
    found = assess(PRIMARY, PRIMARY_TARGET, release_year=2025)
    assert (found.verdict, found.reason.code) == ("cannot calculate", "V03")
    assert found.reason["newest"] == 2014
    assert found.p_target is None
    assert found.projection.p_target == pytest.approx(0.4716, abs=5e-5)
    assert found.first_answerable_year is None
    assert assess(PRIMARY, PRIMARY_TARGET, release_year=2020).reason.code == ""
    assert assess(PRIMARY, PRIMARY_TARGET, release_year=2021).reason.code == "V03"


def usable_without(*positions):
    mask = np.ones(8, dtype=bool)
    mask[list(positions)] = False
    return mask


@pytest.mark.parametrize(
    ("series", "target", "release", "code"),
    [
        (gap_only(START[:2], END[:2], GAP[:2], SE[:2]), HALF, 2016, "V01"),
        (gap_only([], [], [], np.empty(0)), HALF, 2024, "V01"),
        (gap_only(START, END, GAP, SE, usable_without(*range(2, 8))), HALF, 2024, "V01"),
        (gap_only(START, END, GAP, SE, usable_without(7)), HALF, 2024, "V02"),
        (SERIES, HALF, 2028, "V03"),
        (SERIES, replace(HALF, year=2023), 2024, "V04"),
        (SERIES, replace(HALF, gap_years=14.0), 2024, "V06"),
        (SERIES, replace(HALF, gap_years=15.0), 2024, "V06"),
        (gap_only(START, END, -GAP, SE), HALF, 2024, "V07"),
    ],
)
def test_no_verdict_has_a_reason(series, target, release, code):
    found = assess(series, target, release_year=release)
    assert (found.verdict, found.reason.code) == ("cannot calculate", code)
    assert found.reason
    assert found.p_target is None
    assert found.first_answerable_year is None
    if code in {"V04", "V06"}:
        assert found.projection is None
        assert found.required_change_per_year is None
        assert found.years_to_halve is None
    if code == "V01":
        assert found.trend is None
        assert found.achieved_change_per_year is None


def test_a_withheld_value_is_never_read():
    usable = usable_without(3)
    poisoned = np.where(usable, GAP, np.nan)
    found = assess(gap_only(START, END, poisoned, SE, usable), HALF, release_year=2024)
    kept = project(START[usable], END[usable], GAP[usable], SE[usable], year=2035, target=7)
    assert found.p_target == kept.p_target
    assert (found.windows_used, found.windows_withheld) == (7, 1)


@pytest.mark.parametrize(
    ("series", "release", "message"),
    [
        (gap_only(START[::-1], END[::-1], GAP, SE), 2024, "out of order"),
        (gap_only(START, END, GAP, 0.0), 2024, "se: expected"),
        (gap_only(START, END, GAP * np.nan, SE), 2024, "gap: expected"),
        (SERIES, 2020, "release_year: expected 2021 or later"),
        (replace(SERIES, vintage=["2011"] * 4 + ["2022"] * 4), 2024, "vintage: expected one basis"),
        (replace(SERIES, vintage=["2011"] * 7), 2024, "series: expected equal lengths"),
        (replace(SERIES, gap=GAP[:5]), 2024, "series: expected equal lengths"),
    ],
)
def test_a_defect_is_an_error_and_not_a_verdict(series, release, message):
    with pytest.raises(ValueError, match=message):
        assess(series, HALF, release_year=release)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Target(7, 2035, np.nan, 2012), "baseline_gap_years"),
        (lambda: Target(7, 2035.5, 14, 2012), "year: expected a whole year"),
        (lambda: Target(7, 2010, 14, 2012), "deadline after the baseline"),
        (lambda: Thresholds(on_track_probability=1.0), "on_track_probability"),
        (
            lambda: Thresholds(off_track_probability=0.9),
            "off_track_probability below on_track_probability",
        ),
        (lambda: Thresholds(minimum_windows=2), "minimum_windows"),
        (lambda: Thresholds(stale_after_years=-1), "stale_after_years"),
    ],
)
def test_a_senseless_promise_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_pace_from_the_newest_window():
    found = assess(SERIES, HALF, release_year=2024)
    assert found.pace_from_year == 2019
    assert found.required_change_per_year == pytest.approx((7 - 11.1) / (2035 - 2019))
    assert found.required_change_lower < found.required_change_per_year
    assert found.achieved_change_per_year == pytest.approx(-0.40909090909090895)
    assert found.achieved_change_upper > 0
    assert is_never(found.years_to_halve_upper)
    assert found.newest_window == (2017, 2021)


def test_in_the_deadline_year_itself_no_pace_is_required():
    start, end = rolling(2030, 6, width=1)
    found = assess(gap_only(start, end, 9.0 - np.arange(6), 0.2), HALF, release_year=2035)
    assert found.verdict == "target met"
    assert found.required_change_per_year is None
    assert found.years_to_halve == 0


def test_windows_round_one_midpoint_give_no_verdict():
    series = gap_only([2019, 2018, 2017], [2019, 2020, 2021], GAP[:3], 1.0)
    found = assess(series, HALF, release_year=2024)
    assert (found.verdict, found.reason.code, found.trend) == ("cannot calculate", "V01", None)
    assert found.reason["midpoints"] == 1


def test_both_ends_and_the_relative_gap_of_westminster():
    found = assess(PRIMARY, PRIMARY_TARGET, release_year=2016)
    assert found.worse_trend.lower > 0
    assert found.better_trend.lower < 0 < found.better_trend.upper
    assert found.closing_by == ""  # the gap's own trend is not clear, so nobody closes it
    ratio = KNIGHTSBRIDGE[-1] / NORTH[-1]
    assert found.relative_gap.value == pytest.approx(ratio)
    half = 1.96 * np.hypot(NORTH_SE[-1] / NORTH[-1], KNIGHTSBRIDGE_SE[-1] / KNIGHTSBRIDGE[-1])
    assert found.relative_gap.upper == pytest.approx(ratio * np.exp(half), abs=1e-5)


def side(first, change, count=12):
    return first + change * np.arange(count)


@pytest.mark.parametrize(
    ("worse", "better", "expected"),
    [
        (side(76, 0.4), side(90, 0.0), WORSE_IMPROVES),
        (side(76, 0.6), side(90, 0.3), WORSE_IMPROVES_FASTER),
        (side(76, 0.0), side(90, -0.4), BETTER_WORSENS),
        (side(76, -0.3), side(90, -0.6), BETTER_WORSENS_FASTER),
        (
            side(76, 0.3),
            side(90, -0.3),
            BOTH_MOVE,
        ),
        (side(76, 0.055), side(90, -0.055), NEITHER_CLEAR),
        (side(76, 0.0), side(90, 0.4), ""),
        (side(76, 0.0), side(90, 0.0), ""),
    ],
)
def test_who_closes_the_gap_is_named_by_evidence(worse, better, expected):
    se = np.full(12, 0.3)
    series = two_sides(worse, se, better, se, first=2005)
    assert assess(series, HALF, release_year=2022).closing_by == expected


def test_too_early_comes_with_a_year_or_a_reason():
    early = assess(SERIES, HALF, release_year=2024)
    assert early.verdict == "too early to tell"
    assert early.first_answerable_year == early.answerable.year
    known = assess(gap_only(START, END, GAP, 0.5), HALF, release_year=2024)
    assert known.first_answerable_year is None
    assert known.first_answerable_reason.code == ANSWERED


def test_an_assessment_holds_plain_numbers():
    found = assess(PRIMARY, PRIMARY_TARGET, release_year=2016)
    scalars = {
        f.name: getattr(found, f.name)
        for f in fields(Assessment)
        if f.name not in {"projection", "answerable"}
    }
    json.dumps({k: asdict(v) if hasattr(v, "slope") else str(v) for k, v in scalars.items()})
    for name in ("required_change_per_year", "years_to_halve", "p_target"):
        assert type(getattr(found, name)) is float


def test_series_without_sides_have_no_side_trends():
    found = assess(SERIES, HALF, release_year=2024)
    assert (found.worse_trend, found.better_trend, found.relative_gap) == (None, None, None)
    assert isinstance(SERIES, ComparableSeries)


def test_publication_clock_of_2035():
    clock = publication_clock(deadline_year=2035)
    last = clock.last_by_deadline
    assert (last.start, last.end, last.midpoint, last.published) == (2029, 2033, 2031, 2035)
    ends = clock.ending_at_deadline
    assert (ends.end, ends.midpoint, ends.published) == (2035, 2033, 2037)
    centred = clock.centred_on_deadline
    assert (centred.start, centred.end, centred.midpoint) == (2033, 2037, 2035)
    assert centred.published == 2039


def test_publication_clock_of_other_windows():
    single = publication_clock(deadline_year=2030, window_years=1, publication_lag_years=1)
    assert single.centred_on_deadline == single.ending_at_deadline
    assert single.last_by_deadline.end == 2029
    assert (
        publication_clock(deadline_year=2030, window_years=4).centred_on_deadline.midpoint == 2030.5
    )
    with pytest.raises(ValueError, match="window_years"):
        publication_clock(deadline_year=2030, window_years=0)
    with pytest.raises(ValueError, match="publication_lag_years"):
        publication_clock(deadline_year=2030, publication_lag_years=-1)


def test_rolling_helper_matches_the_golden_windows():
    start, end = rolling(2010, 8)
    assert (start.tolist(), end.tolist()) == (START.tolist(), END.tolist())
