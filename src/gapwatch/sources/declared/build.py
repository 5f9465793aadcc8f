"""From the kept rows of every sheet to one table in the shape of its contract."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import pandas as pd

from gapwatch import tables
from gapwatch.contracts import Table
from gapwatch.errors import GapwatchError
from gapwatch.sources.declared import quick
from gapwatch.sources.declared.cells import NO_DATA, CellPlace, Reader, Value, measured
from gapwatch.sources.declared.described import of_source, require_known
from gapwatch.sources.declared.faults import of_withheld
from gapwatch.sources.declared.grid import Grid, refuse, refuse_plainly
from gapwatch.sources.declared.kept_rows import SeenWords, records, require_seen
from gapwatch.sources.declared.layout import column, locate, unfolded
from gapwatch.sources.declared.open_band import require_bands
from gapwatch.sources.declared.repeats import Repeats
from gapwatch.sources.declared.rows import Merged, Rows, Summed
from gapwatch.sources.declared.sheet import Sheet
from gapwatch.sources.declared.shown import require_sheet, shown_columns, shown_rows
from gapwatch.sources.declared.totals import Totals, Unique
from gapwatch.sources.declared.unsaid import require_apart
from gapwatch.sources.declared.withheld import LeftOutRows, is_mark, require_kept_apart
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
    seen: SeenWords = field(default_factory=SeenWords)

    def __post_init__(self) -> None:
        self.reader = Reader(self.source, self.table)
        self.measures = {c.name for c in self.table.columns if measured(c)}
        told_apart = require_known(self.source, self.table)
        require_kept_apart(self.source, self.table)
        require_apart(self.source, self.table.name)
        kind = Summed if self.source.add_up else Merged if told_apart else Rows
        self.rows = kind(self.table, restricted=self.source.restricted)
        self.totals = Totals(self.source.restricted, self.table.key)
        # Rows of a wide file are held against each other by what they are of (`once`).
        alone = self.source.add_up and self.source.unique is None and self.source.wide is None
        self.repeats = Repeats() if alone else None
        self.unique = Unique(self.source.unique) if self.source.unique is not None else None
        self.once: dict[tuple[str, ...], str] = {}
        self.left_out = LeftOutRows(self.source, self.table, self.reader)

    def add(self, grid: Grid) -> None:
        """Read one sheet."""
        require_sheet(self.source, grid)
        layout = locate(self.source, grid)
        self.rows.start(layout.where)
        taken = {name: column(layout, file) for name, file in self.source.columns.items()}
        wide = shown_columns(self.source, grid, layout, taken, unfolded(self.source, layout))
        require_bands(self.source, layout, self.reader, wide)
        of_year = of_source(self.source, self.table)
        fixed = {**self.source.constants, **grid.constants, **of_year}
        shape = quick.Shape(taken, fixed, wide)
        sheet = Sheet.of(self.source, self.table, layout, shape)
        self.totals.extra |= {sheet.extra_name(at) for at in sheet.extra}
        out = partial(self.left_out.take, layout, shape)
        told = records(self.source, layout, self.seen, out)
        for chunk in quick.chunks(shown_rows(self.source, grid, told)):
            sheet.unsaid.watch_chunk(chunk)
            found = self._at_once(shape, chunk)
            if found is None or not self.rows.extend(*found):
                self._one_by_one(sheet, chunk)
            elif self.source.add_up:
                self._look_at(sheet, chunk, found[1])
        sheet.unsaid.require()
        sheet.require_parts()

    def _at_once(self, shape: quick.Shape, chunk: list[quick.Record]) -> quick.Read | None:
        """Numbers and columns of the rows; None where a row must be looked at for itself.

        It must for totals, copies and what is left out, for ages with units, for rows that are
        added up without unfolding, and for whatever is refused.
        """
        row_by_row = self.source.totals or self.source.drop_missing or self.unique is not None
        row_by_row = row_by_row or (self.source.add_up and self.source.wide is None)
        aged = "age_unit" in {*shape.taken, *shape.fixed}
        if row_by_row or aged or not shape.is_even:
            return None
        found = quick.read(self.reader, shape, chunk)
        return found if found is not None and self._are_known_by(found[1]) else None

    def _are_known_by(self, columns: Mapping[str, Sequence[Value]]) -> bool:
        """Whether every row is of the source's years, and of a time that the snapshot can know."""
        named = [name for name in ("year", "month") if name in columns]
        try:
            for told in set(zip(*(columns[name] for name in named), strict=True)):
                fields = dict(zip(named, told, strict=True))
                require_known_by(self.source.years, self.known_at, fields, "")
        except GapwatchError:
            return False
        return True

    def _look_at(
        self, sheet: Sheet, chunk: list[quick.Record], columns: Mapping[str, Sequence[Value]]
    ) -> None:
        """Do with rows whose unfolded cells were added up what is done with each row."""
        for number, cells in chunk:
            sheet.unsaid.require_named(number, cells)
            sheet.unsaid.watch_row(number, cells)
            self._take_once(sheet, number, cells)
        counts = next(columns[name] for name in columns if name in self.measures)
        blank: list[Value] = [None] * len(counts)
        keys = zip(*(columns.get(name, blank) for name in self.table.key), strict=True)
        sheet.add_all(keys, [cells for _, cells in chunk], counts)

    def _one_by_one(self, sheet: Sheet, chunk: list[quick.Record]) -> None:
        layout, shape = sheet.layout, sheet.shape
        for number, cells in chunk:
            words = {name: (cells[at], layout.names[at]) for name, at in shape.taken.items()}
            words |= {name: (word, "a constant") for name, word in shape.fixed.items()}
            for _, name, _ in sheet.over:
                self.seen.note(name, cells[column(layout, name)])
            summed = {at: (name, word) for at, name, word in sheet.over if cells[at] == word}
            if self.source.add_up:
                sheet.unsaid.require_named(number, cells)
                sheet.unsaid.watch_row(number, cells)
            if summed:
                self.seen.words.update(summed.values())
                words = {
                    name: told
                    for name, told in words.items()
                    if told[0] and shape.taken.get(name) not in summed
                }
            else:
                self._take_once(sheet, number, cells)
                self._count(layout.where, number, cells, sheet.unique)
            for at, groups in shape.wide:
                name = layout.names[at]
                unfolding = {group: (word, name) for group, word in groups.items()}
                named = {**words, **unfolding, "value": (cells[at], name)}
                self._record(sheet, number, cells, named, set(summed))
            if not shape.wide:
                self._record(sheet, number, cells, words, set(summed))

    def _take_once(self, sheet: Sheet, number: int, cells: Sequence[str]) -> None:
        """Refuse a row of a wide table that says again what another says of the same parts."""
        if not self.source.add_up or not sheet.shape.wide:
            return
        layout, shape = sheet.layout, sheet.shape
        over = [column(layout, name) for name in self.source.over]
        told = (layout.names[shape.wide[0][0]], *sorted(shape.fixed.values()))
        named = (*sorted(shape.taken.values()), *over)
        key = (*told, *(cells[at] for at in named))
        where = f"{layout.where}, row {number}"
        if key in self.once:
            words = ", ".join(f"{layout.names[at]} {cells[at]}" for at in named)
            refuse(
                where,
                "each area, year and part once, since rows are added up",
                f"{words} again, after {self.once[key]}",
                "take the copy out of the file, or its rows out by drop_pattern",
            )
        self.once[key] = where

    def _count(self, where: str, number: int, cells: Sequence[str], unique: int | None) -> None:
        if self.repeats is not None:
            self.repeats.take(where, number, cells)
        if self.unique is not None and unique is not None:
            self.unique.take(f"{where}, row {number}", cells[unique])

    def _record(
        self,
        sheet: Sheet,
        number: int,
        cells: Sequence[str],
        named: dict[str, tuple[str, str]],
        summed: set[int],
    ) -> None:
        fields: dict[str, Value] = {}
        quantities: dict[str, Value] = {}
        marks: dict[str, str] = {}
        place = CellPlace(sheet.layout.where, number)
        if "value" in named and "measure" in named:
            word, place.column = named.pop("measure")
            named[self.reader.target(word, place)] = named.pop("value")
        if "age" in named and "age_unit" in named:
            unit, place.column = named.pop("age_unit")
            fields |= self.reader.aged(named.pop("age")[0], unit, place)
        named.pop("age_unit", None)
        for name, (text, place.column) in named.items():
            for filled, value in self.reader.read(name, text, place).items():
                kind = quantities if filled in self.measures else fields
                kind[filled] = value
                if filled in self.measures and value is None:
                    marks[place.column] = text
        where = f"{sheet.layout.where}, row {number}"
        require_known_by(self.source.years, self.known_at, fields, where)
        extra: dict[str, Value] = {
            sheet.extra_name(at): cells[at] for at in sheet.extra if at not in summed
        }
        if summed:
            stated: dict[str, Value] = {name: word for name, word in extra.items() if word}
            self.totals.take(where, {**fields, **stated}, quantities)
            return
        if self.source.totals:
            self.totals.take_part({**fields, **extra}, quantities)
        sheet.add_sums(self.table.key, fields, cells, quantities)
        nothing = bool(quantities) and all(value is None for value in quantities.values())
        if self.source.drop_missing and nothing and self._is_left_out(where, cells, marks):
            return
        self.rows.store(number, fields, quantities)

    def _is_left_out(self, where: str, cells: Sequence[str], marks: dict[str, str]) -> bool:
        """Whether a row without counts can go; ValidationError where that would make a zero.

        Where rows are added up it can't: the sum that lacks it is missing as well.
        """
        if not self.source.sparse:
            return not self.source.add_up
        beside = next(filter(is_mark, filter(None, cells)), "")
        for name, text in marks.items():
            if text or beside:
                found = f"the mark {text!r}" if text else f"a blank beside {beside!r}"
                refuse(
                    f"{where}, column {name!r}",
                    "a count or a blank, since what a sparse file lacks is zero",
                    found,
                    of_withheld(self.source, nullable=False),
                )
        return True

    def finish(self, where: str) -> pd.DataFrame:
        """The table, canonical. ValidationError when no row is left, or one is wrong."""
        require_seen(self.source, where, self.seen)
        if not len(self.rows):
            refuse_plainly(where, f"rows of {self.table.name}", "none that is kept")
        if self.repeats is not None:
            self.repeats.require()
        if self.source.sparse:
            self.left_out.require(self.rows.keys())
        frame = self.rows.frame()
        self._require_age_order(frame)
        gone = pd.Series(data=False, index=frame.index)
        if self.source.add_up and self.source.drop_missing:
            gone = frame[[c for c in frame.columns if c in self.measures]].isna().all(axis=1)
        self._require_filled(frame, gone)
        self.totals.require()
        frame = frame[~gone]
        if not len(frame):
            refuse_plainly(where, f"rows of {self.table.name}", "none whose count is told")
        if self.source.sparse and self.source.years is not None:
            require_whole(frame, self.source.years, where)
        return tables.canonical(self.table, frame, where)

    def _require_filled(self, frame: pd.DataFrame, gone: pd.Series) -> None:
        """Refuse a blank where the table has none, in rows that aren't left out."""
        for contract in self.table.columns:
            blank = frame[contract.name].isna()
            if contract.may_be_empty and not contract.nullable:
                frame[contract.name] = frame[contract.name].where(~blank, "")
            elif not contract.nullable and (blank & ~gone).any():
                refuse(
                    self.rows.place(int((blank & ~gone).to_numpy().argmax())),
                    f"a value for {contract.name}",
                    "a blank, or a mark of missing",
                    self._blank(contract.name),
                )

    def _blank(self, name: str) -> str:
        """What to do about a blank, which is no zero either."""
        if name not in self.measures:
            return NO_DATA
        if self.source.sparse:
            return (
                "where nobody died, write 0, or set drop_missing = true for cells that are blank; "
                "where a count is withheld: " + of_withheld(self.source, nullable=False)
            )
        return (
            "set drop_missing = true: the count is then missing, and no figure is made without it"
        )

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
