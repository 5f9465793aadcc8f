"""Section 2: the gap over time, the target line, the projection, both ends."""

from __future__ import annotations

from gapwatch.contracts import CALENDAR_YEAR
from gapwatch.reporting.chapters.trajectory import pace
from gapwatch.reporting.chapters.trajectory import words as trajectory_words
from gapwatch.reporting.chapters.trajectory.newest import against_target, since_baseline
from gapwatch.reporting.chapters.trajectory.selection import SelectionRow, if_picked
from gapwatch.reporting.chapters.trajectory.tables import path_table, windows_table
from gapwatch.reporting.document import Block, Paragraph, ReportFigure, Section, Subheading
from gapwatch.reporting.evidence import history, targets
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.evidence.direction import direction, is_clear, narrowing
from gapwatch.reporting.evidence.provisional import provisional
from gapwatch.reporting.evidence.sides import finding
from gapwatch.reporting.language import numbers
from gapwatch.reporting.language.labels import covariance
from gapwatch.reporting.language.numbers import (
    SPACE,
    date,
    interval,
    listing,
    number,
    plain,
    sentence,
    years,
)
from gapwatch.reporting.language.phrases import ONE_SIDED, size_of
from gapwatch.reporting.language.sexes import people


def section(case: Case) -> Section:
    """The section, with one or two figures."""
    blocks: list[Block] = [Paragraph(text) for text in _opening(case)]
    blocks.append(_gap_figure(case))
    if case.judged:
        blocks.append(Subheading("What the projection says, and what it does not"))
        blocks += [Paragraph(text) for text in _projection(case)]
    if case.newest is not None and case.judged:
        middle = int(case.newest.midpoint)
        single = case.newest.years == 1 and case.newest.year_ends == CALENDAR_YEAR
        told = pace.sentences(
            case.verdict,
            middle,
            old=case.is_old,
            single=single,
            level=case.verdict.fitted_gap_years,
        )
        blocks += [Paragraph(text) for text in told]
    if case.sided:
        blocks.append(_ends_figure(case))
    blocks += _history(case)
    blocks.append(Subheading(f"Which figure decides {case.verdict.target_year}"))
    blocks += [Paragraph(text) for text in trajectory_words.deciding(case)]
    return Section("trajectory", "The gap over time", tuple(blocks))


def _history(case: Case) -> list[Block]:
    """How the promise was changed; empty where it never was."""
    table = history.table(case)
    if table is None:
        return []
    texts = (*history.changes(case), *history.beside(case))
    return [
        Subheading("How the promise has changed"),
        *(Paragraph(text) for text in texts),
        table,
    ]


def _opening(case: Case) -> list[str]:
    verdict, promise = case.verdict, case.study.promise
    base = case.period(verdict.baseline_start, verdict.baseline_end)
    whose = (
        "Our own figures, computed from deaths and residents, give"
        if case.computes
        else "The published figures give"
    )
    measured = (
        f"{whose} no gap for {base} that the newest figures can be compared with, so there is no "
        "target."
        if verdict.baseline_gap_years is None or verdict.target_gap_years is None
        else f"{whose} {years(verdict.baseline_gap_years)} for {base}. The target is zero in "
        f"{verdict.target_year}, whatever the gap was before. {ONE_SIDED}"
        if verdict.target_gap_years == 0
        else f"{whose} {years(verdict.baseline_gap_years)} for {base}, and the target is set from "
        f"that: {years(verdict.target_gap_years)} in {verdict.target_year}."
    )
    stated = plain(promise.stated_gap_years, 0)
    texts = [f"The promise was stated with a gap of {stated} years. {measured}"]
    if targets.heads_stated(case, case.sexes[0]) and promise.share_of_baseline:
        texts = [_from_stated(case, stated, base, whose)]
    texts += [text for text in (targets.not_spliced(case), targets.other(case)) if text]
    outside = trajectory_words.baseline_outside(case) if case.computes else None
    if case.baseline and case.newest and case.baseline != case.newest:
        texts.append(since_baseline(case.baseline, case.newest, case.change))
    elif outside and case.newest:
        texts.append(since_baseline(outside, case.newest, None))
    for found in case.rows(SelectionRow, "selection"):
        when = case.period(found.period_start, found.period_end)
        texts.append(if_picked(found, case.nouns, when, verdict.baseline_gap_years))
    if case.newest and case.newest.gap and verdict.target_gap_years is not None:
        texts.append(against_target(case.newest.gap, verdict.target_gap_years, verdict.target_year))
    told = provisional(case.provisional)
    if case.computes and not told:
        told = "No figure here is provisional."
    return [*texts, told] if told else texts


