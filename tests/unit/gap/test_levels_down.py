"""A gap levels down where the better-off side clearly gets worse and little else closes it."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from gapwatch.codes import LABELS, VERDICTS, labelled
from gapwatch.gap.levelling_down import levels_down

BASELINE, NEWEST = (2005, 2009), (2021, 2025)


def trend(slope: float, half: float) -> SimpleNamespace:
    return SimpleNamespace(slope=slope, lower=slope - half, upper=slope + half)


RISE, FALL = trend(0.1, 0.05), trend(-0.3, 0.1)
OPEN_RISE, OPEN_FALL = trend(0.1, 0.2), trend(-0.3, 0.4)


def judged(worse, better, gap=None, ends=None, baseline=BASELINE, reason=""):
    """`ends`: by how much each side changed from the baseline window to the newest."""
    lives = {} if ends is None else dict(zip(("worse", "better"), ends, strict=True))
    spans = (BASELINE, NEWEST) if ends is not None else ()
    windows = pd.DataFrame(
        {
            "period_start": [start for start, _ in spans],
            "period_end": [end for _, end in spans],
            "reason": [reason, ""][: len(spans)],
            "gap_years": [10.0, 8.0][: len(spans)],
            "worse_years": [75.0, 75.0 + lives.get("worse", 0)][: len(spans)],
            "better_years": [85.0, 85.0 + lives.get("better", 0)][: len(spans)],
        }
    )
    found = SimpleNamespace(trend=gap or trend(-0.4, 0.1), worse_trend=worse, better_trend=better)
    return SimpleNamespace(assessment=found, windows=windows, baseline_period=baseline)


@pytest.mark.parametrize(
    ("worse", "better", "expected"),
    [
        (OPEN_RISE, FALL, True),
        (trend(-0.1, 0.05), FALL, True),  # both fall, the better-off side faster
        (RISE, FALL, True),  # 0.3 of 0.4 years a year
        (trend(0.5, 0.1), FALL, False),  # 0.3 of 0.8
        (trend(0.3, 0.1), FALL, True),  # just half
        (RISE, OPEN_FALL, False),  # it may not have fallen
        (OPEN_RISE, OPEN_FALL, False),
        (RISE, RISE, False),
        (RISE, None, None),
        (None, FALL, None),
    ],
)
def test_without_a_baseline_window_the_trends_decide(worse, better, expected):
    assert levels_down(judged(worse, better)) is expected


@pytest.mark.parametrize(
    ("ends", "expected"),
    [((0.5, -1.5), True), ((1.0, -1.0), True), ((1.5, -0.5), False), ((-0.5, -2.5), True)],
)
def test_since_the_baseline_the_share_of_the_narrowing_decides(ends, expected):
    # By the trends alone it would be the other way about.
    other = trend(0.5, 0.1) if expected else RISE
    assert levels_down(judged(other, FALL, ends=ends)) is expected


def test_where_the_two_windows_give_no_share_the_trends_decide():
    widened = judged(RISE, FALL, ends=(-1.0, 1.0))
    assert levels_down(widened) is True
    assert levels_down(judged(RISE, FALL, ends=(1.5, -0.5), reason="S01")) is True
    assert levels_down(judged(RISE, FALL, ends=(1.5, -0.5), baseline=NEWEST)) is True


def test_a_gap_that_does_not_get_smaller_levels_nothing():
    assert levels_down(judged(trend(-0.5, 0.1), FALL, gap=trend(0.2, 0.1))) is False
    without = judged(RISE, FALL)
    without.assessment.trend = None
    assert levels_down(without) is None


def test_only_a_good_verdict_loses_its_name():
    called = {verdict: labelled(verdict, levels_down=True) for verdict in VERDICTS}
    assert {verdict for verdict, label in called.items() if label == "levelling down"} == {
        "on track",
        "target met",
    }
    assert all(labelled(verdict, down) == verdict for verdict in VERDICTS for down in (False, None))
    assert set(called.values()) < set(LABELS)
