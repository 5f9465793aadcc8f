"""Figures by area from a described file: named columns of a sheet, or the number of its rows."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from gapwatch import tables
from gapwatch.contracts import AREA_FIGURE
from gapwatch.sources.counted_rows import CountedRows, Wanted, rows_of
from gapwatch.sources.declared.grid import grids, refuse, refuse_plainly
from gapwatch.sources.declared.kept_rows import SeenWords, records, require_seen
from gapwatch.sources.declared.layout import Layout, column, locate, plain
from gapwatch.sources.declared.numbers import NumberError, number
from gapwatch.study.figures import PERIOD, FileFigure
from gapwatch.study.periods import PeriodError, Span, read_span
from gapwatch.study.sources import FileSource

_LIMITS = ("lower95", "upper95")
_TIMES = "times"


@dataclass(frozen=True)
class _Reading:
    """One figure in one sheet: where its columns are, and its time where the study tells it."""

    name: str
    figure: FileFigure
    places: dict[str, int]


def read(source: FileSource, where: str, content: bytes) -> pd.DataFrame:
    """The table `area_figure`, a row for each area and figure, canonical.

    Cells in `missing` are missing, never zero. Raises ValidationError, with row and column, for a
    cell that is no number, a time that can't be read, an area or time that stands twice.
    """
    seen = SeenWords()
    rows: list[dict[str, object]] = []
    spans: dict[tuple[str, str, bool], Span] = {}
    if all(figure.column is None for figure in source.figures.values()):
        rows = _counted(source, where, content, seen)
        return _whole(source, where, seen, rows)
    for grid in grids(source, where, content):
        layout = locate(source, grid)
        readings = [_reading(layout, name, one) for name, one in source.figures.items()]
        taken = {name: column(layout, file) for name, file in source.columns.items()}
        for row, cells in records(source, layout, seen):
            place = f"{layout.where}, row {row}"
            code = cells[taken["area_code"]]
            told = {
                "geography": source.constants["geography"],
                "area_code": code,
                "area_name": cells[taken["area_name"]] if "area_name" in taken else code,
                "value_note": None,
            }
            for reading in readings:
                period = reading.figure.period or cells[taken["period"]]
                span = _span(spans, reading.figure, period, place)
                rows.append(
                    {
                        **told,
                        "figure": reading.name,
                        "period": period,
                        "first_day": span.first.isoformat(),
                        "last_day": span.last.isoformat(),
                        "heading": layout.names[reading.places["value"]],
                        **_values(source, layout, cells, reading, place),
                        **{part: None for part in _LIMITS if part not in reading.places},
                    }
                )
    return _whole(source, where, seen, rows)


def _counted(
    source: FileSource, where: str, content: bytes, seen: SeenWords
) -> list[dict[str, object]]:
    """Rows of the table where each figure is a number of rows of the file."""
    rows = CountedRows()
    known: dict[tuple[str, str, bool], Span] = {}
    spans: dict[tuple[str, str], Span] = {}
    for grid in grids(source, where, content):
        layout = locate(source, grid)
        wanted = Wanted(source, layout)
        taken = {name: column(layout, file) for name, file in source.columns.items()}
        code, name = taken["area_code"], taken.get("area_name", taken["area_code"])
        for row, cells in records(source, layout, seen):
            period = cells[taken[PERIOD]] if PERIOD in taken else ""
            for figure, told in source.figures.items():
                for text in {period, told.period} - {""}:
                    if (figure, text) not in spans:
                        place = f"{layout.where}, row {row}"
                        spans[figure, text] = _span(known, told, text, place)
            rows.add(cells[code], cells[name], period, wanted.of(cells))
    return rows_of(source, where, rows, spans) if rows.listed else []


def _whole(
    source: FileSource, where: str, seen: SeenWords, rows: list[dict[str, object]]
) -> pd.DataFrame:
    require_seen(source, where, seen)
    if not rows:
        refuse_plainly(where, "rows of area_figure", "none that is kept")
    return tables.canonical(AREA_FIGURE, pd.DataFrame(rows), where)


def _reading(layout: Layout, name: str, figure: FileFigure) -> _Reading:
    at = {"value": column(layout, figure.column or "")}
    if figure.times is not None:
        at[_TIMES] = column(layout, figure.times)
    for part in _LIMITS:
        file = getattr(figure, part)
        if file is not None:
            at[part] = column(layout, file)
    return _Reading(name, figure, at)


def _span(
    known: dict[tuple[str, str, bool], Span], figure: FileFigure, period: str, place: str
) -> Span:
    key = (period, figure.of_two, figure.monthly)
    if key not in known:
        try:
            known[key] = read_span(period, figure.of_two, monthly=figure.monthly)
        except PeriodError as error:
            refuse(
                f"{place}, period", error.expected, error.found, "correct the period in the study"
            )
    return known[key]


def _values(
    source: FileSource, layout: Layout, cells: list[str], reading: _Reading, place: str
) -> dict[str, float | None]:
    """The figure and its limits; a product is missing where either part is."""
    found = {part: _value(source, layout, cells, at, place) for part, at in reading.places.items()}
    if _TIMES in found:
        value, times = found["value"], found.pop(_TIMES)
        found["value"] = None if value is None or times is None else value * times
    return found


def _value(
    source: FileSource, layout: Layout, cells: list[str], at: int, place: str
) -> float | None:
    text = cells[at]
    if text in {plain(word) for word in source.missing}:
        return None
    try:
        return number(text, source)
    except NumberError as error:
        remedy = error.remedy or "where it is a mark of missing, name it in missing"
        refuse(f"{place}, column {layout.names[at]!r}", error.expected, error.found, remedy)
