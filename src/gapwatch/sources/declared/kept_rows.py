"""The rows of a table that are kept, and whether the file holds each word that chooses them."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NoReturn

from gapwatch.errors import StudyError
from gapwatch.sources.declared.choosing import RowPatterns, carried_down
from gapwatch.sources.declared.grid import refuse
from gapwatch.sources.declared.layout import Layout, column, plain
from gapwatch.sources.declared.projected import require_estimated_row
from gapwatch.study.sources import FileSource

SHOWN = 5
_MOST_OTHERS = 2000


@dataclass
class SeenWords:
    """Words of `keep`, `drop` and `totals` that the file was seen to hold, and row patterns.

    `others` are some of the words that stand in the same columns, to name the nearest.
    """

    words: set[tuple[str, str]] = field(default_factory=set)
    patterns: set[tuple[str, str]] = field(default_factory=set)
    others: dict[str, set[str]] = field(default_factory=dict)

    def note(self, name: str, word: str) -> None:
        """Remember a word of a column, up to a number of them."""
        others = self.others.setdefault(name, set())
        if len(others) < _MOST_OTHERS:
            others.add(word)

    def near(self, name: str, word: str) -> str:
        """The words of a column that are most like one that isn't there."""
        others = sorted(self.others.get(name, ()))
        folded = {other.casefold(): other for other in others}
        near = difflib.get_close_matches(word.casefold(), folded, n=3, cutoff=0.3)
        return ", ".join(repr(folded[other]) for other in near) or ", ".join(map(repr, others[:3]))


def records(
    source: FileSource,
    layout: Layout,
    seen: SeenWords,
    left_out: Callable[[int, list[str]], None] | None = None,
) -> Iterator[tuple[int, list[str]]]:
    """Rows that are kept, with their numbers; rows that are wholly blank aren't rows.

    `left_out` is told of those that words or patterns leave out. Raises ValidationError for a row
    that is shorter or longer than the header.
    """
    width = len(layout.names)
    kept = [(column(layout, name), name, set(map(plain, w))) for name, w in source.keep.items()]
    dropped = [(column(layout, name), name, set(map(plain, w))) for name, w in source.drop.items()]
    chosen = [*kept, *dropped]
    find = functools.partial(column, layout)
    patterns = RowPatterns(source, find, seen.patterns, layout.where)
    leave_out = _leaving(source, layout, left_out)
    for number, row, cells in _rows(source, layout, patterns, find):
        for at, name, _ in chosen:
            seen.note(name, cells[at])
        seen.words.update((name, cells[at]) for at, name, words in kept if cells[at] in words)
        out = [(name, cells[at]) for at, name, words in dropped if cells[at] in words]
        seen.words.update(out)
        if out or any(cells[at] not in words for at, _, words in kept):
            leave_out(number, cells)
            continue
        if patterns.any and (patterns.drops(cells) or not patterns.keeps(number, cells)):
            leave_out(number, cells)
            continue
        if len(row) < width or any(row[width:]):
            refuse(
                f"{layout.where}, row {number}",
                f"{width} fields",
                f"{len(row)} fields",
                _uneven_remedy(source),
            )
        _require_kept(source, layout, number, cells)
        yield number, cells


def _rows(
    source: FileSource, layout: Layout, patterns: RowPatterns, find: Callable[[str], int]
) -> Iterator[tuple[int, list[str], list[str]]]:
    """Numbers of the rows that aren't blank, the rows, and these as wide as the header."""
    rows = patterns.before_end(layout.rows) if source.end_pattern else layout.rows
    if source.carry_down:
        rows = carried_down(source, find, rows)
    for number, row in enumerate(rows, layout.first):
        if not any(row):
            continue
        cells = row + [""] * (len(layout.names) - len(row))
        if layout.coded is not None:
            layout.coded.require_apart(number, cells)
        yield number, row, cells


def _leaving(
    source: FileSource, layout: Layout, left_out: Callable[[int, list[str]], None] | None
) -> Callable[[int, list[str]], None]:
    """What to do with a row that is left out: refuse one that `every` asks to be kept."""
    every = [(column(layout, name), name, plain(word)) for name, word in source.every.items()]

    def leave_out(number: int, cells: list[str]) -> None:
        for at, name, word in every:
            if cells[at] == word:
                _lost(f"{layout.where}, row {number}", name, word, cells)
        if left_out is not None:
            left_out(number, cells)

    return leave_out


def _require_kept(source: FileSource, layout: Layout, number: int, cells: list[str]) -> None:
    """Refuse a kept row with another kind of code, or of projected residents."""
    if layout.coded is not None:
        layout.coded.require_own(number, cells)
    if source.table == "population":
        require_estimated_row(layout.where, number, cells)


def _lost(where: str, name: str, word: str, cells: list[str]) -> NoReturn:
    told = ", ".join(cell for cell in cells[:SHOWN] if cell)
    refuse(
        where,
        f"every row of {word!r} ({name}) kept, as `every` asks",
        f"one that is left out: {told}",
        "look the area up: let keep_pattern take it in where it belongs to the place, or leave "
        "the column out of every",
    )


def _uneven_remedy(source: FileSource) -> str:
    coded = source.columns.get("area_code")
    form = source.area_codes.any_form
    chosen = f"keep_pattern = {{ \"{coded}\" = '{form}' }}" if coded else "keep_pattern"
    return (
        "correct the row; where it is a note, choose the rows that are data: "
        f"{chosen}, or end the table before it by end_pattern"
    )


def require_seen(source: FileSource, where: str, seen: SeenWords) -> None:
    """Raise StudyError for a word of `keep`, `drop` or `totals` that the file doesn't hold.

    A misspelt word would otherwise leave areas out, or a total in, without a sign.
    """
    totals = {name: (word,) for name, word in source.totals.items()}
    for kind, chosen in (("keep", source.keep), ("drop", source.drop), ("totals", totals)):
        for name, words in chosen.items():
            for word in words:
                if (name, plain(word)) not in seen.words:
                    near = seen.near(name, word)
                    held = f"; the column holds {near}" if near else ""
                    raise StudyError(
                        f"sources, {source.id}, {kind}",
                        found=f"no row of {where} that holds it{held}",
                        expected=f"{word!r} in the column {name!r}",
                        remedy=f"correct the word, or take it out of {kind}",
                    )
    for kind, patterns in (
        ("keep_pattern", source.keep_pattern),
        ("drop_pattern", source.drop_pattern),
        ("end_pattern", source.end_pattern),
    ):
        for name, pattern in patterns.items():
            if (name, pattern) not in seen.patterns:
                raise StudyError(
                    f"sources, {source.id}, {kind}",
                    found=f"no row of {where} that matches",
                    expected=f"a cell of the column {name!r} that matches {pattern} as a whole",
                    remedy=f"correct the pattern, or take it out of {kind}",
                )
