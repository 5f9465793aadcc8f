"""What residents asked for: what is published about it on both sides, and what isn't."""

from __future__ import annotations

from collections.abc import Sequence

from gapwatch.reporting.chapters.priorities import tables, words
from gapwatch.reporting.chapters.priorities.drawn import Block as Drawn
from gapwatch.reporting.chapters.priorities.drawn import parts
from gapwatch.reporting.chapters.priorities.rows import (
    ComparisonRow,
    LocalityRow,
    compared,
    in_a_sentence,
    indicators,
    lined,
    missing,
    places,
    steps,
    title_of,
)
from gapwatch.reporting.document import Block, Paragraph, ReportFigure, Section, Subheading, annexed
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.language.numbers import count, date, listing_of, number
from gapwatch.reporting.language.sexes import people

HEADING = "What residents asked for"
NO_SIGN = "shows no sign of a difference"
CHART, PLACES = "priorities", "localities"


def section(case: Case, first_number: int) -> Section:
    """The section; empty for a study without priorities."""
    rows, gaps = compared(case), missing(case)
    if not rows and not any(gaps.values()):
        return Section("priorities", HEADING, ())
    every = [row for held in rows.values() for row in held]
    opening: list[Block] = [Paragraph(text) for text in words.opening(case, every)]
    figures = [_sides(case, part, place, first_number) for place, part in enumerate(drawn(case))]
    blocks: list[Block] = [*figures]
    for one in case.study.priorities:
        held, lacking = rows.get(one.id, []), gaps.get(one.id, [])
        if held or lacking:
            blocks.append(Subheading(one.name))
            blocks += [Paragraph(text) for text in words.block(case, held, lacking)]
            if held:
                blocks.append(tables.comparison(case, one.id, held))
            if lacking:
                blocks.append(tables.missing(lacking))
    blocks += _lines_up(case)
    blocks += _places(case, first_number + len(figures))
    return Section("priorities", HEADING, (*opening, *annexed(blocks)))


def drawn(case: Case) -> list[tuple[Drawn, ...]]:
    """What the charts of both sides show: compared indicators, in blocks by priority."""
    names = {one.id: one.name for one in case.study.priorities}
    blocks = [
        Drawn(names[priority], tuple((_label(case, row), row) for row in held))
        for priority, every in compared(case).items()
        if (held := [row for row in every if row.difference is not None])
    ]
    return parts(blocks)


def _label(case: Case, row: ComparisonRow) -> str:
    one = indicators(case).get(row.indicator)
    name = one.short if one and one.short else title_of(case, row.indicator)
    return name if row.unit == "%" else f"{name}, {row.unit}"


def chart_id(place: int) -> str:
    """Id of the figure at a place among those of both sides."""
    return CHART if place == 0 else f"{CHART}-{place + 1}"


def _sides(case: Case, part: Sequence[Drawn], place: int, first_number: int) -> ReportFigure:
    rows = [row for block in part for _, row in block.rows]
    names = listing_of([in_a_sentence(block.name) for block in part])
    worse, better = tables.sided(case)
    return ReportFigure(
        id=chart_id(place),
        number=first_number + place,
        title=_finding(case, rows),
        subtitle=f"Both sides, {worse} and {better}, with 95% intervals where there are any: "
        f"{count(len(rows), 'indicator')} on {names}. As known at "
        f"{date(case.facts.as_known_at)}.",
        alt=_alt(case, part),
        notes=(
            "Each row has a scale of its own that begins at 0: rows can't be compared.",
            f"At the right stand the values, {worse} first: per cent unless a row says otherwise.",
            "Many intervals are narrower than their dots.",
        ),
        files=("data/priority_comparison.csv", "data/indicator_value.csv"),
        tables=(),
        values_in=None,
    )


def _finding(case: Case, rows: Sequence[ComparisonRow]) -> str:
    directed = [row for row in rows if row.is_directed]
    worse = [row for row in directed if not row.is_reversed and not row.has_no_sign]
    back = [row for row in directed if row.is_reversed]
    if not directed:
        return f"{count(len(rows), 'indicator').capitalize()} for which neither way is better"
    place = words.case_worse(case)
    if len(directed) == 1:
        found = f"is worse in {place}" if worse else f"is better in {place}" if back else NO_SIGN
        return f"The only indicator {words.ONE_WAY} {found}"
    told = f"{len(worse)} of {count(len(directed), 'indicator')} {words.ONE_WAY}"
    verb = "is" if len(worse) == 1 else "are"
    reversed_ = f", {len(back)} better" if back else ""
    return f"{told} {verb} worse in {place}{reversed_}"


def _alt(case: Case, part: Sequence[Drawn]) -> str:
    told = []
    for block in part:
        cells = [
            f"{title}: {number(row.worse_value, at)} and {number(row.better_value, at)}"
            for title, row in block.rows
            if row.worse_value is not None and row.better_value is not None
            for at in [tables.decimals(row.worse_value, row.better_value)]
        ]
        told.append(f"{block.name}. {'; '.join(cells)}")
    worse, better = tables.sided(case)
    return (
        f"Dot plot with a row for each indicator: a filled circle for {worse}, an open diamond for "
        f"{better}, and their values in this order. {'. '.join(told)}."
    )


def _lines_up(case: Case) -> list[Block]:
    rows = lined(case)
    texts = words.lines_up(case, rows)
    if not texts:
        return []
    return [
        Subheading("Does it line up with the gap?"),
        *(Paragraph(text) for text in texts),
        tables.alignment(case, rows),
    ]


def _places(case: Case, place: int) -> list[Block]:
    found = places(case)
    if not found:
        return []
    blocks: list[Block] = [Subheading("Where effort would count most")]
    for at, (sex, rows) in enumerate(found.items()):
        side = next(iter(steps(case, sex, "side")), None)
        reached = steps(case, sex, "area")
        texts = words.localities(case, sex, rows, reached, side)
        blocks += [Paragraph(text) for text in texts]
        if at == 0:
            blocks.append(_places_figure(case, sex, rows, place))
        else:
            blocks.append(tables.places(case, sex, rows, reached))
    return blocks


def places_id(sex: str) -> str:
    """Id of the figure of one sex."""
    return PLACES if sex == "persons" else f"{PLACES}-{sex}"


def _places_figure(case: Case, sex: str, rows: Sequence[LocalityRow], place: int) -> ReportFigure:
    first, last = rows[0], rows[-1]
    when = f"{first.period_start} to {first.period_end}"
    whom = people(sex)
    return ReportFigure(
        id=places_id(sex),
        number=place,
        title=words.largest(case, first),
        subtitle=f"Deaths a year above those at the rates of {words.case_better(case)}, {whom}, "
        f"{when}, by {case.noun}, with 95% intervals; and the excess that is reached with each "
        f"more {case.noun}. As known at {date(case.facts.as_known_at)}.",
        alt=f"Above, a dot plot of {count(len(rows), case.noun, case.nouns)} ranked by excess "
        f"deaths, from {words.excess(first)} in {first.area_name} to {words.excess(last)} in "
        f"{last.area_name}. "
        "Below, a curve of excess deaths reached against the share of residents, which rises "
        f"steeply at first; a broken line shows {case.nouns} in no order.",
        notes=(
            "Filled circles are on the worse-off side.",
            "Below, the broken line is what would be reached without choosing.",
        ),
        files=("data/locality.csv", "data/targeting.csv"),
        tables=(tables.places(case, sex, rows, steps(case, sex, "area")),),
    )
