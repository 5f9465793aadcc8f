"""Section 2: the gap over time, the target line, the projection, both ends."""

from __future__ import annotations

from gapwatch.gap.clock import publication_clock
from gapwatch.reporting import asking_again, doubts, pace, words
from gapwatch.reporting.answers import goal, rules
from gapwatch.reporting.case import Case, difference
from gapwatch.reporting.numbers import (
    SPACE,
    date,
    interval,
    listing,
    number,
    period,
    plain,
    sentence,
    years,
)
from gapwatch.reporting.parts import (
    Block,
    Figure,
    Heading,
    Items,
    Paragraph,
    Section,
)
from gapwatch.reporting.trajectory_tables import path_table, windows_table

WINDOW_NAMES = {1: "one-year", 2: "two-year", 3: "three-year", 5: "five-year"}


def section(case: Case) -> Section:
    """The section, with one or two figures."""
    blocks: list[Block] = [Paragraph(text) for text in _opening(case)]
    blocks.append(_gap_figure(case))
    blocks.append(Heading("What the projection says, and what it does not"))
    blocks += [Paragraph(text) for text in _projection(case)]
    if case.newest is not None:
        middle = int(case.newest.midpoint)
        blocks += [Paragraph(t) for t in pace.sentences(case.verdict, middle, old=case.is_old)]
    if case.sided:
        blocks.append(_ends_figure(case))
    blocks.append(Heading(f"Which figure decides {case.verdict.target_year}"))
    blocks += [Paragraph(text) for text in _deciding(case)]
    if case.is_old:
        blocks.append(Heading("What data would let the question be asked again"))
        blocks.append(Items(asking_again.in_full(case, goal(case))))
    return Section("trajectory", "The gap over time", tuple(blocks))


def _opening(case: Case) -> list[str]:
    verdict, promise = case.verdict, case.study.promise
    base = period(verdict.baseline_start, verdict.baseline_end)
    texts = [
        (
            f"The promise was stated with a gap of {plain(promise.stated_gap_years, 0)} years. "
            f"The published figures give {years(verdict.baseline_gap_years)} for {base}, and the "
            f"target is set from that: {years(verdict.target_gap_years)} in {verdict.target_year}."
        )
    ]
    if case.baseline and case.newest and case.baseline != case.newest:
        change = difference(case.baseline, case.newest)
        texts.append(words.since_baseline(case.baseline, case.newest, change))
    for found in case.rows(doubts.Selection, "selection"):
        when = period(found.period_start, found.period_end)
        texts.append(doubts.if_picked(found, case.noun, when))
    if case.newest and case.newest.gap and verdict.target_gap_years is not None:
        texts.append(
            words.against_target(case.newest.gap, verdict.target_gap_years, verdict.target_year)
        )
    return texts


def _finding(case: Case) -> str:
    """Title of the figure: the direction and, when the data are old, the missing years."""
    comparable = case.comparable
    first, last = (comparable[0], comparable[-1]) if comparable else (None, None)
    short, _ = words.direction(case.verdict, first, last)
    if short.startswith("We cannot tell"):
        short = "The figures cannot tell whether the gap has narrowed"
    short = short.rstrip(".")
    if case.is_old and last is not None:
        return f"{short}, and nothing comparable follows {last.end}"
    return short


def _size(years: int) -> str:
    return WINDOW_NAMES.get(years, f"{years}-year")


def _gap_figure(case: Case) -> Figure:
    notes = [
        (
            "Each dot is the gap over one window of years, drawn at its middle. The upright line "
            "is the 95% interval: the range that plausibly holds the true gap. The thin flat line "
            "shows the years that the window covers. Neighbouring windows share years."
        ),
        (
            "Shaded: the ranges that hold the gap of each calendar year with 50, 80 and 95 chances "
            "in 100, if it goes on changing as it has. The dashed line in the middle is the "
            "expected gap."
        ),
        "Orange: the straight line from the baseline to the target.",
    ]
    lowest = case.verdict.projected_lower95_years
    if lowest is not None and lowest < 0:
        notes.append("Below zero, the side that is worse off today would live longer.")
    if case.is_old:
        notes.append(
            "The shading is grey because the figures are too old. It shows what they alone would "
            "imply. It is not a forecast, and no verdict rests on it."
        )
    notes += [f"Break: {rupture.reason}" for rupture in case.study.geography.breaks]
    return Figure(
        id="trajectory",
        number=1,
        title=_finding(case),
        subtitle=_subtitle(case, "Gap in life expectancy at birth"),
        alt=_gap_alt(case),
        notes=tuple(notes),
        files=("data/gap.csv", "data/trajectory.csv"),
        tables=(windows_table(case), path_table(case)),
    )


def _subtitle(case: Case, what: str) -> str:
    span = ""
    if case.windows:
        span = f", {case.windows[0].start} to {case.windows[-1].end}"
    return (
        f"{what}, {case.sexes[0]}s, {case.measure.title}{span}. "
        f"As known at {date(case.facts.as_known_at)}."
    )


