"""The output tables on how far a verdict can be trusted."""

from __future__ import annotations

from gapwatch import codes
from gapwatch.contracts.schema import (
    MEASURE,
    PERIOD,
    PERIOD_ORDER,
    SEX,
    Check,
    Column,
    Table,
    arguments,
    share,
    text,
    words,
    years,
)

SENSITIVITY = Table(
    "sensitivity",
    "The verdict under other choices; the first row of a measure is the choice as made",
    (
        MEASURE,
        SEX,
        Column("position", "integer", "Place in the list", minimum=1),
        text("choice_code", "Code of what is done otherwise", choices=codes.CHOICES),
        arguments(
            "choice_arguments",
            "The years, ages, measure, ... of that choice, as name=value; empty where it has none",
        ),
        words("choice", "What is done otherwise", of="choice_code"),
        text(
            "verdict",
            "The verdict under this choice, before levelling down is considered: quote label",
            choices=codes.VERDICTS,
        ),
        text("label", "What that verdict is called, by how the sides moved", choices=codes.LABELS),
        text(
            "reason_code",
            "Code of the reason, when the verdict can't be calculated",
            may_be_empty=True,
        ),
        text(
            "by_numbers",
            "What the probabilities alone would say; no verdict where the release can't be judged",
            choices=codes.VERDICTS,
        ),
        text("by_numbers_label", "What by_numbers is called, likewise", choices=codes.LABELS),
        share("p_target", "Probability that the gap in the target year is at or below the target"),
        share("p_narrowing", "Probability that the gap is getting smaller"),
        years("projected_gap_years", "Expected gap in the target year"),
        years("projected_sd_years", "Standard deviation of the gap in the target year", minimum=0),
        years("newest_gap_years", "The gap of the newest usable window under this choice"),
        Column(
            "flips",
            "boolean",
            "Whether the probabilities would say something else than in the first row",
        ),
    ),
    key=("measure", "sex", "position"),
)

FLIP = Table(
    "flip",
    "The smallest change that would give another verdict by numbers",
    (
        MEASURE,
        SEX,
        text("changed", "What is changed", choices=(codes.NEWEST_GAP, codes.TARGET)),
        years("change_years", "Smallest change that flips; empty when none up to the limit does"),
        text("by_numbers", "What the probabilities would then say", choices=codes.VERDICTS),
        text(
            "by_numbers_label",
            "What by_numbers is called, by how the sides moved: quote this",
            choices=codes.LABELS,
        ),
        years("limit_down_years", "Largest decrease tried", nullable=False, minimum=0),
        years("limit_up_years", "Largest increase tried", nullable=False, minimum=0),
    ),
    key=("measure", "sex", "changed"),
)

BACKTEST = Table(
    "backtest",
    "How well past windows foretold later ones, beside two simple methods",
    (
        MEASURE,
        SEX,
        text(
            "method",
            "How the later windows were foretold",
            choices=codes.METHODS,
        ),
        Column(
            "shares_no_year",
            "boolean",
            "Whether only forecasts that share no year with what was known are counted",
        ),
        Column(
            "forecasts",
            "integer",
            "Forecasts; they overlap, so they aren't independent trials",
            unit="forecasts",
            minimum=1,
        ),
        share("within50", "Share of later figures inside the 50% range"),
        share("within80", "Share of later figures inside the 80% range"),
        share("within95", "Share of later figures inside the 95% range"),
        years("crps_years", "Mean continuous ranked probability score; lower is better", minimum=0),
        share("brier", "Mean Brier score of 'narrower than today'; lower is better"),
    ),
    key=("measure", "sex", "method", "shares_no_year"),
)

SELECTION = Table(
    "selection",
    "The fall to expect of a gap from chance alone, if its sides were picked as extreme in the "
    "baseline window",
    (
        MEASURE,
        SEX,
        *PERIOD,
        years("observed_gap_years", "Gap in that window", nullable=False),
        years("expected_gap_years", "Expected true gap, given all areas", nullable=False),
        years("expected_lower95_years", "Lower 95% limit of the true gap", nullable=False),
        years("expected_upper95_years", "Upper 95% limit of the true gap", nullable=False),
        years(
            "expected_fall_years",
            "Fall that a later window would show without any change",
            nullable=False,
        ),
        years("between_sd_years", "Standard deviation of the areas' true values", minimum=0),
    ),
    key=("measure", "sex"),
    checks=(
        PERIOD_ORDER,
        Check(
            "interval_order",
            "expected_lower95_years <= expected_upper95_years",
            "the interval is in order",
        ),
    ),
)
