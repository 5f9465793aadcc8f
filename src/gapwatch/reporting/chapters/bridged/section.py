"""Later figures on other areas: shown beside the trend, and never a part of it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from gapwatch.codes import PANDEMIC, PANDEMIC_YEARS
from gapwatch.reporting.chapters.bridged import tables as later_tables
from gapwatch.reporting.chapters.bridged.tables import Row, share, withheld_because
from gapwatch.reporting.document import (
    Block,
    Paragraph,
    PinFacts,
    ReportFigure,
    Section,
    Subheading,
    annexed,
)
from gapwatch.reporting.evidence import targets
from gapwatch.reporting.evidence.area_figures import a, map_figure, opening, values_table
from gapwatch.reporting.evidence.areas import has_outlines, later_maps, map_id, ward_map
from gapwatch.reporting.evidence.bridged import draws_maps, heading, kind
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.language.labels import bridged_basis
from gapwatch.reporting.language.numbers import (
    SPACE,
    capital,
    count,
    interval,
    line,
    listing,
    names_in_short,
    noun_of,
    nouns_of,
    period,
    sentence,
    spelled,
    vintage,
    years,
)
from gapwatch.reporting.language.phrases import HALF, joined, no_gap
from gapwatch.reporting.language.sexes import people
from gapwatch.study import Bridge, FingertipsSource

WARNING = (
    "No trend and no verdict in this report rests on these figures. A difference between them and "
    "those of the trend is no sign of change."
)
CHANCE_ONLY = (
    "The intervals cover chance in the published figures only, not the residents who are "
    "misplaced. Mixing usually makes a gap look smaller."
)


def section(case: Case, first_number: int) -> Section:
    """The section; empty when no later figures were carried to the study's sides."""
    blocks: list[Block] = []
    found = case.tables.get("bridged_gap", pd.DataFrame(columns=["geography"]))
    for bridge in case.study.geography.bridges:
        rows = found[found["geography"] == bridge.geography].to_dict("records")
        if rows:
            blocks += _told(case, bridge, rows)
            maps = _maps(case, bridge.geography, first_number)
            first_number += sum(isinstance(block, ReportFigure) for block in maps)
            blocks += annexed(maps)
    return Section("later", heading(case), tuple(blocks))


def _told(case: Case, bridge: Bridge, rows: Sequence[Row]) -> list[Block]:
    texts = [
        sentence(bridge.reason),
        WARNING,
        no_answer(case, rows),
        *(newest(case, rows, sex) for sex in case.sexes),
        pandemic(rows),
    ]
    basis = bridged_basis(rows[0]["basis_code"], rows[0]["assumed_share"])
    made = sentence(f"How each is made: {basis}")
    fit = [*_fit(case, rows), CHANCE_ONLY, weights(case, bridge, rows), made]
    first, *others = later_tables.gap_tables(case, rows)
    more: list[Block] = [
        first,
        Subheading(f"Which {nouns_of(bridge.geography)} count for the sides"),
        *(Paragraph(text) for text in fit),
        later_tables.sides_table(case, rows),
        later_tables.areas_table(case, bridge.geography),
        *others,
        *(Paragraph(text) for text in sources(case, bridge.geography)),
    ]
    return [*(Paragraph(text) for text in texts if text), *annexed(more)]


def no_answer(case: Case, rows: Sequence[Row]) -> str:
    """Why these periods can't tell whether the promise is kept; "" when one is the baseline."""
    verdict, promise = case.verdict, case.study.promise
    periods = {(row["period_start"], row["period_end"]) for row in rows}
    base = (verdict.baseline_start, verdict.baseline_end)
    if verdict.target_gap_years is None or base in periods:
        return ""
    these = "This period" if len(periods) == 1 else f"These {spelled(len(periods))} periods"
    part = "half" if promise.share_of_baseline == HALF else line(promise.share_of_baseline)
    either = "" if case.computes else " either"
    if promise.share_of_baseline == 0:
        return (
            f"{these} can't answer the promise{either}: the gap that is to be closed is one of "
            f"{case.nouns}, and these are other areas."
        )
    if targets.heads_stated(case, case.sexes[0]):
        return (
            f"{these} can't answer the promise{either}. The target of "
            f"{years(verdict.target_gap_years)} was stated of {case.nouns}. No such figure exists "
            "on these areas."
        )
    return (
        f"{these} can't answer the promise{either}. The target of "
        f"{years(verdict.target_gap_years)} is {part} of a gap measured on {case.nouns} in "
        f"{case.period(*base)}. No such figure exists on these areas."
    )


