"""Sentences from rules. Each is a pure function of numbers, with a test for every branch.

The rules: nothing "rose" or "fell" when its interval holds zero; a gap that narrows because the
better-off side gets worse is said to; no sentence says why; a missing figure is named with its
reason; values are compared unrounded and printed so that unequal ones look unequal.
"""

from __future__ import annotations

from gapwatch import codes
from gapwatch.contracts import Verdict
from gapwatch.reporting.evidence.direction import narrowing
from gapwatch.reporting.evidence.rows import Window
from gapwatch.reporting.language.chance import about
from gapwatch.reporting.language.numbers import (
    SPACE,
    apart,
    capital,
    interval,
    line,
    years,
)
from gapwatch.reporting.language.phrases import ONE_SIDED, joined, no_gap, size_of
from gapwatch.reporting.language.sexes import of_sex, people
from gapwatch.study import Thresholds


def other_chance(verdict: Verdict, rules: Thresholds) -> str:
    """The same of the other sex, after that of the promise's own; "" where it isn't known."""
    if verdict.p_target is None or verdict.target_gap_years is None:
        return ""
    shown = about(verdict.p_target, rules.on_track_probability, rules.off_track_probability)
    return (
        f"For {people(verdict.sex)} it is {shown}, for a target of "
        f"{size_of(verdict.target_gap_years)}."
    )


def counts_as(verdict: Verdict, rules: Thresholds) -> str:
    """The line that a chance is held against; "" where there is no verdict."""
    high, low = line(rules.on_track_probability), line(rules.off_track_probability)
    lines = {
        codes.TARGET_MET: f"It counts as met when that chance is {high} or more, and "
        f"{line(rules.target_met_probability)} or more for the newest year observed.",
        codes.ON_TRACK: f"{high} or more counts as on track.",
        codes.LEVELLING_DOWN: "Levelling down is no success, whatever that chance.",
        codes.OFF_TRACK: f"{low} or less counts as off track.",
        codes.WRONG_DIRECTION: narrowing(verdict, rules),
        codes.TOO_EARLY: f"Between {low} and {high} it is too early to tell.",
    }
    told = lines.get(verdict.label, "")
    return joined(told, ONE_SIDED) if verdict.target_gap_years == 0 else told


def withheld(subject: str, when: str, reason: str) -> str:
    """A figure that isn't given, and why."""
    return f"{subject} cannot be given for {when}: {reason or 'the reason is not recorded'}."


def both_ends(window: Window, sex: str, worse_name: str, better_name: str) -> str:
    """Life expectancy on both sides; empty when a side has no figure."""
    if window.worse is None or window.better is None:
        return ""
    worse, better = apart(window.worse.value, window.better.value)
    return (
        f"{capital(of_sex(sex, 'life expectancy'))} at birth was {worse}{SPACE}years in "
        f"{worse_name} and "
        f"{better}{SPACE}years in {better_name}."
    )


def other_sex(window: Window | None, sex: str, reason: str) -> str:
    """The same gap for the sex that the promise isn't about."""
    if window is None:
        return f"For {people(sex)} there is no comparable figure."
    if window.gap is None:
        return withheld(f"The gap for {people(sex)}", window.when, reason)
    text = f"For {people(sex)} the gap was {years(window.gap.value)}"
    if window.gap.lower is None or window.gap.upper is None:
        return f"{text}."
    low, high = window.gap.lower, window.gap.upper
    return joined(f"{text} (plausibly {interval(low, high)}).", no_gap(low, high))
