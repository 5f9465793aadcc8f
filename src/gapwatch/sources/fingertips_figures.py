"""OHID Fingertips: any indicator as figures by area, with its limits, count and denominator."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gapwatch import tables
from gapwatch.contracts import AREA_FIGURE
from gapwatch.sources import fingertips_csv
from gapwatch.sources.fingertips_api import (
    csv_name,
    fetch,
    indicator,
    names,
    read_rows,
    require_areas,
)
from gapwatch.sources.fingertips_csv import PARTS, SORTABLE, first_row, numbers, once
from gapwatch.sources.parsing import break_contract, dig, json_of, one, refuse, words
from gapwatch.sources.payload import Payload
from gapwatch.study.live_figures import FingertipsFigures
from gapwatch.study.periods import PeriodError, Span, YearKind, read_span

__all__ = ["fetch", "parse"]
VALUE, LIMITS = "value", ("lower", "upper")
# Fingertips' kinds of year whose two parts say nothing of the month that they begin in.
_OF_TWO: dict[str, YearKind] = {"academic": "school", "financial": "financial"}
_MOST_PERCENT = 100.0


def parse(source: FingertipsFigures, payloads: tuple[Payload, ...]) -> dict[str, pd.DataFrame]:
    """The table area_figure: a row for each small area, period and figure.

    A blank is missing, with the publisher's note. Raises SourceError for answers that make no
    sense, ValidationError for areas that aren't the expected ones and for figures that can't be
    right: a value outside its limits, a percentage above 100, a denominator of 0.
    """
    where = csv_name(source)
    about = indicator(source, payloads).iloc[0]
    _require_kind_of_year(source, payloads, where)
    parts = [part for part in PARTS.values() if part in source.figures.values()]
    frame, area_type = read_rows(source, payloads, parts)
    rows = _chosen(source, frame[frame["small"].to_numpy(dtype=bool)], where)
    require_areas(area_type, rows, where, each=1)
    spans = _spans(source, rows, where)
    held = _numbers(rows, parts, str(about["unit"]), where)
    named = names(rows, pd.Series(data=True, index=rows.index))
    notes = rows["value_note"].map(lambda text: words(text) or None)
    blank = np.full(len(rows), np.nan)
    found = [
        pd.DataFrame(
            {
                "geography": area_type.geography,
                "area_code": rows["area_code"],
                "area_name": named,
                "figure": figure,
                "period": rows["period"],
                "first_day": [spans[text].first.isoformat() for text in rows["period"]],
                "last_day": [spans[text].last.isoformat() for text in rows["period"]],
                "value": held[part],
                "lower95": held["lower"] if part == VALUE else blank,
                "upper95": held["upper"] if part == VALUE else blank,
                "heading": str(about["indicator_name"]) + f"; {part}" * (part != VALUE),
                "value_note": notes,
            }
        )
        for figure, part in source.figures.items()
    ]
    every = pd.concat(found, ignore_index=True)
    return {AREA_FIGURE.name: tables.canonical(AREA_FIGURE, every, where)}


def _require_kind_of_year(
    source: FingertipsFigures, payloads: Sequence[Payload], where: str
) -> None:
    """Refuse a study that lets a school year begin in April, or a financial one in September."""
    metadata = one(payloads, "metadata", where)
    told = words(dig(json_of(metadata.content, where), str(source.indicator), "YearType", "Name"))
    kind = _OF_TWO.get(told.partition(" ")[0].casefold())
    if kind is not None and kind != source.of_two:
        break_contract(
            f"{where}, its kind of year",
            f'of_two = "{kind}", as the publisher says ({told})',
            f'of_two = "{source.of_two}"',
        )


def _chosen(source: FingertipsFigures, small: pd.DataFrame, where: str) -> pd.DataFrame:
    """Rows without splits, of the sex, the age and the length that the study asks for."""
    rows = once(small, where)
    asked = {"sex": source.sex, "age": source.age, "span": source.span}
    for column, wanted in asked.items():
        if wanted is None:
            continue
        if column not in rows:
            refuse(
                f"{where}, header", f"lengths of periods, of which {wanted} is asked for", "none"
            )
        told = rows[column].map(words)
        kept = rows[told.str.casefold() == wanted.casefold()]
        if kept.empty:
            several = ", ".join(sorted(set(told)))[:200] or "no rows"
            refuse(f"{where}, {column}", wanted, several)
        rows = kept
    return rows


def _spans(source: FingertipsFigures, rows: pd.DataFrame, where: str) -> dict[str, Span]:
    """Every period by its text; each must begin in the year that its sortable form says."""
    spans: dict[str, Span] = {}
    for text in dict.fromkeys(rows["period"]):
        at = (rows["period"] == text).to_numpy()
        row = first_row(rows, at)
        try:
            spans[text] = read_span(text, source.of_two)
        except PeriodError as error:
            refuse(f"{where}, row {row}, column Time period", error.expected, error.found)
        sortable = set(rows.loc[at, "sortable"])
        year = spans[text].first.year
        if not all(one_of.startswith(str(year)) for one_of in sortable):
            refuse(
                f"{where}, row {row}, column {SORTABLE}",
                f"a text that begins with {year}, as {text} does",
                repr(min(sortable))[:100],
            )
    return spans


def _numbers(
    rows: pd.DataFrame, parts: Sequence[str], unit: str, where: str
) -> dict[str, np.ndarray]:
    """Value, limits and parts as numbers, held against each other."""
    found = {name: numbers(rows, name, where) for name in (VALUE, *LIMITS, *parts)}
    value, lower, upper = found[VALUE], found["lower"], found["upper"]
    given = ~np.isnan(value)
    half = np.isnan(lower) != np.isnan(upper)
    rules = [
        (half, "Value", "both limits or neither", "one of them"),
        (~given & ~np.isnan(lower), "Value", "a value together with its limits", "limits alone"),
        (given & ((value < lower) | (value > upper)), "Value", "a value inside its limits", ""),
        (given & (value < 0), "Value", "a value of at least 0", ""),
    ]
    if unit == "%":
        rules.append((value > _MOST_PERCENT, "Value", "a percentage from 0 to 100", ""))
    if "denominator" in parts:
        wrong = given & ~(found["denominator"] > 0)
        rules.append((wrong, "Denominator", "a denominator above 0 beside a value", ""))
    if "count" in parts:
        rules.append((found["count"] < 0, "Count", "a count of at least 0", ""))
    for wrong, column, expected, told in rules:
        if wrong.any():
            at = int(np.flatnonzero(wrong)[0])
            shown = found[fingertips_csv.COLUMNS.get(column) or PARTS[column]][at]
            place = f"{where}, row {first_row(rows, wrong)}, column {column}"
            break_contract(
                place, expected, told or ("a blank" if np.isnan(shown) else f"{shown:g}")
            )
    return found
