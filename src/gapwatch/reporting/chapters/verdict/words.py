"""Sentences from rules. Each is a pure function of numbers, with a test for every branch.

The rules: nothing "rose" or "fell" when its interval holds zero; a gap that narrows because the
better-off side gets worse is said to; no sentence says why; a missing figure is named with its
reason; values are compared unrounded and printed so that unequal ones look unequal.
"""

from __future__ import annotations

from dataclasses import dataclass

from gapwatch.reporting.evidence.rows import Estimate, Verdict, Window
from gapwatch.reporting.language.numbers import (
    SPACE,
    about,
    apart,
    interval,
    line,
    period,
    sentence,
    years,
)
from gapwatch.reporting.language.reasons import OLD

HALF = 0.5


@dataclass(frozen=True)
class Goal:
    """What was promised: cut the gap to `share` of its baseline by `deadline`.

    `of` names the baseline where it must be said which one is meant.
    """

    share: float
    deadline: int
    of: str = ""

    @property
    def done(self) -> str:
        """`halved`, `cut by 40%`, or `halved from the stated 14 years`."""
        told = "halved" if self.share == HALF else f"cut by {round(100 * (1 - self.share), 4):g}%"
        return f"{told} from {self.of}" if self.of else told


@dataclass(frozen=True)
class Rules:
    """The lines of the verdict, as the study draws them."""

    on_track: float = 0.8
    off_track: float = 0.2
    wrong_direction: float = 0.1
    target_met: float = 0.95
    stale_after: int = 6


def age(newest: str, years_old: int, limit: int) -> tuple[str, ...]:
    """Why figures that are too old give no verdict."""
    return (
        (
            f"The newest comparable figures are for {newest}. "
            f"They end {years_old} years before this report."
        ),
        f"Figures more than {limit} years old cannot carry a verdict.",
    )


def chance(verdict: Verdict, rules: Rules) -> str:
    """The probability that the target is met, never rounded onto a line that it is held against."""
    if verdict.p_target is None or verdict.target_gap_years is None:
        return f"The chance of meeting the target for {verdict.sex}s cannot be calculated."
    shown = about(verdict.p_target, rules.on_track, rules.off_track)
    return (
        f"The chance that the gap for {verdict.sex}s is {years(verdict.target_gap_years)} or less "
        f"in {verdict.target_year} is {shown}."
    )


def other_chance(verdict: Verdict, rules: Rules) -> str:
    """The same of the other sex, after that of the promise's own; "" where it isn't known."""
    if verdict.p_target is None or verdict.target_gap_years is None:
        return ""
    shown = about(verdict.p_target, rules.on_track, rules.off_track)
    return f"For {verdict.sex}s it is {shown}, for a target of {years(verdict.target_gap_years)}."


def because(verdict: Verdict, rules: Rules, years_old: int) -> tuple[str, ...]:
    """What the verdict rests on."""
    if verdict.verdict == "cannot calculate":
        start, end = verdict.newest_start, verdict.newest_end
        old: tuple[str, ...] = ()
        if years_old > rules.stale_after and start is not None and end is not None:
            old = age(period(start, end, verdict.year_ends), years_old, rules.stale_after)
        if verdict.reason_code == OLD and old:
            return old
        return (sentence(verdict.reason or "the reason is not recorded"), *old)
    high, low = line(rules.on_track), line(rules.off_track)
    lines = {
        "target met": f"It counts as met when that chance is {high} or more, and "
        f"{line(rules.target_met)} or more for the newest year observed.",
        "on track": f"{high} or more counts as on track.",
        "off track": f"{low} or less counts as off track.",
        "wrong direction": narrowing(verdict, rules),
        "too early to tell": f"Between {low} and {high} it is too early to tell.",
    }
    return (chance(verdict, rules), lines[verdict.verdict])


def narrowing(verdict: Verdict, rules: Rules) -> str:
    """The probability that the gap is getting smaller."""
    if verdict.p_narrowing is None:
        return "The chance that it is getting smaller cannot be calculated."
    shown = about(verdict.p_narrowing, rules.wrong_direction)
    return f"The chance that it is getting smaller is {shown}."


def withheld(subject: str, when: str, reason: str) -> str:
    """A figure that isn't given, and why."""
    return f"{subject} cannot be given for {when}: {reason or 'the reason is not recorded'}."


def gap_size(window: Window, reason: str, sex: str) -> tuple[str, str]:
    """How big the gap was, and how sure that is."""
    when = window.when
    if window.gap is None:
        return withheld(f"The gap for {sex}s", when, reason), ""
    gap = window.gap
    if gap.lower is None or gap.upper is None:
        return (
            f"The gap for {sex}s was {years(gap.value)} in {when}.",
            "How sure that is, is not known.",
        )
    sure = (
        f"It could plausibly have been anywhere from {interval(gap.lower, gap.upper)}{SPACE}years."
    )
    return f"The gap for {sex}s was {years(gap.value)} in {when}.", joined(
        sure, no_gap(gap.lower, gap.upper)
    )


