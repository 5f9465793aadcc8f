"""A promise to eliminate the gap: one-sided, judged against zero, and never against a range."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.oracles import trajectory as oracle
from tests.unit.gap.trajectory_cases import END, GAP, HALF, SE, START, gap_only

from gapwatch import snapshots, study
from gapwatch.codes import CANNOT, NEVER_ZERO, OFF_TRACK, SIDES_EXCHANGED, TARGET_MET
from gapwatch.gap.assessment import judge
from gapwatch.gap.evidence import series
from gapwatch.gap.measures import measure_gaps
from gapwatch.gap.robustness import robustness
from gapwatch.gap.trend.verdict import assess
from gapwatch.project import Project
from gapwatch.sources.inputs import load_inputs

ZERO = replace(HALF, gap_years=0.0)
SMALL = GAP - 10.9  # from 3.1 to 0.2 years
RECENT = 2016


def test_the_chance_is_that_of_a_gap_at_or_below_zero() -> None:
    """Held against the plain reference, which knows a target as one number among others."""
    windows = list(zip(START.tolist(), END.tolist(), strict=True))
    told = oracle.project(windows, list(SMALL), list(SE), target=0.0, bands=())
    found = assess(gap_only(START, END, SMALL, SE), ZERO, release_year=2024)
    assert found.p_target == pytest.approx(told.p_target, abs=1e-9)
    far, near = (
        assess(gap_only(START, END, gap, SE), ZERO, release_year=2024) for gap in (GAP, SMALL)
    )
    assert far.p_target is not None
    assert near.p_target is not None
    assert far.p_target < 0.2 < near.p_target
    assert far.verdict == OFF_TRACK


def test_zero_is_asked_of_the_true_gap_as_any_target_is() -> None:
    """Moving gap and target together moves no probability: nothing is special about zero."""
    shifted = assess(
        gap_only(START, END, GAP + 3.0, SE), replace(HALF, gap_years=3.0), release_year=2024
    )
    plain = assess(gap_only(START, END, GAP, SE), ZERO, release_year=2024)
    assert plain.p_target == pytest.approx(shifted.p_target, abs=1e-12)
    assert plain.required_change_per_year == pytest.approx(shifted.required_change_per_year)


def test_a_gap_that_turned_round_has_met_a_promise_to_close_it_and_no_other() -> None:
    turned = gap_only(START, END, -GAP, SE)
    closed = assess(turned, ZERO, release_year=2024)
    assert closed.verdict == TARGET_MET
    halved = assess(turned, HALF, release_year=2024)
    assert (halved.verdict, halved.reason.code) == (CANNOT, SIDES_EXCHANGED)


def test_a_baseline_that_is_no_gap_leaves_nothing_to_close() -> None:
    found = assess(
        gap_only(START, END, GAP, SE), replace(ZERO, baseline_gap_years=0.0), release_year=2024
    )
    assert found.reason.code == "V06"


def test_a_range_of_areas_is_never_judged_against_zero(shipped: Project) -> None:
    """Ranges are above zero by their making: a chance of less is a model's, not a place's."""
    loaded, _ = study.load(shipped.study_file)
    inputs = load_inputs(shipped.raw, snapshots.load(shipped.raw), loaded)
    promise = loaded.promise.model_copy(update={"share_of_baseline": 0.0})
    closing = loaded.model_copy(update={"promise": promise})
    judged = judge(closing, measure_gaps(closing, inputs), RECENT)
    for item in judged:
        assert item.target is None or item.target.gap_years == 0
        if item.measure.kind == "extremes":
            assert item.assessment.verdict == CANNOT
            assert item.assessment.reason.code == NEVER_ZERO
            assert item.assessment.p_target is None
            assert item.assessment.projection is None
            assert item.assessment.trend is not None
        else:
            assert item.assessment.projection is not None
    tried = robustness(series(closing, inputs), judged, RECENT)["sensitivity"]
    mine = tried[tried["measure"] == "extremes"]
    assert set(mine["verdict"]) <= {CANNOT}
    assert not tried["choice_code"].isin(["stated_baseline", "measured_baseline"]).any()
