"""The message: five lines, each true and whole when it is quoted alone.

Banner, first page, meta tags, JSON, alerts, site and kit all say these lines; none says another.
"""

from __future__ import annotations

from gapwatch import codes
from gapwatch.contracts import Verdict
from gapwatch.reporting.chapters.verdict import headline, pandemic
from gapwatch.reporting.document import Message
from gapwatch.reporting.evidence import levelling_down as levelling
from gapwatch.reporting.evidence import targets
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.evidence.choices import Choice, choices
from gapwatch.reporting.evidence.direction import direction_line
from gapwatch.reporting.evidence.goal import Goal, goal
from gapwatch.reporting.evidence.rows import LimitedValue, reason_of
from gapwatch.reporting.language.chance import about, in_words
from gapwatch.reporting.language.labels import no_verdict
from gapwatch.reporting.language.numbers import (
    SPACE,
    count,
    interval,
    listing,
    sentence,
    years,
)
from gapwatch.reporting.language.phrases import at_most, joined, no_gap
from gapwatch.reporting.language.reasons import reason_text
from gapwatch.reporting.language.sexes import of_sex, people

ONLY_PAST = (
    "The projection for {place} knows past figures alone: nothing of new services, of people who "
    "move in or out, or of anything that has happened since."
)
# Windows that decide stand in the first line, and years of the pandemic by themselves.
_TOLD_APART = (codes.WITHOUT_WINDOW, codes.WITHOUT_YEARS)
# A good verdict is no caveat to another good one, nor a bad one to a bad one.
_KINDS = dict.fromkeys(codes.GOOD_VERDICTS, "good") | {
    codes.WRONG_DIRECTION: codes.OFF_TRACK,
}


def message(case: Case) -> Message:
    """The five lines of a release."""
    return Message(
        verdict=verdict_line(case),
        size=size_line(case),
        direction=direction_line(case),
        chance=chance_line(case),
        caveat=caveat_line(case),
    )


def both(case: Case) -> tuple[Verdict, ...]:
    """Verdicts on the headline's measure, the promise's own sex first."""
    found = (case.verdicts.get((case.measure.id, sex)) for sex in case.sexes)
    return tuple(verdict for verdict in found if verdict)


def verdict_line(case: Case) -> str:
    """What is said of both sexes; first of all that one window decides it, where one does."""
    told = headline.headline(
        both(case),
        goal(case),
        case.study.verdict,
        _goal_of_other(case),
        case.in_better,
        case.study.study.place,
    )
    return joined(_one_window(case), told)


def _goal_of_other(case: Case) -> Goal | None:
    """The other sex's promise where it is judged against another baseline; None where it isn't."""
    first, *others = case.sexes
    if not others:
        return None
    other = others[0]
    if targets.from_what(case, first) == targets.from_what(case, other):
        return None
    row = targets.heading(case, other)
    named = goal(case)
    return Goal(named.share, named.deadline, targets.gap_named(case, row) if row else "")


def _one_window(case: Case) -> str:
    """That single windows decide the verdict; "" where none does."""
    flips = deciding(case)
    if not flips:
        return ""
    newest = flips[-1]
    when = case.period(newest.what.whole("first"), newest.what.whole("last"))
    others = len(flips) - 1
    more = f", and {count(others, 'other window')} would change it too" if others else ""
    return (
        f"One window decides this for {people(case.sexes[0])}: without {when} the verdict would be "
        f"“{newest.verdict}”{more}."
    )


def deciding(case: Case) -> list[Choice]:
    """Windows without which there would be another verdict, oldest first."""
    if case.verdict.label == codes.CANNOT:
        return []
    tried = choices(case)
    return [
        row
        for row in tried
        if row.what.code == codes.WITHOUT_WINDOW
        and row.verdict not in (tried[0].verdict, codes.CANNOT)
    ]


def size_line(case: Case) -> str:
    """How big the newest gap is, of whom, between whom and when, with its range."""
    later = [window.when for window in case.withheld_since] if case.newest else []
    return joined(_size(case), f"The figure for {listing(later)} is withheld." if later else "")


def _size(case: Case) -> str:
    newest, sex, place = case.newest, case.sexes[0], case.study.study.place
    if newest is None or newest.gap is None:
        return f"In {place}, no comparable figure tells how big the gap for {people(sex)} is."
    gap = newest.gap
    if not case.sided:
        return _size_unsided(case, gap, newest.when)
    way = "lower" if gap.value >= 0 else "higher"
    told = (
        f"In {place}, {of_sex(sex, 'life expectancy')} at birth was {years(abs(gap.value))} "
        f"{way} in "
        f"{case.worse_name} than in {case.better_name} in {newest.when}"
    )
    if gap.lower is None or gap.upper is None:
        return f"{told}; how sure that is, is not known."
    if gap.lower <= 0 <= gap.upper:
        return (
            f"{told} (plausibly anything from {years(abs(gap.lower))} higher to "
            f"{years(gap.upper)} lower, so there may be no gap at all)."
        )
    least, most = sorted((abs(gap.lower), abs(gap.upper)))
    return f"{told} (plausibly {interval(least, most)}{SPACE}years)."


def _size_unsided(case: Case, gap: LimitedValue, when: str) -> str:
    """The same of a measure without two named sides."""
    told = (
        f"In {case.study.study.place}, the gap in {of_sex(case.sexes[0], 'life expectancy')} "
        "at birth "
        f"({case.measure.title}) was {years(gap.value)} in {when}"
    )
    if gap.lower is None or gap.upper is None:
        return f"{told}; how sure that is, is not known."
    none = ", so there may be no gap at all" if no_gap(gap.lower, gap.upper) else ""
    return f"{told} (plausibly {interval(gap.lower, gap.upper)}{SPACE}years{none})."


