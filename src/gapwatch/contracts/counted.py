"""The output tables on the counting: deaths and residents against totals, and which years."""

from __future__ import annotations

from gapwatch.contracts.computed import BASE
from gapwatch.contracts.schema import (
    GEOGRAPHY,
    SEX_APART,
    SLUG,
    YEAR_ENDS,
    Check,
    Column,
    Table,
    calendar,
    text,
)

COUNT_TOTAL = Table(
    "count_total",
    "Deaths and residents of each kind of area summed up, beside those of the blocks they are from",
    (
        GEOGRAPHY,
        SEX_APART,
        calendar("year", "Year, called by the calendar year that it ends in"),
        YEAR_ENDS,
        BASE,
        Column(
            "deaths_difference_persons",
            "number",
            "Deaths of all areas minus deaths of all blocks",
            unit="persons",
        ),
        Column(
            "population_difference_persons",
            "number",
            "Residents of all areas minus residents of all blocks",
            unit="persons",
        ),
        Column(
            "publisher_deaths_difference_persons",
            "number",
            "Deaths of all blocks and both "
            "sexes minus the publisher's total; empty when there is none",
            unit="persons",
            nullable=True,
        ),
        Column(
            "publisher_population_difference_share",
            "number",
            "Residents of all blocks and "
            "both sexes over the publisher's total, minus 1; empty when there is none",
            unit="share",
            nullable=True,
        ),
    ),
    key=("geography", "sex", "year"),
)

COUNTED_YEAR = Table(
    "counted_year",
    "Years of the pinned deaths: which are counted, on which residents, and why others are not",
    (
        calendar("year", "Year, called by the calendar year that it ends in"),
        YEAR_ENDS,
        text("deaths_geography", "Kind of block of the deaths", pattern=SLUG),
        text(
            "population_geography",
            "Kind of block of the residents; empty when left out",
            may_be_empty=True,
        ),
        text("base", "Base of the residents' estimates; empty when left out", may_be_empty=True),
        text(
            "reason",
            "Code of the reason why the year is left out; empty when it is counted",
            may_be_empty=True,
        ),
    ),
    key=("year",),
    checks=(
        Check(
            "reason_when_left_out",
            "(base = '') = (reason <> '')",
            "a year that is left out has a reason, and only such a year",
        ),
    ),
)
