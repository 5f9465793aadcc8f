"""Short phrases that more than one chapter says."""

from __future__ import annotations

from gapwatch.reporting.language.numbers import years

HALF = 0.5
ONE_SIDED = (
    "No figure says that a gap is exactly zero. So the promise is read as a gap at or below zero: "
    "the side called worse off lives at least as long as the other."
)


def size_of(target: float | None) -> str:
    """A target's size: `7.0 years`, or `zero`."""
    return "zero" if target == 0 else years(target)


def at_most(target: float | None) -> str:
    """A target: `7.0 years or less`, or `zero or below`."""
    return "zero or below" if target == 0 else f"{years(target)} or less"


def no_gap(lower: float, upper: float) -> str:
    """Said of every gap whose interval holds zero; "" of the others."""
    return "These figures also fit no gap at all." if lower <= 0 <= upper else ""


def joined(*sentences: str) -> str:
    """The sentences that say anything, one after another."""
    return " ".join(text for text in sentences if text)
