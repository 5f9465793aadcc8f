"""Columns that are found by the kind of code in their cells, where headings may stand crosswise.

A publisher has sent a table in which the column headed by the local authority holds codes of small
areas, and the other way round. A study says which kind of code each of such columns holds (`codes`,
FileSource). Where the cells say the opposite of the headings, the cells are right: so the faulty
edition and a corrected one are read alike, and whatever is neither is refused.
"""

from __future__ import annotations

import itertools
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from gapwatch.sources.declared.grid import refuse

log = logging.getLogger(__name__)
SEARCHED = 100


@dataclass(frozen=True)
class CodeColumns:
    """The columns of a sheet whose codes are known: position from 0, heading, kind of code."""

    where: str
    columns: tuple[tuple[int, str, re.Pattern[str]], ...]

    def require_apart(self, number: int, cells: Sequence[str]) -> None:
        """Refuse a row in which one of the columns holds the kind of code of another."""
        for at, name, kind in self.columns:
            cell = cells[at] if at < len(cells) else ""
            if cell and kind.fullmatch(cell) is None:
                for _, other, its in self.columns:
                    if its.fullmatch(cell):
                        self._refuse(number, name, kind, f"{cell!r}, a code of {other!r}")

    def require_own(self, number: int, cells: Sequence[str]) -> None:
        """Refuse a row that is kept and holds another kind of code, or none."""
        for at, name, kind in self.columns:
            if kind.fullmatch(cells[at]) is None:
                self._refuse(number, name, kind, repr(cells[at]) if cells[at] else "a blank")

    def _refuse(self, number: int, name: str, kind: re.Pattern[str], found: str) -> None:
        names = " and ".join(repr(name) for _, name, _ in self.columns)
        refuse(
            f"{self.where}, row {number}, column of {name!r} by its codes",
            f"a code of the form {kind.pattern} in every row",
            f"{found}; the columns {names} are told apart by their codes",
            "open the file: where the row is a total or a note, leave it out by keep_pattern; else "
            "correct codes in the study, or ask the publisher for a corrected edition",
        )


def by_codes(
    codes: Mapping[str, str],
    where: str,
    names: tuple[str, ...],
    places: Mapping[str, int],
    rows: Iterator[list[str]],
) -> tuple[tuple[str, ...], CodeColumns, Iterator[list[str]]]:
    """Names of the columns as their codes say, what each row is held against, and the rows.

    `places` has the position of each column of `codes` by its heading. The first of the first 100
    rows that says which is which decides; every other row must say the same. ValidationError where
    none does, and where codes could be of two kinds.
    """
    kinds = {name: re.compile(pattern) for name, pattern in codes.items()}
    head = list(itertools.islice(rows, SEARCHED))
    for row in head:
        fitting = [
            order
            for order in itertools.permutations(places.values())
            if all(
                at < len(row) and kind.fullmatch(row[at])
                for at, kind in zip(order, kinds.values(), strict=True)
            )
        ]
        if len(fitting) > 1:
            refuse(
                f"{where}, header",
                "columns that their codes tell apart",
                f"{', '.join(repr(row[at]) for at in places.values())}, which could stand "
                "either way",
                "state narrower patterns in codes",
            )
        if fitting:
            found = dict(zip(kinds, fitting[0], strict=True))
            break
    else:
        kinds_told = " and ".join(f"{name!r} with {pattern}" for name, pattern in codes.items())
        seen = [row[at] for row in head[:1] for at in places.values() if at < len(row)]
        refuse(
            f"{where}, header",
            f"columns told apart by their codes: {kinds_told}",
            f"{', '.join(map(repr, seen)) or 'nothing'} in the first row: it fits neither way",
            "open the file: correct codes in the study, or ask the publisher for a corrected "
            "edition",
        )
    told = list(names)
    for name, at in found.items():
        told[at] = next(heading for heading in places if heading == name)
    if found != dict(places):
        log.warning(
            "%s: the headings %s stand crosswise; each column is read by the codes in it",
            where,
            " and ".join(map(repr, places)),
        )
    columns = tuple((at, name, kinds[name]) for name, at in found.items())
    return tuple(told), CodeColumns(where, columns), chain(head, rows)
