"""Sentences on ages: which make the gap, and which side made it change; one test a branch.

An age is named as certain only when its whole 95% interval lies on one side of zero. A gap that
narrows because the better-off side got worse is called that.
"""

from __future__ import annotations

from collections.abc import Sequence

from gapwatch.contracts.findings import LevellingDown
from gapwatch.reporting.chapters.ages.rows import AgesChangeRow, Contribution
from gapwatch.reporting.evidence.levelling_down import how_much
from gapwatch.reporting.evidence.sides import VERBS, SideChanges
from gapwatch.reporting.evidence.sides import finding as finding_of_sides
from gapwatch.reporting.language.ages import band_name, in_ages, runs
from gapwatch.reporting.language.changes import change, part, part_spread
from gapwatch.reporting.language.numbers import (
    SPACE,
    apart,
    capital,
    count,
    estimate,
    interval,
    listing,
    number,
    period,
    sentence,
    years,
)
from gapwatch.reporting.language.phrases import joined
from gapwatch.reporting.language.reasons import reason_text
from gapwatch.reporting.language.sexes import people

NO_SUCCESS = "Narrowing because the better-off side gets worse is levelling down, and no success."
NAMED = 3
MANY = 10


def finding(by_sex: Sequence[tuple[str, Sequence[Contribution]]]) -> str:
    """Title of the chart: the ages that surely widen the gap, by sex; how many, where many."""
    told: list[str] = []
    sure_by_sex = {sex: [band.ages for band in bands if band.widens] for sex, bands in by_sex}
    if any(len(runs(sure)) > NAMED for sure in sure_by_sex.values()):
        counts = [
            f"{len(sure)} of {count(len(bands), 'age band')} for {people(sex)}"
            for (sex, bands), sure in zip(by_sex, sure_by_sex.values(), strict=True)
        ]
        return f"Mortality clearly widens the gap in {' and in '.join(counts)}"
    for sex, bands in by_sex:
        sure = [band.ages for band in bands if band.widens]
        if sure:
            clearly = "" if told else "clearly widen the gap "
            told.append(f"ages {in_ages(sure)} {clearly}for {people(sex)}")
    if not told:
        return "No single age can be named as certainly widening the gap"
    return capital(", and ".join(told))


def which_ages(sex: str, bands: Sequence[Contribution], worse: str) -> tuple[str, ...]:
    """The ages whose interval excludes zero; then what the others, and chance, leave open."""
    given = [band for band in bands if band.contribution_years is not None]
    if not given:
        reason = reason_text(bands[0].reason) if bands else "no window has them"
        return (f"For {people(sex)}, the ages cannot be given: {reason}.",)
    wide, narrow = [b for b in given if b.widens], [b for b in given if b.narrows]
    told = [*_widening(sex, wide, worse), *_narrowing(sex, narrow, worse)]
    few = [band for band in given if band.few]
    if not told:
        told = [f"For {people(sex)}, no single age can be named with certainty.", *_biggest(given)]
    if few:
        told.append(
            f"At ages {in_ages(band.ages for band in few)} one side has fewer than 5 deaths. Their "
            "intervals are too narrow, so none of them is called clear."
        )
    if (wide or narrow) and len(wide) + len(narrow) + len(few) < len(given):
        told.append("At all other ages the figures also fit no difference.")
    hidden = [band for band in bands if band.contribution_years is None]
    if hidden:
        reasons = listing(list(dict.fromkeys(reason_text(band.reason) for band in hidden)))
        told.append(f"Ages {in_ages(b.ages for b in hidden)} are withheld: {reasons}.")
    return tuple(told)


def _widening(sex: str, bands: Sequence[Contribution], worse: str) -> list[str]:
    if not bands:
        return []
    named = sorted(bands, key=_size, reverse=True)[:NAMED]
    which = "The figure there is" if len(bands) == 1 else "The biggest figures are"
    return [
        (
            f"For {people(sex)}, mortality is clearly higher in {worse} at ages "
            f"{in_ages(band.ages for band in bands)}. That makes the gap bigger."
        ),
        f"{which} {listing([_told(band) for band in named])}.",
    ]


def _narrowing(sex: str, bands: Sequence[Contribution], worse: str) -> list[str]:
    if not bands:
        return []
    return [
        (
            f"For {people(sex)}, mortality is clearly lower in {worse} at ages "
            f"{in_ages(band.ages for band in bands)}. That makes the gap smaller."
        )
    ]


