"""A share of those who answered, and its limits."""

from __future__ import annotations

import math

from gapwatch.intervals import Z95


def wilson(count: int, of: int) -> tuple[float, float]:
    """95% limits of a share by Wilson's score, between 0 and 1.

    (2np + z^2 -+ z sqrt(z^2 + 4np(1-p))) / (2(n + z^2)), exactly 0 for none and 1 for all. Raises
    ValueError unless 0 <= count <= of and of > 0. Reference: Wilson 1927, J Am Stat Assoc 22:209.
    """
    if not 0 <= count <= of or not of:
        raise ValueError(f"count: expected 0 to {of}, of at least 1, found {count}")
    share, square = count / of, Z95 * Z95
    half = Z95 * math.sqrt(square + 4 * of * share * (1 - share))
    middle, below = 2 * of * share + square, 2 * (of + square)
    lower = 0.0 if count == 0 else (middle - half) / below
    upper = 1.0 if count == of else (middle + half) / below
    return lower, upper
