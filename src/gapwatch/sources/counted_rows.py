"""Figures by area that are numbers of rows: a file with a row for each event."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gapwatch.sources.declared.grid import refuse
from gapwatch.sources.declared.layout import Layout, column, plain
from gapwatch.study.figures import PERIOD
from gapwatch.study.periods import Span
from gapwatch.study.sources import FileSource

Key = tuple[str, str]
"""Area and time, as the file has them."""


@dataclass
class CountedRows:
    """Rows of a file as they are counted: by figure, area and time, over all of its parts."""

    counts: dict[str, Counter[Key]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    listed: dict[Key, None] = field(default_factory=dict)

    def add(self, area: str, name: str, period: str, held: Sequence[str]) -> None:
        """Count a row for the figures that it is of; its area is listed in its time."""
        self.names.setdefault(area, name)
        self.listed.setdefault((area, period))
        for figure in held:
            self.counts.setdefault(figure, Counter())[area, period] += 1


class Wanted:
    """Which figures a row counts for, in one sheet."""

    def __init__(self, source: FileSource, layout: Layout) -> None:
        self._words = {
            name: [
                (column(layout, file), {plain(word) for word in words})
                for file, words in figure.rows.items()
            ]
            for name, figure in source.figures.items()
        }

    def of(self, cells: Sequence[str]) -> list[str]:
        """The figures of a row."""
        found = []
        for name, words in self._words.items():
            if all(cells[at] in wanted for at, wanted in words):
                found.append(name)
        return found


def rows_of(
    source: FileSource, where: str, rows: CountedRows, spans: Mapping[Key, Span]
) -> list[dict[str, object]]:
    """A row for each figure, area and time; `spans` gives the days by figure and time as told.

    Raises ValidationError for months that a figure's own time holds and the file doesn't, or that
    lie outside it, and for a figure that no row of the file is of.
    """
    found: list[dict[str, object]] = []
    for name, figure in source.figures.items():
        counts = rows.counts.get(name)
        if counts is None:
            words = "; ".join(f"{file}: {', '.join(told)}" for file, told in figure.rows.items())
            refuse(f"{where}, figures.{name}", f"rows of it ({words or 'any'})", "none at all")
        if figure.period and PERIOD in source.columns:
            _require_months(f"{where}, figures.{name}", figure.period, rows, spans, name)
        totals: dict[Key, int] = {}
        for area, period in rows.listed:
            told = figure.period or period
            totals[area, told] = totals.get((area, told), 0) + counts[area, period]
        for (area, told), count in totals.items():
            span = spans[name, told]
            found.append(
                {
                    "geography": source.constants["geography"],
                    "area_code": area,
                    "area_name": rows.names[area],
                    "figure": name,
                    "period": told,
                    "first_day": span.first.isoformat(),
                    "last_day": span.last.isoformat(),
                    "value": count,
                    "lower95": None,
                    "upper95": None,
                    "heading": ", ".join(word for told in figure.rows.values() for word in told)
                    or "Rows",
                    "value_note": None,
                }
            )
    return found


def _require_months(
    where: str, period: str, rows: CountedRows, spans: Mapping[Key, Span], name: str
) -> None:
    """Refuse rows outside a figure's time, and a time of which the file lacks a part."""
    whole = spans[name, period]
    days = sorted({spans[name, told] for _, told in rows.listed})
    for told in days:
        if told.first < whole.first or told.last > whole.last:
            refuse(
                where,
                f"rows of {period} alone",
                f"some of {told.first.isoformat()} to {told.last.isoformat()}",
                "correct the period of the figure, or choose rows by keep_pattern",
            )
    reached = whole.first
    for told in days:
        if told.first > reached:
            break
        reached = max(reached, told.last + dt.timedelta(days=1))
    if reached <= whole.last:
        refuse(
            where,
            f"rows of every part of {period}",
            f"none from {reached.isoformat()}",
            "put the part that is lacking into the archive, or correct the period of the figure",
        )