def newest(case: Case, rows: Sequence[Row], sex: str) -> str:
    """The newest figure of the headline's measure; "" when it isn't carried to other areas."""
    mine = [row for row in rows if (row["measure"], row["sex"]) == (case.measure.id, sex)]
    if not mine:
        return ""
    row = max(mine, key=lambda item: (item["period_end"], item["period_start"]))
    start = f"On {vintage(row['geography'])} the gap for {people(sex)}"
    when = period(row["period_start"], row["period_end"])
    if row["reason"]:
        return f"{start} is withheld for {when}: " + sentence(withheld_because(case, row))
    low, high = row["lower95_years"], row["upper95_years"]
    spread = interval(low, high)
    return joined(
        f"{start} between {case.worse_name} and {case.better_name} was {years(row['gap_years'])} "
        f"in {when} (95%{SPACE}interval {spread}).",
        no_gap(low, high),
    )


def pandemic(rows: Sequence[Row]) -> str:
    """Which periods hold a year of the pandemic; "" when none does."""
    held = {
        (row["period_end"], row["period_start"]) for row in rows if PANDEMIC in row["flags"].split()
    }
    if not held:
        return ""
    spans = [period(start, end) for end, start in sorted(held)]
    named = " or ".join(map(str, PANDEMIC_YEARS))
    carry = "This period carries" if len(spans) == 1 else "These periods carry"
    return f"A year of the pandemic ({named}) lies in {listing(spans)}. {carry} the flag Q04."


def _fit(case: Case, rows: Sequence[Row]) -> list[str]:
    """How well the headline's sides are made of the other areas."""
    mine = next((row for row in rows if row["measure"] == case.measure.id), None)
    if mine is None:
        return []
    noun = noun_of(mine["geography"])
    texts = [
        (
            f"{capital(vintage(mine['geography']))} don't follow the borders of the sides. "
            f"{a(noun)} counts for a side when more than half of its residents live there."
        )
    ]
    for end, side in (("worse", case.measure.worse), ("better", case.measure.better)):
        texts.append(fit(case, mine, end, side))
    return texts


def fit(case: Case, row: Row, end: str, side: str) -> str:
    """Which areas count for a side, and both kinds of residents that this misplaces."""
    nouns, name = nouns_of(row["geography"]), case.named(side)
    names = later_tables.counted(case, row["geography"], side)
    if not names:
        return f"No {noun_of(row['geography'])} counts for {name}."
    inside, outside = row[f"{end}_share_elsewhere"], row[f"{end}_share_outside"]
    held = count(len(names), noun_of(row["geography"]), nouns)
    return (
        f"{held} {'counts' if len(names) == 1 else 'count'} for {name}: {names_in_short(names)}. "
        f"Of the residents of {name}, {share(inside)} live in {nouns} that count elsewhere. "
        f"Of the residents of the {nouns} that count for {name}, {share(outside)} live outside it."
    )


def weights(case: Case, bridge: Bridge, rows: Sequence[Row]) -> str:
    """By what the areas of a side are averaged, which is the same in every period."""
    these = f"The {nouns_of(rows[0]['geography'])} of a side are weighted"
    people = case.tables.get("population", pd.DataFrame(columns=["geography", "year"]))
    counted = people.loc[people["geography"] == bridge.blocks, "year"]
    if counted.empty:
        return (
            f"{these} by how many {nouns_of(bridge.blocks)} they are made of, as no residents are "
            "pinned, in every period alike."
        )
    when = listing([str(year) for year in sorted(set(counted))])
    return f"{these} by all their residents of {when}, in every period alike."


def sources(case: Case, geography: str) -> list[str]:
    """Who publishes the figures, under which licence."""
    known = {
        source.id: {area_type.geography for area_type in source.area_types}
        for source in case.study.sources
        if isinstance(source, FingertipsSource)
    }
    mine = [pin for pin in case.facts.pins if geography in known.get(pin.id, ())]
    return [_source(pin) for pin in mine]


def _source(pin: PinFacts) -> str:
    return f"Source: {pin.publisher}. {sentence(pin.title)} Licence: {sentence(pin.licence)}"


def _said(case: Case) -> list[str]:
    """What the section on the study's own areas has said before."""
    own = [found for sex in case.sexes if (found := ward_map(case.study, case.tables, sex))]
    return opening(case, tuple(own)) if own else []


def _maps(case: Case, geography: str, first_number: int) -> list[Block]:
    """What is said of the areas themselves: a map where outlines are pinned, and a table."""
    maps = later_maps(case.study, case.tables, geography)
    if not maps:
        return []
    table = values_table(case, maps, f"table-areas-{geography}", "Counts for")
    said = _said(case) if kind(case) != "Later" else []
    texts = [text for text in opening(case, maps)[: 1 if said else None] if text not in said]
    blocks: list[Block] = [
        Subheading(f"Life expectancy by {maps[0].noun}"),
        *(Paragraph(text) for text in texts),
    ]
    if not (draws_maps(case) and has_outlines(maps[0], case.tables)):
        return [*blocks, table]
    return [*blocks, map_figure(case, maps, map_id(maps[0]), first_number, None, table)]
