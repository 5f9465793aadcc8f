"""Tables in and out: CSV read strictly against its contract, written in one canonical form."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.extensions import ExtensionArray
from pandas.arrays import NumpyExtensionArray

from gapwatch.contracts import DECIMALS, Column, Table
from gapwatch.errors import ValidationError

# Spreadsheets run a cell that starts like this as a formula. An apostrophe in front stops them;
# text that has apostrophes there already gets one more, so that reading back is exact. A negative
# number runs nothing and stays as it is.
_FORMULA = re.compile(r"(?!-\d+(\.\d+)?(e-?\d+)?\Z)'*[=+@\t\r-]")
DTYPES = {"text": "str", "integer": "Int64", "number": "float64", "boolean": "boolean"}
"""Of what type pandas holds a column, by its kind."""
_XSD = {"text": "string", "integer": "integer", "number": "number", "boolean": "boolean"}


def read_csv(table: Table, content: bytes, origin: str) -> pd.DataFrame:
    """Parse a CSV that must meet `table`; columns that may be missing may be absent.

    Raises ValidationError, which names the file, the row (as a spreadsheet counts), the column,
    what was expected and what was found.
    """
    rows = _rows(content, origin)
    header = rows[0]
    if len(set(header)) != len(header):
        _refuse(f"{origin}, header", "each column once", ", ".join(header))
    unknown = [name for name in header if name not in table.names]
    missing = [
        column.name for column in table.columns if column.name not in header and not column.nullable
    ]
    if unknown or missing:
        problem = [f"no {name!r}" for name in missing] + [f"unknown {name!r}" for name in unknown]
        _refuse(f"{origin}, header", ", ".join(table.names), "; ".join(problem))
    body = rows[1:]
    if not body:
        _refuse(origin, f"rows of {table.name}", "a header alone")
    for number, row in enumerate(body, 2):
        if len(row) != len(header):
            _refuse(f"{origin}, row {number}", f"{len(header)} fields", f"{len(row)} fields")
    fields = dict(zip(header, zip(*body, strict=True), strict=True))
    blank = ("",) * len(body)
    frame = pd.DataFrame(
        {
            column.name: _parse(column, fields.get(column.name, blank), origin)
            for column in table.columns
        }
    )
    return canonical(table, frame, origin)


def _rows(content: bytes, origin: str) -> list[list[str]]:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse(origin, "text in UTF-8", f"byte {error.start} is not UTF-8")
    if not text.strip():
        _refuse(origin, "a header and rows", "an empty file")
    if not text.endswith("\n"):
        _refuse(origin, "a last line that ends", "a file that stops in the middle of a line")
    try:
        return list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        _refuse(origin, "CSV", str(error))


def _parse(column: Column, cells: Sequence[str], origin: str) -> pd.Series:
    """Turn text into the column's type; the first cell that can't be one is named.

    Each different cell is looked at once, and most come many times.
    """
    different = {cell: number for number, cell in enumerate(dict.fromkeys(cells))}
    values: list[object] = []
    for cell in different:
        try:
            values.append(_value(column, cell))
        except ValueError:
            found = "a blank" if not cell else repr(cell)
            row = cells.index(cell) + 2
            _refuse(f"{origin}, row {row}, column {column.name}", _wanted(column), found)
    places = np.fromiter(map(different.__getitem__, cells), dtype=np.intp, count=len(cells))
    every = pd.Series(values, dtype=DTYPES[column.kind])
    return every.take(places).reset_index(drop=True)


def _value(column: Column, cell: str) -> object:
    """What a cell says, None where it says nothing; ValueError where it can't be of the column."""
    if not cell and column.nullable:
        return None
    if column.kind == "text":
        return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
    if not _SYNTAX[column.kind].fullmatch(cell):
        raise ValueError(cell)
    return _TRUTH[cell] if column.kind == "boolean" else float(cell)


_TRUTH = {"true": True, "false": False}
_SYNTAX = {
    "integer": re.compile(r"-?\d{1,15}"),
    # With a small exponent as `csv_text` writes one; never a large one, as a spreadsheet shortens.
    "number": re.compile(r"-?\d{1,15}(\.\d{1,17})?(e-\d{1,3})?"),
    "boolean": re.compile(r"true|false"),
}


def _wanted(column: Column) -> str:
    words = {"integer": "a whole number", "number": "a number", "boolean": "true or false"}
    text = words.get(column.kind, "text")
    if column.choices:
        text = f"one of {', '.join(column.choices)}"
    elif column.pattern:
        text = f"text of the form {column.pattern}"
    elif column.minimum is not None or column.maximum is not None:
        low = "" if column.minimum is None else f" at least {column.minimum:g}"
        high = "" if column.maximum is None else f" at most {column.maximum:g}"
        text += " and".join(part for part in (low, high) if part)
    return text + (", or nothing" if column.nullable else "")


def canonical(table: Table, frame: pd.DataFrame, origin: str) -> pd.DataFrame:
    """Check a frame against its contract; return its columns in order, typed, rounded, sorted.

    Every table passes here on its way to DuckDB, to CSV and to JSON, so the three always agree.
    """
    # Arrays, not series: nearly all tables are small, and their indexes would take half the time.
    typed = {column.name: _typed(column, frame[column.name]) for column in table.columns}
    for column in table.columns:
        _check_column(column, typed[column.name], origin)
    order, repeated = _ordered([typed[name] for name in table.key])
    if repeated is not None:
        key = ", ".join(f"{name} {typed[name][repeated]}" for name in table.key)
        _refuse(
            f"{origin}, row {repeated + 2}", f"each {', '.join(table.key)} once", f"{key} again"
        )
    if order is not None:
        typed = {name: array.take(order) for name, array in typed.items()}
    return pd.DataFrame(typed)


