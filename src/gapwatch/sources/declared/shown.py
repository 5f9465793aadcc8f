"""Rows, columns and sheets that a workbook hides: a reader of it doesn't see what is counted."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping

from gapwatch.sources.declared.grid import Grid, refuse_plainly
from gapwatch.sources.declared.layout import Layout
from gapwatch.study.sources import FileSource

log = logging.getLogger(__name__)
Wide = list[tuple[int, dict[str, str]]]
Record = tuple[int, list[str]]
_CHOICES = (
    'look at them in a spreadsheet; hidden = "count" reads them like all others, '
    'hidden = "leave_out" leaves them out'
)


def require_sheet(source: FileSource, grid: Grid) -> None:
    """Raise PlainError for a hidden sheet that the source doesn't say to count."""
    if not grid.is_hidden:
        return
    if source.hidden != "count":
        refuse_plainly(
            grid.where,
            "a sheet that is shown",
            "a hidden one",
            'look at it in a spreadsheet; set hidden = "count" to read it, or take it '
            "out of sheets",
        )
    log.warning("%s is a hidden sheet; it is read, as the study says", grid.where)


def shown_columns(
    source: FileSource, grid: Grid, layout: Layout, taken: Mapping[str, int], wide: Wide
) -> Wide:
    """Columns that unfold, without hidden ones that are to be left out.

    Raises PlainError for a hidden column that is used, unless the source says what to do.
    """
    names = [layout.names[at] for at in sorted(set(taken.values()) & grid.hidden_columns)]
    unfolding = [layout.names[at] for at, _ in wide if at in grid.hidden_columns]
    if source.hidden == "count":
        if names or unfolding:
            log.warning(
                "%s: %d hidden columns are read, as the study says",
                grid.where,
                len(names) + len(unfolding),
            )
        return wide
    if names or (unfolding and source.hidden is None):
        remedy = (
            _CHOICES
            if not names
            else (
                'look at it in a spreadsheet; hidden = "count" reads it, or take it out of columns'
            )
        )
        refuse_plainly(
            f"{grid.where}, header",
            "columns that are shown",
            f"hidden: {', '.join([*names, *unfolding][:5])}",
            remedy,
        )
    return [(at, groups) for at, groups in wide if at not in grid.hidden_columns]


def shown_rows(source: FileSource, grid: Grid, rows: Iterator[Record]) -> Iterator[Record]:
    """Rows that are shown, or all of them where hidden ones count.

    Raises PlainError for a hidden row of data, unless the source says what to do with such rows.
    """
    if not grid.hidden_rows:
        yield from rows
        return
    # All at once: that rows are hidden comes before whatever is wrong with one of them.
    told = list(rows)
    hidden = [row for row, _ in told if row in grid.hidden_rows]
    if hidden and source.hidden is None:
        refuse_plainly(
            f"{grid.where}, row {hidden[0]}",
            "rows that are shown",
            f"{len(hidden)} of {len(told)} rows hidden, by a filter or by hand",
            _CHOICES,
        )
    if hidden:
        how = "counted" if source.hidden == "count" else "left out"
        log.warning("%s: %d hidden rows are %s, as the study says", grid.where, len(hidden), how)
    for row, cells in told:
        if source.hidden == "count" or row not in grid.hidden_rows:
            yield row, cells
