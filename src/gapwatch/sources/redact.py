"""What may be said of a restricted file: where and what was expected, and no cell of it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from gapwatch.errors import GapwatchError
from gapwatch.sources.declared.grid import PlainError
from gapwatch.study import Source, is_restricted

HIDDEN = "something else, which isn't told: the file is restricted"


@contextmanager
def discreet(source: Source) -> Iterator[None]:
    """Take the file's own words out of any refusal of a restricted source; leave others alone."""
    try:
        yield
    except PlainError:
        raise
    except GapwatchError as error:
        if not is_restricted(source):
            raise
        # Without its cause: that one still holds the words.
        raise type(error)(
            error.where, expected=error.expected, found=HIDDEN, remedy=error.remedy
        ) from None


@contextmanager
def discreet_table(name: str, restricted: Collection[str]) -> Iterator[None]:
    """The same for a table that is restricted, once its sources are put together."""
    try:
        yield
    except GapwatchError as error:
        if name not in restricted:
            raise
        raise type(error)(
            error.where, expected=error.expected, found=HIDDEN, remedy=error.remedy
        ) from None


NO_TABLE = "nothing that reads as a header"
_NAME = re.compile(r"[^\W\d_][\w .,:;()/%&'’+-]{0,59}")
_LONGEST_WORD = 24


def header_like(cells: Sequence[str]) -> list[str]:
    """The cells of a row that read as names of columns; none where the row is no header.

    An error may show these. A file that isn't the table that a study says it is may be anything,
    a key or a list of passwords: a row counts as a header only where it has two or more cells and
    most of them read as names, in words of at most 24 letters without an = or an @.
    """
    filled = [cell for cell in cells if cell]
    named = [cell for cell in filled if _reads_as_name(cell)]
    return named if len(named) > 1 and len(named) * 2 > len(filled) else []


def _reads_as_name(cell: str) -> bool:
    words = re.split(r"[\s_-]+", cell)
    return _NAME.fullmatch(cell) is not None and max(map(len, words)) <= _LONGEST_WORD
