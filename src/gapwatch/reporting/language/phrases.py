"""Short phrases that more than one chapter says."""

from __future__ import annotations

HALF = 0.5


def no_gap(lower: float, upper: float) -> str:
    """Said of every gap whose interval holds zero; "" of the others."""
    return "These figures also fit no gap at all." if lower <= 0 <= upper else ""


def joined(*sentences: str) -> str:
    """The sentences that say anything, one after another."""
    return " ".join(text for text in sentences if text)
