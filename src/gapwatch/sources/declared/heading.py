"""Names of the columns from one or several header rows, with the words of merged cells."""

from __future__ import annotations

from collections.abc import Sequence

import python_calamine

from gapwatch.study.sources import FileSource

# First and last row and column of merged cells, counted from 0.
Merged = tuple[tuple[int, int], tuple[int, int]]
Rows = list[list[str]]


def merged_cells(sheet: python_calamine.CalamineSheet) -> tuple[Merged, ...]:
    """The merged cells of a sheet; none where its format doesn't tell them to the reader."""
    return tuple(sheet.merged_cell_ranges or ())


def names(source: FileSource, rows: Rows, first: int, merged: Sequence[Merged]) -> tuple[str, ...]:
    """Names of the columns: header rows joined from top to bottom.

    `rows` are the sheet's first rows, down to the last header row; the header starts at `first`.
    A part that only says the end again is left out.
    """
    width = max(len(row) for row in rows[first:])
    own = [row + [""] * (width - len(row)) for row in rows[first:]]
    filled = _merged(rows, first, own, merged)
    if source.carry_header:
        _carry(own, filled)
    found = [""] * width
    for row in filled:
        for i, part in enumerate(row):
            if part and found[i] != part and not found[i].endswith(source.header_join + part):
                found[i] = f"{found[i]}{source.header_join}{part}" if found[i] else part
    return tuple(" ".join(name.split()) for name in found)


def _merged(rows: Rows, first: int, own: Rows, merged: Sequence[Merged]) -> Rows:
    """Header rows in which merged cells hold their word wherever they reach.

    To the right a word is carried into columns that have one of their own below it: where nothing
    tells them apart, the cell beside a name is a part of its cell, and no column.
    """
    filled = [list(row) for row in own]
    for (top, left), (bottom, right) in merged:
        if bottom < first or top >= len(rows) or left >= len(rows[top]):
            continue
        word, at = rows[top][left], max(top, first) - first
        for column in range(left, min(right + 1, len(own[0]))):
            apart = column == left or _word_below(own, at, column)
            if word and apart and not filled[at][column]:
                filled[at][column] = word
    return filled


def _carry(own: Rows, filled: Rows) -> None:
    for at in range(len(own) - 1):
        word = ""
        for column in range(len(own[at])):
            if filled[at][column]:
                word = filled[at][column]
            elif any(own[above][column] for above in range(at)):
                word = ""
            elif word and _word_below(own, at, column):
                filled[at][column] = word


def _word_below(own: Rows, at: int, column: int) -> bool:
    return any(row[column] for row in own[at + 1 :])
