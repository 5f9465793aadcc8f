"""The fall to expect of a gap whose sides were picked for being extreme."""

from __future__ import annotations

from dataclasses import dataclass

from gapwatch.reporting.language.numbers import SPACE, apart, interval, number, years


@dataclass(frozen=True)
class SelectionRow:
    """One row of the table `selection`."""

    period_start: int
    period_end: int
    observed_gap_years: float
    expected_gap_years: float
    expected_lower95_years: float
    expected_upper95_years: float
    expected_fall_years: float


def if_picked(found: SelectionRow, nouns: str, when: str, baseline: float | None = None) -> str:
    """The fall to expect without any change, if a side was picked for its extreme figure.

    `baseline` is the gap that the target is set from: where it prints otherwise, it is told why.
    """
    if found.expected_fall_years <= 0:
        return (
            f"If a side was picked because its figure of {when} was extreme, that alone would not "
            "make the gap smaller later."
        )
    observed, expected = apart(found.observed_gap_years, found.expected_gap_years)
    spread = interval(found.expected_lower95_years, found.expected_upper95_years)
    why = ""
    if baseline is not None and number(baseline) != number(found.observed_gap_years):
        why = (
            f" (not {number(baseline)}, as it takes the mean of the {nouns}’ own figures on each "
            "side)"
        )
    return (
        f"If a side was picked because its figure of {when} was extreme, part of a later fall is "
        f"to be expected. The gap measured then was {observed}{SPACE}years{why}. Given all "
        f"{nouns}, the true one would be expected at {expected}{SPACE}years (plausibly {spread}). "
        f"Later figures would then be about {years(found.expected_fall_years)} lower with no "
        "change in anyone's health."
    )
