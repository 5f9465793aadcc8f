"""The input tables that only some studies have: people by age, lookups, boundaries, indicators."""

from __future__ import annotations

from gapwatch.contracts.schema import (
    AREA,
    AREA_NAME,
    CODE,
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

_AGE = (
    Column(
        "age_start_years", "integer", "First age of the band", unit="years", minimum=0, maximum=120
    ),
    Column(
        "age_end_years",
        "integer",
        "Last age of the band; empty for the open top band",
        unit="years",
        nullable=True,
        minimum=0,
        maximum=120,
    ),
)
_AGE_ORDER = Check("age_order", "age_start_years <= age_end_years", "a band ends after it starts")
_KEY = ("geography", "area_code", "sex", "year", "age_start_years")

POPULATION = Table(
    "population",
    "Residents at mid-year by area, sex and age",
    (
        GEOGRAPHY,
        AREA,
        AREA_NAME,
        SEX_APART,
        calendar("year", "Calendar year"),
        text("base", "Base of the estimates, such as census2021", pattern=SLUG),
        *_AGE,
        Column("population_persons", "number", "Residents at mid-year", unit="persons", minimum=0),
    ),
    key=(*_KEY, "base"),
    checks=(_AGE_ORDER,),
)

DEATHS = Table(
    "deaths",
    "Deaths registered by area, sex, age and year",
    (
        GEOGRAPHY,
        AREA,
        AREA_NAME,
        SEX_APART,
        calendar("year", "Year of registration, called by the calendar year that it ends in"),
        YEAR_ENDS,
        text(
            "month",
            "Calendar month of registration, 01 to 12; empty when the count is of the whole year",
            may_be_empty=True,
            pattern="(0[1-9]|1[0-2])?",
        ),
        text(
            "cause",
            "Underlying cause of death; empty when the count is of all causes",
            may_be_empty=True,
        ),
        *_AGE,
        Column("deaths_persons", "number", "Deaths", unit="persons", minimum=0),
    ),
    key=(*_KEY, "year_ends", "month", "cause"),
    checks=(_AGE_ORDER,),
)

LOOKUP = Table(
    "lookup",
    "Which area of one geography belongs to which of another, and with what share",
    (
        text("source", "Source that the lookup comes from", pattern=SLUG),
        text("from_geography", "Kind and vintage of the smaller areas", pattern=SLUG),
        text("from_code", "Code of the smaller area", pattern=CODE),
        text("to_geography", "Kind and vintage of the larger areas", pattern=SLUG),
        text("to_code", "Code of the larger area", pattern=CODE),
        Column(
            "weight",
            "number",
            "Share of the smaller area that belongs to the larger",
            unit="share",
            minimum=0,
            maximum=1,
        ),
        text("from_name", "Name of the smaller area; never used to join", nullable=True),
        text("to_name", "Name of the larger area; never used to join", nullable=True),
    ),
    key=("source", "from_code", "to_code"),
)

BOUNDARY = Table(
    "boundary",
    "Outlines of areas on the British National Grid (EPSG:27700), or in the projected system that "
    "the study names",
    (
        GEOGRAPHY,
        AREA,
        AREA_NAME,
        Column(
            "area_km2", "number", "Area inside the outline", unit="square kilometres", minimum=0
        ),
        text("outline_wkt", "Outline as well-known text, in metres to one decimal"),
    ),
    key=("geography", "area_code"),
)

INDICATOR = Table(
    "indicator",
    "What Fingertips says of each indicator that is used",
    (
        Column("indicator_id", "integer", "Fingertips' number of the indicator", minimum=1),
        text("indicator_name", "Name of the indicator"),
        text("unit", "Unit of its values"),
        text("polarity", "Which way is better, as published"),
        text("last_uploaded", "When its data were last changed, as published", may_be_empty=True),
    ),
    key=("indicator_id",),
)
