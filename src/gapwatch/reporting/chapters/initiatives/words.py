"""Sentences on what is done, and on what can be said of it; rules alone, one test a branch."""

from __future__ import annotations

from collections.abc import Sequence

from gapwatch.reporting.chapters.initiatives.rows import DetectableRow, Effect, Expected, Proof
from gapwatch.reporting.language.numbers import (
    SPACE,
    count,
    date_of,
    interval,
    listing,
    number,
    percent,
    period,
    spelled,
    whole,
)

AS_EXPECTED, OPPOSITE, NO_SIGN = "sign as expected", "sign opposite", "no sign"
COULD_NOT, TOO_EARLY, DESCRIBED = (
    "could not have been seen",
    "too early",
    "described, not evaluated",
)
ORDER = (AS_EXPECTED, OPPOSITE, NO_SIGN, COULD_NOT, TOO_EARLY, DESCRIBED)

REASONS = {
    "E01": "no expected effect was written down",
    "E02": "no expected effect is known to have been written down before it started",
    "E03": "the years to compare don't lie on either side of its start",
    "A01": "no area is stated",
    "A02": "an area isn't one of the study's areas",
    "A03": "the only area that is stated is the address of an office",
    "A04": "it is for the whole place, so no area is left to compare with",
    "C01": "an area compared with has it too",
    "C02": "with so few areas, chance can never be ruled out",
    "D01": "the design that was stated isn't one that this report computes",
    "N01": "the indicator isn't among those of this release",
    "N02": "the indicator has no counts to compare",
    "N03": "figures of the years before are missing",
    "N04": "figures of the years after are missing",
    "N05": "a count is zero, so that no ratio can be taken",
    "L01": "its areas moved apart from the others before it started",
    "T01": "the years after aren't all known yet",
}
FLAGS = {
    "F01": "its areas were chosen for their figures, or nobody says how they were chosen",
    "F02": "another initiative for the same priority runs in its areas",
    "F03": "another initiative for the same priority runs in areas it is compared with",
    "F04": "there are no earlier years to test whether its areas differed before",
    "F05": "some years are missing, and are left out of all areas alike",
    "F06": "the expectation was changed after it started; the version from before is judged",
}
WHERE = {
    "delivery": "",
    "residents": "where those it is for live",
    "office": "address of an office",
    "whole-place": "the whole place",
    "not-stated": "not stated",
}
LEVELS = (
    "Levels of evidence are those of the Maryland Scientific Methods Scale, from 1 to 5. Level 3 "
    "compares the change in some areas with that in others. Level 0 means that nothing is "
    "compared. Below level 3 nobody can say that an initiative worked."
)
RULE = (
    "An effect is judged only against a change that was written down before the start. Of each "
    "initiative the report says one of six things: described, not evaluated; too early; could not "
    "have been seen; no sign; sign as expected; sign opposite. “No sign” doesn’t mean that "
    "it does nothing."
)
CHANCE = (
    "What would have happened anyway is read off all sets of as many areas without it. A sign is "
    "called where at most 5% of all sets moved as far. So of twenty initiatives that do nothing, "
    "one is expected to show a sign as expected."
)
REGRESSION = (
    "Areas that are chosen because their figures are bad get better by chance alone. Where they "
    "may have been chosen so, a sign is called only beyond the change that chance is expected to "
    "bring."
)


def reason(code: str) -> str:
    """A reason as a clause; an unknown code is shown rather than hidden."""
    return REASONS.get(code, f"reason {code}" if code else "")


def flags(codes: str) -> list[str]:
    """Flags as clauses."""
    return [FLAGS.get(code, f"flag {code}") for code in codes.split()]


def tally(effects: Sequence[Effect]) -> str:
    """How many initiatives have which verdict, the strongest claim first."""
    initiatives = len({row.initiative for row in effects})
    counted = [(verdict, sum(row.verdict == verdict for row in effects)) for verdict in ORDER]
    told = [f"{spelled(number_of)} “{verdict}”" for verdict, number_of in counted if number_of]
    registered = f"{count(initiatives, 'initiative').capitalize()} "
    registered += "is registered" if initiatives == 1 else "are registered"
    if initiatives != len(effects):
        registered += f", with {count(len(effects), 'finding')}"
    return f"{registered}. What can be said: {listing(told)}."


def when(starts: str, ends: str) -> str:
    """`April 2021 to 2024`, `from 2021`, `until 2024`, `not stated`."""
    if starts and ends:
        return f"{date_of(starts)} to {date_of(ends)}"
    if starts:
        return f"from {date_of(starts)}"
    return f"start not stated, until {date_of(ends)}" if ends else "not stated"


