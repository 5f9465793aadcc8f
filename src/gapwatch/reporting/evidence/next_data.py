"""When the question can be answered, and what data would let it be asked again."""

from __future__ import annotations

from gapwatch.codes import Coded
from gapwatch.contracts import Verdict
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.evidence.goal import Goal
from gapwatch.reporting.language.labels import answerable
from gapwatch.reporting.language.numbers import count, ending, line

STILL_OPEN = "The answer may still be “too early to tell”"


def first_report(verdict: Verdict, power: float) -> tuple[str, ...]:
    """The first release that would see that the promise is kept, with the study's `power`.

    Rests on `gap.trend.power.first_answerable`: of the futures in which the target is truly met, at
    least this share would be called on track by then, given one more window a year.
    """
    year, deadline = verdict.first_answerable_year, verdict.target_year
    why = Coded.read(verdict.first_answerable_code, verdict.first_answerable_arguments)
    if year is None and not why:
        return ("It is not known when a report could first say that the promise is being kept.",)
    none = "If the promise is being kept, no report can be named that would have a chance of"
    if year is None:
        return (f"{none} {line(power)} or more of saying so: {answerable(why, verdict.label)}.",)
    told = (
        (
            f"If the promise is being kept, the report of {year} would be the first with a chance "
            f"of {line(power)} or more of saying so."
        ),
        "That takes one more window of figures every year, each as precise as the newest.",
    )
    if year > deadline:
        return (
            *told,
            f"It is after the deadline. So it cannot be known that surely by {deadline}.",
        )
    return told


def _newest(case: Case) -> str:
    """When the newest figure ends."""
    return ending(case.verdict.newest_end or 0, case.verdict.year_ends)


def in_short(case: Case) -> tuple[str, str]:
    """The data that would let the question be asked again, and that it may stay open."""
    return (
        (
            f"Deaths and residents by small area for every year after {_newest(case)}, "
            "counted on one population base, would let the question be asked again."
        ),
        f"{STILL_OPEN}.",
    )


def in_full(case: Case, aim: Goal) -> tuple[str, ...]:
    """The same as a list: which data, and what they could and could not do."""
    rules = case.study.verdict
    return (
        (
            "Deaths by small area, sex and age for every year after "
            f"{_newest(case)}, with residents of the same areas and years on one "
            "population base."
        ),
        (
            f"With {count(rules.minimum_windows, 'window')} or more that are comparable with the "
            f"baseline, the newest at most {rules.stale_after_years} years old, a report can ask "
            f"again whether the gap will be {aim.done} by {aim.deadline}."
        ),
        f"{STILL_OPEN}, even when the promise is being kept.",
    )
