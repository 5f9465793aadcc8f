"""The tables of what residents asked for: figures as published, and what is made of them."""

from __future__ import annotations

from gapwatch.contracts.computed import reason_when_missing
from gapwatch.contracts.schema import (
    AREA,
    AREA_NAME,
    CODE,
    EVERY_SEX,
    GEOGRAPHY,
    MEASURE,
    PERSONS,
    SEXES,
    SLUG,
    Check,
    Column,
    Table,
    calendar,
    share,
    text,
)

_DAY = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_FLAGS = "|".join(
    (
        "modelled",
        "rounded",
        "not-age-standardised",
        "context-only",
        "years-differ",
        "reversed",
        "no-sign",
        "apportioned",
    )
)
READINGS = ("aligned", "reversed", "no-sign", "context", "same-deaths", "few-areas", "no-spread")
BASES = ("newcombe", "poisson-score", "published", "none")


def _number(name: str, meaning: str, unit: str = "", **rules: object) -> Column:
    return Column(name, "number", meaning, unit=unit, nullable=True, **rules)  # type: ignore[arg-type]


def _of_indicator(name: str, meaning: str) -> Column:
    return _number(name, meaning, unit="unit of the indicator")


_PRIORITY = text("priority", "Priority, as named in the study", pattern=SLUG)
_INDICATOR = text("indicator", "Indicator, as named in the study", pattern=SLUG)
_PERIOD = text("period", "The time that the numerator is of, as a reader writes it")
_FIRST = text("first_day", "First day of that time", pattern=_DAY)
_LAST = text("last_day", "Last day of that time", pattern=_DAY)
_REASON = text(
    "reason",
    "Code of the reason why it is refused; empty where it isn't",
    may_be_empty=True,
    pattern="(P0[1-9])?",
)
_FLAGGED = text(
    "flags",
    "Codes of what a reader must know, apart by semicolons",
    may_be_empty=True,
    pattern=f"(({_FLAGS})(;({_FLAGS}))*)?",
)

AREA_FIGURE = Table(
    "area_figure",
    "Figures by area as published, of which indicators are made",
    (
        GEOGRAPHY,
        AREA,
        AREA_NAME,
        text("figure", "Figure, as the study calls it", pattern=SLUG),
        text("period", "The time that it is of, as published"),
        _FIRST,
        _LAST,
        _number("value", "The figure; empty when withheld or not published"),
        _number("lower95", "Lower 95% limit, where one is published"),
        _number("upper95", "Upper 95% limit, where one is published"),
        text("heading", "What the publisher calls it", nullable=True),
        text("value_note", "What the publisher says of the value", nullable=True),
    ),
    key=("geography", "area_code", "figure", "first_day", "last_day"),
    checks=(
        Check("day_order", "first_day <= last_day", "a period ends after it starts"),
        Check(
            "value_in_interval",
            "lower95 <= value AND value <= upper95",
            "lower <= value <= upper",
        ),
    ),
)

INDICATOR_VALUE = Table(
    "indicator_value",
    "Each indicator by area, with its 95% interval",
    (
        _PRIORITY,
        _INDICATOR,
        text("area", "The publisher's code of the area", pattern=CODE),
        AREA_NAME,
        text("zone", "The study's zone of the area; empty for none", may_be_empty=True),
        _PERIOD,
        _number("numerator", "What is counted, or a value times its weight"),
        _number("denominator", "What it is set against, or its weight"),
        _of_indicator("value", "Numerator over denominator, times the indicator's factor"),
        _of_indicator("lower95", "Lower 95% limit; empty where none can be given"),
        _of_indicator("upper95", "Upper 95% limit; empty where none can be given"),
        _REASON,
    ),
    key=("priority", "indicator", "area"),
    checks=(
        Check(
            "value_in_interval",
            "lower95 <= value AND value <= upper95",
            "lower <= value <= upper",
        ),
    ),
)

PRIORITY_COMPARISON = Table(
    "priority_comparison",
    "Each indicator on both sides: worse-off minus better-off side, or why it isn't compared",
    (
        _PRIORITY,
        _INDICATOR,
        MEASURE,
        _PERIOD,
        _FIRST,
        _LAST,
        text("unit", "Unit of the values"),
        text("better", "Which way is better", choices=("lower", "higher", "neither")),
        _number("worse_numerator", "What is counted on the worse-off side"),
        _number("worse_denominator", "What it is set against"),
        _of_indicator("worse_value", "Value of the worse-off side"),
        _of_indicator("worse_lower95", "Lower 95% limit"),
        _of_indicator("worse_upper95", "Upper 95% limit"),
        _number("better_numerator", "What is counted on the better-off side"),
        _number("better_denominator", "What it is set against"),
        _of_indicator("better_value", "Value of the better-off side"),
        _of_indicator("better_lower95", "Lower 95% limit"),
        _of_indicator("better_upper95", "Upper 95% limit"),
        _of_indicator("difference", "Worse-off minus better-off side"),
        _of_indicator("difference_lower95", "Lower 95% limit"),
        _of_indicator("difference_upper95", "Upper 95% limit"),
        _number("ratio", "Worse-off side over better-off side", unit="ratio"),
        _number("ratio_lower95", "Lower 95% limit", unit="ratio"),
        _number("ratio_upper95", "Upper 95% limit", unit="ratio"),
        _number("ratio_exact_lower95", "Lower limit of the exact 95% interval", unit="ratio"),
        _number("ratio_exact_upper95", "Upper limit of the exact 95% interval", unit="ratio"),
        text("interval_basis", "How the intervals were made", choices=BASES),
        share(
            "split_share",
            "Share of all splits of the areas into sides of these sizes that differ as much",
        ),
        Column(
            "splits",
            "integer",
            "Splits that were tried",
            unit="splits",
            nullable=True,
            minimum=1,
        ),
        text(
            "split_basis",
            "Whether all splits were tried or a seeded sample; empty where none was",
            may_be_empty=True,
            choices=("exact", "seeded", ""),
        ),
        _number("correlation", "Pearson's r by area with life expectancy; see priority_alignment"),
        Column("areas", "integer", "Areas compared", unit="areas", minimum=0),
        Column("areas_withheld", "integer", "Areas without a figure", unit="areas", minimum=0),
        _REASON,
        _FLAGGED,
    ),
    key=("priority", "indicator"),
    checks=(
        Check(
            "interval_order",
            "difference_lower95 <= difference AND difference <= difference_upper95 AND "
            "ratio_lower95 <= ratio AND ratio <= ratio_upper95",
            "lower <= value <= upper",
        ),
        reason_when_missing("difference"),
    ),
)

