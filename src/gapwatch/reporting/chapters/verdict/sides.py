"""Whose life expectancy moved while the gap narrowed, by the trend through all windows."""

from __future__ import annotations

from gapwatch import codes
from gapwatch.reporting.evidence.case import Moves
from gapwatch.reporting.evidence.rows import Estimate
from gapwatch.reporting.language.numbers import SPACE, capital, interval, plain

# Years a year: at such a pace a decade changes less than most intervals are wide.
SLIGHT = 0.1


def pace(trend: Estimate | None) -> tuple[str, str]:
    """` slightly` where the pace is small, and the pace with its interval in brackets."""
    if trend is None or trend.lower is None or trend.upper is None:
        return "", ""
    least, most = sorted((abs(trend.lower), abs(trend.upper)))
    slight = " slightly" if abs(trend.value) < SLIGHT else ""
    value = plain(abs(trend.value), 2)
    return slight, f" ({value}{SPACE}years a year, plausibly {interval(least, most, 2)})"


def who_moved(
    closing: str, worse: str, better: str, sex: str = "", found: Moves | None = None
) -> str:
    """Whose life expectancy moved while the gap narrowed; empty when nothing may be said.

    Only a move that the words call clear carries a pace.
    """
    found = found or Moves()
    lives = capital(f"{sex} life expectancy".strip())
    (low, at_worse), (high, at_better) = pace(found.worse), pace(found.better)
    sentences = {
        codes.WORSE_IMPROVES: f"{lives} rose{low} in {worse}{at_worse}. In {better} there is "
        "no clear change.",
        codes.WORSE_IMPROVES_FASTER: f"{lives} rose on both sides, and faster in "
        f"{worse}{at_worse} than in {better}{at_better}.",
        codes.BETTER_WORSENS: f"The gap narrowed as life expectancy fell{high} in "
        f"{better}{at_better}. There is no clear rise in {worse}.",
        codes.BETTER_WORSENS_FASTER: f"{lives} fell on both sides, and faster in "
        f"{better}{at_better} than in {worse}{at_worse}.",
        codes.BOTH_MOVE: f"{lives} rose{low} in "
        f"{worse}{at_worse} and fell{high} in {better}{at_better}.",
        codes.NEITHER_CLEAR: "The figures cannot tell which side moved.",
    }
    return sentences.get(closing, "")
