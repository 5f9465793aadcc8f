"""Rows of the table of other choices: those of one kind are one row where they agree."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from gapwatch.codes import RESIDENTS, WITHOUT_WINDOW
from gapwatch.reporting.evidence.choices import Choice

# So many rows that say the same would hide the rest.
MANY = 12
OTHER_NUMBERS = "other numbers at some ages, on both sides or on one"
Rows = tuple[Choice, ...]


def together(choices: Sequence[Choice]) -> tuple[Rows, ...]:
    """Each choice by itself, but windows left out in turn as one where more than MANY agree.

    So are changes to the residents, where all of them agree. A window whose absence says something
    else than the choice as made stays a row of its own.
    """
    made = choices[0]
    groups = [_alike(choices, made, (WITHOUT_WINDOW,), MANY), _recounted(choices, made)]
    found: list[Rows] = []
    for row in choices:
        mine = next((group for group in groups if row in group), ())
        if not mine:
            found.append((row,))
        elif row is mine[0]:
            found.append(mine)
    return tuple(found)


def _alike(choices: Sequence[Choice], made: Choice, kind: Collection[str], most: int) -> Rows:
    """Rows of one kind that say the same as the choice as made; none unless more than `most`."""
    held = tuple(
        row
        for row in choices
        if row.what.code in kind
        and (row.by_numbers, row.reason_code) == (made.by_numbers, made.reason_code)
    )
    return held if len(held) > most else ()


def _recounted(choices: Sequence[Choice], made: Choice) -> Rows:
    """Residents counted otherwise, where all of them say the same."""
    every = [row for row in choices if row.what.code in RESIDENTS]
    held = _alike(choices, made, RESIDENTS, 1)
    return held if len(held) == len(every) else ()


def label(rows: Rows) -> str:
    """What is done otherwise."""
    if len(rows) == 1:
        return rows[0].words
    if rows[0].what.code in RESIDENTS:
        return f"{len(rows)} changes to residents: {OTHER_NUMBERS}"
    return f"without any one of {len(rows)} windows"


def span(
    rows: Rows, value: Callable[[Choice], float | None], words: Callable[[float | None], str]
) -> str:
    """The value of one row, or the lowest and the highest of several, in words."""
    known = sorted(v for v in map(value, rows) if v is not None)
    ends = list(dict.fromkeys(words(v) for v in known[:1] + known[-1:])) or [words(None)]
    return " to ".join(ends)