def _biggest(bands: Sequence[Contribution]) -> list[str]:
    """The biggest figure on enough deaths, which holds zero where none is clear."""
    enough = [band for band in bands if not band.few]
    if not enough:
        return []
    told = _told(max(enough, key=_size))
    if len(enough) == len(bands):
        return [f"The biggest figure, {told}, also fits no difference at all."]
    return [f"The biggest figure on enough deaths, {told}, also fits no difference at all."]


def _size(band: Contribution) -> float:
    return abs(band.contribution_years or 0.0)


def _told(band: Contribution) -> str:
    spread = estimate(band.contribution_years, band.lower95_years, band.upper95_years)
    value, _, limits = spread.partition(" (")
    at = f"{value}{SPACE}years at {band_name(band.ages)}"
    return f"{at} ({limits}" if limits else at


def by_chance(bands: int) -> str:
    """How many bands would stand out if no age made a difference: one interval in twenty."""
    expected = bands * 0.05
    shown = number(expected, 0 if expected >= MANY else 1).removesuffix(".0")
    return (
        f"Each interval misses once in twenty by chance. So of {count(bands, 'band')} about "
        f"{shown} would look clear even if no age made a difference."
    )


def side_moved(rows: Sequence[AgesChangeRow], side: str, name: str, sign: int | None) -> str:
    """Which way one side moved by its trend, and what its own change did to the gap.

    `sign` is that of the trend, the one rule for it; two windows alone tell only how much.
    """
    mine = [row for row in rows if row.side == side]
    if not mine:
        return ""
    total = mine[0].side_total_years
    low, high = mine[0].side_lower95_years, mine[0].side_upper95_years
    moved = _moved(name, sign)
    if total is None:
        reason = next((row.reason for row in mine if row.reason), "")
        return joined(moved, f"For {name} the change cannot be given: {reason_text(reason)}.")
    if low is None or high is None:
        return joined(moved, f"For {name} it cannot be said how sure the change is.")
    start = "Between these two windows its own change"
    if low <= 0 <= high:
        told = f"{start} may have {part_spread(low, high)}."
        return joined(moved, told)
    least, most = sorted((abs(low), abs(high)))
    did = (
        f"took {years(abs(total))} off the gap" if total < 0 else f"added {years(total)} to the gap"
    )
    return joined(moved, f"{start} {did} (plausibly {interval(least, most)}).")


def _moved(name: str, sign: int | None) -> str:
    """Which way a side moved, by the trend through all windows; "" where it has none."""
    if sign is None:
        return ""
    if sign == 0:
        return f"In {name} no change is clear by the trend through all windows."
    return f"Life expectancy {VERBS[sign]} in {name}, by the trend through all windows."


def moved_finding(found: SideChanges, worse: str, better: str, *, levels_down: bool | None) -> str:
    """Which way both sides moved, in short: only what is clear by their trends."""
    first, second = found.signs
    told = finding_of_sides(found, worse, better)
    if not told:
        return "neither side’s change is clear"
    told = told[0].lower() + told[1:].replace("; no clear", ", with no clear")
    if second != -1:
        return told
    if levels_down:
        return f"{'mostly ' if first == 1 else ''}levelling down: {told}"
    return f"partly levelling down: {told}" if first == 1 else told


def levelling_down(found: SideChanges, better: str, down: LevellingDown | None) -> str:
    """Said whenever the better-off side clearly got worse by its trend; "" otherwise."""
    first, second = found.signs
    if second != -1:
        return ""
    if first == 1 and down is not None:
        much = capital(how_much(down))
        piece = "That part" if much == "Part" else "That"
        return (
            f"{much} of the narrowing is {better} getting worse. {piece} is levelling down and no "
            "success."
        )
    return f"Shorter lives in {better} make the gap smaller. {NO_SUCCESS}"


def change_sum(rows: Sequence[AgesChangeRow]) -> str:
    """The change of the gap as the sum of both sides, with its periods; "" when one is missing."""
    first = {side: next((r for r in rows if r.side == side), None) for side in ("worse", "better")}
    worse, better = first["worse"], first["better"]
    if worse is None or better is None:
        return ""
    if worse.side_total_years is None or better.side_total_years is None:
        return ""
    total = worse.side_total_years + better.side_total_years
    when = (
        f"Between {period(worse.from_start, worse.from_end, worse.year_ends)} and "
        f"{period(worse.to_start, worse.to_end, worse.year_ends)}"
    )
    values = (total, worse.side_total_years, better.side_total_years)
    places = max(len(apart(value)[0].partition(".")[2]) for value in values)
    of_worse, of_better = (part(value, places) for value in values[1:])
    return sentence(
        f"{when} the figure for the gap became {change(total, places)}: the worse-off side "
        f"{of_worse}, and the better-off side {of_better}"
    )
