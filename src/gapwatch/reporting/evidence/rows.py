"""What the tables hold, read once into frozen rows with None for what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any, TypeVar

import pandas as pd

from gapwatch.codes import PANDEMIC_YEARS, PROVISIONAL, Coded
from gapwatch.contracts import CALENDAR_YEAR, YEAR_LEADS, Verdict
from gapwatch.contracts.row_class import read_rows
from gapwatch.contracts.schema import TOGETHER
from gapwatch.reporting.language.numbers import ending, period, span

Tables = Mapping[str, pd.DataFrame]
Row = TypeVar("Row")
NAMED = " or ".join(map(str, PANDEMIC_YEARS))


@dataclass(frozen=True)
class LimitedValue:
    """A value in years with its 95% limits; the limits may be missing on their own."""

    value: float
    lower: float | None
    upper: float | None


@dataclass(frozen=True)
class Window:
    """One row of the table `gap`."""

    start: int
    end: int
    segment: int
    gap: LimitedValue | None
    worse: LimitedValue | None
    better: LimitedValue | None
    relative: LimitedValue | None
    naive: float | None
    reason: str
    flags: tuple[str, ...]
    year_ends: str = CALENDAR_YEAR

    @property
    def midpoint(self) -> float:
        """Middle of the window: 2012.5 is the middle of the year 2012, 2024.0 its 1 January."""
        return (self.start + self.end + 1) / 2 - YEAR_LEADS[self.year_ends]

    @property
    def first_calendar_year(self) -> int:
        """The first calendar year that it covers any part of."""
        return self.start - int(YEAR_LEADS[self.year_ends] > 0)

    @property
    def when(self) -> str:
        """The window as it stands in a sentence."""
        return period(self.start, self.end, self.year_ends)

    @property
    def label(self) -> str:
        """The window as it stands in a table or beside a mark."""
        return span(self.start, self.end, self.year_ends)

    @property
    def ends(self) -> str:
        """When its last year ends: `2014`, or `June 2014`."""
        return ending(self.end, self.year_ends)

    @property
    def years(self) -> int:
        """Length in years."""
        return self.end - self.start + 1

    @property
    def provisional(self) -> bool:
        """Whether deaths of the window are still coming in, or part of a year is missing."""
        return PROVISIONAL in self.flags


def _float(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _text(value: Any) -> str:
    return "" if value is None or pd.isna(value) else str(value)


def _truth(value: Any) -> bool:
    return value is True or str(value).lower() == "true"


def estimate(value: float | None, lower: float | None, upper: float | None) -> LimitedValue | None:
    """A value with its limits; None without the value."""
    return None if value is None else LimitedValue(value, lower, upper)


def estimate_of(row: Any, value: str, lower: str, upper: str) -> LimitedValue | None:
    middle = _float(row[value])
    return None if middle is None else LimitedValue(middle, _float(row[lower]), _float(row[upper]))


def _side(row: Any, prefix: str) -> LimitedValue | None:
    return estimate_of(row, f"{prefix}_years", f"{prefix}_lower95_years", f"{prefix}_upper95_years")


def windows(tables: Tables, measure: str, sex: str) -> tuple[Window, ...]:
    """Every window of one measure and sex, oldest first."""
    gap = tables["gap"]
    chosen = gap[(gap["measure"] == measure) & (gap["sex"] == sex)]
    rows = chosen.sort_values(["period_start", "period_end"]).to_dict("records")
    return tuple(
        Window(
            start=int(row["period_start"]),
            end=int(row["period_end"]),
            segment=int(row["segment"]),
            gap=estimate_of(row, "gap_years", "lower95_years", "upper95_years"),
            worse=_side(row, "worse"),
            better=_side(row, "better"),
            relative=estimate_of(row, "relative_gap", "relative_lower95", "relative_upper95"),
            naive=_float(row["naive_gap_years"]),
            reason=_text(row["reason"]),
            flags=tuple(_text(row["flags"]).split()),
            year_ends=_text(row["year_ends"]),
        )
        for row in rows
    )


def last_segment(found: tuple[Window, ...]) -> tuple[Window, ...]:
    """The windows after the last break, withheld ones too; provisional ones decide nothing."""
    usable = tuple(window for window in found if not window.provisional)
    last = max((window.segment for window in usable), default=0)
    return tuple(window for window in usable if window.segment == last)


def newest_segment(found: tuple[Window, ...]) -> tuple[Window, ...]:
    """The windows after the last break that have a gap: the only ones that are one trend."""
    return tuple(window for window in last_segment(found) if window.gap)


def share_years(found: tuple[Window, ...]) -> bool:
    """Whether any window begins before the one before it has ended."""
    return any(after.start <= before.end for before, after in pairwise(found))


def verdicts(tables: Tables) -> tuple[Verdict, ...]:
    """Every row of the table `verdict`, in its order."""
    return read_rows(Verdict, tables["verdict"].to_dict("records"))


def reason_of(verdict: Verdict) -> Coded:
    """Why there is no verdict, with what was found; nothing where there is one."""
    return Coded.read(verdict.reason_code, verdict.reason_arguments)


def touched(found: Sequence[Window]) -> tuple[Window, ...]:
    """Windows that hold a year of the pandemic, or a part of one."""
    return tuple(
        w for w in found if any(w.first_calendar_year <= year <= w.end for year in PANDEMIC_YEARS)
    )


def rows(
    kind: type[Row], tables: Tables, table: str, measure: str, sex: str, **wanted: object
) -> list[Row]:
    """Rows of one measure and sex as `kind`, None for what is missing; none without the table."""
    frame = tables.get(table)
    if frame is None:
        return []
    mine = frame[(frame["measure"] == measure) & (frame["sex"] == sex)]
    for name, value in wanted.items():
        mine = mine[mine[name] == value]
    return records(kind, mine)


def records(kind: type[Row], frame: pd.DataFrame) -> list[Row]:
    """Rows of a table as `kind`, None for what is missing."""
    named = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    if frame.empty:
        return []
    columns = [
        [
            None if missing else value
            for value, missing in zip(
                frame[name].astype(object).tolist(), frame[name].isna().tolist(), strict=True
            )
        ]
        for name in named
    ]
    return [kind(**dict(zip(named, row, strict=True))) for row in zip(*columns, strict=True)]


def area_name(tables: Tables, area_code: str) -> str:
    """The published name of an area, or that of its outline; its code when it has neither.

    Areas that are told together have their names joined.
    """
    if TOGETHER in area_code:
        joined = f" {TOGETHER} "
        return joined.join(area_name(tables, one) for one in area_code.split(TOGETHER))
    for table in (tables["life_expectancy"], tables.get("boundary")):
        if table is not None:
            named = table.loc[table["area_code"] == area_code, "area_name"]
            for name in named[named != area_code]:
                return str(name)
    return area_code


def area_label(tables: Tables, area_code: str) -> str:
    """The name with the code in brackets, or the code alone."""
    name = area_name(tables, area_code)
    return area_code if name == area_code else f"{name} ({area_code})"


def trajectory(tables: Tables, measure: str, sex: str) -> pd.DataFrame:
    """The annual path of one measure and sex, oldest year first; may be empty."""
    table = tables["trajectory"]
    chosen = table[(table["measure"] == measure) & (table["sex"] == sex)].copy()
    chosen["is_projected"] = [_truth(value) for value in chosen["is_projected"]]
    return chosen.sort_values("year").reset_index(drop=True)


def newest_period(tables: Tables, geography: str) -> tuple[int, int] | None:
    """Newest window of the published values of one vintage."""
    table = tables["life_expectancy"]
    chosen = table[table["geography"] == geography]
    if chosen.empty:
        return None
    row = chosen.sort_values(["period_end", "period_start"]).iloc[-1]
    return int(row["period_start"]), int(row["period_end"])


def area_values(
    tables: Tables, geography: str, sex: str, window: tuple[int, int]
) -> dict[str, LimitedValue | None]:
    """Published value of every area of one vintage, sex and window, by code."""
    table = tables["life_expectancy"]
    chosen = table[
        (table["geography"] == geography)
        & (table["sex"] == sex)
        & (table["period_start"] == window[0])
        & (table["period_end"] == window[1])
    ]
    return {
        str(row["area_code"]): estimate_of(
            row, "life_expectancy_years", "lower95_years", "upper95_years"
        )
        for row in chosen.to_dict("records")
    }


def comparator(
    tables: Tables, area_code: str, sex: str, window: tuple[int, int]
) -> LimitedValue | None:
    """Value of the whole place in the same window, whatever vintage its row stands under."""
    table = tables["life_expectancy"]
    chosen = table[table["area_code"] == area_code]
    for geography in sorted(chosen["geography"].unique()):
        value = area_values(tables, str(geography), sex, window).get(area_code)
        if value is not None:
            return value
    return None
