"""Sentences on what residents asked for: from codes and numbers alone, none of them a cause."""

from __future__ import annotations

from collections.abc import Sequence

from gapwatch.reporting.chapters.priorities.rows import (
    CHANCE,
    NEITHER,
    ComparisonRow,
    Lined,
    LocalityRow,
    Missing,
    TargetingRow,
    in_a_sentence,
    title_of,
)
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.language.chance import chance
from gapwatch.reporting.language.numbers import (
    SPACE,
    capital,
    count,
    interval,
    listing_of,
    number,
    percent,
    period,
    spelled,
    whole,
)
from gapwatch.reporting.language.sexes import people

REASONS = {
    "P01": "there is nothing to set it against, so areas can't be added up",
    "P02": "it counts people or events that its denominator doesn't",
    "P03": "some of its values are filled in, not measured",
    "P04": "it comes from a survey whose number of respondents isn't published",
    "P05": "it is built from the other indicators",
    "P06": "its period is mislabelled",
    "P07": "it isn't published for small areas",
    "P08": "it is published for areas of another vintage",
    "P09": "its denominators jump between years, which residents don't",
}
FLAGS = {
    "modelled": "modelled",
    "rounded": "counts are rounded",
    "not-age-standardised": "ages are not allowed for",
    "context-only": "neither way is better",
    "years-differ": "numerator and denominator are of different years",
    "reversed": "reversed",
    "no-sign": "no sign of a difference",
    "apportioned": "added up from smaller areas by best fit",
}
ONE_WAY = "for which one way is better"
ONE_AXIS = 0.6
SURE = 0.95
NOT_A_CAUSE = (
    "A correlation over areas says neither why they differ nor anything about single people."
)
SAME_DEATHS = (
    "Deaths against those expected line up with life expectancy by construction: both are made of "
    "the same deaths. They are left out of these counts."
)


def reason(code: str) -> str:
    """Why an indicator isn't compared; an unknown code is shown rather than hidden."""
    return REASONS.get(code, f"reason {code}")


def opening(case: Case, held: Sequence[ComparisonRow]) -> list[str]:
    """What the section is, how old its figures are, and how to read it."""
    things = len(case.study.priorities)
    asked = "one thing" if things == 1 else f"{spelled(things)} things"
    first = (
        f"Residents asked for {asked}. For each, tables show what is published by {case.noun}, "
        "on both sides, and what isn't. There is no overall score."
    )
    texts = [first]
    if held:
        texts += [age(case, held), reading(case, held)]
    return texts


def age(case: Case, held: Sequence[ComparisonRow]) -> str:
    """How old the figures are: the newest and the oldest that are compared."""
    used = [row for row in held if not row.reason] or list(held)
    newest = max(int(row.last_day[:4]) for row in used)
    oldest = min(int(row.first_day[:4]) for row in used)
    years = case.facts.as_known_at.year - newest
    ago = "this year" if years <= 0 else f"{count(years, 'year')} before this release"
    since = "" if oldest == newest else f"; the oldest reach back to {oldest}"
    return (
        f"The newest of these figures are from {newest}, {ago}{since}. They describe that time, "
        "not today."
    )


def reading(case: Case, held: Sequence[ComparisonRow]) -> str:
    """What an interval and a share of splits mean."""
    tried = [row for row in held if row.splits]
    if not tried:
        return "An interval of 95% says how far chance alone could move a figure."
    most = max(tried, key=lambda row: row.splits or 0)
    ways = f"{whole(most.splits or 0)} ways"
    every = f"all {ways}" if most.split_basis == "exact" else ways
    sampled = "" if most.split_basis == "exact" else ", drawn at random,"
    return (
        "An interval of 95% says how far chance alone could move a figure. The share of splits "
        f"says how special this division of the {case.nouns} is: of {every} to divide "
        f"{most.areas} {case.nouns} into sides of these sizes{sampled} it is the share that "
        "differ at least as much."
    )


