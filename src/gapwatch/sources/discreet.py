"""What may be said of a restricted file: where and what was expected, and no cell of it."""

from __future__ import annotations

from collections.abc import Iterator
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
