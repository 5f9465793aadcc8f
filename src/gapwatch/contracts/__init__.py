"""Every table once: column, type, unit, key, meaning.

The DuckDB tables, the CSV exports and their CSVW metadata are all generated from here
(`warehouse`, `tables`), so a column is described in one place.
"""

from gapwatch.contracts.blocks import BOUNDARY, DEATHS, INDICATOR, LOOKUP, POPULATION
from gapwatch.contracts.bridges import BRIDGE, BRIDGE_SIDE, BRIDGED_GAP
from gapwatch.contracts.computed import (
    AGE_CONTRIBUTION,
    COMPUTED_GAP,
    COMPUTED_LIFE_EXPECTANCY,
    CUT,
    GAP_CHANGE,
    REPRODUCTION,
    SERIES_COMPARISON,
)
from gapwatch.contracts.counted import COUNT_TOTAL, COUNTED_YEAR
from gapwatch.contracts.initiatives import (
    DETECTABLE,
    EFFECT,
    EXPECTATION,
    IDENTIFIER,
    INITIATIVE,
    INITIATIVE_CELL,
    INITIATIVE_OVERLAP,
    OUTCOMES,
    REGISTRATION,
    WHEN,
)
from gapwatch.contracts.inputs import AREA_REFERENCE, LIFE_EXPECTANCY, POPULATION_DEATHS
from gapwatch.contracts.outputs import GAP, TARGET, TRAJECTORY, VERDICT, VERDICTS
from gapwatch.contracts.plausibility import PLAUSIBILITY
from gapwatch.contracts.quality import CHANGE, COVERAGE, VALIDATION
from gapwatch.contracts.revisions import KINDS, REVISION
from gapwatch.contracts.robustness import BACKTEST, FLIP, SELECTION, SENSITIVITY
from gapwatch.contracts.schema import (
    CALENDAR_YEAR,
    CODE,
    DECIMALS,
    SEXES,
    SLUG,
    YEAR_LEADS,
    Check,
    Column,
    Table,
)
from gapwatch.contracts.voice import QUOTE, VOICE, VOICE_SHARE

INPUTS = (AREA_REFERENCE, LIFE_EXPECTANCY, POPULATION_DEATHS)
EXTRA_INPUTS = (
    BOUNDARY,
    DEATHS,
    EXPECTATION,
    INDICATOR,
    INITIATIVE,
    LOOKUP,
    POPULATION,
    VOICE,
)
OUTPUTS = (
    GAP,
    VERDICT,
    TARGET,
    TRAJECTORY,
    SENSITIVITY,
    FLIP,
    BACKTEST,
    SELECTION,
    COVERAGE,
    CHANGE,
    BRIDGE,
    BRIDGE_SIDE,
    BRIDGED_GAP,
    COMPUTED_LIFE_EXPECTANCY,
    COMPUTED_GAP,
    REPRODUCTION,
    SERIES_COMPARISON,
    AGE_CONTRIBUTION,
    GAP_CHANGE,
    CUT,
    COUNT_TOTAL,
    COUNTED_YEAR,
    PLAUSIBILITY,
    EFFECT,
    DETECTABLE,
    INITIATIVE_OVERLAP,
    INITIATIVE_CELL,
    REGISTRATION,
    VOICE_SHARE,
    QUOTE,
    REVISION,
    VALIDATION,
)
TABLES = {table.name: table for table in (*INPUTS, *EXTRA_INPUTS, *OUTPUTS)}

__all__ = [
    "AGE_CONTRIBUTION",
    "AREA_REFERENCE",
    "BACKTEST",
    "BOUNDARY",
    "BRIDGE",
    "BRIDGED_GAP",
    "BRIDGE_SIDE",
    "CALENDAR_YEAR",
    "CHANGE",
    "CODE",
    "COMPUTED_GAP",
    "COMPUTED_LIFE_EXPECTANCY",
    "COUNTED_YEAR",
    "COUNT_TOTAL",
    "COVERAGE",
    "CUT",
    "DEATHS",
    "DECIMALS",
    "DETECTABLE",
    "EFFECT",
    "EXPECTATION",
    "EXTRA_INPUTS",
    "FLIP",
    "GAP",
    "GAP_CHANGE",
    "IDENTIFIER",
    "INDICATOR",
    "INITIATIVE",
    "INITIATIVE_CELL",
    "INITIATIVE_OVERLAP",
    "INPUTS",
    "KINDS",
    "LIFE_EXPECTANCY",
    "LOOKUP",
    "OUTCOMES",
    "OUTPUTS",
    "PLAUSIBILITY",
    "POPULATION",
    "POPULATION_DEATHS",
    "QUOTE",
    "REGISTRATION",
    "REPRODUCTION",
    "REVISION",
    "SELECTION",
    "SENSITIVITY",
    "SERIES_COMPARISON",
    "SEXES",
    "SLUG",
    "TABLES",
    "TARGET",
    "TRAJECTORY",
    "VALIDATION",
    "VERDICT",
    "VERDICTS",
    "VOICE",
    "VOICE_SHARE",
    "WHEN",
    "YEAR_LEADS",
    "Check",
    "Column",
    "Table",
]