def no_gap(lower: float, upper: float) -> str:
    """Said of every gap whose interval holds zero; "" of the others."""
    return "These figures also fit no gap at all." if lower <= 0 <= upper else ""


def joined(*sentences: str) -> str:
    """The sentences that say anything, one after another."""
    return " ".join(text for text in sentences if text)


def both_ends(window: Window, sex: str, worse_name: str, better_name: str) -> str:
    """Life expectancy on both sides; empty when a side has no figure."""
    if window.worse is None or window.better is None:
        return ""
    worse, better = apart(window.worse.value, window.better.value)
    return (
        f"{sex.capitalize()} life expectancy at birth was {worse}{SPACE}years in {worse_name} and "
        f"{better}{SPACE}years in {better_name}."
    )


def other_sex(window: Window | None, sex: str, reason: str) -> str:
    """The same gap for the sex that the promise isn't about."""
    if window is None:
        return f"For {sex}s there is no comparable figure."
    if window.gap is None:
        return withheld(f"The gap for {sex}s", window.when, reason)
    text = f"For {sex}s the gap was {years(window.gap.value)}"
    if window.gap.lower is None or window.gap.upper is None:
        return f"{text}."
    low, high = window.gap.lower, window.gap.upper
    return joined(f"{text} (plausibly {interval(low, high)}).", no_gap(low, high))


def direction(verdict: Verdict, first: Window | None, last: Window | None) -> tuple[str, str]:
    """Which way the gap went, as far as the comparable windows can tell, and by how much."""
    slope = verdict.slope_years_per_year
    low, high = verdict.slope_lower95_years_per_year, verdict.slope_upper95_years_per_year
    if slope is None or low is None or high is None or first is None or last is None:
        return "We cannot tell.", "There are too few comparable figures to see a direction."
    span = f"between {first.when} and {last.when}"
    if low <= 0 <= high:
        return (
            "We cannot tell.",
            (
                f"Any change of the gap for {verdict.sex}s {span} is within what chance alone "
                f"could produce. Each year the gap could have become {_amount(low)} or "
                f"{_amount(high)}."
            ),
        )
    went = "narrowed" if slope < 0 else "widened"
    least, most = sorted((abs(low), abs(high)))
    return (
        f"The gap for {verdict.sex}s {went} {span}.",
        f"It {went} by about {years(abs(slope))} a year (plausibly {interval(least, most)}).",
    )


def _amount(change: float) -> str:
    if change == 0:
        return "no different"
    return f"{years(abs(change))} {'smaller' if change < 0 else 'bigger'}"


def since_baseline(before: Window, after: Window, change: Estimate | None) -> str:
    """The newest window against the baseline; a change that chance could make isn't called one."""
    if before.gap is None or after.gap is None:
        return ""
    base, when = before.when, after.when
    if before.gap.value == after.gap.value:
        return f"The gap was {years(after.gap.value)} both in {base}, the baseline, and in {when}."
    first, last = apart(before.gap.value, after.gap.value)
    text = (
        f"The figure was {first}{SPACE}years in {base}, the baseline, and {last}{SPACE}years in "
        f"{when}."
    )
    if change is None or change.lower is None or change.upper is None:
        return text
    spread = f"{interval(change.lower, change.upper)}{SPACE}years"
    if change.lower <= 0 <= change.upper:
        return (
            f"{text} A difference of that size could be chance: the change is plausibly anywhere "
            f"from {spread}."
        )
    return (
        f"{text} That is more than sampling error alone would explain: the change is plausibly "
        f"{spread}."
    )


def against_target(gap: Estimate, target: float, deadline: int) -> str:
    """The newest gap beside the target, compared unrounded and printed apart."""
    if gap.value == target:
        return f"That figure equals the target for {deadline}."
    shown, aim = apart(gap.value, target)
    above = gap.value > target
    text = (
        f"At {shown}{SPACE}years it is {'above' if above else 'below'} the target of "
        f"{aim}{SPACE}years for {deadline}"
    )
    if gap.lower is not None and gap.upper is not None and gap.lower <= target <= gap.upper:
        text += (
            ", but the true gap may already have been at it"
            if above
            else ", but the true gap may still have been above it"
        )
    return f"{text}. One figure alone does not decide it."


def needed(verdict: Verdict) -> str:
    """What keeping the promise means in years."""
    if verdict.target_gap_years is None:
        return "The target cannot be given, because the baseline gap is missing."
    return (
        f"To keep the promise, the gap for {verdict.sex}s must be "
        f"{years(verdict.target_gap_years)} or less in {verdict.target_year}."
    )