def _gap_alt(case: Case) -> str:
    verdict = case.verdict
    given = [w for w in case.comparable if w.gap]
    parts = ["Line chart of the gap in years against calendar year."]
    if given:
        first, last = given[0], given[-1]
        lengths = {_size(w.end - w.start + 1) for w in given}
        size = f"{lengths.pop()} " if len(lengths) == 1 else ""
        parts.append(
            f"{len(given)} comparable {size}windows run from "
            f"{plain(first.gap.value if first.gap else None)} years in "
            f"{period(first.start, first.end)} to {plain(last.gap.value if last.gap else None)} in "
            f"{period(last.start, last.end)}, each with its 95% interval."
        )
        top = max(given, key=lambda window: window.gap.value if window.gap else 0.0)
        if top not in (first, last) and top.gap:
            when = period(top.start, top.end)
            parts.append(f"The highest is {plain(top.gap.value)} in {when}.")
    before = [
        w for w in case.windows if w.gap and case.comparable and w.segment < given[-1].segment
    ]
    if before:
        parts.append(f"{len(before)} earlier windows stand apart in grey, left of a break.")
    if verdict.target_gap_years is not None:
        parts.append(
            f"A straight line falls from the baseline to the target of "
            f"{years(verdict.target_gap_years)} in {verdict.target_year}."
        )
    if verdict.projected_lower95_years is not None:
        shade = "A grey fan, marked as not a forecast," if case.is_old else "A shaded fan"
        spread = interval(verdict.projected_lower95_years, verdict.projected_upper95_years)
        parts.append(
            f"{shade} widens after the newest window to {spread} years in {verdict.target_year}."
        )
    return " ".join(parts)


def _projection(case: Case) -> list[str]:
    verdict = case.verdict
    if verdict.projected_lower95_years is None or verdict.projected_gap_years is None:
        return ["There is no projection, because there are too few comparable figures."]
    spread = interval(verdict.projected_lower95_years, verdict.projected_upper95_years)
    texts = []
    if case.is_old:
        texts.append(
            f"The figures up to {verdict.newest_end} alone would put the gap of "
            f"{verdict.target_year} anywhere from {spread}{SPACE}years. A range that wide decides "
            "nothing. It takes in a gap that is gone and a gap that has grown."
            if verdict.projected_lower95_years <= 0
            and verdict.baseline_gap_years is not None
            and verdict.projected_upper95_years is not None
            and verdict.projected_upper95_years > verdict.baseline_gap_years
            else f"The figures up to {verdict.newest_end} alone would put the gap of "
            f"{verdict.target_year} anywhere from {spread}{SPACE}years."
        )
    else:
        texts.append(
            f"If the gap goes on changing as it has, it is expected at "
            f"{years(verdict.projected_gap_years)} in {verdict.target_year}, and plausibly "
            f"anywhere from {spread}{SPACE}years."
        )
        if verdict.p_narrowing is not None:
            texts.append(words.narrowing(verdict, rules(case)))
    if verdict.covariance_note:
        texts.append(sentence(verdict.covariance_note))
    texts.append(
        "The projection knows only the past figures. It knows nothing of new services, of people "
        "who move in or out, or of anything that has happened since."
    )
    return texts


def _ends_figure(case: Case) -> Figure:
    worse, better = case.label(case.measure.worse), case.label(case.measure.better)
    moved = words.who_moved(case.verdict.closing_by, case.worse_name, case.better_name)
    title = (
        moved.split(". ")[0].rstrip(".")
        if moved
        else f"Both ends of the gap are uncertain, {case.better_name} most of all"
        if _wider_better(case)
        else "Both ends of the gap are uncertain"
    )
    return Figure(
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
        a and b
        and a.lower is not None and a.upper is not None
        and b.lower is not None and b.upper is not None
        and b.upper - b.lower > a.upper - a.lower
        for a, b in pairs
    )  # fmt: skip


def _ends_alt(case: Case, worse: str, better: str) -> str:
    ends = []
    given = [w for w in case.comparable if w.worse and w.better]
    for name, pick in ((better, "better"), (worse, "worse")):
        if given:
            first, last = (getattr(w, pick).value for w in (given[0], given[-1]))
            ends.append(f"{name} goes from {number(first)} to {number(last)} years")
    span = (
        f" between {period(given[0].start, given[0].end)} and "
        f"{period(given[-1].start, given[-1].end)}"
        if given
        else ""
    )
    return (
        f"Line chart with two series: diamonds for {better}, circles for {worse}. "
        f"{listing(ends)}{span}. Each point has an upright 95% interval."
    )


def _deciding(case: Case) -> list[str]:
    newest = case.newest
    deadline = case.verdict.target_year
    length = newest.end - newest.start + 1 if newest else 5
    size = _size(length)
    clock = publication_clock(deadline_year=deadline, window_years=length)
    ending, last = clock.ending_at_deadline, clock.last_by_deadline
    centred = clock.centred_on_deadline
    return [
        (
            f"What decides is the gap of the calendar year {deadline} itself, seen through the "
            f"{size} figures around it."
        ),
        (
            f"A {size} figure that ends in {deadline} is centred on "
            f"{int(ending.midpoint)}, and is published about {ending.published}. So the last "
            f"figure out by the end of {deadline} tells of about {int(last.midpoint)}."
        ),
        f"The figure centred on {int(centred.midpoint)} is published about {centred.published}.",
    ]
