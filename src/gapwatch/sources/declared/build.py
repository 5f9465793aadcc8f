"""From the kept rows of every sheet to one table in the shape of its contract."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NoReturn

import pandas as pd

from gapwatch import tables
from gapwatch.contracts import Table
from gapwatch.errors import StudyError
from gapwatch.sources.declared import quick
from gapwatch.sources.declared.cells import (
    PSEUDO,
    Place,
    Reader,
    Value,
    measured,
    require_units,
)
from gapwatch.sources.declared.grid import Grid, refuse, refuse_plainly
from gapwatch.sources.declared.layout import (
    Layout,
    Seen,
    column,
    locate,
    plain,
    records,
    require_seen,
    unfolded,
)
from gapwatch.sources.declared.rows import Merged, Rows, Summed
from gapwatch.sources.declared.totals import Repeats, Totals, Unique
from gapwatch.sources.declared.years import require_known_by, require_whole
from gapwatch.study.sources import FileSource


@dataclass
class Build:
    """Puts a source's rows into the shape of its table.

    `known_at` is the date of the snapshot: no count is of a later month.
    """

    source: FileSource
    table: Table
    known_at: dt.date | None = None
    seen: Seen = field(default_factory=Seen)

    def __post_init__(self) -> None:
        self.reader = Reader(self.source, self.table)
        self.measures = {c.name for c in self.table.columns if measured(c)}
        told_apart = require_known(self.source, self.table)
        kind = Merged if told_apart else Summed if self.source.add_up else Rows
        self.rows = kind(self.table, restricted=self.source.restricted)
        self.totals = Totals(self.source.restricted)
        self.repeats = Repeats() if self.source.add_up else None
        self.unique = Unique(self.source.unique) if self.source.unique is not None else None

    def add(self, grid: Grid) -> None:
        """Read one sheet."""
        layout = locate(self.source, grid)
        self.rows.start(layout.where)
        taken = {name: column(layout, file) for name, file in self.source.columns.items()}
        over = [(column(layout, name), name, plain(word))
                for name, word in self.source.totals.items()]  # fmt: skip
        unique = None if self.unique is None else column(layout, self.unique.name)
        wide = unfolded(self.source, layout)
        fixed = {
            **self.source.constants,
            **grid.constants,
            **_kind_of_year(self.source, self.table),
        }
        shape = quick.Shape(taken, fixed, wide)
        for chunk in quick.chunks(records(self.source, layout, self.seen)):
            found = quick.read(self.reader, shape, chunk) if self._at_once(shape) else None
            if found is None or not self.rows.extend(*found):
                self._one_by_one(layout, shape, chunk, over, unique)

    def _at_once(self, shape: quick.Shape) -> bool:
        """Whether no row must be looked at for itself: for totals, copies or what is left out."""
        row_by_row = self.source.totals or self.source.drop_missing
        return shape.is_even and not row_by_row and self.repeats is None and self.unique is None

    def _one_by_one(
        self, layout: Layout, shape: quick.Shape, chunk: list[quick.Record],
        over: list[tuple[int, str, str]], unique: int | None,
    ) -> None:  # fmt: skip
        for number, cells in chunk:
            words = {name: (cells[at], layout.names[at]) for name, at in shape.taken.items()}
            words |= {name: (word, "a constant") for name, word in shape.fixed.items()}
            summed = {at: (name, word) for at, name, word in over if cells[at] == word}
            if summed:
                self.seen.words.update(summed.values())
                words = {name: told for name, told in words.items()
                         if told[0] and shape.taken.get(name) not in summed}  # fmt: skip
            else:
                self._count(f"{layout.where}, row {number}", cells, unique)
            for at, groups in shape.wide:
                name = layout.names[at]
                unfolding = {group: (word, name) for group, word in groups.items()}
                self._record(layout, number, {**words, **unfolding, "value": (cells[at], name)},
                             total=bool(summed))  # fmt: skip
            if not shape.wide:
                self._record(layout, number, words, total=bool(summed))

    def _count(self, place: str, cells: Sequence[str], unique: int | None) -> None:
        if self.repeats is not None:
            self.repeats.take(place, cells)
        if self.unique is not None and unique is not None:
            self.unique.take(place, cells[unique])

    def _record(
        self, layout: Layout, number: int, named: dict[str, tuple[str, str]], *, total: bool
    ) -> None:
        fields: dict[str, Value] = {}
        quantities: dict[str, Value] = {}
        place = Place(layout.where, number)
        if "value" in named:
            word, place.column = named.pop("measure")
            named[self.reader.target(word, place)] = named.pop("value")
        for name, (text, place.column) in named.items():
            for filled, value in self.reader.read(name, text, place).items():
                kind = quantities if filled in self.measures else fields
                kind[filled] = value
        require_known_by(self.source.years, self.known_at, fields, f"{layout.where}, row {number}")
        if total:
            self.totals.take(f"{layout.where}, row {number}", fields, quantities)
            return
        if self.source.drop_missing and quantities and not any(
            value is not None for value in quantities.values()
        ):  # fmt: skip
            return
        self.rows.store(number, fields, quantities)

    def finish(self, where: str) -> pd.DataFrame:
        """The table, canonical. ValidationError when no row is left, or one is wrong."""
        require_seen(self.source, where, self.seen)
        if not len(self.rows):
            refuse_plainly(where, f"rows of {self.table.name}", "none that is kept")
        if self.repeats is not None:
            self.repeats.require()
        frame = self.rows.frame()
        self._require_age_order(frame)
        for contract in self.table.columns:
            if contract.nullable:
                continue
            blank = frame[contract.name].isna()
            if contract.may_be_empty:
                frame[contract.name] = frame[contract.name].where(~blank, "")
            elif blank.any():
                refuse(self.rows.place(int(blank.to_numpy().argmax())),
                       f"a value for {contract.name}", "a blank",
                       "leave such rows out by keep, drop or drop_missing")  # fmt: skip
        self.totals.require(frame, self.table.key)
        if self.source.sparse and self.source.years is not None:
            require_whole(frame, self.source.years, where)
        return tables.canonical(self.table, frame, where)

    def _require_age_order(self, frame: pd.DataFrame) -> None:
        if "age_end_years" not in frame:
            return
        first, last = (
            pd.to_numeric(frame[f"age_{end}_years"], errors="coerce") for end in ("start", "end")
        )
        wrong = (first > last).to_numpy()
        if wrong.any():
            place = self.rows.place(int(wrong.argmax()))
            refuse_plainly(place, "a band of ages that ends after it starts", "one that doesn't")


def require_known(source: FileSource, table: Table) -> bool:
    """Raise StudyError unless the description fills the contract's columns and no others.

    Returns whether the file tells the quantities of one key apart, each in a cell of its own.
    """
    groups = set(re.compile(source.wide).groupindex) if source.wide else set()
    cells = {"value"} if source.wide else set()
    constants = set(source.constants).union(*source.sheets.values(), _kind_of_year(source, table))
    given = constants | set(source.columns) | groups | cells
    described = given | set(source.values) | set(source.factors) | set(source.units)
    pseudo = {name for name in PSEUDO if name != "age" or "age_start_years" in table.names}
    if not {"period_start", "year"} & set(table.names):
        pseudo.discard("period")
    if "month" not in table.names:
        pseudo.discard("date")
    for name in sorted(described - set(table.names) - pseudo):
        _describe(source, f"a column of {table.name}, or one of {', '.join(PSEUDO)}", repr(name))
    files = set(source.columns)
    if "date" in given and given & {"year", "month", "period"}:
        _describe(source, "a date, or year and month", "both")
    twice = (files & constants) | (groups & (files | constants)) | (cells & (files | groups))
    if twice:
        _describe(source, "each column described once", ", ".join(sorted(twice)))
    if ("value" in given) != ("measure" in given):
        _describe(source, "value and measure together", "one without the other")
    maps = dict(source.values)
    measures = {source.constants.get("measure", ""), *maps.get("measure", {}).values()}
    measures |= {words.get("measure", "") for words in source.sheets.values()}
    require_units(source, table, given | measures)
    filled = _filled(table, given)
    # The file itself may name its quantities, by `measure`; each row is checked for them later.
    lacking = [
        c.name for c in table.columns
        if not c.nullable and not c.may_be_empty and c.name not in filled
        and not (measured(c) and "measure" in given)
    ]  # fmt: skip
    if lacking:
        _describe(source, f"a description of {', '.join(lacking)}", "none")
    return "measure" in given


def _kind_of_year(source: FileSource, table: Table) -> dict[str, str]:
    """The column that the source's own `year_ends` fills, in a table that has it."""
    return {"year_ends": source.year_ends} if "year_ends" in table.names else {}


def _filled(table: Table, given: set[str]) -> set[str]:
    filled = set(given)
    if "period" in given:
        filled |= {"period_start", "period_end", "year"}
    if "date" in given:
        filled |= {"year", "month"}
    if "age" in given:
        filled |= {"age_start_years", "age_end_years"}
    return filled & set(table.names)


def _describe(source: FileSource, expected: str, found: str) -> NoReturn:
    raise StudyError(
        f"sources, {source.id}", expected=expected, found=found,
        remedy="correct the source's description in the study",
    )  # fmt: skip
