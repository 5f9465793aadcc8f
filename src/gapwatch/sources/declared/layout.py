"""Where the table is in a sheet: its header and its columns."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import NoReturn

from gapwatch.sources.declared import heading
from gapwatch.sources.declared.by_codes import CodeColumns, by_codes
from gapwatch.sources.declared.grid import Grid, refuse
from gapwatch.sources.declared.neighbours import require_no_neighbours
from gapwatch.sources.declared.projected import require_estimates
from gapwatch.sources.redact import NO_TABLE, header_like
from gapwatch.study.sources import FileSource

SEARCHED = 100
_NUMBERED = re.compile(r"(.+)#([1-9][0-9]{0,2})")


@dataclass(frozen=True)
class Layout:
    """Names of the columns in order, the number of the first data row, and the data rows."""

    where: str
    names: tuple[str, ...]
    first: int
    rows: Iterator[list[str]]
    coded: CodeColumns | None = None


def locate(source: FileSource, grid: Grid) -> Layout:
    """Find the first row that holds every name of `header`; it starts the header.

    Raises ValidationError, with what was found nearest, when none of the first 100 rows does.
    """
    wanted = [plain(name) for name in source.header]
    head = list(islice(grid.rows, SEARCHED + source.header_rows))
    if not any(any(row) for row in head):
        refuse(grid.where, "a header and rows", "an empty sheet")
    found = [i for i, row in enumerate(head[:SEARCHED]) if set(wanted) <= _named(row)]
    if not found:
        _no_header(grid.where, head, wanted)
    last = found[0] + source.header_rows
    require_estimates(source.table, grid.where, head[:last])
    names = heading.names(source, head[:last], found[0], grid.merged)
    layout = Layout(grid.where, names, last + 1, chain(head[last:], grid.rows))
    if not source.codes:
        return layout
    places = {name: column(layout, name) for name in source.codes}
    names, coded, rows = by_codes(source.codes, grid.where, names, places, layout.rows)
    return Layout(grid.where, names, last + 1, rows, coded)


def _no_header(where: str, head: list[list[str]], wanted: list[str]) -> NoReturn:
    best = max(head[:SEARCHED], key=lambda row: len(set(wanted) & set(row)))
    number = head.index(best) + 1
    lacking = [name for name in wanted if name not in best]
    near = difflib.get_close_matches(lacking[0], header_like(best), n=3, cutoff=0.0)
    refuse(
        where,
        f"a row among the first {SEARCHED} with the columns {', '.join(wanted)}",
        f"nearest is row {number}, without {', '.join(lacking)}; it holds "
        f"{', '.join(near) or NO_TABLE}",
    )


def plain(text: str) -> str:
    """Text as cells are compared: one space between words, none around."""
    return " ".join(text.split())


def column(layout: Layout, name: str) -> int:
    """Position of the one column with a name, or of the second `name` where it is `name#2`.

    ValidationError where it's absent or repeated.
    """
    positions = _positions(layout, name)
    numbered = _NUMBERED.fullmatch(plain(name))
    if not positions and numbered and (same := _positions(layout, numbered[1])):
        positions = same[int(numbered[2]) - 1 : int(numbered[2])]
        if not positions:
            refuse(
                f"{layout.where}, header",
                f"{numbered[2]} columns {numbered[1]!r}",
                f"{len(same)} of them",
                "correct the number behind # in the study",
            )
    if len(positions) > 1:
        places = " and ".join(_placed(layout, at) for at in positions)
        refuse(
            f"{layout.where}, header",
            f"one column {name!r}",
            f"{len(positions)} of them, in {places} of a spreadsheet",
            f'write "{plain(name)}#1" for the first from the left, "{plain(name)}#2" for the '
            "second, wherever the study names the column",
        )
    if not positions:
        near = difflib.get_close_matches(name, header_like(layout.names), n=3, cutoff=0.0)
        refuse(
            f"{layout.where}, header",
            f"a column {name!r}",
            f"nearest are {', '.join(near) or NO_TABLE}",
        )
    return positions[0]


def name_of(layout: Layout, at: int) -> str:
    """A column by its name, or by its number where it has none."""
    return layout.names[at] or f"column {at + 1}"


def ignored_columns(source: FileSource, layout: Layout) -> set[int]:
    """Positions of the columns that `ignored` names: every one of equal names, or `Name#2` alone.

    ValidationError for a name that the file doesn't have.
    """
    found: set[int] = set()
    for name in source.ignored:
        same = {at for at in range(len(layout.names)) if name_of(layout, at) == plain(name)}
        found |= same or {column(layout, name)}
    return found


def _positions(layout: Layout, name: str) -> list[int]:
    return [i for i, found in enumerate(layout.names) if found == plain(name)]


def _placed(layout: Layout, position: int) -> str:
    """A column's letters, and the nearest name to its left that stands once."""
    before = [name for name in layout.names[:position] if name and layout.names.count(name) == 1]
    after = f" (after {before[-1]!r})" if before else ""
    return f"column {column_letters(position)}{after}"


def column_letters(position: int) -> str:
    """What a spreadsheet calls a column, from its position: A, B, ..., Z, AA."""
    letters, rest = "", position + 1
    while rest:
        rest, last = divmod(rest - 1, 26)
        letters = chr(ord("A") + last) + letters
    return letters


def unfolded(source: FileSource, layout: Layout) -> list[tuple[int, dict[str, str]]]:
    """Columns that `wide` unfolds, with the words of its groups; none where it isn't given.

    Raises ValidationError for columns beside them that were probably meant as well.
    """
    ignored = ignored_columns(source, layout)
    if source.wide is None:
        return []
    pattern = re.compile(source.wide)
    found: list[tuple[int, dict[str, str]]] = []
    for position, name in enumerate(layout.names):
        if name and position not in ignored and (match := pattern.fullmatch(name)):
            _require_one(layout, name, ignored)
            found.append((position, {k: v for k, v in match.groupdict().items() if v is not None}))
    if not found:
        refuse(
            f"{layout.where}, header",
            f"columns that match {source.wide}",
            f"none; the last ones are {', '.join([n for n in layout.names if n][-3:])}",
            "correct wide in the study",
        )
    described = ignored | {column(layout, name) for name in named_one_by_one(source)}
    require_no_neighbours(source, layout.where, layout.names, found, described)
    return found


def _require_one(layout: Layout, name: str, ignored: set[int]) -> None:
    again = [at for at in _positions(layout, name) if at not in ignored]
    if len(again) > 1:
        places = " and ".join(_placed(layout, at) for at in again)
        refuse(
            f"{layout.where}, header",
            f"one column {name!r} that wide matches",
            f"{len(again)} of them, in {places} of a spreadsheet",
            f'name those that are not wanted in ignored, such as ignored = ["{name}#2"]; or '
            "take in the header row that tells them apart (header_rows, carry_header)",
        )


def named_one_by_one(source: FileSource) -> Iterator[str]:
    """Columns of the file that the study names one by one."""
    yield from source.columns.values()
    yield from (*source.keep, *source.drop, *source.totals, *source.carry_down, *source.codes)
    yield from source.every
    for patterns in (source.keep_pattern, source.drop_pattern, source.end_pattern):
        yield from (source.columns.get(name, name) for name in patterns)
    if source.unique is not None:
        yield source.unique


def _named(row: list[str]) -> set[str]:
    """Names in a row, and those of repeated ones with their numbers."""
    often = Counter(cell for cell in row if cell)
    return set(row) | {f"{name}#{n + 1}" for name, times in often.items() for n in range(times)}
