"""Names broken over lines, balanced rather than greedy, so that labels look set by hand."""

from __future__ import annotations

import textwrap

from gapwatch.reporting.language.apart import mended


def lines(text: str, width: int) -> list[str]:
    """`text` over as few lines of at most `width` characters as it takes, of even length.

    A single word longer than `width` is kept whole.
    """
    fewest = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    for narrower in range(1, width):
        tried = textwrap.wrap(text, narrower, break_long_words=False, break_on_hyphens=False)
        if len(tried) <= len(fewest):
            return mended(tried)
    return mended(fewest)


def wrapped(text: str, width: int) -> str:
    """`lines`, joined."""
    return "\n".join(lines(text, width))
