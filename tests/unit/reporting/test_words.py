"""Every branch of every sentence, and what no sentence may say."""

import dataclasses

from gapwatch.contracts import Verdict
from gapwatch.reporting.evidence.case import phrase
from gapwatch.reporting.evidence.goal import Goal
from gapwatch.reporting.evidence.rows import LimitedValue, Window
from gapwatch.study import Thresholds

RULES = Thresholds()
HALVE = Goal(0.5, 2035)
VERDICT = Verdict(
    measure="m",
    sex="male",
    is_primary=True,
    verdict="on track",
    label="on track",
    levels_down=False,
    reason_code="",
    reason_arguments="",
    windows=9,
    newest_start=2010,
    newest_end=2014,
    baseline_start=2005,
    baseline_end=2009,
    baseline_gap_years=14.1,
    target_gap_years=7.05,
    target_year=2035,
    slope_years_per_year=-0.4,
    slope_lower95_years_per_year=-0.7,
    slope_upper95_years_per_year=-0.1,
    projected_gap_years=6.0,
    projected_lower95_years=1.0,
    projected_upper95_years=11.0,
    p_target=0.84,
    p_narrowing=0.95,
    required_change_years_per_year=-0.2,
    required_change_lower95_years_per_year=-0.35,
    required_change_upper95_years_per_year=-0.05,
    earliest_verdict_year=None,
    first_answerable_year=None,
    first_answerable_code="",
    first_answerable_arguments="",
    closing_code="",
    covariance_code="",
    year_ends="12-31",
    change_years=None,
    change_lower95_years=None,
    change_upper95_years=None,
    slope_se_years_per_year=0.15,
    slope_p=0.01,
    fitted_gap_years=9.0,
    projected_sd_years=2.5,
    worse_slope_years_per_year=None,
    worse_slope_lower95_years_per_year=None,
    worse_slope_upper95_years_per_year=None,
    better_slope_years_per_year=None,
    better_slope_lower95_years_per_year=None,
    better_slope_upper95_years_per_year=None,
    p_target_relative=None,
    relative_baseline=1.18,
    relative_target=1.09,
    relative_verdict="on track",
    pace="years",
    years_to_target=7.4,
    years_to_target_lower95=3.2,
    years_to_target_upper95=21.0,
)


def verdict(**changes):
    if "verdict" in changes:
        changes = {"label": changes["verdict"], **changes}
    return dataclasses.replace(VERDICT, **changes)


def window(gap=8.9, half=3.6, start=2010, *, worse=80.4, better=89.3):
    def known(value, width):
        if value is None:
            return None
        low, high = (None, None) if width is None else (value - width, value + width)
        return LimitedValue(value, low, high)

    return Window(
        start,
        start + 4,
        1,
        known(gap, half),
        known(worse, 1),
        known(better, 1),
        None,
        None,
        "",
        (),
    )


def test_a_described_side_gets_an_article_and_a_name_does_not():
    assert phrase("North of the borough") == "the north of the borough"
    assert phrase("Knightsbridge and Belgravia") == "Knightsbridge and Belgravia"
