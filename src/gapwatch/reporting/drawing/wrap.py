"""Names broken over lines, balanced rather than greedy, so that labels look set by hand."""

from __future__ import annotations

import textwrap
from bisect import bisect_left
from functools import lru_cache

from gapwatch.reporting.language.apart import mended


def lines(text: str, width: int) -> list[str]:
    """`text` over as few lines of at most `width` characters as it takes, of even length.

    A single word longer than `width` is kept whole.
    """
    return mended(list(_balanced(text, width)))


def wrapped(text: str, width: int) -> str:
    """`lines`, joined."""
    return "\n".join(lines(text, width))


@lru_cache(4096)
def _balanced(text: str, width: int) -> tuple[str, ...]:
    """The lines of the narrowest column that takes no more of them than `width` does."""
    fewest = len(_filled(text, width))
    widths = range(1, width)  # a narrower column never takes fewer lines
    narrowest = bisect_left(widths, 1, key=lambda tried: len(_filled(text, tried)) <= fewest)
    return tuple(_filled(text, [*widths, width][narrowest]))


def _filled(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
