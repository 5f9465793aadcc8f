"""Codes of refused indicators and of what a reader must know of the others."""

from __future__ import annotations

NO_DENOMINATOR = "P01"
WRONG_EXPOSURE = "P02"
FILLED_IN = "P03"
NO_SAMPLE_SIZE = "P04"
BUILT_FROM_OTHERS = "P05"
MISLABELLED = "P06"
NO_SMALL_AREA = "P07"
OTHER_VINTAGE = "P08"
DENOMINATORS_DIFFER = "P09"
REASONS = (
    NO_DENOMINATOR,
    WRONG_EXPOSURE,
    FILLED_IN,
    NO_SAMPLE_SIZE,
    BUILT_FROM_OTHERS,
    MISLABELLED,
    NO_SMALL_AREA,
    OTHER_VINTAGE,
    DENOMINATORS_DIFFER,
)
"""docs/methods.md says what each means."""

MODELLED = "modelled"
ROUNDED = "rounded"
NOT_AGE_STANDARDISED = "not-age-standardised"
CONTEXT_ONLY = "context-only"
YEARS_DIFFER = "years-differ"
REVERSED = "reversed"
NO_SIGN = "no-sign"
APPORTIONED = "apportioned"
FLAGS = (
    MODELLED,
    ROUNDED,
    NOT_AGE_STANDARDISED,
    CONTEXT_ONLY,
    YEARS_DIFFER,
    REVERSED,
    NO_SIGN,
    APPORTIONED,
)

ALIGNED = "aligned"
CONTEXT = "context"
SAME_DEATHS = "same-deaths"
FEW_AREAS = "few-areas"
NO_SPREAD = "no-spread"
READINGS = (ALIGNED, REVERSED, NO_SIGN, CONTEXT, SAME_DEATHS, FEW_AREAS, NO_SPREAD)
