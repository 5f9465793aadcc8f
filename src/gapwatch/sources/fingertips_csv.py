"""The CSV of OHID Fingertips, read by the names of its columns: today's 27 or the older 26.

Extra and moved columns make no difference. Rows of older exports are one field short at their end;
they are believed only where it is certain that no value stands in another's place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NoReturn

import numpy as np
import pandas as pd

from gapwatch.errors import UnfitError
from gapwatch.sources.parsing import break_contract, places, records, refuse
from gapwatch.sources.vocabulary import parse_period, parse_sex

COUNTRY = "E92000001"
SORTABLE = "Time period Sortable"
RANGE = "Time period range"
COLUMNS = {
    "Indicator ID": "indicator",
    "Parent Code": "parent_code",
    "Area Code": "area_code",
    "Area Name": "area_name",
    "Area Type": "area_type",
    "Sex": "sex",
    "Age": "age",
    "Category Type": "category_type",
    "Time period": "period",
    "Value": "value",
    "Lower CI 95.0 limit": "lower",
    "Upper CI 95.0 limit": "upper",
    "Value note": "value_note",
    SORTABLE: "sortable",
}
# What an indicator is made of, where a study asks for it.
PARTS = {"Count": "count", "Denominator": "denominator"}
_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,2})?")
_NAMES = {name: column for column, name in (COLUMNS | PARTS).items()}


def read(content: bytes, where: str, parts: Sequence[str] = ()) -> pd.DataFrame:
    """Every row as text, by the names in COLUMNS' values, with `row` as a spreadsheet counts.

    `parts` are those of PARTS that are read as well.

    The column `span` (`5y`) is there when the file has one. Raises SourceError for what is no such
    file: a needed column that is absent, a row that is too long or too short.
    """
    header, rows, numbers = records(content, where)
    needed = [*COLUMNS, *(_NAMES[part] for part in parts)]
    named = dict(zip(needed, places(header, needed, where), strict=True))
    if RANGE in header:
        named[RANGE] = places(header, [RANGE], where)[0]
    for cells, number in zip(rows, numbers, strict=True):
        if len(cells) != len(header):
            _require_short_end(cells, len(header), named, f"{where}, row {number}")
    data: dict[str, Sequence[object]] = {
        (COLUMNS | PARTS).get(name, "span"): [cells[place] for cells in rows]
        for name, place in named.items()
    }
    return pd.DataFrame({"row": np.array(numbers, dtype=np.int64), **data}, dtype=object)


def _require_short_end(cells: list[str], width: int, named: dict[str, int], where: str) -> None:
    """Refuse a row of another width, unless only a trailing field that nobody needs is missing.

    A field missing anywhere before the sortable period would move another text into its place,
    and no other text agrees with the period; so everything up to it stands where it should.
    """
    last = max(named.values())
    if len(cells) != width - 1 or named[SORTABLE] != last or last >= len(cells):
        refuse(where, f"{width} fields", f"{len(cells)} fields")
    if not _agrees(cells[named["Time period"]], cells[last]):
        refuse(where, f"{width} fields, or one less at the end", "a field missing further left")


def _agrees(period: str, sortable: str) -> bool:
    try:
        return sortable == f"{parse_period(period)[0]}0000"
    except ValueError:
        return False


def headline(frame: pd.DataFrame, age: str, period_years: int, where: str) -> pd.DataFrame:
    """Rows of an age and a length of window by sex, without splits; England once a period.

    Adds `period_start` and `period_end`; `value`, `lower` and `upper` become numbers, missing
    where blank. Raises SourceError for a repeated row, unknown words and a period that disagrees
    with its sortable form; ValidationError for a value without its interval, or outside it.
    """
    whole = once(frame, where)
    ages = whole["age"].map({text: " ".join(text.split()).lower() for text in set(whole["age"])})
    aged = whole[ages == age.lower()]
    if aged.empty:
        told = ", ".join(sorted(set(whole["age"])))[:200] or "no headline rows"
        refuse(f"{where}, column Age", age, told)
    sexes = {text: _sex(text, aged, where) for text in set(aged["sex"])}
    sexed = aged.assign(sex=aged["sex"].map(sexes))
    found = _of_length(sexed[sexed["sex"].notna()], period_years, where)
    return _numbers(found, where)


def _sex(text: str, frame: pd.DataFrame, where: str) -> str | None:
    try:
        return parse_sex(text)
    except UnfitError as error:
        _refuse_word(error, frame["sex"] == text, frame, f"{where}, column Sex")


def _refuse_word(error: UnfitError, bad: pd.Series, frame: pd.DataFrame, where: str) -> NoReturn:
    row = first_row(frame, bad.to_numpy())
    refuse(f"{where}, row {row}", error.expected, error.found[:200])


def first_row(frame: pd.DataFrame, bad: np.ndarray) -> int:
    """The row of the file in which the first bad one stands."""
    return int(frame["row"].iloc[int(np.flatnonzero(bad)[0])])


def _of_length(frame: pd.DataFrame, years: int, where: str) -> pd.DataFrame:
    """Rows whose window is so many years long; a stated range and the period must agree."""
    if "span" in frame:
        blank = (frame["span"] == "").to_numpy()
        if blank.any():
            refuse(
                f"{where}, row {first_row(frame, blank)}, column {RANGE}", f"{years}y", "a blank"
            )
        frame = frame[frame["span"] == f"{years}y"]
    windows: dict[str, tuple[int, int]] = {}
    for text in dict.fromkeys(frame["period"]):
        try:
            windows[text] = parse_period(text)
        except UnfitError as error:
            _refuse_word(error, frame["period"] == text, frame, f"{where}, column Time period")
    starts = np.array([windows[text][0] for text in frame["period"]], dtype=np.int64)
    ends = np.array([windows[text][1] for text in frame["period"]], dtype=np.int64)
    fits = ends - starts + 1 == years
    if "span" in frame and not fits.all():
        row = first_row(frame, ~fits)
        refuse(
            f"{where}, row {row}, column Time period",
            f"a window of {years} years",
            f"another window, though its range is {years}y",
        )
    frame = frame.assign(period_start=starts, period_end=ends)[fits]
    other = (frame["sortable"] != frame["period_start"].astype(str) + "0000").to_numpy()
    if other.any():
        row = first_row(frame, other)
        text = frame.loc[frame["row"] == row, "sortable"].iloc[0]
        refuse(
            f"{where}, row {row}, column {SORTABLE}",
            "the first year of the period and 0000",
            repr(text)[:100],
        )
    if frame.empty:
        refuse(where, f"rows of {years}-year windows", "none")
    return frame


def _numbers(frame: pd.DataFrame, where: str) -> pd.DataFrame:
    figures = {name: numbers(frame, name, where) for name in ("value", "lower", "upper")}
    value, lower, upper = figures.values()
    given = ~np.isnan(value)
    alone = (np.isnan(lower) == given) | (np.isnan(upper) == given)
    if alone.any():
        break_contract(
            f"{where}, row {first_row(frame, alone)}",
            "a value together with its 95% interval, or neither",
            "a part of them",
        )
    outside = given & ~((lower <= value) & (value <= upper))
    if outside.any():
        at = int(np.flatnonzero(outside)[0])
        break_contract(
            f"{where}, row {first_row(frame, outside)}, column Value",
            f"a value inside its interval, {lower[at]:g} to {upper[at]:g}",
            f"{value[at]:g}",
        )
    return frame.assign(**figures)


def numbers(frame: pd.DataFrame, name: str, where: str) -> np.ndarray:
    """A column as numbers, missing where it is blank; SourceError for anything else."""
    cells = frame[name].to_list()
    bad = np.array([bool(cell) and _NUMBER.fullmatch(cell) is None for cell in cells])
    if bad.any():
        refuse(
            f"{where}, row {first_row(frame, bad)}, column {_NAMES[name]}",
            "a number, or nothing",
            repr(cells[int(np.flatnonzero(bad)[0])])[:100],
        )
    return np.array([float(cell) if cell else np.nan for cell in cells])


def once(frame: pd.DataFrame, where: str) -> pd.DataFrame:
    """Rows of `read` without splits, with each area, sex, age and period once.

    England comes twice: without a parent, and as its own. Raises SourceError when these two differ
    in anything but the parent, and for any other row that is repeated.
    """
    key = ["area_code", "sex", "age", "period", *(["span"] if "span" in frame else [])]
    whole = frame[frame["category_type"] == ""]
    same = whole.duplicated(key)
    if not same.any():
        return whole
    twins = same & (whole["area_code"] == COUNTRY)
    told = [*key, "value", "lower", "upper", "value_note"]
    exact = whole.duplicated(told) & ~whole.duplicated([*key, "parent_code"])
    wrong = (same & ~(twins & exact)).to_numpy()
    if wrong.any():
        at = whole.iloc[int(np.flatnonzero(wrong)[0])]
        found = f"{at['area_code']}, {at['sex']}, {at['period']} again"
        if at["area_code"] == COUNTRY:
            found += "; England's rows may differ in nothing but their parent"
        refuse(f"{where}, row {at['row']}", "each area, sex and period once", found[:300])
    return whole[~same]
