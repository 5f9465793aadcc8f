"""The verdict in a sentence or two that name the sex that each is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gapwatch import codes
from gapwatch.contracts import Verdict
from gapwatch.reporting.evidence.goal import Goal
from gapwatch.reporting.language.chance import chance
from gapwatch.reporting.language.numbers import listing
from gapwatch.reporting.language.sexes import people
from gapwatch.study import Thresholds

GAP = "the gap in life expectancy"


def alone(label: str, goal: Goal, whose: str, in_better: str = "") -> str:
    """One verdict by its label, in a sentence that begins with `whose`, such as `For males`.

    `in_better` is where the better-off side lives.
    """
    by = f"{goal.done} by {goal.deadline}"
    sentences = {
        codes.TARGET_MET: f"{whose} the newest figures show {GAP} already {goal.done}.",
        codes.ON_TRACK: f"{whose} {GAP} is on track to be {by}.",
        codes.OFF_TRACK: f"{whose} {GAP} is not on track to be {by}.",
        codes.WRONG_DIRECTION: f"{whose} {GAP} is not on track to be {by}, and is probably "
        "getting bigger.",
        codes.TOO_EARLY: f"{whose} it is too early to tell whether {GAP} will be {by}.",
        codes.LEVELLING_DOWN: f"{whose} {GAP} gets smaller mainly because lives got shorter "
        f"{in_better}: that is levelling down, and no success.",
    }
    return sentences.get(label, f"{whose} we cannot say whether {GAP} will be {by}.")


def beside(
    found: Verdict, goal: Goal, rules: Thresholds, own: Goal | None = None, in_better: str = ""
) -> str:
    """The verdict on the other sex in short, with its chance of the target.

    `own` is that sex's promise where it is judged against another baseline, and `in_better` is
    where the better-off side lives.
    """
    start = f"For {people(found.sex)}"
    if own is not None:
        start, goal = f"{start}, judged against {own.of}," if own.of else start, replace(own, of="")
    lines = (rules.on_track_probability, rules.off_track_probability)
    odds = (
        ""
        if found.p_target is None
        else f" (chance of the target: {chance(found.p_target, *lines)})"
    )
    sentences = {
        codes.TARGET_MET: f"{start} it is {goal.done} already.",
        codes.ON_TRACK: f"{start} it is on track{odds}.",
        codes.OFF_TRACK: f"{start} it is not on track{odds}.",
        codes.WRONG_DIRECTION: f"{start} it is not on track{odds}, and is probably getting bigger.",
        codes.TOO_EARLY: f"{start} it is too early to tell{odds}.",
        codes.LEVELLING_DOWN: f"{start} it gets smaller mainly because lives got shorter "
        f"{in_better}, which is levelling down.",
    }
    return sentences.get(found.label, f"{start} we cannot say.")


def headline(
    found: Sequence[Verdict],
    goal: Goal,
    rules: Thresholds,
    own: Goal | None = None,
    in_better: str = "",
    place: str = "",
) -> str:
    """Every sex, the promise's own first: in one sentence where their verdicts are the same.

    `own` is the other sex's promise where it is judged against another baseline, and `in_better`
    is where the better-off side lives.
    """

    def whose(who: str) -> str:
        return f"In {place}, for {who}," if place else f"For {who}"

    first, *others = found
    if not others:
        return alone(first.label, goal, whose(people(first.sex)), in_better)
    if all(other.label == first.label for other in others) and own is None:
        every = listing([people(one.sex) for one in found])
        return alone(first.label, goal, whose(f"{every} alike"), in_better)
    start = alone(first.label, goal, whose(people(first.sex)), in_better)
    told = (beside(other, goal, rules, own, in_better) for other in others)
    return " ".join((start, *told))
