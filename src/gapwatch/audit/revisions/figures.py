"""The published numbers of a release, each by its place, as the text that its CSV holds.

Every column of the tables gap, verdict and bridged_gap that isn't a key is a figure: quantities
with their unit in the column's name, and codes, flags, verdicts and sentences too, for a reader
of the release meets them all. A missing one is "".
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import NamedTuple, NoReturn

import pandas as pd

from gapwatch.contracts import BRIDGED_GAP, GAP, TABLES, VERDICT, Table
from gapwatch.errors import IntegrityError
from gapwatch.tables import to_csv

NEWEST = "newest"
_REQUIRED = (GAP, VERDICT)
# No figures: a line for whoever opens one file alone, and of which years the key's period is.
_NO_FIGURES = ("notice", "year_ends")


class Key(NamedTuple):
    """Where a number stands: its table, row and column.

    `geography` is "" but for bridged gaps. `period` is "2005 to 2009", "" for a verdict, or
    NEWEST for the gap of the newest comparable window, whichever that is: between two releases
    that number moves with the window, so it is followed as well.
    """

    table: str
    geography: str
    measure: str
    sex: str
    period: str
    figure: str


Figures = Mapping[Key, str]


def figures(
    gap: pd.DataFrame, verdict: pd.DataFrame, bridged_gap: pd.DataFrame | None = None
) -> dict[Key, str]:
    """Numbers of canonical frames, as their exports would hold them."""
    frames = {GAP: gap, VERDICT: verdict}
    if bridged_gap is not None:
        frames[BRIDGED_GAP] = bridged_gap
    return published({_name(table): to_csv(table.coded, frame) for table, frame in frames.items()})


def published(files: Mapping[str, bytes]) -> dict[Key, str]:
    """Numbers of a release from the bytes of its files by name, such as "data/gap.csv".

    A release of other code may have other columns: whatever its tables hold is read. Raises
    IntegrityError when gap or verdict is missing, and for a table that isn't one.
    """
    found: dict[Key, str] = {}
    for table in (*_REQUIRED, BRIDGED_GAP):
        name = _name(table)
        if name in files:
            found |= _of_table(table, files[name])
        elif table in _REQUIRED:
            _refuse(name, "the file", "none")
    return found | _newest(found)


def unit(key: Key) -> str:
    """Unit of a number; "" for words, and for a column that today's tables don't have."""
    columns = TABLES[key.table].columns
    return next((column.unit for column in columns if column.name == key.figure), "")


def _name(table: Table) -> str:
    return f"data/{table.name}.csv"


def _of_table(table: Table, content: bytes) -> dict[Key, str]:
    name = _name(table)
    try:
        header, *body = csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True)
    except (UnicodeDecodeError, ValueError, csv.Error) as error:
        _refuse(name, "a table in CSV", str(error))
    missing = [column for column in table.key if column not in header]
    if missing:
        _refuse(name, f"the columns {', '.join(table.key)}", f"no {', '.join(missing)}")
    # Words are made from the codes beside them: where they are put otherwise, nothing moved.
    no_figures = {*_NO_FIGURES, *(column.name for column in table.columns if column.words_of)}
    found: dict[Key, str] = {}
    for number, cells in enumerate(body, 2):
        if len(cells) != len(header):
            _refuse(f"{name}, row {number}", f"{len(header)} fields", f"{len(cells)} fields")
        row = dict(zip(header, cells, strict=True))
        mine = {
            _key(table, row, figure): value
            for figure, value in row.items()
            if figure not in table.key and figure not in no_figures
        }
        if mine.keys() & found.keys():
            _refuse(f"{name}, row {number}", "each row once", "a row that stands above already")
        found |= mine
    return found


def _key(table: Table, row: Mapping[str, str], figure: str) -> Key:
    geography = row["geography"] if "geography" in table.key else ""
    period = f"{row['period_start']} to {row['period_end']}" if "period_end" in table.key else ""
    return Key(table.name, geography, row["measure"], row["sex"], period, figure)


def _newest(found: Figures) -> dict[Key, str]:
    """The newest given gap after the last break, of each measure and sex."""
    last: dict[tuple[str, str], tuple[int, str, str, str]] = {}
    for key, value in found.items():
        if key.table == GAP.name and key.figure == "gap_years":
            run = found.get(key._replace(figure="segment"), "")
            end = key.period.rpartition(" to ")[2]
            # A withheld gap counts only where its whole run is withheld: then there is no newest.
            place = (int(run) if run.isdigit() else 1, end if value else "", key.period, value)
            last[key.measure, key.sex] = max(last.get((key.measure, key.sex), place), place)
    newest: dict[Key, str] = {}
    for (measure, sex), (_, _, period, value) in last.items():
        newest[Key(GAP.name, "", measure, sex, NEWEST, "gap_years")] = value
        newest[Key(GAP.name, "", measure, sex, NEWEST, "window")] = period if value else ""
    return newest


def _refuse(where: str, expected: str, found: str) -> NoReturn:
    raise IntegrityError(
        f"the release, {where}",
        expected=expected,
        found=found,
        remedy="check the release with `gapwatch verify`",
    )
