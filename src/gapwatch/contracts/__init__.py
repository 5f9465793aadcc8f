"""Every table once: column, type, unit, key, meaning.

The DuckDB tables, the CSV exports and their CSVW metadata are all generated from here
(`warehouse`, `tables`), so a column is described in one place.
"""

from gapwatch.contracts.inputs import AREA_REFERENCE, LIFE_EXPECTANCY, POPULATION_DEATHS
from gapwatch.contracts.outputs import (
    CHANGE,
    COVERAGE,
    GAP,
    TRAJECTORY,
    VALIDATION,
    VERDICT,
    VERDICTS,
)
from gapwatch.contracts.robustness import BACKTEST, FLIP, SELECTION, SENSITIVITY
from gapwatch.contracts.schema import CODE, DECIMALS, SEXES, SLUG, Check, Column, Table

INPUTS = (AREA_REFERENCE, LIFE_EXPECTANCY, POPULATION_DEATHS)
OUTPUTS = (
    GAP, VERDICT, TRAJECTORY, SENSITIVITY, FLIP, BACKTEST, SELECTION, COVERAGE, CHANGE, VALIDATION,
)  # fmt: skip
TABLES = {table.name: table for table in (*INPUTS, *OUTPUTS)}

__all__ = [
    "AREA_REFERENCE", "BACKTEST", "CHANGE", "CODE", "COVERAGE", "DECIMALS", "FLIP", "GAP", "INPUTS",
    "LIFE_EXPECTANCY", "OUTPUTS", "POPULATION_DEATHS", "SELECTION", "SENSITIVITY", "SEXES", "SLUG",
    "TABLES", "TRAJECTORY", "VALIDATION", "VERDICT", "VERDICTS", "Check", "Column", "Table",
]  # fmt: skip
