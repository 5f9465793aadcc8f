"""Which ages make the gap, and which side made it change: from deaths and residents by age."""

from __future__ import annotations

from collections.abc import Sequence

from gapwatch.reporting.chapters.ages import change as age_changes
from gapwatch.reporting.chapters.ages import words as age_words
from gapwatch.reporting.chapters.ages.rows import AgePanel, Contribution, newest
from gapwatch.reporting.chapters.ages.tables import contribution_table, groups_table
from gapwatch.reporting.document import Block, Paragraph, ReportFigure, Section, annexed
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.language.ages import band_name
from gapwatch.reporting.language.numbers import date, listing, period, spelled, years
from gapwatch.reporting.language.sexes import people

CHART = "ages"
ELSEWHERE = "The ages of every other measure are in data/age_contribution.csv."


def section(case: Case, first_number: int) -> Section:
    """The section; empty when no table on ages exists for the headline's measure."""
    ages = _contributions(case, first_number)
    more = sum(isinstance(block, ReportFigure) for block in ages)
    blocks = [*ages, *age_changes.blocks(case, first_number + more)]
    return Section("ages", "Which ages make the gap", tuple(blocks))


def panels(case: Case) -> tuple[AgePanel, ...]:
    """What the chart shows: the sexes for which any age is given."""
    found = ((sex, newest(case, case.measure.id, sex)) for sex in case.sexes)
    return tuple(
        AgePanel(sex, bands)
        for sex, bands in found
        if any(band.contribution_years is not None for band in bands)
    )


def _contributions(case: Case, number: int) -> list[Block]:
    found = [(sex, newest(case, case.measure.id, sex)) for sex in case.sexes]
    if not any(bands for _, bands in found):
        return []
    texts = _opening(case, found)
    texts += [" ".join(age_words.which_ages(sex, bands, case.worse_name)) for sex, bands in found]
    drawn = panels(case)
    if drawn:
        texts.append(age_words.by_chance(sum(len(panel.bands) for panel in drawn)))
    blocks: list[Block] = [Paragraph(text) for text in texts]
    if drawn:
        blocks.append(_figure(case, drawn, number))
    broad = groups_table(case, found)
    others = any(
        newest(case, measure.id, sex)
        for measure in case.study.measures
        for sex in case.sexes
        if measure.id != case.measure.id
    )
    if others:
        blocks += annexed([Paragraph(ELSEWHERE)])
    return [*blocks, *annexed([broad])] if broad else blocks


def _opening(case: Case, found: Sequence[tuple[str, Sequence[Contribution]]]) -> list[str]:
    sums = [
        f"{years(bands[0].gap_years)} for {people(sex)} in "
        f"{period(bands[0].period_start, bands[0].period_end, bands[0].year_ends)}"
        for sex, bands in found
        if bands and bands[0].gap_years is not None
    ]
    told = f" It was {listing(sums)}." if sums else ""
    texts = [
        (
            "The gap is the sum of what each age adds to it. An age adds to it when people of that "
            f"age die more often in {case.worse_name} than in {case.better_name}.{told}"
        )
    ]
    lengths = {b[0].period_end - b[0].period_start + 1 for _, b in found if b}
    if case.newest is not None and max(lengths) > case.newest.years:
        texts.append(
            "A window of the trend has too few deaths to tell ages apart. So these figures take "
            f"{spelled(max(lengths))} years together."
        )
    if not case.computes:
        texts.append("They are computed from deaths and residents. No verdict rests on them.")
    return texts


def _figure(case: Case, drawn: Sequence[AgePanel], number: int) -> ReportFigure:
    table = contribution_table(case, case.measure)
    spans = dict.fromkeys(
        period(band.period_start, band.period_end, band.year_ends)
        for band in (panel.bands[0] for panel in drawn)
    )
    return ReportFigure(
        id=CHART,
        number=number,
        title=age_words.finding([(panel.sex, panel.bands) for panel in drawn]),
        subtitle=f"Years that each age adds to the gap in life expectancy at birth, "
        f"{listing([people(panel.sex) for panel in drawn])}, {case.measure.title}, "
        f"{listing(list(spans))}, with 95% intervals. As known at "
        f"{date(case.facts.as_known_at)}.",
        alt=_alt(drawn),
        notes=(
            (
                "Right of zero an age makes the gap bigger, left of it smaller. Filled: clear. "
                "Open: not clear, because the interval holds zero or one side has fewer than 5 "
                "deaths."
            ),
        ),
        files=("data/age_contribution.csv",),
        tables=(table,) if table else (),
    )


def _alt(drawn: Sequence[AgePanel]) -> str:
    parts = ["Dot plot of the years that each age band adds to the gap, each with a 95% interval."]
    for panel in drawn:
        given = [band for band in panel.bands if band.contribution_years is not None]
        top = max(given, key=lambda band: band.contribution_years or 0.0)
        least = min(given, key=lambda band: band.contribution_years or 0.0)
        sure = sum(band.widens or band.narrows for band in given)
        parts.append(
            f"For {people(panel.sex)} the dots run from {years(least.contribution_years)} at "
            f"{band_name(least.ages)} to {years(top.contribution_years)} at {band_name(top.ages)}. "
            f"{sure} of {len(given)} {'is' if sure == 1 else 'are'} called clear."
        )
    return " ".join(parts)