def block(case: Case, rows: Sequence[ComparisonRow], gaps: Sequence[Missing]) -> list[str]:
    """One priority in sentences: worse, reversed, no sign, describing, refused, not published."""

    def titles(some: Sequence[ComparisonRow]) -> str:
        return listing_of([in_a_sentence(title_of(case, row.indicator)) for row in some])

    directed = [row for row in rows if row.is_directed]
    back = [row for row in directed if row.is_reversed]
    open_ = [row for row in directed if row.has_no_sign]
    worse = [row for row in directed if row not in back and row not in open_]
    describing = [row for row in rows if not row.reason and row.better == NEITHER]
    refused = [row for row in rows if row.reason]
    texts = []
    if worse:
        of = f"{len(worse)} of {count(len(directed), 'indicator')}"
        of = "The only indicator" if len(directed) == 1 else of
        verb = "is" if len(worse) == 1 else "are"
        texts.append(f"{of} {ONE_WAY} {verb} worse in {case_worse(case)}: {titles(worse)}.")
        rare = [row for row in worse if (row.split_share or 0) <= CHANCE]
        texts.append(_rare(case, worse, rare))
    if back:
        texts.append(
            f"Reversed: {case_worse(case)} is better off than {case_better(case)} on "
            f"{titles(back)}."
        )
    if open_:
        texts.append(f"No sign of a difference: {titles(open_)}.")
    if describing:
        texts.append(
            f"{capital(spelled(len(describing)))} "
            f"{'indicator describes' if len(describing) == 1 else 'indicators describe'} who lives "
            f"here or how; neither way is better: {titles(describing)}."
        )
    if not rows:
        texts.append("Nothing is published about it for small areas that could be compared.")
    if refused:
        held: dict[str, list[ComparisonRow]] = {}
        for row in refused:
            held.setdefault(row.reason, []).append(row)
        told = [f"{titles(some)} ({reason(code)})" for code, some in sorted(held.items())]
        # Semicolons within a reason's indicators can't part it from the next reason's too.
        between = ". Not compared: " if any("; " in text for text in told) else "; "
        texts.append(f"Not compared: {between.join(told)}.")
    if gaps:
        lacking = "; ".join(in_a_sentence(gap.missing) for gap in gaps)
        texts.append(f"Not published for small areas: {lacking}.")
    return texts


def _rare(case: Case, worse: Sequence[ComparisonRow], rare: Sequence[ComparisonRow]) -> str:
    """How many of the differences few splits of the areas share."""
    line = "at most 5% of the ways to divide"
    if len(worse) == 1:
        told = "At most" if rare else "More than"
        return f"{told} 5% of the ways to divide the {case.nouns} differ as much."
    if len(rare) == len(worse):
        return f"On each of them {line} the {case.nouns} differ as much."
    held = "none" if not rare else spelled(len(rare))
    return f"On {held} of them {line} the {case.nouns} differ as much."


def case_worse(case: Case) -> str:
    """The worse-off side that priorities are compared by, in a sentence."""
    return case.named(case.study.whole.worse) if case.study.whole else case.worse_name


def case_better(case: Case) -> str:
    """The better-off side, in a sentence."""
    return case.named(case.study.whole.better) if case.study.whole else case.better_name


def lines_up(case: Case, rows: Sequence[Lined]) -> list[str]:
    """Whether indicators line up with the gap: how many, over how many areas, and what it isn't."""
    tested = [row for row in rows if row.q is not None]
    if not tested:
        return []
    first = tested[0]
    areas = max(row.areas for row in tested)
    life = (
        f"{first.sex} life expectancy of {period(first.life_period_start, first.life_period_end)}"
    )
    aligned = [row for row in tested if row.reading == "aligned"]
    back = [row for row in tested if row.reading == "reversed"]
    texts = [_aligned(case, life, areas, tested, aligned)]
    if back:
        names = listing_of([in_a_sentence(title_of(case, row.indicator)) for row in back])
        texts.append(
            f"The other way round over {areas} {case.nouns}, better where lives are shorter: "
            f"{names}."
        )
    if first.life_reliability is not None:
        texts.append(
            f"Of the spread of life expectancy between the {areas} {case.nouns} "
            f"{percent(first.life_reliability)} is more than chance. The rest is noise, which "
            "makes every correlation look weaker than it is."
        )
    axis = next((row for row in rows if row.axis_share is not None), None)
    if axis is not None and axis.axis_share is not None and axis.axis_indicators > 1:
        texts.append(_axis(case, axis.axis_share, axis.axis_indicators, areas))
    if any(row.reading == "same-deaths" for row in rows):
        texts.append(SAME_DEATHS)
    return [*texts, NOT_A_CAUSE]


