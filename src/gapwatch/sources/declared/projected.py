"""Residents who are projected, not estimated: a sheet that says so is refused by its own words.

A publisher adds a projected year to a file of estimates now and then. Person-years from it would
be a guess about the future in the place of what was counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from gapwatch.sources.declared.grid import refuse

_WORDS = re.compile(r"\b(?:projections?|projected|forecasts?)\b", re.IGNORECASE)
_REMEDY = "take the projected year out, by sheets, keep or drop: person-years are made of estimates"


def require_estimates(table: str, where: str, head: Iterable[Sequence[str]]) -> None:
    """Refuse a sheet of residents whose name, title or header says that they are projected."""
    if table != "population":
        return
    sheet = where.rpartition(", sheet ")[2] if ", sheet " in where else ""
    for text in (sheet, *(cell for row in head for cell in row)):
        # A note on estimates may well say what they replace.
        if (found := _WORDS.search(text)) and "estimate" not in text.lower():
            refuse(
                where, "residents as they were estimated", f"{text[:100]!r}: {found[0]}", _REMEDY
            )


def require_estimated_row(where: str, number: int, cells: Sequence[str]) -> None:
    """Refuse a row of residents one of whose cells says that they are projected."""
    for cell in cells:
        if cell[:1] in "PpFf" and _WORDS.match(cell):
            refuse(
                f"{where}, row {number}", "residents as they were estimated", repr(cell), _REMEDY
            )