def _from_stated(case: Case, stated: str, base: str, whose: str) -> str:
    verdict = case.verdict
    told = (
        f"The promise was stated with a gap of {stated} years, and the target is set from that: "
        f"{size_of(verdict.target_gap_years)} in {verdict.target_year}."
        if verdict.target_gap_years is not None
        else f"The promise was stated with a gap of {stated} years."
    )
    if verdict.baseline_gap_years is None:
        return told
    return f"{told} {whose} {years(verdict.baseline_gap_years)} for {base}."


def _finding(case: Case) -> str:
    """Title of the figure: the direction and, when the data are old, the missing years."""
    comparable = case.comparable
    first, last = (comparable[0], comparable[-1]) if comparable else (None, None)
    short = "The figures cannot tell whether the gap has narrowed"
    if is_clear(case.verdict, first, last):
        short = direction(case.verdict, first, last, case.in_better)[0].rstrip(".")
    if case.is_old and last is not None:
        return f"{short}, and nothing comparable follows {last.ends}"
    return short


def _gap_figure(case: Case) -> ReportFigure:
    return ReportFigure(
        id="trajectory",
        number=1,
        title=_finding(case),
        subtitle=_subtitle(case, "Gap in life expectancy at birth"),
        alt=trajectory_words.alt(case),
        notes=tuple(trajectory_words.notes(case)),
        files=("data/gap.csv", "data/trajectory.csv") if case.judged else ("data/gap.csv",),
        tables=(windows_table(case), path_table(case)) if case.judged else (windows_table(case),),
    )


def _subtitle(case: Case, what: str) -> str:
    span = ""
    if case.windows:
        first, last = case.windows[0], case.windows[-1]
        span = f", {numbers.span(first.start, last.end, last.year_ends)}"
    return (
        f"{what}, {people(case.sexes[0])}, {case.measure.title}{span}. "
        f"As known at {date(case.facts.as_known_at)}."
    )


def _projection(case: Case) -> list[str]:
    verdict = case.verdict
    if verdict.projected_lower95_years is None or verdict.projected_gap_years is None:
        return ["There is no projection, because there are too few comparable figures."]
    spread = interval(verdict.projected_lower95_years, verdict.projected_upper95_years)
    texts = []
    texts.append(
        f"If the gap goes on changing as it has, it is expected at "
        f"{years(verdict.projected_gap_years)} in {verdict.target_year}, and plausibly "
        f"anywhere from {spread}{SPACE}years."
    )
    if verdict.p_narrowing is not None:
        texts.append(narrowing(verdict, case.study.verdict))
    if verdict.covariance_code:
        texts.append(sentence(covariance(verdict.covariance_code)))
    texts.append(
        "The projection knows only the past figures. It knows nothing of new services, of people "
        "who move in or out, or of anything that has happened since."
    )
    return texts


def _ends_figure(case: Case) -> ReportFigure:
    worse, better = case.label(case.measure.worse), case.label(case.measure.better)
    moved = finding(case.moves, case.worse_name, case.better_name)
    title = (
        moved
        if moved and case.sides_told
        else f"Both ends of the gap are uncertain, {case.better_name} most of all"
        if _wider_better(case)
        else "Both ends of the gap are uncertain"
    )
    return ReportFigure(
        id="ends",
        number=2,
        title=title,
        subtitle=_subtitle(case, "Life expectancy at birth on both sides"),
        alt=_ends_alt(case, worse, better),
        notes=(
            "Upright lines are 95% intervals. Windows on the two sides of a break are not joined.",
        ),
        files=("data/gap.csv",),
        tables=(),
        values_in=("trajectory", 1),
    )


def _wider_better(case: Case) -> bool:
    """Whether every comparable interval is wider on the better-off side."""
    pairs = [(w.worse, w.better) for w in case.comparable]
    return bool(pairs) and all(
        a
        and b
        and a.lower is not None
        and a.upper is not None
        and b.lower is not None
        and b.upper is not None
        and b.upper - b.lower > a.upper - a.lower
        for a, b in pairs
    )


def _ends_alt(case: Case, worse: str, better: str) -> str:
    ends = []
    given = [w for w in case.comparable if w.worse and w.better]
    for name, pick in ((better, "better"), (worse, "worse")):
        if given:
            first, last = (getattr(w, pick).value for w in (given[0], given[-1]))
            ends.append(f"{name} goes from {number(first)} to {number(last)} years")
    span = f" between {given[0].when} and {given[-1].when}" if given else ""
    return (
        f"Line chart with two series: diamonds for {better}, circles for {worse}. "
        f"{listing(ends)}{span}. Each point has an upright 95% interval."
    )
