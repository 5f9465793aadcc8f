"""The verdict in a sentence or two that name the sex that each is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gapwatch.reporting.chapters.verdict.words import Goal, Rules
from gapwatch.reporting.evidence.rows import Verdict
from gapwatch.reporting.language.numbers import percent

GOOD = {"target met": "Target met", "on track": "On track"}


def alone(verdict: str, goal: Goal, whose: str) -> str:
    """One verdict in a sentence that begins with `whose`, such as `For males`."""
    by = f"{goal.done} by {goal.deadline}"
    sentences = {
        "target met": f"{whose} the newest figures show the gap already {goal.done}.",
        "on track": f"{whose} the gap is on track to be {by}.",
        "off track": f"{whose} the gap is not on track to be {by}.",
        "wrong direction": f"{whose} the gap is not on track to be {by}. It is probably getting "
        "bigger.",
        "too early to tell": f"{whose} it is too early to tell whether the gap will be {by}.",
    }
    return sentences.get(verdict, f"{whose} we cannot say whether the gap will be {by}.")


def beside(found: Verdict, goal: Goal, rules: Rules, own: Goal | None = None) -> str:
    """The verdict on the other sex in short, with its chance of the target.

    `own` is that sex's promise where it is judged against another baseline.
    """
    start = f"For {found.sex}s"
    if own is not None:
        start, goal = f"{start}, judged against {own.of}," if own.of else start, replace(own, of="")
    chance = (
        ""
        if found.p_target is None
        else f" ({percent(found.p_target, rules.on_track, rules.off_track)})"
    )
    sentences = {
        "target met": f"{start} it is {goal.done} already.",
        "on track": f"{start} it is on track{chance}.",
        "off track": f"{start} it is not on track{chance}.",
        "wrong direction": f"{start} it is not on track{chance}, and is probably getting bigger.",
        "too early to tell": f"{start} it is too early to tell{chance}.",
    }
    return sentences.get(found.verdict, f"{start} we cannot say.")


def headline(found: Sequence[Verdict], goal: Goal, rules: Rules, own: Goal | None = None) -> str:
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
    rules: Rules,
    own: Goal | None = None,
) -> str:
    """The headline of a good verdict that rests mostly on the better-off side getting worse."""
    first, *others = found
    name = GOOD[first.verdict]
    if others and others[0].verdict == first.verdict and all(mostly):
        return f"{name}, but by levelling down."
    told = f"{name} for {first.sex}s, but by levelling down."
    return f"{told} {beside(others[0], goal, rules, own)}" if others else told
