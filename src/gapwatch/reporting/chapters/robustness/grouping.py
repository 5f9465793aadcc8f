"""Rows of the table of other choices: those of one kind are one row where they agree."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from gapwatch.reporting.chapters.robustness.words import Choice

# So many rows that say the same would hide the rest.
MANY = 12
RESIDENTS = "other numbers at some ages, on both sides or on one"
_LEFT_OUT = re.compile(r"without (the years? to June )?[0-9]{4}( to [0-9]{4})?")
_RESIDENTS = re.compile(r"with [0-9]+% (more|fewer) residents .*")
Rows = tuple[Choice, ...]


def together(choices: Sequence[Choice]) -> tuple[Rows, ...]:
    """Each choice by itself, but windows left out in turn as one where more than MANY agree.

    So are changes to the residents, where all of them agree. A window whose absence says something
    else than the choice as made stays a row of its own.
    """
    made = choices[0]
    groups = [_alike(choices, made, _LEFT_OUT, MANY), _recounted(choices, made)]
    found: list[Rows] = []
    for row in choices:
        mine = next((group for group in groups if row in group), ())
        if not mine:
            found.append((row,))
        elif row is mine[0]:
            found.append(mine)
    return tuple(found)


def _alike(choices: Sequence[Choice], made: Choice, named: re.Pattern[str], most: int) -> Rows:
    """Rows of one kind that say the same as the choice as made; none unless more than `most`."""
    held = tuple(
        row
        for row in choices
        if named.fullmatch(row.choice)
        and (row.by_numbers, row.reason_code) == (made.by_numbers, made.reason_code)
    )
    return held if len(held) > most else ()


def _recounted(choices: Sequence[Choice], made: Choice) -> Rows:
    """Residents counted otherwise, where all of them say the same."""
    every = [row for row in choices if _RESIDENTS.fullmatch(row.choice)]
    held = _alike(choices, made, _RESIDENTS, 1)
    return held if len(held) == len(every) else ()


def label(rows: Rows) -> str:
    """What is done otherwise."""
    if len(rows) == 1:
        return rows[0].choice
    if _RESIDENTS.fullmatch(rows[0].choice):
        return f"{len(rows)} changes to residents: {RESIDENTS}"
    return f"without any one of {len(rows)} windows"


def span(
    rows: Rows, value: Callable[[Choice], float | None], words: Callable[[float | None], str]
) -> str:
    """The value of one row, or the lowest and the highest of several, in words."""
    known = sorted(v for v in map(value, rows) if v is not None)
    ends = list(dict.fromkeys(words(v) for v in known[:1] + known[-1:])) or [words(None)]
    return " to ".join(ends)
