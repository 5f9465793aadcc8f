"""How a change of a gap is said, everywhere alike.

In a sentence it has no sign: the gap is so many years smaller or bigger. Only tables and charts
have signs, where below zero is a smaller gap.
"""

from __future__ import annotations

from gapwatch.reporting.language.numbers import SPACE, interval, number, years


def change(value: float, decimals: int = 1) -> str:
    """`0.3 years smaller`, `1 year bigger`, `no different`."""
    if value == 0:
        return "no different"
    return f"{years(abs(value), decimals)} {way(value)}"


def way(value: float) -> str:
    """`smaller` or `bigger`."""
    return "smaller" if value < 0 else "bigger"


def spread(lower: float, upper: float, decimals: int = 1) -> str:
    """A range of changes: `0.2 to 0.4 years smaller`, `0.5 years smaller to 0.3 years bigger`."""
    if lower < 0 < upper:
        return f"{change(lower, decimals)} to {change(upper, decimals)}"
    least, most = sorted((abs(lower), abs(upper)))
    return f"{interval(least, most, decimals)}{SPACE}years {way(lower if lower < 0 else upper)}"


def part(value: float, decimals: int) -> str:
    """What a part does to a sum: `took 1.2 years off it`, `added 0.04 years to it`."""
    if value == 0:
        return "left it as it was"
    told = f"{number(abs(value), decimals)}{SPACE}years"
    return f"took {told} off it" if value < 0 else f"added {told} to it"


def part_spread(lower: float, upper: float) -> str:
    """A range of such parts that holds both ways, after "may have"."""
    return f"taken up to {years(abs(lower))} off the gap or added up to {years(abs(upper))} to it"
