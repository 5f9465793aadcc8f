"""What it would take: the cut in mortality that would bring the gap to its target."""

from __future__ import annotations

from collections.abc import Sequence

from gapwatch.codes import UNREACHABLE
from gapwatch.reporting.chapters.cut import words as taking
from gapwatch.reporting.chapters.cut.words import CutRow
from gapwatch.reporting.document import (
    Block,
    Items,
    Paragraph,
    ReportTable,
    Section,
    Subheading,
    TableColumn,
)
from gapwatch.reporting.evidence import levelling_down as levelling
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.language.ages import band_name
from gapwatch.reporting.language.numbers import (
    SPACE,
    capital,
    interval,
    number,
    period,
    plain,
    span,
    years,
)
from gapwatch.reporting.language.phrases import size_of
from gapwatch.reporting.language.reasons import reason_text
from gapwatch.reporting.language.sexes import people
from gapwatch.study import Measure

ARITHMETIC = (
    "This is arithmetic on the death rates of one window. It is no forecast and no plan: it does "
    "not say how deaths could be avoided, or whether they could."
)

OLDEST = 999


def section(case: Case) -> Section:
    """The section; empty when no cut was worked out for the headline's measure."""
    found = [(sex, newest(case, case.measure, sex)) for sex in case.sexes]
    held = [(sex, rows) for sex, rows in found if rows]
    if not held:
        return Section("take", "What it would take", ())
    blocks: list[Block] = [Paragraph(ARITHMETIC), Paragraph(_question(case))]
    # A cut counts as if the better-off side held: so whether it did belongs beside it.
    lower = [down for sex, _ in held if (down := levelling.down(case, sex))]
    blocks += [Paragraph(levelling.told(down, case.better_name)) for down in lower]
    for sex, rows in held:
        blocks += _told(case, sex, rows)
    blocks += [Subheading("The same by measure, sex and age"), _table(case)]
    return Section("take", "What it would take", tuple(blocks))


def newest(case: Case, measure: Measure, sex: str) -> tuple[CutRow, ...]:
    """Cuts of the newest window that isn't provisional, by age."""
    late = case.provisional_of(measure.id, sex)
    held = [
        row
        for row in case.rows_of(CutRow, "cut", measure.id, sex)
        if (row.period_start, row.period_end) not in late
    ]
    last = max((row.period_end for row in held), default=None)
    mine = (row for row in held if row.period_end == last)
    return tuple(sorted(mine, key=lambda row: (row.from_age_years, -_last(row))))


def _last(row: CutRow) -> int:
    """Last age, so that wider ages come first."""
    return OLDEST if row.to_age_years is None else row.to_age_years


def _question(case: Case) -> str:
    return (
        f"Suppose that at some ages the same share of all deaths in {case.worse_name} were "
        f"avoided, and that nothing changed in {case.better_name}. Which share would bring the gap "
        "to its target?"
    )


def _told(case: Case, sex: str, rows: Sequence[CutRow]) -> list[Block]:
    first = rows[0]
    when = period(first.period_start, first.period_end, first.year_ends)
    target = size_of(first.target_gap_years)
    heading = Subheading(
        f"{people(sex).capitalize()}: {years(first.gap_years)} in {when}, and a target of {target}"
    )
    if all(row.cut_share == 0 for row in rows):
        return [heading, Paragraph("No cut is needed: the gap is at the target already.")]
    down = case.better_name if _levels_down(case, sex) else ""
    items = Items(tuple(taking.needed(row, sex, down) for row in rows))
    return [heading, items, *(Paragraph(text) for text in _unsure(case, sex, first))]


def _levels_down(case: Case, sex: str) -> bool:
    """Whether the gap is near its target mainly because the better-off side got worse."""
    verdict = case.verdicts.get((case.measure.id, sex))
    return bool(verdict and verdict.levels_down and levelling.down(case, sex))


def _unsure(case: Case, sex: str, row: CutRow) -> list[str]:
    """The interval of the gap that the cut starts from, since the cut has none of its own."""
    same = (
        window.gap
        for window in case.windows_of(case.measure.id, sex)
        if (window.start, window.end) == (row.period_start, row.period_end)
    )
    gap = next(same, None)
    if gap is None or gap.lower is None or gap.upper is None:
        return ["The gap itself is uncertain, and so are the cuts."]
    return [
        (
            f"The gap itself could plausibly be anywhere from {interval(gap.lower, gap.upper)}"
            f"{SPACE}years, so the cuts are as uncertain."
        )
    ]


def _table(case: Case) -> ReportTable:
    rows = []
    measures = sorted(case.study.measures, key=lambda measure: not measure.primary)
    for measure in measures:
        for sex in case.sexes:
            rows += [_row(measure, sex, row) for row in newest(case, measure, sex)]
    return ReportTable(
        id="table-cut",
        caption="The cut in mortality on the worse-off side that would bring the gap to its target",
        columns=(
            TableColumn("Measure"),
            TableColumn("Window"),
            TableColumn("Ages"),
            TableColumn("Gap, years", numeric=True),
            TableColumn("Target, years", numeric=True),
            TableColumn("Deaths to be avoided", numeric=True),
            TableColumn("Deaths a year", numeric=True),
        ),
        rows=tuple(rows),
        shares=(2.3, 1.1, 1.0, 0.8, 0.8, 1.3, 0.9),
        note="Data: data/cut.csv.",
        folded=True,
    )


def _row(measure: Measure, sex: str, row: CutRow) -> tuple[str, ...]:
    if row.cut_share is None:
        share = (
            "not reachable" if row.reason == UNREACHABLE else f"withheld: {reason_text(row.reason)}"
        )
    else:
        share = "none" if row.cut_share == 0 else taking.share(row.cut_share)
    deaths = "–" if row.cut_share is None else _deaths(row.deaths_a_year)
    return (
        f"{measure.title}, {people(sex)}",
        span(row.period_start, row.period_end, row.year_ends),
        capital(band_name(row.ages)),
        plain(row.gap_years),
        plain(row.target_gap_years),
        share,
        deaths,
    )


def _deaths(value: float | None) -> str:
    if value is None:
        return "withheld"
    return "less than 1" if 0 < value < 1 else number(value, 0)
