"""Sentences on pace: what is needed, what was seen, when it would be enough."""

from __future__ import annotations

from gapwatch.reporting.numbers import SPACE, apart, interval, number
from gapwatch.reporting.reading import Verdict


def sentences(verdict: Verdict, middle_year: int) -> tuple[str, ...]:
    """Needed and seen pace side by side, then when the seen one would be enough.

    `middle_year` is the middle of the newest window, from which both are counted. Empty when
    either is missing.
    """
    needed, seen = verdict.required_change_years_per_year, verdict.slope_years_per_year
    low, high = verdict.slope_lower95_years_per_year, verdict.slope_upper95_years_per_year
    if needed is None or seen is None or low is None or high is None:
        return ()
    told = [_needed(needed, seen, verdict.target_year, middle_year)]
    told.append(
        f"Over the comparable windows it changed by {_signed(seen, needed)}{SPACE}years a year, "
        f"plausibly anywhere from {interval(low, high, 2)}."
    )
    told.append(_arrival(verdict, middle_year, certain=high < 0))
    return tuple(text for text in told if text)


def _needed(needed: float, seen: float, deadline: int, middle_year: int) -> str:
    if needed >= 0:
        return f"The newest figure, for about {middle_year}, is at or below the target already."
    size = apart(abs(needed), abs(seen), decimals=2)[0]
    return (
        f"From the newest figure, for about {middle_year}, the gap would have to fall by {size}"
        f"{SPACE}years each year to reach the target in {deadline}."
    )


def _signed(value: float, beside: float) -> str:
    """The value with its sign, at decimals that keep it apart from the one beside it."""
    shown = apart(abs(value), abs(beside), decimals=2)[0]
    return number(value, len(shown.partition(".")[2]), plus=True)


def _arrival(verdict: Verdict, middle_year: int, *, certain: bool) -> str:
    """When the target would be reached at the seen pace; no year where the pace may be none."""
    if verdict.pace == "already":
        return ""
    if verdict.pace == "never":
        return "At that pace the target would never be reached."
    if verdict.pace != "years" or verdict.years_to_target is None:
        return ""
    after = number(verdict.years_to_target, 0)
    if certain and verdict.years_to_target_upper95 is not None:
        spread = interval(verdict.years_to_target_lower95, verdict.years_to_target_upper95, 0)
        return (
            f"At that pace the target would be reached about {after} years after {middle_year}, "
            f"plausibly {spread}{SPACE}years."
        )
    return (
        f"At that pace the target would be reached about {after} years after {middle_year}, but "
        "the pace may as well be none. Then it would never be reached."
    )
