"""Tables of what the report says of other tables: each number that it prints is a column here.

They are made of tables that have passed their suites, so their contracts alone guard them.
"""

from __future__ import annotations

from gapwatch import codes
from gapwatch.contracts.row_class import cell, columns_of, row_class, shared
from gapwatch.contracts.schema import (
    CODES,
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
    share,
    text,
    truth,
    years,
)


def _rank(name: str, meaning: str) -> Column:
    return Column(name, "integer", meaning, nullable=True, minimum=1)


def _rank_of_version(name: str, meaning: str) -> Column:
    return Column(name, "integer", meaning, minimum=1)


def _either(name: str, meaning: str) -> Column:
    return Column(name, "boolean", meaning, nullable=True)


def _midpoint(name: str, meaning: str) -> Column:
    return Column(name, "number", meaning, unit="calendar year")


def _whole_years(name: str, meaning: str) -> Column:
    return Column(name, "integer", meaning, unit="years", minimum=0)


def _share(name: str, meaning: str) -> Column:
    return Column(name, "number", meaning, unit="share", minimum=0)


@row_class
class AreaStanding:
    """One area's newest figure beside that of the whole place, and beside the next in rank."""

    geography: str = shared(GEOGRAPHY)
    figures: str = cell(
        text, "Whether the figures are published or computed here", choices=codes.FIGURES
    )
    area_code: str = cell(
        text,
        "The publisher's code of the area; codes with + between them are areas told together",
        pattern=CODES,
    )
    sex: str = shared(SEX)
    period_start: int = shared(PERIOD[0])
    period_end: int = shared(PERIOD[1])
    standing: str = cell(
        text,
        "Where the area's whole 95% interval lies beside the place's figure; near where it holds "
        "that figure, unknown where one of the two is missing",
        choices=codes.STANDINGS,
    )
    rank: int | None = cell(_rank, "Place among the areas, 1 the highest; empty without a figure")
    next_difference_years: float | None = cell(
        years, "Figure minus that of the next area in rank; empty for the last", minimum=0
    )
    next_se_years: float | None = cell(
        years, "Standard error of that difference, as the two share no death", minimum=0
    )
    differs_from_next: bool | None = cell(
        _either, "Whether that difference is significant at the 5% level"
    )


AREA_STANDING = Table(
    "area_standing",
    "Each area's newest life expectancy beside that of the whole place and of the next in rank",
    columns_of(AreaStanding),
    key=("geography", "figures", "area_code", "sex"),
    checks=(PERIOD_ORDER,),
)


@row_class
class DecidingWindow:
    """A window that speaks of the deadline, and when it is known."""

    measure: str = shared(MEASURE)
    sex: str = shared(SEX)
    role: str = cell(text, "Which window it is", choices=codes.DECIDING_WINDOWS)
    period_start: int = shared(PERIOD[0])
    period_end: int = shared(PERIOD[1])
    year_ends: str = shared(YEAR_ENDS)
    midpoint_year: float = cell(
        _midpoint, "Its middle, where a whole number is the middle of that calendar year"
    )
    known_year: int = cell(calendar, "Calendar year in which it is published or can be computed")
    lag_years: int = cell(_whole_years, "Years from the end of a window until it is known")
    lag_is_usual: bool = cell(
        truth,
        "Whether these are the years that it has usually taken, not those of this release",
    )


DECIDING_WINDOW = Table(
    "deciding_window",
    "Which windows speak of the deadline, and when they are known",
    columns_of(DecidingWindow),
    key=("measure", "sex", "role"),
    checks=(PERIOD_ORDER,),
)


