"""The input tables: what publishers say, in one shape."""

from __future__ import annotations

from gapwatch.contracts.schema import (
    AREA,
    AREA_NAME,
    CODE,
    GEOGRAPHY,
    PERIOD,
    PERIOD_ORDER,
    SEX,
    Check,
    Column,
    Table,
    calendar,
    text,
    years,
)

AREA_REFERENCE = Table(
    "area_reference",
    "The areas of each vintage and their deprivation scores",
    (
        GEOGRAPHY,
        AREA,
        AREA_NAME,
        Column(
            "imd2007_average_score",
            "number",
            "Average Index of Multiple Deprivation 2007 score; higher is more deprived",
            unit="score",
            nullable=True,
            minimum=0,
            maximum=100,
        ),
        Column(
            "imd2010_average_score",
            "number",
            "Average Index of Multiple Deprivation 2010 score; higher is more deprived",
            unit="score",
            nullable=True,
            minimum=0,
            maximum=100,
        ),
        Column(
            "ranking_score",
            "number",
            "Value of the ranking that the study declares, by which a slope orders the areas",
            unit="score",
            nullable=True,
        ),
    ),
    key=("geography", "area_code"),
)

LIFE_EXPECTANCY = Table(
    "life_expectancy",
    "Published life expectancy at birth by area, sex and window, with 95% intervals",
    (
        GEOGRAPHY,
        AREA,
        AREA_NAME,
        text(
            "best_fit_ward_code",
            "Ward of 2011 that the area fits best",
            nullable=True,
            pattern=CODE,
        ),
        SEX,
        *PERIOD,
        years(
            "life_expectancy_years",
            "Life expectancy at birth; empty when withheld",
            minimum=40,
            maximum=110,
        ),
        years("lower95_years", "Lower 95% limit", minimum=0, maximum=130),
        years("upper95_years", "Upper 95% limit", minimum=0, maximum=130),
        Column(
            "deaths_persons",
            "number",
            "Deaths in the window",
            unit="persons",
            nullable=True,
            minimum=0,
        ),
        Column(
            "person_years",
            "number",
            "Person-years at risk in the window",
            unit="person-years",
            nullable=True,
            minimum=0,
        ),
        text("value_note", "What the publisher says of the value", nullable=True),
    ),
    key=("geography", "area_code", "sex", "period_start", "period_end"),
    checks=(
        PERIOD_ORDER,
        Check(
            "value_in_interval",
            "lower95_years <= life_expectancy_years AND life_expectancy_years <= upper95_years",
            "lower <= value <= upper",
        ),
        Check(
            "limits_together",
            "(lower95_years IS NULL) = (upper95_years IS NULL) AND "
            "(life_expectancy_years IS NOT NULL OR lower95_years IS NULL)",
            "limits are given together, and never without a value",
        ),
    ),
)

POPULATION_DEATHS = Table(
    "population_deaths",
    "Mid-year residents and deaths by area and calendar year",
    (
        GEOGRAPHY,
        AREA,
        AREA_NAME,
        calendar("year", "Calendar year"),
        Column(
            "population_persons",
            "integer",
            "Residents at mid-year; empty when not published",
            unit="persons",
            nullable=True,
            minimum=0,
        ),
        Column(
            "deaths_persons",
            "integer",
            "Deaths registered in the year",
            unit="persons",
            nullable=True,
            minimum=0,
        ),
    ),
    key=("geography", "area_code", "year"),
)
