"""The output tables on the data itself: what was checked, what is published, what moved."""

from __future__ import annotations

from gapwatch.contracts.schema import (
    AREA,
    AREA_NAME,
    GEOGRAPHY,
    PERIOD,
    PERIOD_ORDER,
    SEX,
    Column,
    Table,
    text,
    years,
)

VALIDATION = Table(
    "validation",
    "What was checked, and what was found",
    (
        text("suite", "Suite of expectations: the table that it guards"),
        Column("position", "integer", "Place of the expectation in its suite", minimum=1),
        text("expectation", "The expectation, in words"),
        text("severity", "What a failure does", choices=("critical", "warning")),
        text(
            "outcome",
            "Whether the expectation is met; not checked where no row holds all that it compares",
            choices=("met", "not met", "not checked"),
        ),
        Column(
            "rows_checked",
            "integer",
            "Rows that hold all that is compared; blank for a "
            "restricted table, whose rows may be deaths",
            unit="rows",
            minimum=0,
            nullable=True,
        ),
        Column(
            "rows_not_checked",
            "integer",
            "Rows in which something of it is missing; blank for a restricted table",
            unit="rows",
            minimum=0,
            nullable=True,
        ),
        Column(
            "rows_unexpected",
            "integer",
            "Rows that fail; blank where some rows of a restricted table do",
            unit="rows",
            minimum=0,
            nullable=True,
        ),
        text("examples", "The first rows that fail", may_be_empty=True),
    ),
    key=("suite", "position"),
)

COVERAGE = Table(
    "coverage",
    "Whether every area of the study is published, by window and sex",
    (
        GEOGRAPHY,
        SEX,
        *PERIOD,
        Column("areas_expected", "integer", "Areas of the study", unit="areas", minimum=1),
        Column(
            "areas_published",
            "integer",
            "Areas with a row, even if its value is withheld",
            unit="areas",
            minimum=0,
        ),
        text("areas_missing", "Codes of the areas without a row", may_be_empty=True),
        text("areas_withheld", "Codes of the areas whose value is withheld", may_be_empty=True),
    ),
    key=("geography", "sex", "period_start", "period_end"),
    checks=(PERIOD_ORDER,),
)

CHANGE = Table(
    "change",
    "Change of life expectancy between neighbouring comparable windows",
    (
        GEOGRAPHY,
        AREA,
        AREA_NAME,
        SEX,
        *PERIOD,
        Column(
            "windows_since",
            "integer",
            "Years from the start of the earlier window",
            minimum=1,
            unit="years",
        ),
        years("change_years", "Life expectancy minus that of the earlier window", nullable=False),
    ),
    key=("geography", "area_code", "sex", "period_start", "period_end"),
)
