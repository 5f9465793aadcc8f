"""Sentences on how far the verdict can be trusted; rules alone, one test a branch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gapwatch import codes
from gapwatch.reporting.evidence.choices import Choice
from gapwatch.reporting.language.numbers import (
    apart,
    capital,
    count,
    listing,
    sentence,
    years,
)
from gapwatch.reporting.language.reasons import clause

METHOD_NAMES = {
    codes.PROJECTION: "this report's projection",
    codes.STRAIGHT_LINE: "a straight line through the figures",
    codes.NO_CHANGE: "repeating the newest figure",
}
SIMPLEST_FIRST = (codes.NO_CHANGE, codes.STRAIGHT_LINE, codes.PROJECTION)
CHANGED = {codes.NEWEST_GAP: "newest gap", codes.TARGET: "target"}

# Below these a difference between methods decides nothing.
FEWEST_FORECASTS = 10
LEAST_DIFFERENCE = 0.1

# A range that should hold 80% and holds this much more or less is called too wide or too narrow.
RANGE, LENIENT = 0.8, 0.08


@dataclass(frozen=True)
class FlipRow:
    """One row of the table `flip`."""

    changed: str
    change_years: float | None
    by_numbers: str
    limit_down_years: float
    limit_up_years: float


@dataclass(frozen=True)
class BacktestRow:
    """One row of the table `backtest`."""

    method: str
    forecasts: int
    within50: float
    within80: float
    within95: float
    crps_years: float
    brier: float


def what_flips(choices: Sequence[Choice]) -> tuple[str, ...]:
    """Whether any other choice changes the verdict; the first row is the choice as made."""
    made, others = choices[0], choices[1:]
    told = _refused(others)
    if not others:
        return (*told, "There is no other choice to try.")
    return (*told, _by_numbers(made, others))


def _refused(others: Sequence[Choice]) -> tuple[str, ...]:
    """Which choices would leave nothing to judge."""
    lost = [row.words for row in others if row.verdict == codes.CANNOT]
    return (f"Some choices would allow no verdict: {listing(lost)}.",) if lost else ()


def without_verdict(tried: Sequence[Choice]) -> tuple[str, ...]:
    """Why there is no verdict, and whether another choice would allow one.

    What the numbers alone would say is no answer, and stays in the data.
    """
    made, others = tried[0], tried[1:]
    told = [f"There is no verdict as calculated, because {clause(made.reason_code)}."]
    given = [f"{row.words}: “{row.verdict}”" for row in others if row.verdict != codes.CANNOT]
    if given:
        told.append(f"Some choices would allow one: {listing(given)}.")
    elif others:
        told.append(
            f"So it is with {count(len(others), 'other choice')} of target, windows or measure "
            "that could be made: see data/sensitivity.csv."
        )
    return tuple(told)


def _by_numbers(made: Choice, others: Sequence[Choice]) -> str:
    tried = f"{count(len(others), 'other choice')} tried"
    differ = [f"{row.words}: {_said(row.by_numbers)}" for row in others if row.flips]
    if not differ:
        return f"{capital(tried)}, and the numbers say {_said(made.by_numbers)} each time."
    return (
        f"As calculated the numbers say {_said(made.by_numbers)}. "
        f"{count(len(differ), 'choice').capitalize()} out of {len(others)} would say something "
        f"else. {sentence(listing(differ))}"
    )


def _said(by_numbers: str) -> str:
    return "nothing" if by_numbers == codes.CANNOT else f"“{by_numbers}”"


def smallest_change(flip: FlipRow) -> str:
    """How little would have to be otherwise for the numbers to say something else.

    Empty when nothing was tried; otherwise it claims no more than was tried in each direction.
    """
    down, up = flip.limit_down_years, flip.limit_up_years
    if flip.change_years is not None:
        way = "lower" if flip.change_years < 0 else "higher"
        return (
            f"If the {CHANGED[flip.changed]} were {years(abs(flip.change_years))} {way}, the "
            f"numbers would say {_said(flip.by_numbers)}."
        )
    tried = [
        text
        for limit, text in (
            (down, f"down to {years(down)} lower"),
            (up, f"up to {years(up)} higher"),
        )
        if limit > 0
    ]
    if not tried:
        return ""
    told = (
        f"No {CHANGED[flip.changed]} {' or '.join(tried)} would make the numbers say anything else."
    )
    if down > 0 and up > 0:
        return told
    return f"{told} No {'higher' if down > 0 else 'lower'} one was tried."


def track_record(
    scores: Sequence[BacktestRow], apart_scores: Sequence[BacktestRow]
) -> tuple[str, ...]:
    """How well past windows foretold later ones; skill is claimed only where it is there."""
    if not scores:
        return ("There are too few windows to look back and see how good such projections were.",)
    if apart_scores and apart_scores[0].forecasts == scores[0].forecasts:
        return _apart_alone(scores)
    told = [_ranking(scores, f"Over {count(scores[0].forecasts, 'past forecast')}")]
    told.append(
        "These forecasts share years with what was known, and with each other. They are "
        "fewer trials than they seem."
    )
    if not apart_scores:
        return (*told, "None is far enough ahead to share no year with what was known.")
    number_of = count(apart_scores[0].forecasts, "forecast")
    told.append(_ranking(apart_scores, f"Over the {number_of} that share no year"))
    if winner(apart_scores) != codes.PROJECTION:
        told.append("Nothing here shows that this projection can foretell the gap that far ahead.")
    return tuple(told)


def _apart_alone(scores: Sequence[BacktestRow]) -> tuple[str, ...]:
    """The same where windows share no years, so that every forecast is of years not yet known."""
    told = [
        _ranking(scores, f"Over {count(scores[0].forecasts, 'past forecast')}"),
        (
            "None of these forecasts shares a year with what was known. But many foretell the same "
            "window. They are fewer trials than they seem."
        ),
    ]
    if winner(scores) != codes.PROJECTION:
        told.append("Nothing here shows that this projection can foretell the gap.")
    return tuple(told)


def winner(scores: Sequence[BacktestRow]) -> str:
    """The method with the best score, if there are enough forecasts and a clear difference."""
    best, *rest = _ranked(scores)
    if best.forecasts < FEWEST_FORECASTS or not rest:
        return ""
    second = rest[0].crps_years
    return best.method if second - best.crps_years >= LEAST_DIFFERENCE * second > 0 else ""


def _ranked(scores: Sequence[BacktestRow]) -> list[BacktestRow]:
    """Best first; of a tie the simpler method."""
    return sorted(scores, key=lambda row: (row.crps_years, SIMPLEST_FIRST.index(row.method)))


def _ranking(scores: Sequence[BacktestRow], start: str) -> str:
    ordered = _ranked(scores)
    shown = apart(*(row.crps_years for row in ordered), decimals=2)
    named = [
        f"{METHOD_NAMES[row.method]} {value}" for row, value in zip(ordered, shown, strict=True)
    ]
    unit = "(CRPS, in years; lower is better)"
    if winner(scores):
        best = METHOD_NAMES[ordered[0].method]
        told = f"{start}, {best} had the best score {unit}: {shown[0]} ({listing(named[1:])})."
        return f"{told} {calibration(ordered[0])}"
    told = f"{start}, these were the scores {unit}: {listing(named)}."
    if ordered[0].forecasts < FEWEST_FORECASTS:
        return f"{told} So few forecasts decide nothing."
    if len(ordered) > 1:
        return f"{told} The difference between the first two is too small to decide anything."
    return told


def calibration(row: BacktestRow) -> str:
    """Whether a method's 80% range held about 80%: a good score can hide that it did not."""
    held = f"{100 * row.within80:.0f}%"
    if row.within80 > RANGE + LENIENT:
        return f"But its ranges were too wide: the 80% range held {held} of what came later."
    if row.within80 < RANGE - LENIENT:
        return f"But its ranges were too narrow: the 80% range held {held} of what came later."
    return f"Its 80% range held {held} of what came later, about as it should."
