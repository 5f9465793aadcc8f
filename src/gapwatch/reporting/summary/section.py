"""What the summary says: three numbers, two figures, and a few sentences under plain questions.

Every sentence comes from the rules that the report itself is written by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gapwatch import codes
from gapwatch.reporting.chapters.ages.rows import newest as newest_ages
from gapwatch.reporting.chapters.standing import standing
from gapwatch.reporting.document import Number, Point, ReportFigure, Section, Summary
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.evidence.choices import choices
from gapwatch.reporting.evidence.direction import direction_line
from gapwatch.reporting.evidence.expected import next_expected
from gapwatch.reporting.evidence.rows import touched
from gapwatch.reporting.language.chance import about
from gapwatch.reporting.language.numbers import capital, date, interval, sentence, years
from gapwatch.reporting.language.phrases import at_most
from gapwatch.reporting.language.sexes import people
from gapwatch.reporting.summary import words

MOST_FIGURES = 2
MOST_LIMITS = 3
# Of the PDF's text, with its headers and footers; a few are kept for how a reader counts.
MOST_WORDS, KEPT_WORDS = 350, 4
PAGES = 2
DIRECTION, AGES, DEPENDS, LIMITS, ASK = (
    "Which way, and why?",
    "Which ages make the gap?",
    "What else it depends on",
    "Limits",
    "Whom to ask",
)


def summary(case: Case, sections: Sequence[Section], said: str) -> Summary:
    """Numbers, figures and sentences; a question that nothing answers is left out.

    `said` is what stands above them. Where all would be too many words, the least of them go.
    """
    told = {
        DIRECTION: [direction_line(case)],
        AGES: _ages(case),
        DEPENDS: words.depends(choices(case)),
        "What to do next": words.actions(case),
        LIMITS: _limits(case),
        ASK: _contact(case),
        "Next figures": words.first(next_expected(case.study)),
    }
    numbers = (_gap(case), _target(case), _chance(case))
    chosen = figures(sections)
    around = f"{said} {_captions(sections, chosen)} {_numbers(numbers)} {_running(case)}"
    for heading, shorter in _shorter(case, told):
        if len(f"{around} {_listed(told)}".split()) <= MOST_WORDS - KEPT_WORDS:
            break
        told[heading] = shorter
    points = tuple(Point(heading, tuple(texts)) for heading, texts in told.items() if texts)
    return Summary(numbers, chosen, points)


def _shorter(case: Case, told: Mapping[str, list[str]]) -> tuple[tuple[str, list[str]], ...]:
    """What may be said in fewer words, in the order in which it is.

    That it is a draft stands at the head and foot of its pages in any case.
    """
    return (
        (DEPENDS, words.depends(choices(case), example=False)),
        (AGES, [" ".join(told[AGES])] if told[AGES] else []),
        (LIMITS, told[LIMITS][: MOST_LIMITS - 1]),
        (ASK, _contact(case, draft=False)),
        (DIRECTION, [direction_line(case, alone=False)]),
        (LIMITS, told[LIMITS][:1]),
    )


def _running(case: Case) -> str:
    """What stands at the head and foot of both pages, and the day under the title."""
    facts, study = case.facts, case.study.study
    draft = "· DRAFT" if standing(facts).draft else ""
    known = f"As known at {date(facts.as_known_at)}"
    foot = f"{facts.release_id} {draft} Page 1 of {PAGES}"
    head = f"{facts.demonstration} " * PAGES if facts.demonstration else f"{study.title} {known}"
    return f"{head} {known} {draft} Verdict: {f'{foot} ' * PAGES}"


def _captions(sections: Sequence[Section], chosen: Sequence[str]) -> str:
    shown = (block for section in sections for block in section.blocks)
    return " ".join(
        f"{block.title} {block.subtitle.partition(' As known at ')[0]}"
        for block in shown
        if isinstance(block, ReportFigure) and block.id in chosen
    )


def _numbers(numbers: Sequence[Number]) -> str:
    return " ".join(f"{one.label} {one.value} {one.note}" for one in numbers)


def _listed(told: Mapping[str, list[str]]) -> str:
    # A bullet is read as a word; a sentence alone has none.
    return " ".join(
        f"{heading} {(' • ' if len(texts) > 1 else ' ').join(('', *texts))}"
        for heading, texts in told.items()
        if texts
    )


def figures(sections: Sequence[Section]) -> tuple[str, ...]:
    """The gap over time, and where: else both ends of the gap."""
    held = {
        section.id: [block.id for block in section.blocks if isinstance(block, ReportFigure)]
        for section in sections
    }
    over_time, where = held.get("trajectory", []), held.get("where", [])
    chosen = [*over_time[:1], *where[:1], *over_time[1:2]]
    return tuple(chosen[:MOST_FIGURES])


def _gap(case: Case) -> Number:
    sex, newest = case.sexes[0], case.newest
    if newest is None or newest.gap is None:
        return Number(f"Gap for {people(sex)}", "not known", "There is no comparable figure.")
    gap = newest.gap
    sure = (
        "How sure that is, is not known."
        if gap.lower is None or gap.upper is None
        else f"Plausibly {interval(gap.lower, gap.upper)}."
    )
    return Number(f"Gap for {people(sex)}, {newest.when}", years(gap.value), sure)


def _target(case: Case) -> Number:
    verdict = case.verdict
    label = f"Target for {verdict.target_year}"
    if verdict.target_gap_years is None or verdict.baseline_gap_years is None:
        return Number(label, "not known", "The baseline gap is missing.")
    base = case.period(verdict.baseline_start, verdict.baseline_end)
    return Number(
        label,
        capital(at_most(verdict.target_gap_years)),
        f"The gap was {years(verdict.baseline_gap_years)} in {base}.",
    )


def _chance(case: Case) -> Number:
    verdict, rules = case.verdict, case.study.verdict
    label = f"Chance of the target by {verdict.target_year}"
    chance = _probability(case)
    if chance is None:
        return Number(label, "cannot be calculated", words.no_chance(case))
    shown = about(chance, rules.on_track_probability, rules.off_track_probability)
    # A chance that may be quoted alone never passes for a success.
    down = verdict.label == codes.LEVELLING_DOWN
    return Number(label, shown, "By levelling down, which is no success." if down else "")


def _probability(case: Case) -> float | None:
    """The chance of the target; None where there is no verdict."""
    return None if case.verdict.label == codes.CANNOT else case.verdict.p_target


def _ages(case: Case) -> list[str]:
    """A sentence a sex: the ages that surely make the gap, or that none can be named."""
    found = ((sex, newest_ages(case, case.measure.id, sex)) for sex in case.sexes)
    return words.of_both([(sex, words.ages(bands)) for sex, bands in found if bands])


def _limits(case: Case) -> list[str]:
    last = case.newest
    told = []
    if case.is_old and last is not None:
        told.append(f"Nothing comparable is known about the years after {last.ends}.")
    # First of all, as the first alone stays where there is little room: no chance without it.
    if _probability(case) is not None:
        told.append(words.PAST_ONLY)
    if touched(case.comparable):
        told.append("Some figures hold a year of the pandemic.")
    if case.provisional:
        told.append("The latest figures are provisional and decide nothing.")
    return [*told, words.NO_FORECAST, words.NO_CAUSE][:MOST_LIMITS]


def _contact(case: Case, *, draft: bool = True) -> list[str]:
    told = standing(case.facts)
    people = "; ".join(f"{label.lower()}: {name}" for label, name in told.people)
    why = told.draft if draft else ""
    return [text for text in (f"Contact: {told.contact}.", sentence(people), why) if text]