PRIORITY_ALIGNMENT = Table(
    "priority_alignment",
    "Whether areas with more of an indicator have lower life expectancy; no sign of a cause",
    (
        _PRIORITY,
        _INDICATOR,
        _PERIOD,
        text("sex", "Sex of the life expectancy", choices=EVERY_SEX),
        calendar("life_period_start", "First year of the life expectancy's window"),
        calendar("life_period_end", "Last year of it"),
        Column("areas", "integer", "Areas that have both", unit="areas", minimum=0),
        _number("r", "Pearson's correlation over areas", minimum=-1, maximum=1),
        _number("r_lower95", "Lower 95% limit (Fisher)", minimum=-1, maximum=1),
        _number("r_upper95", "Upper 95% limit (Fisher)", minimum=-1, maximum=1),
        share("p", "Two-sided p of no correlation"),
        share("q", "Its false-discovery q over all indicators that are tested"),
        share(
            "life_reliability",
            "Share of the life expectancies' spread between areas that isn't chance",
        ),
        text("reading", "What it comes to", choices=READINGS),
        share(
            "axis_share", "Share of the variance of the indicators that line up that is one axis"
        ),
        Column(
            "axis_indicators",
            "integer",
            "Indicators that the axis is of",
            unit="indicators",
            minimum=0,
        ),
        Column("on_axis", "boolean", "Whether this indicator is one of them"),
    ),
    key=("priority", "indicator"),
    checks=(Check("interval_order", "r_lower95 <= r AND r <= r_upper95", "lower <= r <= upper"),),
)

EVIDENCE_GAP = Table(
    "evidence_gap",
    "What residents asked for and nobody publishes for small areas",
    (
        _PRIORITY,
        Column("position", "integer", "Place in the study's list", minimum=1),
        text("missing", "What is missing"),
        text("finest_available", "The finest that is published"),
        text("wanted_from", "Who could publish it"),
    ),
    key=("priority", "position"),
)

_DEATHS_A_YEAR = "deaths a year"

LOCALITY = Table(
    "locality",
    "Deaths above those at the better-off side's rates, by area",
    (
        text("area", "The publisher's code of the area", pattern=CODE),
        AREA_NAME,
        text("zone", "The study's zone of the area; empty for none", may_be_empty=True),
        text("sex", "Whose deaths", choices=(PERSONS, *SEXES)),
        calendar("period_start", "First year"),
        calendar("period_end", "Last year"),
        text(
            "basis",
            "Whether ages are allowed for by published SMRs of persons or by own counts",
            choices=("published-smr", "own-counts"),
        ),
        _number("deaths_persons", "Deaths in these years", unit="persons", minimum=0),
        _number("expected_persons", "Deaths at the better-off side's rates", unit="persons"),
        _number("residents_persons", "Residents", unit="persons", minimum=0),
        _number("excess_deaths_a_year", "Deaths above expectation", unit=_DEATHS_A_YEAR),
        _number("excess_lower95_a_year", "Lower 95% limit", unit=_DEATHS_A_YEAR),
        _number("excess_upper95_a_year", "Upper 95% limit", unit=_DEATHS_A_YEAR),
        share("p_largest", "Probability that no other area's excess is larger"),
    ),
    key=("sex", "area"),
    checks=(
        Check(
            "interval_order",
            "excess_lower95_a_year <= excess_deaths_a_year AND "
            "excess_deaths_a_year <= excess_upper95_a_year",
            "lower <= value <= upper",
        ),
    ),
)

TARGETING = Table(
    "targeting",
    "Excess deaths reached against residents reached, areas with the most excess a head first; "
    "and each side as a whole",
    (
        text("sex", "Whose deaths", choices=(PERSONS, *SEXES)),
        text("scope", "An area in the order of reach, or a side", choices=("area", "side")),
        Column("position", "integer", "Place in the order", minimum=1),
        text("area", "Code of the area, or the side as the study names it"),
        share("residents_share", "Share of the place's residents reached so far"),
        _number("excess_deaths_a_year", "Excess of this area or side", unit=_DEATHS_A_YEAR),
        _number("excess_lower95_a_year", "Lower 95% limit", unit=_DEATHS_A_YEAR),
        _number("excess_upper95_a_year", "Upper 95% limit", unit=_DEATHS_A_YEAR),
        _number(
            "cumulative_excess_a_year", "Excess of all areas reached so far", unit=_DEATHS_A_YEAR
        ),
    ),
    key=("sex", "scope", "position"),
)

PRIORITY_TABLES = (
    INDICATOR_VALUE,
    PRIORITY_COMPARISON,
    PRIORITY_ALIGNMENT,
    EVIDENCE_GAP,
    LOCALITY,
    TARGETING,
)
