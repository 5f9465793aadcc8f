"""Cells that hold no value though something stands in them: a failed formula, or one never run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from gapwatch.study.sources import FileSource

# What a cell is made to hold whose formula was saved without its result.
NOT_COMPUTED = "#FORMULA!"
NOT_AVAILABLE = "#N/A"
_ERROR = re.compile(
    r"#(?:N/A|REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|SPILL!|CALC!|FIELD!|GETTING_DATA|BLOCKED!"
    r"|CONNECT!|UNKNOWN!|EXTERNAL!|BUSY!|PYTHON!|ERROR!|FORMULA!)|#{2,}|Err:[0-9]{3}",
    re.IGNORECASE,
)
# Numbers that a program or another script wrote in its own way, and no marks.
_OTHERWISE = re.compile(
    r"-?[0-9]+(?:[.,][0-9]+)?e[-+]?[0-9]+|['\u2018\u2019`][0-9.,]+|(?=.*[^\x00-\x7f])-?[\d.,\u066b\u066c]+",
    re.IGNORECASE,
)
_MONTH = "(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*"
_DATE = re.compile(
    rf"[0-9]{{1,2}}[-/. ]?{_MONTH}|{_MONTH}[-/. ]?[0-9]{{1,4}}|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}.*",
    re.IGNORECASE,
)


def of_number(word: str) -> str:
    """What to do about a number that is written as no file of numbers writes it; "" for a mark."""
    if _OTHERWISE.fullmatch(word) is None:
        return ""
    return (
        "save the file with plain numbers in the digits 0 to 9, such as 51, from where it was "
        "made: one with an e in it may have lost its last digits"
    )


def of_age(word: str) -> str:
    """What to do about an age that a spreadsheet took for a date; "" for any other word."""
    if _DATE.fullmatch(word) is None:
        return ""
    return (
        "a spreadsheet took a band such as 1-4 or 10-14 for a date: ask for the file again, or "
        "format the column as text and type its bands anew"
    )


def of_withheld(source: FileSource, *, nullable: bool) -> str:
    """What to do about a figure that isn't told, so that no step makes it a zero."""
    if nullable:
        return "add the mark to missing: the figure is then withheld"
    drop = "add the mark to missing and set drop_missing = true"
    missing = "is then missing, and no figure is made without it"
    if source.sparse:
        return (
            "get the counts themselves, or broader ages or areas of which none is withheld; or "
            f"take sparse out of the source, {drop}: what the file lacks {missing}"
        )
    return (
        f"{drop}: the count {missing}; for figures, get the counts themselves, or broader ages or "
        "areas of which none is withheld"
    )


@dataclass
class Looked:
    """What a workbook says of one of its sheets beside the values of its cells.

    Rows and columns count from 0, each pair from a first to a last one; `cells` are rows, columns
    and the word that stands for the fault.
    """

    cells: list[tuple[tuple[int, int], tuple[int, int], str]] = field(default_factory=list)
    rows: list[tuple[int, int]] = field(default_factory=list)
    columns: list[tuple[int, int]] = field(default_factory=list)
    is_hidden: bool = False

    def put_into(self, rows: list[list[str]]) -> None:
        """Write the faults into the rows of text, where the reader left blanks or zeros."""
        for (top, bottom), (left, right), word in self.cells:
            for row in rows[top : bottom + 1]:
                row.extend([""] * (left + 1 - len(row)))
                for at in range(left, min(right + 1, len(row))):
                    row[at] = word

    def passing(self, rows: Iterable[list[str]]) -> Iterator[list[str]]:
        """The same for rows that pass by one by one."""
        open_ = sorted(self.cells, reverse=True)
        active: list[tuple[tuple[int, int], tuple[int, int], str]] = []
        for at, row in enumerate(rows):
            while open_ and open_[-1][0][0] <= at:
                active.append(open_.pop())
            active = [cell for cell in active if cell[0][1] >= at]
            for _, (left, right), word in active:
                row.extend([""] * (left + 1 - len(row)))
                for place in range(left, min(right + 1, len(row))):
                    row[place] = word
            yield row

    def hidden_rows(self, height: int) -> frozenset[int]:
        """Numbers of hidden rows as a spreadsheet counts them, among the first `height`."""
        return _spread(self.rows, height)

    def hidden_columns(self, width: int) -> frozenset[int]:
        """Positions of hidden columns from 0, among the first `width`."""
        return frozenset(at - 1 for at in _spread(self.columns, width))


def _spread(pairs: list[tuple[int, int]], most: int) -> frozenset[int]:
    return frozenset(
        number + 1 for first, last in pairs for number in range(first, min(last + 1, most))
    )


def is_error(word: str) -> bool:
    """Whether a cell's text is what a spreadsheet shows where a formula failed."""
    return word[:1] in "#eE" and _ERROR.fullmatch(word) is not None


def told(word: str) -> tuple[str, str]:
    """What was found, and what to do about it."""
    if word.upper() == NOT_COMPUTED:
        return "a formula without a stored value", (
            "open the file in a spreadsheet, let it compute, and save it"
        )
    if word.upper() == NOT_AVAILABLE:
        return f"the error {word}", (
            "correct the formula in the file; where the publisher withholds the value so, add "
            f'"{NOT_AVAILABLE}" to missing'
        )
    if set(word) == {"#"}:
        return f"{word}, a number that was too wide for its column", (
            "widen the column in the spreadsheet and save the file again"
        )
    return f"the error {word}", "correct the formula in the file, or put the value in its place"