@row_class
class LevellingDown:
    """How much of a narrowing is the better-off side getting worse."""

    measure: str = shared(MEASURE)
    sex: str = shared(SEX)
    from_start: int = cell(calendar, "First year of the earlier window")
    from_end: int = cell(calendar, "Last year of the earlier window")
    to_start: int = cell(calendar, "First year of the later window")
    to_end: int = cell(calendar, "Last year of the later window")
    year_ends: str = shared(YEAR_ENDS)
    narrowed_years: float = cell(years, "By how much the gap narrowed", nullable=False, minimum=0)
    by_better_years: float = cell(
        years, "How much of it is shorter lives on the better-off side", nullable=False, minimum=0
    )
    by_better_share: float = cell(
        _share, "The same as a share; above 1 where the worse-off side's own change widened the gap"
    )
    held_gap_years: float | None = cell(
        years, "Gap of the later window had life expectancy on the better-off side held"
    )


LEVELLING_DOWN = Table(
    "levelling_down",
    "How much of each narrowing of the gap is the better-off side getting worse",
    columns_of(LevellingDown),
    key=("measure", "sex"),
    checks=(
        Check("from_order", "from_start <= from_end", "a window ends after it starts"),
        Check("to_order", "to_start <= to_end", "a window ends after it starts"),
    ),
)


def _areas(name: str, meaning: str) -> Column:
    return Column(name, "integer", meaning, unit="areas", minimum=0)


@row_class
class Spread:
    """The lowest and the highest area of one kind, in the newest figures published for it."""

    geography: str = shared(GEOGRAPHY)
    sex: str = shared(SEX)
    period_start: int = shared(PERIOD[0])
    period_end: int = shared(PERIOD[1])
    areas: int = cell(_areas, "Areas that have a figure")
    lowest_code: str = cell(text, "Code of the area with the lowest figure")
    lowest_name: str = cell(text, "Its name")
    lowest_years: float = cell(years, "Its life expectancy", nullable=False)
    highest_code: str = cell(text, "Code of the area with the highest figure")
    highest_name: str = cell(text, "Its name")
    highest_years: float = cell(years, "Its life expectancy", nullable=False)
    spread_years: float = cell(
        years,
        "Highest minus lowest figure, which chance makes too large: both are picked after the fact",
        nullable=False,
        minimum=0,
    )


SPREAD = Table(
    "spread",
    "How far apart the areas of each kind are in the newest figures published for them",
    columns_of(Spread),
    key=("geography", "sex"),
    checks=(PERIOD_ORDER,),
)


@row_class
class PromiseVersion:
    """One version of a promise, and what the newest figures say of it."""

    version: int = cell(_rank_of_version, "Place among the versions, 1 the oldest")
    stated_on: str = cell(
        text,
        "Year, month or day on which it was stated, in ISO 8601",
        pattern="[0-9]{4}(-[0-9]{2}){0,2}",
    )
    made_by: str = cell(text, "Who stated it")
    promise: str = cell(text, "What was promised")
    in_force: bool = cell(truth, "Whether the verdict of the report is on this version")
    measure: str = shared(MEASURE)
    sex: str = shared(SEX)
    share_of_baseline: float = cell(_share, "What is to be left of the gap; 0 for none")
    baseline_start: int = cell(calendar, "First year of the baseline window")
    baseline_end: int = cell(calendar, "Last year of the baseline window")
    target_gap_years: float | None = cell(
        years, "Gap that it asks for; empty where the baseline is missing"
    )
    target_year: int = cell(calendar, "Year by which it is to be kept")
    verdict: str = cell(
        text, "The verdict on it, as if it alone had been made", choices=codes.VERDICTS
    )
    label: str = cell(text, "What that verdict is called", choices=codes.LABELS)
    reason_code: str = cell(text, "Code of why there is no verdict; else empty", may_be_empty=True)
    p_target: float | None = cell(
        share,
        "Probability that the gap in its target year is at or below its target. Where the verdict "
        "is 'cannot calculate' it is what the figures at hand come to, and no chance to quote",
    )


PROMISE = Table(
    "promise",
    "Every version of a promise that was changed, each judged by the same figures",
    columns_of(PromiseVersion),
    key=("version",),
)

FINDINGS = (DECIDING_WINDOW, AREA_STANDING, LEVELLING_DOWN, SPREAD, PROMISE)
