"""The verdict in a sentence or two that name the sex that each is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gapwatch import codes
from gapwatch.contracts import Verdict
from gapwatch.reporting.evidence.goal import Goal
from gapwatch.reporting.language.numbers import percent
from gapwatch.study import Thresholds

GOOD = {codes.TARGET_MET: "Target met", codes.ON_TRACK: "On track"}


def alone(verdict: str, goal: Goal, whose: str) -> str:
    """One verdict in a sentence that begins with `whose`, such as `For males`."""
    by = f"{goal.done} by {goal.deadline}"
    sentences = {
        codes.TARGET_MET: f"{whose} the newest figures show the gap already {goal.done}.",
        codes.ON_TRACK: f"{whose} the gap is on track to be {by}.",
        codes.OFF_TRACK: f"{whose} the gap is not on track to be {by}.",
        codes.WRONG_DIRECTION: f"{whose} the gap is not on track to be {by}. It is probably "
        "getting bigger.",
        codes.TOO_EARLY: f"{whose} it is too early to tell whether the gap will be {by}.",
    }
    return sentences.get(verdict, f"{whose} we cannot say whether the gap will be {by}.")


def beside(found: Verdict, goal: Goal, rules: Thresholds, own: Goal | None = None) -> str:
    """The verdict on the other sex in short, with its chance of the target.

    `own` is that sex's promise where it is judged against another baseline.
    """
    start = f"For {found.sex}s"
    if own is not None:
        start, goal = f"{start}, judged against {own.of}," if own.of else start, replace(own, of="")
    lines = (rules.on_track_probability, rules.off_track_probability)
    chance = "" if found.p_target is None else f" ({percent(found.p_target, *lines)})"
    sentences = {
        codes.TARGET_MET: f"{start} it is {goal.done} already.",
        codes.ON_TRACK: f"{start} it is on track{chance}.",
        codes.OFF_TRACK: f"{start} it is not on track{chance}.",
        codes.WRONG_DIRECTION: f"{start} it is not on track{chance}, and is probably getting "
        "bigger.",
        codes.TOO_EARLY: f"{start} it is too early to tell{chance}.",
    }
    return sentences.get(found.verdict, f"{start} we cannot say.")


def headline(
    found: Sequence[Verdict], goal: Goal, rules: Thresholds, own: Goal | None = None
) -> str:
    """Both sexes, the promise's own first: in one sentence where their verdicts are the same.

    `own` is the other sex's promise where it is judged against another baseline.
    """
    first, *others = found
    if not others:
        return alone(first.verdict, goal, f"For {first.sex}s")
    other = others[0]
    if other.verdict == first.verdict and own is None:
        return alone(first.verdict, goal, f"For {first.sex}s and {other.sex}s alike")
    return f"{alone(first.verdict, goal, f'For {first.sex}s')} {beside(other, goal, rules, own)}"


def but_down(
    found: Sequence[Verdict],
    mostly: Sequence[bool],
    goal: Goal,
    rules: Thresholds,
    own: Goal | None = None,
) -> str:
    """The headline of a good verdict that rests mostly on the better-off side getting worse."""
    first, *others = found
    name = GOOD[first.verdict]
    if others and others[0].verdict == first.verdict and all(mostly):
        return f"{name}, but by levelling down."
    told = f"{name} for {first.sex}s, but by levelling down."
    return f"{told} {beside(others[0], goal, rules, own)}" if others else told
