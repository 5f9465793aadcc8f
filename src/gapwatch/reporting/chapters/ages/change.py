"""Which side made the gap change since the baseline: words, a chart and tables."""

from __future__ import annotations

from collections.abc import Sequence

from gapwatch.reporting.chapters.ages import words as age_words
from gapwatch.reporting.chapters.ages.rows import AgesChangeRow, ChangePanel
from gapwatch.reporting.chapters.ages.tables import change_tables, totals_table
from gapwatch.reporting.document import Block, Paragraph, ReportFigure, Subheading, annexed
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.evidence.levelling_down import narrowing
from gapwatch.reporting.language.numbers import capital, date, listing, period
from gapwatch.reporting.language.sexes import people

CHART = "change"
TWO_ALONE = (
    "Which way each side moved is the trend through all windows, here as under “Which way is it "
    "going?”. How much its own change did to the gap is of the first and the last of these "
    "windows alone, which can leave open what the trend is sure of."
)
BROKEN = (
    "The baseline and the newest window stand on two sides of a break, so what changed between "
    "them cannot be told by side."
)


def panels(case: Case) -> tuple[ChangePanel, ...]:
    """What the chart shows: the sexes for which any change by age is given."""
    if _broken(case):
        return ()
    return tuple(
        ChangePanel(sex, rows)
        for sex, rows in _held(case)
        if any(row.change_years is not None for row in rows)
    )


def blocks(case: Case, number: int) -> list[Block]:
    """Empty without the table `gap_change` for the headline's measure."""
    held = _held(case)
    if not held:
        return []
    found: list[Block] = [Subheading("Which side made the gap change")]
    if _broken(case):
        return [*found, Paragraph(BROKEN)]
    found.append(Paragraph(TWO_ALONE))
    found += [Paragraph(_told(case, sex, rows)) for sex, rows in held]
    drawn = panels(case)
    more = [_figure(case, drawn, number)] if drawn else change_tables(case)
    return [*found, *annexed([totals_table(case), *more])]


def _held(case: Case) -> list[tuple[str, list[AgesChangeRow]]]:
    found = (
        (sex, case.rows_of(AgesChangeRow, "gap_change", case.measure.id, sex)) for sex in case.sexes
    )
    return [(sex, rows) for sex, rows in found if rows]


def _broken(case: Case) -> bool:
    """Whether the two windows stand on two sides of a break of the series that decides."""
    if not case.computes:
        return False
    firsts = [rupture.first_period[0] for rupture in case.study.geography.breaks]
    spans = {(row.from_start, row.to_start) for _, rows in _held(case) for row in rows}
    return any(start < first <= end for first in firsts for start, end in spans)


def _told(case: Case, sex: str, rows: Sequence[AgesChangeRow]) -> str:
    found = case.moves_of(sex)
    worse, better = found.signs
    texts = [
        f"{people(sex).capitalize()}.",
        age_words.change_sum(rows),
        age_words.side_moved(rows, "worse", case.worse_name, worse),
        age_words.side_moved(rows, "better", case.better_name, better),
        age_words.levelling_down(found, case.better_name, narrowing(case, sex)),
    ]
    return " ".join(text for text in texts if text)


def _figure(case: Case, drawn: Sequence[ChangePanel], number: int) -> ReportFigure:
    row = drawn[0].rows[0]
    return ReportFigure(
        id=CHART,
        number=number,
        title=_finding(case, drawn),
        subtitle=f"Years that each side’s own change added to the gap or took off it, by age, "
        f"{listing([people(panel.sex) for panel in drawn])}, {case.measure.title}, from "
        f"{period(row.from_start, row.from_end, row.year_ends)} to "
        f"{period(row.to_start, row.to_end, row.year_ends)}, with 95% "
        f"intervals. As known at {date(case.facts.as_known_at)}.",
        alt=_alt(case, drawn),
        notes=(
            (
                "Left of zero the change of that side made the gap smaller, right of it bigger. "
                "Filled: clear. Open: not clear, because the interval holds zero or the side has "
                "fewer than 5 deaths in one of the windows."
            ),
        ),
        files=("data/gap_change.csv",),
        tables=tuple(change_tables(case)),
    )


def _finding(case: Case, drawn: Sequence[ChangePanel]) -> str:
    """What is clear of each sex, in one where it is the same of both."""
    sexes: dict[str, list[str]] = {}
    for panel in drawn:
        verdict = case.verdicts.get((case.measure.id, panel.sex))
        told = age_words.moved_finding(
            case.moves_of(panel.sex),
            case.worse_name,
            case.better_name,
            levels_down=verdict.levels_down if verdict else None,
        )
        sexes.setdefault(told, []).append(people(panel.sex))
    return capital("; ".join(f"{listing(held)}: {told}" for told, held in sexes.items()))


def _alt(case: Case, drawn: Sequence[ChangePanel]) -> str:
    worse, better = case.label(case.measure.worse), case.label(case.measure.better)
    parts = [
        (
            f"Dot plot of two series by age band: circles for {worse}, diamonds for {better}, each "
            "with a 95% interval."
        )
    ]
    for panel in drawn:
        told = []
        for side, name in (("worse", worse), ("better", better)):
            mine = [r for r in panel.rows if r.side == side and r.change_years is not None]
            sure = sum(row.certain for row in mine)
            are = "is" if sure == 1 else "are"
            told.append(f"{sure} of {len(mine)} of {name} {are} called clear")
        parts.append(f"For {people(panel.sex)} {listing(told)}.")
    return " ".join(parts)