def change(value: float | None) -> str:
    """A relative change with its sign, in percent."""
    return "" if value is None else f"{number(value, plus=True)}%"


def said(effect: Effect) -> str:
    """The verdict with its reason, for a cell of a table."""
    why = reason(effect.reason)
    return f"{effect.verdict}: {why}" if why else effect.verdict


def found(
    title: str, effect: Effect, told: Expected, seen: DetectableRow | None, name: str
) -> list[str]:
    """What was found of one expectation, in sentences; `name` is that of the indicator."""
    stated = change(-told.size_percent if told.direction == "lower" else told.size_percent)
    first = (
        f"{title}: written down on {date_of(told.registered_on)} was a change of {stated} in "
        f"“{name}”, from {period(told.before_start, told.before_end)} to "
        f"{period(told.after_start, told.after_end)}, against the other areas."
    )
    return [part for part in (first, _measured(effect), _outcome(effect, seen)) if part]


def _measured(effect: Effect) -> str:
    if effect.effect_percent is None:
        return ""
    spread = interval(effect.effect_lower95_percent, effect.effect_upper95_percent)
    sets = "all" if effect.placebos == "exact" else "a seeded draw of"
    return (
        f"The rate in its {count(effect.areas, 'area')} changed by {change(effect.effect_percent)} "
        f"against the {count(effect.areas_compared, 'area')} compared with (plausibly {spread}%). "
        f"Of {sets} {whole(effect.sets)} sets of as many areas, {_share(effect.p_expected)} moved "
        "as far the expected way."
    )


def _share(value: float | None) -> str:
    return "" if value is None else percent(value, 0.05)


def _outcome(effect: Effect, seen: DetectableRow | None) -> str:
    level = f"This is evidence of level {effect.maryland_level}."
    why = reason(effect.reason)
    told = {
        AS_EXPECTED: f"That is a sign as expected. {level}{_back(effect)}",
        OPPOSITE: f"That is a sign of the opposite. {level}",
        NO_SIGN: "That is no sign either way, which doesn’t show that nothing changed. "
        f"{level}{_back(effect)}",
        COULD_NOT: f"A change could not have been seen, because {why}."
        if why
        else f"A change of that size could not have been seen.{_least(seen)} So no figure of it is "
        "a sign.",
        TOO_EARLY: f"It is too early to say, because {why}.{_least(seen)}",
        DESCRIBED: f"It isn’t evaluated, because {why}.",
    }
    return told[effect.verdict]


def _back(effect: Effect) -> str:
    if "F01" not in effect.flags.split() or effect.regression_percent is None:
        return ""
    return (
        f" If its areas were chosen for their figures, a change of "
        f"{change(effect.regression_percent)} was to be expected from chance alone."
    )


def _least(seen: DetectableRow | None) -> str:
    if seen is None or seen.smallest_percent is None:
        return ""
    least = f" The smallest that would be seen in 80% of cases is {change(seen.smallest_percent)}"
    if seen.power_of_stated is None:
        return f"{least}."
    return f"{least}. The stated one would be seen in {_often(seen.power_of_stated)}."


def _often(power: float) -> str:
    return f"{percent(power, 0.8)} of cases"


def windows(seen: DetectableRow) -> str:
    """The years that were tried, as `2013 to 2017, then 2019 to 2023`."""
    return (
        f"{period(seen.before_start, seen.before_end)}, then "
        f"{period(seen.after_start, seen.after_end)}"
    )


def proven(proofs: Sequence[Proof]) -> str:
    """Who says that expectations were written down before the start."""
    by = {kind: sum(row.proof == kind for row in proofs) for kind in ("release", "statement")}
    late = sum(row.proof in ("late", "unknown") for row in proofs)
    parts = []
    if by["release"]:
        parts.append(f"{spelled(by['release'])} stood in a release before the start")
    if by["statement"]:
        parts.append(
            f"for {spelled(by['statement'])} the study alone states a day before the start, and no "
            "release from before it holds it"
        )
    if late:
        parts.append(f"{spelled(late)} came after the start, or the start isn't stated")
    return (
        f"Of {count(len(proofs), 'version')} of expectations, {'; '.join(parts)}. From now on none "
        "can be changed or left out without being refused."
    )


def overlapping(titles: Sequence[str], theme: str, areas: Sequence[str], *, known: bool) -> str:
    """Initiatives that serve one priority in the same areas, every two of them at one time."""
    time = "" if known else f" (a start isn’t stated,{SPACE}so perhaps not at one time)"
    return f"{listing(list(titles))}, for {theme}: {listing(list(areas))}{time}"


def needing(theme: str, areas: Sequence[str]) -> str:
    """Areas among the worst quarter by an indicator of a priority, with no initiative for it."""
    return f"{theme}: {listing(list(areas))}"
