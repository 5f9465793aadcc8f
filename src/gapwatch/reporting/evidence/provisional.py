"""Figures that decide nothing yet."""

from __future__ import annotations

from gapwatch.reporting.evidence.rows import Window
from gapwatch.reporting.language.numbers import listing, years


def provisional(found: tuple[Window, ...]) -> str:
    """Named so that nobody takes it for the newest figure; "" when there is none."""
    if not found:
        return ""
    named = [w.when + (f" ({years(w.gap.value)})" if w.gap else "") for w in found]
    if len(found) == 1:
        return (
            f"The figure for {named[0]} is provisional: deaths are still coming in, or part of the "
            "time is missing. It decides nothing."
        )
    return (
        f"The figures for {listing(named)} are provisional: deaths are still coming in, or part of "
        "the time is missing. They decide nothing."
    )
