"""Where the table is in a sheet: its header, its columns, the rows that are kept."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import NoReturn

from gapwatch.errors import StudyError
from gapwatch.sources.declared.grid import Grid, refuse
from gapwatch.sources.discreet import NO_TABLE, header_like
from gapwatch.study.sources import FileSource

SEARCHED = 100


@dataclass(frozen=True)
class Layout:
    """Names of the columns in order, the number of the first data row, and the data rows."""

    where: str
    names: tuple[str, ...]
    first: int
    rows: Iterator[list[str]]


@dataclass
class Seen:
    """Words of `keep`, `drop` and `totals` that the file was seen to hold."""

    words: set[tuple[str, str]] = field(default_factory=set)


def locate(source: FileSource, grid: Grid) -> Layout:
    """Find the first row that holds every name of `header`; it starts the header.

    Raises ValidationError, with what was found nearest, when none of the first 100 rows does.
    """
    wanted = [plain(name) for name in source.header]
    head = list(islice(grid.rows, SEARCHED + source.header_rows))
    if not any(any(row) for row in head):
        refuse(grid.where, "a header and rows", "an empty sheet")
    found = [i for i, row in enumerate(head[:SEARCHED]) if set(wanted) <= set(row)]
    if not found:
        _no_header(grid.where, head, wanted)
    last = found[0] + source.header_rows
    names = _joined(head[found[0] : last], source.header_join)
    return Layout(grid.where, names, last + 1, chain(head[last:], grid.rows))


def _no_header(where: str, head: list[list[str]], wanted: list[str]) -> NoReturn:
    best = max(head[:SEARCHED], key=lambda row: len(set(wanted) & set(row)))
    number = head.index(best) + 1
    lacking = [name for name in wanted if name not in best]
    near = difflib.get_close_matches(lacking[0], header_like(best), n=3, cutoff=0.0)
    refuse(
        where, f"a row among the first {SEARCHED} with the columns {', '.join(wanted)}",
        f"nearest is row {number}, without {', '.join(lacking)}; it holds "
        f"{', '.join(near) or NO_TABLE}",
    )  # fmt: skip


def plain(text: str) -> str:
    """Text as cells are compared: one space between words, none around."""
    return " ".join(text.split())


def column(layout: Layout, name: str) -> int:
    """Position of the one column with a name. ValidationError where it's absent or repeated."""
    positions = [i for i, found in enumerate(layout.names) if found == plain(name)]
    if len(positions) > 1:
        refuse(f"{layout.where}, header", f"one column {name!r}", f"{len(positions)} of them")
    if not positions:
        near = difflib.get_close_matches(name, header_like(layout.names), n=3, cutoff=0.0)
        refuse(f"{layout.where}, header", f"a column {name!r}",
               f"nearest are {', '.join(near) or NO_TABLE}")  # fmt: skip
    return positions[0]


def unfolded(source: FileSource, layout: Layout) -> list[tuple[int, dict[str, str]]]:
    """Columns that `wide` unfolds, with the words of its groups; none where it isn't given."""
    if source.wide is None:
        return []
    pattern = re.compile(source.wide)
    found: list[tuple[int, dict[str, str]]] = []
    for position, name in enumerate(layout.names):
        if name and (match := pattern.fullmatch(name)):
            column(layout, name)
            found.append((position, {k: v for k, v in match.groupdict().items() if v is not None}))
    if not found:
        refuse(f"{layout.where}, header", f"columns that match {source.wide}", "none")
    return found


def records(source: FileSource, layout: Layout, seen: Seen) -> Iterator[tuple[int, list[str]]]:
    """Rows that are kept, with their numbers; rows that are wholly blank aren't rows.

    Raises ValidationError for a row that is shorter or longer than the header.
    """
    width = len(layout.names)
    kept = [(column(layout, name), name, set(map(plain, w))) for name, w in source.keep.items()]
    dropped = [(column(layout, name), name, set(map(plain, w))) for name, w in source.drop.items()]
    for number, row in enumerate(layout.rows, layout.first):
        if not any(row):
            continue
        cells = row + [""] * (width - len(row))
        seen.words.update((name, cells[at]) for at, name, words in kept if cells[at] in words)
        out = [(name, cells[at]) for at, name, words in dropped if cells[at] in words]
        seen.words.update(out)
        if out or any(cells[at] not in words for at, _, words in kept):
            continue
        if len(row) < width or any(row[width:]):
            refuse(f"{layout.where}, row {number}", f"{width} fields", f"{len(row)} fields")
        yield number, cells


def require_seen(source: FileSource, where: str, seen: Seen) -> None:
    """Raise StudyError for a word of `keep`, `drop` or `totals` that the file doesn't hold.

    A misspelt word would otherwise leave areas out, or a total in, without a sign.
    """
    totals = {name: (word,) for name, word in source.totals.items()}
    for kind, chosen in (("keep", source.keep), ("drop", source.drop), ("totals", totals)):
        for name, words in chosen.items():
            for word in words:
                if (name, plain(word)) not in seen.words:
                    raise StudyError(
                        f"sources, {source.id}, {kind}", found=f"no row of {where} that holds it",
                        expected=f"{word!r} in the column {name!r}",
                        remedy=f"correct the word, or take it out of {kind}",
                    )  # fmt: skip


def _joined(rows: list[list[str]], join: str) -> tuple[str, ...]:
    """Names from header rows, top to bottom; a part that only says the end again is left out."""
    width = max(len(row) for row in rows)
    names = [""] * width
    for row in rows:
        for i, part in enumerate(row):
            if part and names[i] != part and not names[i].endswith(join + part):
                names[i] = f"{names[i]}{join}{part}" if names[i] else part
    return tuple(plain(name) for name in names)
