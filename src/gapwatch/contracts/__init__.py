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
from gapwatch.contracts.inputs import AREA_REFERENCE, LIFE_EXPECTANCY, POPULATION_DEATHS
from gapwatch.contracts.outputs import GAP, TARGET, TRAJECTORY, VERDICT, VERDICTS
from gapwatch.contracts.plausibility import PLAUSIBILITY
from gapwatch.contracts.priorities import (
    AREA_FIGURE,
    EVIDENCE_GAP,
    INDICATOR_VALUE,
    LOCALITY,
    PRIORITY_ALIGNMENT,
    PRIORITY_COMPARISON,
    PRIORITY_TABLES,
    TARGETING,
)
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

INPUTS = (AREA_REFERENCE, LIFE_EXPECTANCY, POPULATION_DEATHS)
EXTRA_INPUTS = (AREA_FIGURE, BOUNDARY, DEATHS, INDICATOR, LOOKUP, POPULATION)
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
    *PRIORITY_TABLES,
    REVISION,
    VALIDATION,
)
TABLES = {table.name: table for table in (*INPUTS, *EXTRA_INPUTS, *OUTPUTS)}

__all__ = [
    "AGE_CONTRIBUTION",
    "AREA_FIGURE",
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
    "EVIDENCE_GAP",
    "EXTRA_INPUTS",
    "FLIP",
    "GAP",
    "GAP_CHANGE",
    "INDICATOR",
    "INDICATOR_VALUE",
    "INPUTS",
    "KINDS",
    "LIFE_EXPECTANCY",
    "LOCALITY",
    "LOOKUP",
    "OUTPUTS",
    "PLAUSIBILITY",
    "POPULATION",
    "POPULATION_DEATHS",
    "PRIORITY_ALIGNMENT",
    "PRIORITY_COMPARISON",
    "PRIORITY_TABLES",
    "REPRODUCTION",
    "REVISION",
    "SELECTION",
    "SENSITIVITY",
    "SERIES_COMPARISON",
    "SEXES",
    "SLUG",
    "TABLES",
    "TARGET",
    "TARGETING",
    "TRAJECTORY",
    "VALIDATION",
    "VERDICT",
    "VERDICTS",
    "YEAR_LEADS",
    "Check",
    "Column",
    "Table",
]
