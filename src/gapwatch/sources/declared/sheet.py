"""One sheet at work: where its columns are, and what is noticed of those that the table lacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gapwatch.contracts import Table
from gapwatch.sources.declared.cells import Value, measured
from gapwatch.sources.declared.grid import refuse
from gapwatch.sources.declared.layout import Layout, column, name_of, plain
from gapwatch.sources.declared.quick import Shape
from gapwatch.sources.declared.unsaid import SumsByWord, Unsaid, extra_columns
from gapwatch.study.sources import FileSource


@dataclass
class Sheet:
    """`over` are the columns of totals with their words; `extra` those that the table lacks."""

    layout: Layout
    shape: Shape
    over: list[tuple[int, str, str]]
    unique: int | None
    extra: list[int]
    unsaid: Unsaid
    sums: SumsByWord | None

    @classmethod
    def of(cls, source: FileSource, table: Table, layout: Layout, shape: Shape) -> Sheet:
        """A sheet whose columns were found. ValidationError for one that isn't there."""
        extra = extra_columns(source, layout)
        return cls(
            layout,
            shape,
            [(column(layout, name), name, plain(word)) for name, word in source.totals.items()],
            None if source.unique is None else column(layout, source.unique),
            extra,
            Unsaid(
                source,
                layout,
                shape,
                "age_start_years" in table.names,
                any(measured(contract) for contract in table.columns),
            ),
            SumsByWord() if source.add_up and extra else None,
        )

    def extra_name(self, at: int) -> str:
        """A name for an extra column that no column of the table has."""
        return f"the file's {self.layout.names[at]}"

    def add_sums(
        self,
        key: Sequence[str],
        fields: Mapping[str, Value],
        cells: Sequence[str],
        quantities: Mapping[str, Value],
    ) -> None:
        """Count a row by the words of the columns that are added up over."""
        if self.sums is None:
            return
        words = {at: cells[at] for at in self.extra}
        for value in list(quantities.values())[:1]:
            if isinstance(value, (int, float)):
                self.sums.take(tuple(fields.get(name) for name in key), words, float(value))

    def add_all(
        self,
        keys: Iterable[tuple[Value, ...]],
        rows: Sequence[Sequence[str]],
        counts: Sequence[Value],
    ) -> None:
        """Count rows of equally many cells, whose keys and counts follow one another."""
        if self.sums is None:
            return
        each = len(counts) // len(rows)
        words = (words for cells in rows for words in [{at: cells[at] for at in self.extra}] * each)
        for key, said, value in zip(keys, words, counts, strict=True):
            if isinstance(value, (int, float)):
                self.sums.take(key, said, float(value))

    def require_parts(self) -> None:
        """Raise ValidationError for a word that is the sum of all others of its column."""
        for at, word in ({} if self.sums is None else self.sums.totals()).items():
            name = name_of(self.layout, at)
            refuse(
                f"{self.layout.where}, column {name!r}",
                "parts, since the column is added up over",
                f"{word!r}, whose counts are the sum of all others",
                f"say so in totals, by the column {name!r} and that word, and take the column "
                "out of over; or leave such rows out by drop",
            )