def _ordered(key: Sequence[Any]) -> tuple[npt.NDArray[np.intp] | None, int | None]:
    """The order of the rows by their key, None where they are in it; the first row of a key again.

    As `sort_values` and `duplicated` find them; each column is looked at once for both.
    """
    codes = np.empty((len(key), len(key[0])), dtype=np.intp)
    for number, array in enumerate(key):
        found, different = pd.factorize(array, sort=True)
        # What is missing comes last.
        codes[number] = np.where(found < 0, len(different), found)
    order = np.lexsort(codes[::-1])
    in_order = codes[:, order]
    again = np.flatnonzero((in_order[:, 1:] == in_order[:, :-1]).all(axis=0))
    first = int(order[again + 1].min()) if again.size else None
    return (None if (order[1:] > order[:-1]).all() else order), first


def _typed(column: Column, series: pd.Series) -> ExtensionArray:
    kind: Any = DTYPES[column.kind]
    array = (series if series.dtype == kind else series.astype(kind)).array
    # Adding zero turns a rounded -0.0 into 0.0, which would read as another number.
    return (
        NumpyExtensionArray(array.to_numpy().round(DECIMALS) + 0.0)
        if column.kind == "number"
        else array
    )


def _check_column(column: Column, array: ExtensionArray, origin: str) -> None:
    missing = np.asarray(array.isna())
    bad = np.zeros(len(array), dtype=bool) if column.nullable else missing.copy()
    if column.kind == "text":
        wrong = [word for word in array.unique() if isinstance(word, str) and _odd(column, word)]
        if wrong:
            bad |= np.fromiter((cell in wrong for cell in array), dtype=bool, count=len(array))
    elif column.kind != "boolean":
        bad[~missing] |= _beyond(column, array.to_numpy(dtype=float, na_value=np.nan)[~missing])
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        cell = array[row]
        blank = missing[row] or cell == ""
        found = "a blank" if blank else repr(cell) if isinstance(cell, str) else str(cell)
        _refuse(f"{origin}, row {row + 2}, column {column.name}", _wanted(column), found)


def _odd(column: Column, word: str) -> bool:
    """Whether a text isn't one of the column's."""
    return (
        (not word and not column.may_be_empty)
        or bool(column.choices and word not in column.choices)
        or bool(column.pattern and not re.fullmatch(column.pattern, word))
    )


def _beyond(column: Column, values: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Whether each number, none missing, is outside the column's limits or has no size."""
    beyond = ~np.isfinite(values)
    if column.minimum is not None:
        beyond |= values < column.minimum
    if column.maximum is not None:
        beyond |= values > column.maximum
    return beyond


def _refuse(where: str, expected: str, found: str) -> NoReturn:
    raise ValidationError(
        where,
        expected=expected,
        found=found,
        remedy="compare the file with the publisher's; nothing was published from it",
    )


def csv_text(value: object) -> str:
    """One cell: missing is empty, floats are as short as they can be, text can't be a formula."""
    # First what most cells are: to ask whether any object is missing takes longest.
    if isinstance(value, str):
        return f"'{value}" if _FORMULA.match(value) else str(value)
    if isinstance(value, (float, np.floating)):
        return "" if math.isnan(value) else repr(float(value)).removesuffix(".0")
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    return "" if pd.isna(value) else str(value)  # type: ignore[call-overload]


def to_csv(table: Table, frame: pd.DataFrame, *, banner: str = "") -> bytes:
    """Write a canonical frame as UTF-8 CSV with line feeds; `banner` goes into a last column."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([*table.names, "notice"] if banner else table.names)
    columns = [_cells(frame[name]) for name in table.names]
    if banner:
        columns.append([csv_text(banner)] * len(frame))
    writer.writerows(zip(*columns, strict=True))
    return buffer.getvalue().encode("utf-8")


def _cells(series: pd.Series) -> list[str]:
    """The cells of a column; each different value is written once, and most come many times."""
    codes, values = pd.factorize(series.astype(object) if series.dtype == "str" else series)
    texts = np.array([*(csv_text(value) for value in values), ""], dtype=object)
    found: list[str] = texts[codes].tolist()
    return found


def csvw(
    tables: Sequence[Table], rights: Mapping[str, Sequence[str]] | None = None, *, banner: str = ""
) -> bytes:
    """CSV on the Web metadata for the exports of `tables` (W3C tabular metadata, 2015).

    `rights` are licences and attributions by table; `banner` as in `to_csv`.
    """
    held = rights or {}
    notice = [_described(Column("notice", "text", banner))] if banner else []
    described = [
        {
            "url": f"{table.name}.csv",
            "dc:description": table.meaning,
            **({"dc:rights": list(held[table.name])} if held.get(table.name) else {}),
            "tableSchema": {
                "columns": [*(_described(column) for column in table.columns), *notice],
                "primaryKey": list(table.key),
            },
        }
        for table in tables
    ]
    document = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "tables": described,
    }
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode("utf-8")


def _described(column: Column) -> dict[str, object]:
    bounds = {"minimum": column.minimum, "maximum": column.maximum}
    limits = {name: f"{value:g}" for name, value in bounds.items() if value is not None}
    return {
        "name": column.name,
        "titles": column.name,
        "dc:description": column.meaning + (f" ({column.unit})" if column.unit else ""),
        "datatype": {"base": _XSD[column.kind], **limits} if limits else _XSD[column.kind],
        "required": not column.nullable and not column.may_be_empty,
    }
