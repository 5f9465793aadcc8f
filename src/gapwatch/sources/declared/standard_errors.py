"""Published life expectancy with a standard error in the place of limits, or with neither.

The 95% limits are made from the error as those of a normal distribution, and the value's note says
so. A value without either is kept where the source declares that there are such values: it is
shown, and nothing is tested by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from gapwatch.contracts import LIFE_EXPECTANCY, Table
from gapwatch.contracts.schema import years
from gapwatch.errors import StudyError, ValidationError
from gapwatch.intervals import Z95
from gapwatch.study import FileSource, Source

ERROR = "se_years"
NOTE = "limits from the published standard error, as of a normal distribution"
_VALUE, _LIMITS = "life_expectancy_years", ["lower95_years", "upper95_years"]


def table_of(source: FileSource, table: Table) -> Table:
    """The table as the source is read: with a column of standard errors where it describes one.

    Raises StudyError for a source that describes limits and errors both.
    """
    if table.name != LIFE_EXPECTANCY.name or ERROR not in {*source.columns, *source.units}:
        return table
    both = [name for name in _LIMITS if name in {*source.columns, *source.units}]
    if both:
        raise StudyError(
            f"sources, {source.id}",
            expected=f"limits or {ERROR}",
            found=f"both: {both[0]} and {ERROR}",
            remedy="describe the limits alone: they are the publisher's own",
        )
    error = years(ERROR, "Standard error of the life expectancy", minimum=0.0)
    return replace(table, columns=(*table.columns, error))


def with_limits(source: FileSource, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows in the shape of the contract, with limits made from the standard errors.

    Raises ValidationError for an error of 0, which no estimate has, or without a value.
    """
    if ERROR not in frame:
        return frame
    error, value = frame[ERROR], frame[_VALUE]
    wrong = (error == 0) | (error.notna() & value.isna())
    if wrong.any():
        row = frame[wrong].iloc[0]
        raise ValidationError(
            f"{source.id}, {_row(row)}",
            expected="a standard error above 0 beside a value",
            found="0" if row[ERROR] == 0 else "one beside no value",
            remedy="compare the row with the publisher's; where 0 stands for none, name it in "
            "missing",
        )
    noted = frame["value_note"].where(frame["value_note"].notna() | error.isna(), NOTE)
    lower, upper = value - Z95 * error, value + Z95 * error
    made = frame.assign(lower95_years=lower, upper95_years=upper, value_note=noted)
    return made.drop(columns=ERROR)


def require_limits(source: Source, found: Mapping[str, pd.DataFrame]) -> None:
    """Refuse a value without limits, unless its source declares that there are such values."""
    frame = found.get(LIFE_EXPECTANCY.name)
    if frame is None or (isinstance(source, FileSource) and source.bare_values):
        return
    bare = frame[frame[_VALUE].notna() & frame["lower95_years"].isna()]
    if len(bare):
        raise ValidationError(
            f"{source.id}, rule withheld_together",
            expected="a value and its interval given together or withheld together",
            found=f"{len(bare)} values without: {_row(bare.iloc[0])}",
            remedy="compare the rows with the publisher's; where it gives no interval, set "
            "bare_values = true in the source: they are shown, and nothing is tested by them",
        )


def _row(row: pd.Series) -> str:
    return " ".join(str(row[name]) for name in ("area_code", "sex", "period_start", "period_end"))
