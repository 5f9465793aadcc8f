"""Which rows of a sheet are data: by words, by patterns, up to the table's end."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from gapwatch.sources.declared.grid import refuse
from gapwatch.study.sources import FileSource

Row = tuple[int, list[str]]
Find = Callable[[str], int]
Seen = set[tuple[str, str]]


@dataclass(frozen=True)
class _Pattern:
    at: int
    name: str
    text: str
    whole: re.Pattern[str]
    near: re.Pattern[str]


class RowPatterns:
    """The patterns of a source by which rows are kept, dropped, or end the table."""

    def __init__(self, source: FileSource, find: Find, seen: Seen, where: str) -> None:
        self._keep = _compiled(source.keep_pattern, source.columns, find)
        self._drop = _compiled(source.drop_pattern, source.columns, find)
        self._end = _compiled(source.end_pattern, source.columns, find)
        self._seen, self._where = seen, where
        self.any = bool(self._keep or self._drop)

    def drops(self, cells: list[str]) -> bool:
        """Whether `drop_pattern` matches a row."""
        out = [pattern for pattern in self._drop if pattern.whole.fullmatch(cells[pattern.at])]
        self._seen.update((pattern.name, pattern.text) for pattern in out)
        return bool(out)

    def keeps(self, number: int, cells: list[str]) -> bool:
        """Whether `keep_pattern` matches a row; ValidationError for one that it nearly matches."""
        kept = True
        for pattern in self._keep:
            cell = cells[pattern.at]
            if pattern.whole.fullmatch(cell):
                self._seen.add((pattern.name, pattern.text))
                continue
            kept = False
            if cell and pattern.near.search(cell):
                refuse(
                    f"{self._where}, row {number}, column {pattern.name!r}",
                    f"a cell that matches {pattern.text} as a whole, or not at all",
                    f"{cell!r}, a part of which matches, or in other letters",
                    "correct the cell, widen keep_pattern to take the row in, or leave it out "
                    "by drop or drop_pattern",
                )
        return kept

    def before_end(self, rows: Iterator[list[str]]) -> Iterator[list[str]]:
        """Rows before the first that `end_pattern` matches."""
        for row in rows:
            for pattern in self._end:
                if pattern.at < len(row) and pattern.whole.fullmatch(row[pattern.at]):
                    self._seen.add((pattern.name, pattern.text))
                    return
            yield row


def carried_down(source: FileSource, find: Find, rows: Iterator[list[str]]) -> Iterator[list[str]]:
    """Rows in which the blanks of `carry_down` hold the word of the row above."""
    last = {find(name): "" for name in source.carry_down}
    for row in rows:
        if any(row):
            for at, word in last.items():
                if at < len(row):
                    row[at] = last[at] = row[at] or word
        yield row


def _compiled(
    patterns: Mapping[str, str], columns: Mapping[str, str], find: Find
) -> list[_Pattern]:
    return [
        _Pattern(
            find(columns.get(name, name)),
            name,
            text,
            re.compile(text),
            re.compile(text, re.IGNORECASE),
        )
        for name, text in patterns.items()
    ]
