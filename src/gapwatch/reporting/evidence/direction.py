"""Which way the gap goes, as far as the comparable windows can tell."""

from __future__ import annotations

from gapwatch.contracts import Verdict
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.evidence.rows import Window
from gapwatch.reporting.evidence.sides import cause
from gapwatch.reporting.language.chance import about
from gapwatch.reporting.language.changes import spread
from gapwatch.reporting.language.numbers import capital, interval, years
from gapwatch.reporting.language.sexes import people
from gapwatch.study import Thresholds

CANNOT_TELL = "We cannot tell."


def narrowing(verdict: Verdict, rules: Thresholds) -> str:
    """The probability that the gap is getting smaller."""
    if verdict.p_narrowing is None:
        return "The chance that it is getting smaller cannot be calculated."
    shown = about(verdict.p_narrowing, rules.wrong_direction_probability)
    if verdict.levels_down:
        return f"The chance that it is getting smaller, by levelling down, is {shown}."
    return f"The chance that it is getting smaller is {shown}."


def is_clear(verdict: Verdict, first: Window | None, last: Window | None) -> bool:
    """Whether the interval of the trend excludes no change."""
    low, high = verdict.slope_lower95_years_per_year, verdict.slope_upper95_years_per_year
    if low is None or high is None or first is None or last is None:
        return False
    return not low <= 0 <= high


def mainly_down(verdict: Verdict, in_better: str) -> str:
    """Said with every narrowing that is mainly the better-off side getting worse; else ""."""
    return f"mainly because life expectancy fell {in_better}" if verdict.levels_down else ""


def direction(
    verdict: Verdict, first: Window | None, last: Window | None, in_better: str
) -> tuple[str, str]:
    """Which way the gap went, as far as the comparable windows can tell, and by how much.

    `in_better` is where the better-off side lives: a narrowing that comes from there is never
    said without it.
    """
    slope = verdict.slope_years_per_year
    low, high = verdict.slope_lower95_years_per_year, verdict.slope_upper95_years_per_year
    if slope is None or low is None or high is None or first is None or last is None:
        return CANNOT_TELL, "There are too few comparable figures to see a direction."
    span = f"between {first.when} and {last.when}"
    if low <= 0 <= high:
        return (
            CANNOT_TELL,
            (
                f"Any change of the gap for {people(verdict.sex)} {span} is within what "
                "chance alone "
                f"could produce. {capital(_on_average(low, high))}."
            ),
        )
    went = _went(slope, last)
    least, most = sorted((abs(low), abs(high)))
    why = mainly_down(verdict, in_better)
    return (
        f"The gap for {people(verdict.sex)} {went} {span}{f', {why}' if why else ''}.",
        f"The change is about {years(abs(slope))} a year (plausibly {interval(least, most)}).",
    )


def _on_average(low: float, high: float) -> str:
    """A yearly change that may be none: a range for the average, not two outcomes of a year."""
    return f"on average it may have become anything from {spread(low, high)} a year"


def _went(slope: float, newest: Window) -> str:
    """`narrowed` or `widened`; of a gap that has clearly turned round, to which side it moved."""
    turned = newest.gap is not None and newest.gap.upper is not None and newest.gap.upper < 0
    if turned:
        return "fell below zero and moved on" if slope < 0 else "is below zero and moved back"
    return "narrowed" if slope < 0 else "widened"


def direction_line(case: Case, *, alone: bool = True) -> str:
    """Which way the gap goes and what that comes from, in a sentence that stands alone.

    Where it isn't `alone`, place and years are told beside it.
    """
    found = case.verdict
    comparable = case.comparable
    slope = found.slope_years_per_year
    low, high = found.slope_lower95_years_per_year, found.slope_upper95_years_per_year
    if slope is None or low is None or high is None or not comparable:
        told = "there are too few comparable figures to see which way"
        return _in_place(case, f"{told} the gap for {people(found.sex)} goes.", alone=alone)
    span = f" between {comparable[0].when} and {comparable[-1].when}" if alone else ""
    if low <= 0 <= high:
        told = f"no change of the gap for {people(found.sex)} is clear{span}"
        return _in_place(case, f"{told}: {_on_average(low, high)}.", alone=alone)
    went = _went(slope, comparable[-1])
    least, most = sorted((abs(low), abs(high)))
    why = mainly_down(found, case.in_better) or _cause(case, narrowed=slope < 0)
    told = (
        f"the gap for {people(found.sex)} {went} by about {years(abs(slope))} a year "
        f"(plausibly {interval(least, most)}){span}{f', {why}' if why else ''}."
    )
    return _in_place(case, told, alone=alone)


def _in_place(case: Case, told: str, *, alone: bool) -> str:
    return f"In {case.study.study.place}, {told}" if alone else capital(told)


def _cause(case: Case, *, narrowed: bool) -> str:
    if not case.sided:
        return ""
    return cause(case.moves, case.worse_name, case.better_name, narrowed=narrowed)