def _aligned(
    case: Case, life: str, areas: int, tested: Sequence[Lined], aligned: Sequence[Lined]
) -> str:
    over = f"Over {areas} {case.nouns}, "
    of = count(len(tested), "indicator")
    if not aligned:
        return f"{over}none of {of} {ONE_WAY} lines up with {life} beyond chance."
    values = [abs(row.r) for row in aligned if row.r is not None]
    low, high = number(min(values), 2), number(max(values), 2)
    size = f"{low} in size" if low == high else f"{low} to {high} in size"
    verb = "is" if len(aligned) == 1 else "are"
    return (
        f"{over}{len(aligned)} of {of} {ONE_WAY} {verb} worse where {life} is "
        f"shorter, by more than chance (correlations of {size}; of those named so, 5% may be "
        "false)."
    )


def _axis(case: Case, share: float, indicators: int, areas: int) -> str:
    told = percent(share, ONE_AXIS)
    if share > ONE_AXIS:
        return (
            f"These {indicators} indicators move together: {told} of what they vary by lies along "
            f"one axis, and {areas} {case.nouns} can't show which of them matters."
        )
    return (
        f"{told} of what these {indicators} indicators vary by over {areas} {case.nouns} lies "
        "along one axis: they don't all say the same."
    )


def excess(row: LocalityRow | TargetingRow) -> str:
    """An excess with its interval: `34.9 deaths a year (26.5 to 43.3)`."""
    limits = interval(row.excess_lower95_a_year, row.excess_upper95_a_year)
    return f"{number(row.excess_deaths_a_year)}{SPACE}deaths a year ({limits})"


def largest(case: Case, row: LocalityRow) -> str:
    """Which area has the largest excess, where that can be said."""
    told = f"{number(row.excess_deaths_a_year)} a year"
    if row.p_largest >= SURE:
        return f"The largest excess of deaths is in {row.area_name}: {told}"
    return (
        f"Which {case.noun} has the largest excess of deaths can't be said; the largest figure is "
        f"{told}, in {row.area_name}"
    )


def localities(
    case: Case,
    sex: str,
    rows: Sequence[LocalityRow],
    steps: Sequence[TargetingRow],
    side: TargetingRow | None,
) -> list[str]:
    """Where deaths above the better-off side's rates are, how sure that is, whom one reaches."""
    first = rows[0]
    when = period(first.period_start, first.period_end)
    whom = capital(people(sex))
    basis = (
        "from published standardised mortality ratios, which allow for ages but don't tell the "
        "sexes apart"
        if first.basis == "published-smr"
        else "from our own counts by age"
    )
    sure = [row for row in rows if row.excess_lower95_a_year > 0]
    opened = (
        f"{whom}, {when}, {basis}. Expected are the deaths that each {case.noun} would have had "
        f"at the rates of {case_better(case)}."
    )
    texts = [opened]
    if not sure:
        return [*texts, f"No {case.noun} has more deaths than that beyond chance."]
    texts.append(
        f"The largest figure is that of {first.area_name}: {excess(first)}. That no other "
        f"{case.noun}'s excess is larger has a probability of {chance(first.p_largest)}."
    )
    if side is not None:
        texts.append(f"Together {case_worse(case)} has an excess of {excess(side)}.")
    lead = _lead(steps, len(sure))
    if lead is not None:
        texts.append(
            f"{capital(count(len(sure), case.noun, case.nouns))} "
            f"{'has' if len(sure) == 1 else 'have'} an excess beyond chance. The "
            f"{spelled(lead.position)} with the most excess a head hold "
            f"{percent(lead.residents_share)} of residents and "
            f"{number(lead.cumulative_excess_a_year)} excess deaths a year."
        )
    return texts


def _lead(steps: Sequence[TargetingRow], most: int) -> TargetingRow | None:
    """A few areas at the head of the curve: three, or fewer where fewer have an excess."""
    wanted = min(3, most)
    return next((step for step in steps if step.position == wanted and wanted > 1), None)
