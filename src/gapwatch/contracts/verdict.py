"""The table `verdict`, declared as the class of its rows: a new column is a new field here."""

from __future__ import annotations

from gapwatch import codes
from gapwatch.contracts.row_class import cell, columns_of, row_class, shared
from gapwatch.contracts.schema import (
    MEASURE,
    SEX,
    YEAR_ENDS,
    Check,
    Column,
    Table,
    arguments,
    calendar,
    ratio,
    share,
    text,
    truth,
    words,
    years,
)


def _windows(name: str, meaning: str) -> Column:
    return Column(name, "integer", meaning, unit="windows", minimum=0)


def _either(name: str, meaning: str) -> Column:
    return Column(name, "boolean", meaning, nullable=True)


@row_class
class Verdict:
    """What is said of one measure and sex, and what it rests on; None is not calculated."""

    measure: str = shared(MEASURE)
    sex: str = shared(SEX)
    is_primary: bool = cell(truth, "Whether the study's headline verdict is this one")
    verdict: str = cell(
        text,
        "The verdict before levelling down is considered: quote label",
        choices=codes.VERDICTS,
    )
    label: str = cell(
        text,
        "What the verdict is called: levelling down where it would be a good one and levels_down "
        "is true, else the verdict itself",
        choices=codes.LABELS,
    )
    levels_down: bool | None = cell(
        _either,
        "Whether the gap gets smaller mainly because the better-off side clearly gets worse; empty "
        "where the sides have no trend",
    )
    reason_code: str = cell(
        text, "Code of the reason, when the verdict can't be calculated", may_be_empty=True
    )
    reason_arguments: str = cell(
        arguments, "What was found that gives that reason, as name=value; empty where there is none"
    )
    reason: str = cell(words, "The reason in words", of="reason_code", default="")
    windows: int = cell(_windows, "Comparable windows used")
    newest_start: int | None = cell(
        calendar, "First year of the newest comparable window", nullable=True
    )
    newest_end: int | None = cell(
        calendar, "Last year of the newest comparable window", nullable=True
    )
    year_ends: str = shared(YEAR_ENDS)
    baseline_start: int = cell(calendar, "First year of the baseline window")
    baseline_end: int = cell(calendar, "Last year of the baseline window")
    baseline_gap_years: float | None = cell(years, "Measured gap in the baseline window")
    change_years: float | None = cell(
        years,
        "Newest gap minus that of the baseline window, where the two are comparable and not one",
    )
    change_lower95_years: float | None = cell(
        years, "Lower 95% limit of that change, which allows for the years that both windows share"
    )
    change_upper95_years: float | None = cell(years, "Upper 95% limit of that change")
    target_gap_years: float | None = cell(years, "Gap that the promise asks for")
    target_year: int = cell(calendar, "Year by which the promise is to be kept")
    slope_years_per_year: float | None = cell(
        years, "Change of the gap a year over the comparable windows"
    )
    slope_se_years_per_year: float | None = cell(years, "Standard error of that change", minimum=0)
    slope_lower95_years_per_year: float | None = cell(years, "Lower 95% limit of that change")
    slope_upper95_years_per_year: float | None = cell(years, "Upper 95% limit of that change")
    slope_p: float | None = cell(share, "Two-sided p-value of that change")
    fitted_gap_years: float | None = cell(
        years, "Where the line through the comparable windows stands in the middle of the newest"
    )
    projected_gap_years: float | None = cell(years, "Expected gap in the target year")
    projected_sd_years: float | None = cell(
        years, "Standard deviation of the gap in the target year", minimum=0
    )
    projected_lower95_years: float | None = cell(
        years, "Lower 95% limit of the gap in the target year"
    )
    projected_upper95_years: float | None = cell(
        years, "Upper 95% limit of the gap in the target year"
    )
    p_target: float | None = cell(
        share,
        "Probability that the gap in the target year is at or below the target. Where the verdict "
        "is 'cannot calculate' it is what the figures at hand come to, and no chance to quote",
    )
    p_narrowing: float | None = cell(share, "Probability that the gap is getting smaller")
    required_change_years_per_year: float | None = cell(
        years, "Change a year, from the middle of the newest window, that would meet the target"
    )
    required_change_lower95_years_per_year: float | None = cell(
        years, "Lower 95% limit of that change"
    )
    required_change_upper95_years_per_year: float | None = cell(
        years, "Upper 95% limit of that change"
    )
    pace: str = cell(
        text,
        "What the present pace leads to: the target in some years, never, or it is there already; "
        "empty when not calculated",
        choices=("", "years", "never", "already"),
        may_be_empty=True,
    )
    years_to_target: float | None = cell(
        years,
        "Years from the middle of the newest window to the target at the present pace; empty "
        "when never",
        minimum=0,
    )
    years_to_target_lower95: float | None = cell(years, "Lower 95% limit of these years", minimum=0)
    years_to_target_upper95: float | None = cell(
        years, "Upper 95% limit of these years; empty when it is never", minimum=0
    )
    worse_slope_years_per_year: float | None = cell(years, "Change a year on the worse-off side")
    worse_slope_lower95_years_per_year: float | None = cell(years, "Lower 95% limit of that change")
    worse_slope_upper95_years_per_year: float | None = cell(years, "Upper 95% limit of that change")
    better_slope_years_per_year: float | None = cell(years, "Change a year on the better-off side")
    better_slope_lower95_years_per_year: float | None = cell(
        years, "Lower 95% limit of that change"
    )
    better_slope_upper95_years_per_year: float | None = cell(
        years, "Upper 95% limit of that change"
    )
    relative_baseline: float | None = cell(
        ratio, "Better-off side divided by worse-off side at the baseline", minimum=0
    )
    relative_target: float | None = cell(
        ratio, "The same ratio as the promise would have it", minimum=0
    )
    relative_verdict: str = cell(
        text,
        "The verdict on the relative gap; empty where the ratio has no interval",
        choices=("", *codes.VERDICTS),
        may_be_empty=True,
    )
    p_target_relative: float | None = cell(
        share, "Probability that the relative gap in the target year is at or below its target"
    )
    covariance_code: str = cell(
        text,
        "Code that says whether the windows' covariance had to be repaired",
        choices=("", codes.COVARIANCE_WIDENED),
        may_be_empty=True,
    )
    covariance_note: str = cell(
        words,
        "Whether the windows' covariance had to be repaired",
        of="covariance_code",
        default="",
    )
    closing_code: str = cell(
        text,
        "Code of the side that moves the gap, given only when the evidence excludes chance",
        choices=("", *codes.CLOSINGS),
        may_be_empty=True,
    )
    closing_by: str = cell(
        words,
        "Which side moves the gap, named only when the evidence excludes chance",
        of="closing_code",
        default="",
    )
    earliest_verdict_year: int | None = cell(
        calendar,
        "First release in which a verdict is possible, if further figures come as usual; empty "
        "where there is a verdict, or where no figure to come would bring one",
        nullable=True,
    )
    first_answerable_year: int | None = cell(
        calendar,
        "First release in which a gap that truly meets the target would be called on track with "
        "the study's power",
        nullable=True,
    )
    first_answerable_code: str = cell(
        text,
        "Code of why there is no such year, or of what to know about it",
        choices=("", *codes.ANSWERABLE),
        may_be_empty=True,
    )
    first_answerable_arguments: str = cell(
        arguments, "The years that this code is said of, as name=value; empty where it needs none"
    )
    first_answerable_reason: str = cell(
        words,
        "Why there is no such year, or what to know about it",
        of="first_answerable_code",
        default="",
    )


VERDICT = Table(
    "verdict",
    "The verdict by measure and sex, with what it rests on",
    columns_of(Verdict),
    key=("measure", "sex"),
    checks=(
        Check(
            "label_of_verdict",
            "label = CASE WHEN COALESCE(levels_down, false) AND verdict IN ('on track', "
            "'target met') THEN 'levelling down' ELSE verdict END",
            "a good verdict that levels down is called levelling down, any other by its name",
        ),
    ),
)
