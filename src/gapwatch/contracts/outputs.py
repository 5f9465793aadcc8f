"""The output tables: what gapwatch says."""

from __future__ import annotations

from gapwatch import codes
from gapwatch.contracts.schema import (
    GEOGRAPHY,
    MEASURE,
    PERIOD,
    PERIOD_ORDER,
    SEX,
    YEAR_ENDS,
    Check,
    Column,
    Table,
    calendar,
    interval,
    share,
    text,
    words,
    years,
)

GAP = Table(
    "gap",
    "The gap by measure, sex and window, with both ends",
    (
        MEASURE,
        SEX,
        text("kind", "How the measure is made", choices=("pair", "pooled", "extremes", "slope")),
        GEOGRAPHY,
        Column(
            "segment",
            "integer",
            "Windows with the same number are comparable; a break in the source starts a new one",
            minimum=1,
        ),
        *PERIOD,
        YEAR_ENDS,
        years("worse_years", "Life expectancy on the worse-off side", minimum=40, maximum=110),
        years("worse_lower95_years", "Lower 95% limit of the worse-off side"),
        years("worse_upper95_years", "Upper 95% limit of the worse-off side"),
        years("better_years", "Life expectancy on the better-off side", minimum=40, maximum=110),
        years("better_lower95_years", "Lower 95% limit of the better-off side"),
        years("better_upper95_years", "Upper 95% limit of the better-off side"),
        years("gap_years", "Better-off side minus worse-off side"),
        years("se_years", "Standard error of the gap", minimum=0),
        years("lower95_years", "Lower 95% limit of the gap"),
        years("upper95_years", "Upper 95% limit of the gap"),
        Column(
            "relative_gap",
            "number",
            "Better-off side divided by worse-off side",
            unit="ratio",
            nullable=True,
            minimum=0,
        ),
        Column(
            "relative_lower95",
            "number",
            "Lower 95% limit of the relative gap",
            unit="ratio",
            nullable=True,
        ),
        Column(
            "relative_upper95",
            "number",
            "Upper 95% limit of the relative gap",
            unit="ratio",
            nullable=True,
        ),
        years(
            "naive_gap_years",
            "Best minus worst published value, biased upward by noise; only for the kind extremes",
        ),
        text("basis_code", "Code of what the figure is made from", choices=codes.BASES),
        words("basis", "What the figure is made from", of="basis_code"),
        text(
            "reason",
            "Code of the reason why a figure is withheld; empty when it is given",
            may_be_empty=True,
        ),
        text("flags", "Quality codes, separated by spaces; the figure is kept", may_be_empty=True),
    ),
    key=("measure", "sex", "period_start", "period_end"),
    checks=(
        PERIOD_ORDER,
        interval(),
        interval("worse_"),
        interval("better_"),
        Check(
            "reason_when_missing",
            "(gap_years IS NULL) = (reason <> '')",
            "a missing gap has a reason, and only a missing gap",
        ),
        Check(
            "standard_error_when_given",
            "(gap_years IS NULL) = (se_years IS NULL)",
            "a gap has a standard error",
        ),
    ),
)

VERDICTS = codes.VERDICTS

TARGET = Table(
    "target",
    "The targets that our own figures are judged against, and what each would say",
    (
        MEASURE,
        SEX,
        text(
            "target",
            "What the promised share is taken of: the gap as it was stated, or our own "
            "gap in the baseline window",
            choices=(codes.STATED, codes.BASELINE),
        ),
        Column(
            "heads", "boolean", "Whether the verdict of the report is the one against this target"
        ),
        calendar(
            "baseline_start",
            "First year of the baseline window; empty for the stated gap",
            nullable=True,
        ),
        calendar(
            "baseline_end",
            "Last year of the baseline window; empty for the stated gap",
            nullable=True,
        ),
        YEAR_ENDS,
        years("baseline_gap_years", "The stated gap, or our own gap in the baseline window"),
        years(
            "baseline_se_years",
            "Standard error of the baseline's gap, which is carried into "
            "the probability; empty where it isn't",
            minimum=0,
        ),
        years("target_gap_years", "Gap that the promise asks for"),
        calendar("target_year", "Year by which the promise is to be kept"),
        text(
            "verdict",
            "The verdict against this target, before levelling down is considered: quote label",
            choices=VERDICTS,
        ),
        text("label", "What that verdict is called, as in the table verdict", choices=codes.LABELS),
        text(
            "reason_code",
            "Code of the reason, when the verdict can't be calculated",
            may_be_empty=True,
        ),
        share(
            "p_target",
            "Probability that the gap in the target year is at or below this target, "
            "with the baseline's error. Where the verdict is 'cannot calculate' it is what the "
            "figures at hand come to, and no chance to quote",
        ),
        years(
            "required_change_years_per_year",
            "Change a year, from the middle of the newest window, that would meet the target",
        ),
        years("required_change_lower95_years_per_year", "Lower 95% limit of that change"),
        years("required_change_upper95_years_per_year", "Upper 95% limit of that change"),
        calendar(
            "first_answerable_year",
            "First release in which a gap that truly meets the "
            "target would be called on track with the study's power",
            nullable=True,
        ),
    ),
    key=("measure", "sex", "target"),
    checks=(
        Check("baseline_order", "baseline_start <= baseline_end", "a window ends after it starts"),
        Check(
            "reason_when_no_verdict",
            "(verdict = 'cannot calculate') = (reason_code <> '')",
            "a verdict that can't be calculated has a reason, and only such a one",
        ),
    ),
)

TRAJECTORY = Table(
    "trajectory",
    "The annual gap behind the windows, its projection and the target line; no forecast of a "
    "measure whose verdict is 'cannot calculate'",
    (
        MEASURE,
        SEX,
        calendar("year", "Calendar year"),
        Column("is_projected", "boolean", "Whether the year is after the newest window"),
        years("mean_years", "Expected gap", nullable=False),
        *(
            years(
                f"{side}{level}_years", f"{side.capitalize()} limit, {level}% band", nullable=False
            )
            for level in (50, 80, 95)
            for side in ("lower", "upper")
        ),
        years("target_line_years", "Straight line from the baseline to the target"),
    ),
    key=("measure", "sex", "year"),
)
