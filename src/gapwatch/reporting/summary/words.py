"""Sentences of the summary alone: from codes and numbers, one test a branch."""

from __future__ import annotations

from collections.abc import Sequence

from gapwatch import codes
from gapwatch.reporting.chapters.ages.rows import Contribution
from gapwatch.reporting.chapters.cut import words as taking
from gapwatch.reporting.chapters.cut.section import newest as newest_cuts
from gapwatch.reporting.evidence import next_data
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.evidence.choices import Choice
from gapwatch.reporting.evidence.rows import reason_of
from gapwatch.reporting.language.ages import in_ages, runs
from gapwatch.reporting.language.labels import no_verdict
from gapwatch.reporting.language.numbers import count, ending, listing, sentence
from gapwatch.reporting.language.sexes import people

PAST_ONLY = "The projection knows only past figures."
NO_FORECAST = "Life expectancy at birth is no forecast for any person."
NO_CAUSE = "Nothing here says why the two sides differ."
RUNS = 3


def no_chance(case: Case) -> str:
    """Why there is no chance."""
    if case.is_old:
        return f"The figures end in {ending(case.verdict.newest_end or 0, case.verdict.year_ends)}."
    return "There is no verdict."


def depends(tried: Sequence[Choice], *, example: bool = True) -> list[str]:
    """How many of the other choices would change the verdict, and which comes first."""
    if len(tried) <= 1:
        return []
    made, others = tried[0], tried[1:]
    differ = [row for row in others if row.verdict != made.verdict]
    if not differ:
        if made.verdict == codes.CANNOT:
            return [f"None of {count(len(others), 'other choice')} would allow a verdict."]
        return [f"{count(len(others), 'other choice')} would give the same verdict."]
    if not example:
        return [f"{len(differ)} of {count(len(others), 'other choice')} would change it."]
    first = f"{differ[0].words}: “{differ[0].verdict}”"
    such = ", such as" if len(differ) > 1 else ":"
    return [f"{len(differ)} of {count(len(others), 'other choice')} would change it{such} {first}."]


def ages(bands: Sequence[Contribution]) -> str:
    """The ages that surely widen the gap, as short as can be."""
    if all(band.contribution_years is None for band in bands):
        return "withheld."
    sure = [band.ages for band in bands if band.widens]
    if not sure:
        return "no single age can be named with certainty."
    if len(runs(sure)) > RUNS:
        return f"{len(sure)} of {count(len(bands), 'age band')} clearly."
    return f"clearly ages {in_ages(sure)}."


def of_both(told: Sequence[tuple[str, str]]) -> list[str]:
    """What is said of each sex, each named; said once where it is the same."""
    if len(told) > 1 and len({text for _, text in told}) == 1:
        sexes = listing([f"{people(sex)}" for sex, _ in told])
        return [f"{sexes.capitalize()} alike: {told[0][1]}"]
    return [f"{people(sex).capitalize()}: {text}" for sex, text in told]


def actions(case: Case) -> list[str]:
    """What follows from the verdict, most urgent first."""
    return [text for text in (_first(case), _cut(case)) if text]


def _first(case: Case) -> str:
    verdict, rules = case.verdict, case.study.verdict
    if verdict.verdict == codes.CANNOT:
        if case.is_old:
            newest = ending(verdict.newest_end or 0, verdict.year_ends)
            return (
                f"Get deaths and residents by small area for every year after {newest}: only then "
                "can the question be asked again."
            )
        why = no_verdict(reason_of(verdict))
        return f"Mend what keeps the figures from a verdict: {why or 'the reason is not recorded'}."
    if verdict.verdict == codes.TOO_EARLY:
        return f"Keep the figures coming. {next_data.first_report(verdict, rules.power)[0]}"
    if verdict.verdict in (codes.OFF_TRACK, codes.WRONG_DIRECTION):
        return "Decide what will be done otherwise: as things go, the promise will not be kept."
    if verdict.label == codes.LEVELLING_DOWN:
        return f"Ask why life expectancy falls in {case.better_name}: that is no success."
    return "Keep on, and look again at each release."


def _cut(case: Case) -> str:
    """What would bring the gap to its target by arithmetic, at the widest ages.

    Where the gap gets smaller by levelling down, a small cut would read as success being near.
    """
    rows = newest_cuts(case, case.measure, case.sexes[0])
    given = [row for row in rows if row.cut_share]
    if not given or case.verdict.verdict == codes.TARGET_MET or case.verdict.levels_down:
        return ""
    whole = next((row for row in given if taking.at_ages(row.ages) == "at all ages"), given[0])
    told = taking.fewer(whole, case.sexes[0])
    return f"By arithmetic, {told} in {case.worse_name} would reach the target."


def first(texts: Sequence[str]) -> list[str]:
    """When more is expected, as the study says; that it doesn't where it doesn't."""
    return [sentence(texts[0])] if texts else ["No date is known."]
