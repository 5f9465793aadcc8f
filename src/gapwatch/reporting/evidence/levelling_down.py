"""How much of a narrowing is the better-off side getting worse: rules alone, one test a branch."""

from __future__ import annotations

from gapwatch.codes import WORSENING
from gapwatch.contracts import Verdict
from gapwatch.contracts.findings import LevellingDown
from gapwatch.contracts.row_class import read_rows
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.language.numbers import SPACE, apart, period, years
from gapwatch.reporting.language.sexes import people

NEARLY_ALL, MOST = 0.9, 0.5


def how_much(found: LevellingDown) -> str:
    """The share in words, as it stands inside a sentence."""
    share = found.by_better_share
    if share >= 1:
        return "all"
    return "nearly all" if share >= NEARLY_ALL else "most" if share >= MOST else "part"


def narrowing(case: Case, sex: str) -> LevellingDown | None:
    """What the better-off side took off the headline's gap; None where nothing narrowed so."""
    frame = case.tables.get("levelling_down")
    if frame is None:
        return None
    mine = frame[(frame["measure"] == case.measure.id) & (frame["sex"] == sex)]
    return next(iter(read_rows(LevellingDown, mine.to_dict("records"))), None)


def down(case: Case, sex: str) -> LevellingDown | None:
    """The same; None unless the better-off side clearly gets worse by its trend."""
    verdict = case.verdicts.get((case.measure.id, sex))
    if verdict is None or not (verdict.levels_down or verdict.closing_code in WORSENING):
        return None
    return narrowing(case, sex)


def told(found: LevellingDown, better: str) -> str:
    """How much of the narrowing it is, and what the gap would be had that side held."""
    amount, total = apart(found.by_better_years, found.narrowed_years)
    since = period(found.from_start, found.from_end, found.year_ends)
    text = (
        f"For {people(found.sex)}, all of the narrowing since {since} is shorter lives in "
        f"{better}: they "
        f"took {amount}{SPACE}years off a gap that narrowed by {total}{SPACE}years."
        if found.by_better_share > 1
        else f"For {people(found.sex)}, {how_much(found)} of the narrowing since {since} "
        f"({amount} of {total}{SPACE}years) is shorter lives in {better}."
    )
    return f"{text} {held(found)}" if found.held_gap_years is not None else text


def too(found: LevellingDown) -> str:
    """The same of the other sex, after that of the promise's own."""
    amount, total = apart(found.by_better_years, found.narrowed_years)
    if found.by_better_share > 1:
        return (
            f"For {people(found.sex)} it is all of it too: they took {amount}{SPACE}years off "
            "a gap that "
            f"narrowed by {total}{SPACE}years."
        )
    return f"For {people(found.sex)} it is {how_much(found)} too ({amount} of {total}{SPACE}years)."


def held(found: LevellingDown) -> str:
    """The gap if the better-off side's life expectancy had stayed where it was."""
    return f"Had life expectancy there held, the gap would be about {years(found.held_gap_years)}."


def no_success(verdict: Verdict, in_better: str, better: str, found: LevellingDown | None) -> str:
    """Said beside a good verdict where the gap closes by the better-off side getting worse.

    Empty where nothing stands behind it but what the headline of levelling down says itself.
    """
    if not verdict.levels_down and verdict.closing_code not in WORSENING:
        return ""
    if found is not None:
        part = "That" if verdict.levels_down else "That part"
        return f"{told(found, better)} {part} is levelling down, and no success."
    if verdict.levels_down:
        return ""
    return (
        f"Part of the narrowing is that life expectancy fell {in_better}. That part is "
        "levelling down, and no success."
    )
