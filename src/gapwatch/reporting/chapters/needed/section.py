"""Where no verdict can be given: what is needed for one, who has it, and how to ask for it."""

from __future__ import annotations

from collections.abc import Sequence

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
    listing,
    period,
    years,
)
from gapwatch.reporting.language.sexes import people

OWN_AREAS = "They are the study’s own areas; but the promise names its two sides beforehand."
PICKED = (
    "The lowest and the highest area are picked after the fact, so chance alone makes such a "
    "spread larger than any gap between two sides that were named beforehand."
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
    low, high = apart(row.lowest_years, row.highest_years)
    when = period(row.period_start, row.period_end)
    told = (
        f"{years(row.spread_years)} for {people(row.sex)} in {when}: from {low}{SPACE}years in "
        f"{row.lowest_name} to {high} in {row.highest_name}, of {count(row.areas, 'area')}: "
        f"{explained(row.geography)}."
    )
    return f"{told} {' '.join(_why(case, row))}"


def _why(case: Case, row: Spread) -> Sequence[str]:
    found = []
    if row.geography == case.study.geography.vintage:
        found.append(OWN_AREAS)
    else:
        found.append(
            f"They are not the {case.nouns} of the promise, and nothing of {_base(case)} stands "
            "beside them."
        )
    if any(row.period_start <= year <= row.period_end for year in PANDEMIC_YEARS):
        held = [str(year) for year in PANDEMIC_YEARS if row.period_start <= year <= row.period_end]
        found.append(f"They hold {listing(held)}, of the pandemic.")
    return found


def _base(case: Case) -> str:
    return f"the baseline, {case.period(case.verdict.baseline_start, case.verdict.baseline_end)},"