def chance_line(case: Case) -> str:
    """The chance of the target in words and figures, of what and by when."""
    found, place = case.verdict, case.study.study.place
    of = f"the gap for {people(found.sex)} in {place}"
    if found.target_gap_years is None:
        lacks = "compare with" if case.study.promise.share_of_baseline == 0 else "halve"
        return (
            f"No chance can be given that {of} will be {goal(case).done} by {found.target_year}, "
            f"as there is no baseline to {lacks}."
        )
    aim = f"{at_most(found.target_gap_years)} in {found.target_year}"
    if found.label == codes.CANNOT or found.p_target is None:
        return f"No chance can be given that {of} will be {aim}, the target."
    rules = case.study.verdict
    odds = about(found.p_target, rules.on_track_probability, rules.off_track_probability)
    how = ", though by levelling down" if found.label == codes.LEVELLING_DOWN else ""
    return (
        f"It is {in_words(found.p_target)} ({odds}) that {of} will be {aim}, the target, if it "
        f"goes on changing as it has{how}."
    )


def caveat_line(case: Case) -> str:
    """The one thing that a reader must know before using the others."""
    if case.verdict.label == codes.CANNOT:
        return _why_not(case)
    return next(text for text in _caveats(case) if text)


def _why_not(case: Case) -> str:
    """Why there is no verdict."""
    found, place = case.verdict, case.study.study.place
    newest = case.newest
    if found.reason_code == codes.STALE and newest is not None:
        limit = case.study.verdict.stale_after_years
        return (
            f"The newest comparable figures for {place} end in {newest.ends}, {case.years_old} "
            f"years before this report, and figures more than {limit} years old carry no verdict."
        )
    told = no_verdict(reason_of(found)) or "the reason is not recorded"
    return sentence(f"There is no verdict for {people(found.sex)} in {place}: {told}")


def _caveats(case: Case) -> tuple[str, ...]:
    """What might be the main caveat, the weightiest first; the last always says something."""
    return (
        _withheld(case),
        _turned(case),
        _levelled(case),
        may_level_down(case),
        _other_target(case),
        _other_choices(case),
        _without_pandemic(case),
        ONLY_PAST.format(place=case.study.study.place),
    )


def _withheld(case: Case) -> str:
    """That newer figures are withheld."""
    if not case.withheld_since:
        return ""
    later = listing([window.when for window in case.withheld_since])
    why = reason_text(case.withheld_since[-1].reason)
    return f"The figure for {later} is withheld ({why}), and the verdict does without it."


def _levelled(case: Case) -> str:
    """How much of the narrowing beside a good verdict is the better-off side getting worse."""
    if case.verdict.verdict not in codes.GOOD_VERDICTS:
        return ""
    down = levelling.down(case, case.sexes[0])
    return levelling.no_success(case.verdict, case.in_better, case.better_name, down)


def may_level_down(case: Case) -> str:
    """That the best estimate has most of it from shorter lives, which no interval is sure of."""
    found = levelling.narrowing(case, case.sexes[0])
    good = case.verdict.label in codes.GOOD_VERDICTS
    if not good or found is None or found.by_better_share < levelling.MOST:
        return ""
    return (
        f"By best estimate {levelling.how_much(found)} of the narrowing for {people(found.sex)} is "
        f"shorter lives {case.in_better}, though no fall there is clear: it may be levelling down."
    )


def _turned(case: Case) -> str:
    """That a gap which was to be closed has turned round: it is a gap the other way."""
    newest, found = case.newest, case.verdict
    if found.target_gap_years != 0 or newest is None or newest.gap is None:
        return ""
    if newest.gap.upper is None or newest.gap.upper >= 0:
        return ""
    return (
        f"The gap for {people(found.sex)} has turned round: the side called worse off now "
        "lives longer, "
        f"by {years(abs(newest.gap.value))} in {newest.when}. That is a gap too, and none that the "
        "promise asked for."
    )


def _kind(label: str) -> str:
    return _KINDS.get(label, label)


def _other_target(case: Case) -> str:
    """What the other target would say, where that is something else."""
    row = next((one for one in targets.rows(case, case.sexes[0]) if not one.heads), None)
    differs = row is not None and _kind(row.label) != _kind(case.verdict.label)
    return targets.other(case) if differs else ""


def _without_pandemic(case: Case) -> str:
    """What the figures without years of the pandemic would say, where that is something else."""
    tried = choices(case)
    row = next((one for one in tried if one.what.code == codes.WITHOUT_YEARS), None)
    if row is None or _kind(row.verdict) == _kind(tried[0].verdict):
        return ""
    return pandemic.in_short(case)


def _other_choices(case: Case) -> str:
    """Other choices that would give a verdict of another kind, the first of them named."""
    tried = choices(case)
    differ = [row for row in tried[1:] if _kind(row.verdict) != _kind(tried[0].verdict)]
    others = [row for row in differ if row.what.code not in _TOLD_APART]
    if not others:
        return ""
    first = others[0]
    said = "no verdict" if first.verdict == codes.CANNOT else f"“{first.verdict}”"
    one_of = f", and {count(len(others) - 1, 'other choice')} too" if len(others) > 1 else ""
    return (
        f"The verdict for {people(case.sexes[0])} depends on choices that could be made otherwise: "
        f"{first.words} it would be {said}{one_of}."
    )
