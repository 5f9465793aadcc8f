"""Where no verdict can be given: what is needed for one, who has it, and how to ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gapwatch.codes import PANDEMIC_YEARS
from gapwatch.contracts.findings import Spread
from gapwatch.contracts.row_class import read_rows
from gapwatch.reporting.chapters.needed import letter
from gapwatch.reporting.document import (
    Block,
    Entries,
    Items,
    Paragraph,
    Section,
    Subheading,
    TermEntry,
)
from gapwatch.reporting.evidence import next_data
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.evidence.goal import goal
from gapwatch.reporting.language.country import offices_of
from gapwatch.reporting.language.numbers import (
    SPACE,
    apart,
    count,
    explained,
    interval,
    listing,
    period,
    years,
)
from gapwatch.reporting.language.sexes import people

if TYPE_CHECKING:
    import pandas as pd

OWN_AREAS = "These are the study’s own areas, but the promise names its two sides beforehand."
PICKED = (
    "The lowest and the highest area are picked after the fact. Such a spread is never smaller "
    "than the gap between two areas that were named beforehand, in the same figures, and chance "
    "widens it."
)


def section(case: Case) -> Section:
    """Empty where there is a verdict."""
    if case.judged:
        return Section("needed", "What is needed for a verdict, and whom to ask", ())
    return Section(
        "needed",
        "What is needed for a verdict, and whom to ask",
        (
            Items(next_data.in_full(case, goal(case))),
            Paragraph(earliest(case)),
            Subheading("Who has it"),
            Items(who_has_it(case)),
            Subheading("An e-mail to ask for it"),
            *letter.blocks(case),
            Subheading("What to run when it comes"),
            *_commands(case),
            *_elsewhere(case),
        ),
    )


def earliest(case: Case) -> str:
    """The first year in which a verdict is possible, or that waiting brings none."""
    year = case.verdict.earliest_verdict_year
    if year is None:
        return (
            "No figure to come would bring a verdict by itself: the study has to be changed, as "
            "the reason above says."
        )
    return f"A verdict is possible from {year} on, in the first report made with such figures."


def who_has_it(case: Case) -> tuple[str, ...]:
    """Whom to ask, in the words of the place's own country where that is known."""
    offices = offices_of(case.study)
    if offices is None:
        return (
            "The statistics office of the country, which registers or counts deaths.",
            (
                "The public health office of the place itself, which may hold the registrations of "
                "its residents."
            ),
        )
    return tuple(text for text in (offices.published, offices.extract) if text)


def _commands(case: Case) -> list[Block]:
    """What is run once deaths are there: they are pulled, or described first."""
    known = [source for source in case.study.sources if source.table == "deaths"]
    told = (
        f"The study names {count(len(known), 'source')} of deaths already "
        f"({listing([source.id for source in known])}). The first command pins what they publish "
        "now. For an extract of the place’s own, describe its file as one more source first."
        if known
        else "Describe the file as a source of the study first."
    )
    commands = (
        TermEntry("Pin the new figures", "gapwatch pull", mono=True),
        TermEntry("Make the next report", "gapwatch run", mono=True),
    )
    return [
        Paragraph(f"{told} How is in docs/how-to/deaths-and-residents.md."),
        Entries("Commands", commands),
    ]


def _elsewhere(case: Case) -> list[Block]:
    """Other figures of the place that readers may meet, from what is pinned."""
    table = case.tables.get("spread")
    rows = [] if table is None else read_rows(Spread, table.to_dict("records"))
    mine = sorted(
        (row for row in rows if row.sex == case.sexes[0]),
        key=lambda row: (row.period_end, row.geography),
        reverse=True,
    )
    if not mine:
        return []
    return [
        Subheading("What you may see elsewhere, and why it differs"),
        Paragraph(PICKED),
        Items(tuple(_spread(case, row) for row in mine)),
        Paragraph(f"Data: data/spread.csv{', with both sexes' if len(case.sexes) > 1 else ''}."),
    ]


def _spread(case: Case, row: Spread) -> str:
    """One such spread, and why it is not the promise’s gap."""
    held = _figures(case, row)
    low, high = apart(row.lowest_years, row.highest_years)
    when = period(row.period_start, row.period_end)
    first, last = (_plausibly(held, code) for code in (row.lowest_code, row.highest_code))
    told = (
        f"{years(row.spread_years)} for {people(row.sex)} in {when}, on "
        f"{explained(row.geography)}: from {low}{SPACE}years in {row.lowest_name}{first} to {high} "
        f"in {row.highest_name}{last}, of {count(row.areas, 'area')} with a figure"
    )
    lacking = int(held["life_expectancy_years"].isna().sum())
    more = f"; {lacking} more {'is' if lacking == 1 else 'are'} withheld" if lacking else ""
    return f"{told}{more}. {' '.join(_why(case, row))}"


def _figures(case: Case, row: Spread) -> pd.DataFrame:
    """The published figures that a spread was taken from, and those withheld among them."""
    life = case.tables["life_expectancy"]
    mine = life["sex"].eq(row.sex) & life["geography"].eq(row.geography)
    when = life["period_start"].eq(row.period_start) & life["period_end"].eq(row.period_end)
    return life[mine & when]


def _plausibly(held: pd.DataFrame, code: str) -> str:
    """The interval of one area's figure; "" where none is published."""
    mine = held[held["area_code"] == code]
    limits = mine[["lower95_years", "upper95_years"]].dropna()
    if limits.empty:
        return ""
    low, high = (float(limit) for limit in limits.iloc[0])
    return f" (plausibly {interval(low, high)})"


def _why(case: Case, row: Spread) -> Sequence[str]:
    found = []
    if row.geography == case.study.geography.vintage:
        found.append(OWN_AREAS)
    else:
        found.append(
            f"These areas are not the {case.nouns} of the promise, and nothing of {_base(case)} "
            "stands beside them."
        )
    held = [str(year) for year in PANDEMIC_YEARS if row.period_start <= year <= row.period_end]
    if held:
        years_of = "a year" if len(held) == 1 else "years"
        found.append(f"The figures hold {listing(held)}, {years_of} of the pandemic.")
    return found


def _base(case: Case) -> str:
    return f"the baseline, {case.period(case.verdict.baseline_start, case.verdict.baseline_end)},"
