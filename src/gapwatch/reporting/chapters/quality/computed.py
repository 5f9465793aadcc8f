"""What is withheld or provisional among our own life expectancies, and whether counts add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from gapwatch.contracts import CALENDAR_YEAR, DEATHS
from gapwatch.reporting.chapters.quality.disclosure import sentences
from gapwatch.reporting.document import Block, Paragraph, ReportTable, TableColumn
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.evidence.rows import Tables, area_name, records
from gapwatch.reporting.language.numbers import (
    count,
    listing,
    noun_of,
    number,
    percent,
    span,
    whole,
)
from gapwatch.reporting.language.reasons import reason_text
from gapwatch.reporting.language.sexes import people
from gapwatch.study import restricted_tables

LEAST_PERSONS = 0.5
CHECKED = (
    "Deaths were checked before the figures were made: those of every kind of area against the "
    "small areas, and those of all small areas against the publisher’s total in every year that "
    "has one. What was found is not shown, as the deaths are restricted."
)


@dataclass(frozen=True)
class ComputedRow:
    """What is read of a row of the table `computed_life_expectancy`."""

    geography: str
    area: str
    area_name: str
    sex: str
    period_start: int
    period_end: int
    reason: str
    provisional: bool
    year_ends: str = CALENDAR_YEAR


def blocks(case: Case) -> list[Block]:
    """Sentences, and a table of the withheld; empty without figures of our own."""
    frame = case.tables.get("computed_life_expectancy")
    if frame is None:
        return []
    rows = records(ComputedRow, frame)
    hidden = [row for row in rows if row.reason]
    secret = DEATHS.name in restricted_tables(case.study.sources)
    totals = adding_up(case.tables.get("count_total"), restricted=secret)
    left = left_out(case.tables.get("counted_year"))
    texts = [_counted(rows, len(hidden)), *left, *totals, *(sentences(case) if secret else ())]
    found: list[Block] = [Paragraph(text) for text in texts]
    return [*found, _table(hidden, case.tables)] if hidden else found


def _counted(rows: Sequence[ComputedRow], hidden: int) -> str:
    late = sum(bool(row.provisional) for row in rows)
    told = (
        f"Of {count(len(rows), 'life expectancy', 'life expectancies')} of our own, "
        f"{whole(hidden) if hidden else 'none'} {'are' if hidden > 1 else 'is'} withheld."
    )
    if not late:
        return told
    return (
        f"{told} {whole(late)} {'are' if late > 1 else 'is'} provisional, and "
        f"{'decide' if late > 1 else 'decides'} nothing."
    )


def left_out(years: pd.DataFrame | None) -> list[str]:
    """Years of pinned deaths that aren't counted, and why; one sentence a reason."""
    if years is None:
        return []
    told = []
    lost = years[years["reason"] != ""]
    for (reason, ends), rows in lost.groupby(["reason", "year_ends"], sort=True):
        held = sorted(map(int, rows["year"]))
        named = listing([span(first, last, str(ends)) for first, last in _runs(held)])
        told.append(f"Left out of our own figures: {named}, as {reason_text(str(reason))}.")
    return told


def _runs(years: Sequence[int]) -> list[tuple[int, int]]:
    """First and last year of each run of years that follow one another."""
    runs: list[tuple[int, int]] = []
    for year in years:
        if runs and runs[-1][1] == year - 1:
            runs[-1] = (runs[-1][0], year)
        else:
            runs.append((year, year))
    return runs


def adding_up(totals: pd.DataFrame | None, *, restricted: bool = False) -> list[str]:
    """Whether every kind of area sums up to the blocks, and the blocks to the publisher's total.

    Of restricted deaths the table doesn't show it: that it was checked is all that is said.
    """
    if totals is None or totals.empty:
        return []
    what = "Residents" if restricted else "Deaths and residents"
    differences = ["population_difference_persons"]
    differences += [] if restricted else ["deaths_difference_persons"]
    most = max(float(totals[name].abs().max()) for name in differences)
    told = [
        f"{what} of every kind of area add up to those of the small areas that they are made of."
        if most < LEAST_PERSONS
        else f"{what} of some kinds of area differ from those of the small areas that they are "
        f"made of, by up to {number(most, 0)} persons."
    ]
    if restricted:
        told.append(CHECKED)
    deaths = totals["publisher_deaths_difference_persons"].abs().max()
    if not pd.isna(deaths):
        told.append(
            "Deaths of all small areas add up to the publisher’s total in every year that has one."
            if deaths < LEAST_PERSONS
            else "Deaths of all small areas differ from the publisher’s total by up to "
            f"{number(float(deaths), 0)} a year."
        )
    people = totals["publisher_population_difference_share"].abs().max()
    if not pd.isna(people):
        told.append(
            "Residents of all small areas add up to the publisher’s total."
            if people == 0
            else "Residents of all small areas differ from the publisher’s total by up to "
            f"{percent(float(people))}."
        )
    return told


def _table(hidden: Sequence[ComputedRow], tables: Tables) -> ReportTable:
    """Withheld windows of one area, sex and reason in one row."""
    held: dict[tuple[str, str, str, str, str], list[ComputedRow]] = {}
    for row in hidden:
        key = (row.geography, row.area_name, row.area, row.sex, row.reason)
        held.setdefault(key, []).append(row)
    cells = []
    for (geography, name, code, sex, reason), rows in sorted(held.items()):
        spans = sorted((row.period_end, row.period_start) for row in rows)
        (last_end, last_start), (first_end, first_start) = spans[-1], spans[0]
        ends = rows[0].year_ends
        when = span(first_start, first_end, ends)
        if len(rows) > 1:
            when = f"{count(len(rows), 'window')}, {when} up to {span(last_start, last_end, ends)}"
        known = area_name(tables, code) if name == code else name
        noun = noun_of(geography)
        # Areas that are told together and have no names are their codes, joined.
        area = (
            f"{known} ({noun})" if known.replace(" ", "") == code else f"{known} ({noun}, {code})"
        )
        cells.append((area, people(sex), when, reason_text(reason)))
    return ReportTable(
        id="table-own-withheld",
        caption="Life expectancies of our own that are withheld",
        columns=(
            TableColumn("Area"),
            TableColumn("Sex"),
            TableColumn("Windows"),
            TableColumn("Reason"),
        ),
        rows=tuple(cells),
        shares=(2.4, 0.8, 2.0, 2.6),
        note="Data: data/computed_life_expectancy.csv.",
        folded=True,
    )
