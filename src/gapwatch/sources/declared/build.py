"""From the kept rows of every sheet to one table in the shape of its contract."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NoReturn

import pandas as pd

from gapwatch import tables
from gapwatch.contracts import Table
from gapwatch.errors import StudyError
from gapwatch.sources.declared.cells import (
    PSEUDO,
    Place,
    Reader,
    Value,
    measured,
    require_units,
)
from gapwatch.sources.declared.grid import Grid, refuse
from gapwatch.sources.declared.layout import (
    Layout,
    Seen,
    column,
    locate,
    records,
    require_seen,
    unfolded,
)
from gapwatch.sources.declared.rows import Merged, Rows
from gapwatch.study.sources import FileSource


@dataclass
class Build:
    """Puts a source's rows into the shape of its table."""

    source: FileSource
    table: Table
    seen: Seen = field(default_factory=Seen)

    def __post_init__(self) -> None:
        self.reader = Reader(self.source, self.table)
        self.measures = {c.name for c in self.table.columns if measured(c)}
        told_apart = require_known(self.source, self.table)
        self.rows = Merged(self.table) if told_apart else Rows(self.table)

    def add(self, grid: Grid) -> None:
        """Read one sheet."""
        layout = locate(self.source, grid)
        self.rows.start(layout.where)
        taken = {name: column(layout, file) for name, file in self.source.columns.items()}
        wide = unfolded(self.source, layout)
        fixed = {**self.source.constants, **grid.constants}
        for number, cells in records(self.source, layout, self.seen):
            words = {name: (cells[at], layout.names[at]) for name, at in taken.items()}
            words |= {name: (word, "a constant") for name, word in fixed.items()}
            for at, groups in wide:
                name = layout.names[at]
                unfolding = {group: (word, name) for group, word in groups.items()}
                self._record(layout, number, {**words, **unfolding, "value": (cells[at], name)})
            if not wide:
                self._record(layout, number, words)

    def _record(self, layout: Layout, number: int, named: dict[str, tuple[str, str]]) -> None:
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
        if self.source.drop_missing and quantities and not any(
            value is not None for value in quantities.values()
        ):  # fmt: skip
            return
        self.rows.store(number, fields, quantities)

    def finish(self, where: str) -> pd.DataFrame:
        """The table, canonical. ValidationError when no row is left."""
        require_seen(self.source, where, self.seen)
        if not len(self.rows):
            refuse(where, f"rows of {self.table.name}", "none that is kept")
        frame = self.rows.frame()
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
        return tables.canonical(self.table, frame, where)


def require_known(source: FileSource, table: Table) -> bool:
    """Raise StudyError unless the description fills the contract's columns and no others.

    Returns whether the file tells the quantities of one key apart, each in a cell of its own.
    """
    groups = set(re.compile(source.wide).groupindex) if source.wide else set()
    cells = {"value"} if source.wide else set()
    constants = set(source.constants).union(*source.sheets.values())
    given = constants | set(source.columns) | groups | cells
    described = given | set(source.values) | set(source.factors) | set(source.units)
    pseudo = {name for name in PSEUDO if name != "age" or "age_start_years" in table.names}
    if not {"period_start", "year"} & set(table.names):
        pseudo.discard("period")
    for name in sorted(described - set(table.names) - pseudo):
        _describe(source, f"a column of {table.name}, or one of {', '.join(PSEUDO)}", repr(name))
    files = set(source.columns)
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


def _filled(table: Table, given: set[str]) -> set[str]:
    filled = set(given)
    if "period" in given:
        filled |= {"period_start", "period_end", "year"}
    if "age" in given:
        filled |= {"age_start_years", "age_end_years"}
    return filled & set(table.names)


def _describe(source: FileSource, expected: str, found: str) -> NoReturn:
    raise StudyError(
        f"sources, {source.id}", expected=expected, found=found,
        remedy="correct the source's description in the study",
    )  # fmt: skip
