"""Which years and months a file may hold, and which it must."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pandas as pd

from gapwatch.sources.declared.cells import Value
from gapwatch.sources.declared.grid import refuse_plainly

_MONTHS = 12


def require_known_by(
    years: tuple[int, int] | None, known_at: dt.date | None, fields: Mapping[str, Value], where: str
) -> None:
    """Raise PlainError for a row of a year outside `years`, or of a time after `known_at`."""
    year, month = fields.get("year"), str(fields.get("month") or "")
    if not isinstance(year, int):
        return
    if years is not None and not years[0] <= year <= years[1]:
        refuse_plainly(
            where,
            f"a year from {years[0]} to {years[1]}, the source's years",
            str(year),
            "correct the row, or years in the study",
        )
    if known_at is None:
        return
    told = f"{year}-{month}" if month else str(year)
    if told > known_at.isoformat()[: len(told)]:
        refuse_plainly(
            where,
            f"a time up to {known_at}, when the file was obtained",
            told,
            "correct the date in the file, or this machine's clock",
        )


def require_whole(frame: pd.DataFrame, years: tuple[int, int], where: str) -> None:
    """Raise PlainError unless a sparse file has rows in each of its years, and of each month.

    Months are asked for up to the last one of the last year. Where the whole place has no death in
    a month, the month was left out.
    """
    held = {
        (int(year), str(month)) for year, month in zip(frame["year"], frame["month"], strict=True)
    }
    monthly = any(month for _, month in held)
    wanted = [
        (year, f"{month:02}")
        for year in range(years[0], years[1] + 1)
        for month in range(1, _MONTHS + 1)
    ]
    if monthly:
        lacking = [f"{y}-{m}" for y, m in wanted if (y, m) < max(held) and (y, m) not in held]
    else:
        lacking = [str(y) for y in range(years[0], years[1] + 1) if (y, "") not in held]
    if monthly and not any(year == years[1] for year, _ in held):
        lacking.append(str(years[1]))
    if lacking:
        period = "month" if monthly else "year"
        refuse_plainly(
            where,
            f"rows of each {period} from {years[0]} to {years[1]}",
            f"none of {', '.join(lacking[:5])}",
            "put the missing deaths in, or correct years in the study",
        )
