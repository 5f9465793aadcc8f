"""Sentences on how far the verdict can be trusted; rules alone, one test a branch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gapwatch.reporting.numbers import SPACE, apart, count, listing, number, years

METHOD_NAMES = {
    "projection": "This report's projection",
    "straight line": "A straight line through the figures",
    "no change": "Repeating the newest figure",
}


@dataclass(frozen=True)
class Choice:
    """One row of the table `sensitivity`."""

    choice: str
    verdict: str
    by_numbers: str
    p_target: float | None
    p_narrowing: float | None
    projected_gap_years: float | None
    projected_sd_years: float | None
    flips: bool


@dataclass(frozen=True)
class Flip:
    """One row of the table `flip`."""

    changed: str
    change_years: float | None
    by_numbers: str
    limit_years: float


@dataclass(frozen=True)
class Score:
    """One row of the table `backtest`."""

    method: str
    forecasts: int
    within50: float
    within80: float
    within95: float
    crps_years: float
    brier: float


@dataclass(frozen=True)
class Selection:
    """One row of the table `selection`."""

    period_start: int
    period_end: int
    observed_gap_years: float
    expected_gap_years: float
    expected_lower95_years: float
    expected_upper95_years: float
    expected_fall_years: float


def what_flips(choices: Sequence[Choice]) -> tuple[str, ...]:
    """Whether any other choice changes the verdict; the first row is the choice as made."""
    made, others = choices[0], choices[1:]
    told = []
    if made.verdict != made.by_numbers:
        told.append(
            f"The verdict is “{made.verdict}” whichever choice is made. Here is what the old "
            "figures alone would say. It tests the method and is no verdict."
        )
    if not others:
        return (*told, "There is no other choice to try.")
    differ = [row for row in others if row.flips]
    if not differ:
        told.append(
            f"{count(len(others), 'other choice').capitalize()} tried, and the numbers say "
            f"“{made.by_numbers}” each time."
        )
    else:
        parts = [f"{row.choice}: “{row.by_numbers}”" for row in differ]
        told.append(
            f"As calculated the numbers say “{made.by_numbers}”. "
            f"{count(len(differ), 'choice').capitalize()} out of {len(others)} would say something "
            f"else. {listing(parts)}."
        )
    return tuple(told)


def smallest_change(flip: Flip) -> str:
    """How little would have to be otherwise for the numbers to say something else."""
    what = "newest gap" if flip.changed == "newest gap" else "target"
    if flip.change_years is None:
        return (
            f"No change of the {what} by up to {number(flip.limit_years, 0)}{SPACE}years would "
            "make the numbers say anything else."
        )
    way = "smaller" if flip.change_years < 0 else "bigger"
    return (
        f"If the {what} were {years(abs(flip.change_years))} {way}, the numbers would say "
        f"“{flip.by_numbers}”."
    )


def track_record(scores: Sequence[Score], apart_scores: Sequence[Score]) -> tuple[str, ...]:
    """How well past windows foretold later ones; skill is claimed only where it is there."""
    if not scores:
        return ("There are too few windows to look back and see how good such projections were.",)
    told = [_ranking(scores, f"Over {count(scores[0].forecasts, 'past forecast')}")]
    told.append(
        "These forecasts share years with what was known, and with each other. They are "
        "fewer trials than they seem."
    )
    if apart_scores:
        number_of = count(apart_scores[0].forecasts, "forecast")
        told.append(_ranking(apart_scores, f"Over the {number_of} that share no year"))
        if _best(apart_scores) != "projection":
            told.append("So nothing here shows that the gap can be foretold five years ahead.")
    else:
        told.append("None is far enough ahead to share no year with what was known.")
    return tuple(told)


def _best(scores: Sequence[Score]) -> str:
    """The method with the smallest mean error; a tie goes to the simpler one."""
    simplest_first = ("no change", "straight line", "projection")
    return min(scores, key=lambda row: (row.crps_years, simplest_first.index(row.method))).method


def _ranking(scores: Sequence[Score], start: str) -> str:
    best = _best(scores)
    ordered = sorted(scores, key=lambda row: (row.method != best, row.crps_years))
    shown = apart(*(row.crps_years for row in ordered), decimals=2)
    first = METHOD_NAMES[best]
    named = f"{first[0].lower()}{first[1:]}"
    others = [
        f"{METHOD_NAMES[row.method][0].lower()}{METHOD_NAMES[row.method][1:]} {error}"
        for row, error in zip(ordered[1:], shown[1:], strict=True)
    ]
    rest = f" ({listing(others)})" if others else ""
    return f"{start}, {named} had the smallest mean error: {shown[0]}{SPACE}years{rest}."


def chance_in_the_choice(found: Selection, worse_name: str, better_name: str, when: str) -> str:
    """The fall to expect from chance alone if the sides were picked for these figures."""
    if found.expected_fall_years <= 0:
        return (
            f"If {worse_name} and {better_name} had been picked for their figures of {when}, "
            "chance alone would not make their gap smaller later."
        )
    observed, expected = apart(found.observed_gap_years, found.expected_gap_years)
    return (
        f"If {worse_name} and {better_name} had been picked because their figures of {when} were "
        f"so far apart, part of that gap would be chance. The measured gap was {observed}{SPACE}"
        f"years; given all areas, the true one would be expected at {expected}{SPACE}years. Later "
        f"figures would then fall by about {years(found.expected_fall_years)} with no change in "
        "anyone's health."
    )
