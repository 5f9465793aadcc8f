"""How much of a narrowing is the better-off side getting worse: rules alone, one test a branch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gapwatch.reporting.chapters.ages.rows import Change
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.evidence.rows import windows
from gapwatch.reporting.language.numbers import SPACE, apart, period, years

NEARLY_ALL, MOST = 0.9, 0.5
WORSENING = "better-off side getting worse"


@dataclass(frozen=True)
class Down:
    """What shorter lives on the better-off side took off the gap since the baseline.

    `since` is the baseline in words; `narrowed` is by how much the gap narrowed, `by_better` how
    much of it that side's change is; `gap` is that of the newest window, None where it isn't known.
    """

    sex: str
    since: str
    narrowed: float
    by_better: float
    gap: float | None

    @property
    def share(self) -> float:
        """Of the narrowing; above 1 where the worse-off side's own change widened the gap."""
        return self.by_better / self.narrowed

    @property
    def how_much(self) -> str:
        """The share in words, as it stands inside a sentence."""
        if self.share >= 1:
            return "all"
        return (
            "nearly all" if self.share >= NEARLY_ALL else "most" if self.share >= MOST else "part"
        )


def of_change(sex: str, rows: Sequence[Change], gap: float | None = None) -> Down | None:
    """From the table `gap_change`; None where nothing narrowed or the other side did it all."""
    totals = {row.side: row.side_total_years for row in rows}
    worse, better = totals.get("worse"), totals.get("better")
    if worse is None or better is None or better >= 0 or worse + better >= 0:
        return None
    first = rows[0]
    since = period(first.from_start, first.from_end, first.year_ends)
    return Down(sex, since, -(worse + better), -better, gap)


def down(case: Case, sex: str) -> Down | None:
    """The headline's measure of one sex; None unless its better-off side clearly gets worse."""
    verdict = case.verdicts.get((case.measure.id, sex))
    rows = case.rows_of(Change, "gap_change", case.measure.id, sex)
    if verdict is None or WORSENING not in verdict.closing_by or not rows:
        return None
    ends = (rows[0].to_start, rows[0].to_end)
    gaps = (
        w.gap.value
        for w in windows(case.tables, case.measure.id, sex)
        if w.gap and (w.start, w.end) == ends
    )
    return of_change(sex, rows, next(gaps, None))


def mostly(closing_by: str, found: Down | None) -> bool:
    """Whether the better-off side getting worse is at least half of the narrowing.

    Without figures by side, only where the trend shows no clear rise of the worse-off side.
    """
    if found is not None:
        return found.share >= MOST
    return closing_by.startswith(WORSENING)


def told(found: Down, better: str) -> str:
    """How much of the narrowing it is, and what the gap would be had that side held."""
    amount, total = apart(found.by_better, found.narrowed)
    since = found.since
    text = (
        f"For {found.sex}s, all of the narrowing since {since} is shorter lives in {better}: they "
        f"took {amount}{SPACE}years off the gap, and it narrowed by {total}{SPACE}years."
        if found.share > 1
        else f"For {found.sex}s, {found.how_much} of the narrowing since {since} ({amount} of "
        f"{total}{SPACE}years) is shorter lives in {better}."
    )
    return f"{text} {held(found)}" if found.gap is not None else text


def too(found: Down) -> str:
    """The same of the other sex, after that of the promise's own."""
    amount, total = apart(found.by_better, found.narrowed)
    if found.share > 1:
        return (
            f"For {found.sex}s it is all of it too: they took {amount}{SPACE}years off the gap, "
            f"and it narrowed by {total}{SPACE}years."
        )
    return f"For {found.sex}s it is {found.how_much} too ({amount} of {total}{SPACE}years)."


def held(found: Down) -> str:
    """The gap if the better-off side's life expectancy had stayed where it was."""
    value = (found.gap or 0.0) + found.by_better
    return f"Had life expectancy there held, the gap would be about {years(value)}."


def no_success(closing_by: str, better: str, found: Down | None) -> str:
    """Said beside a good verdict where the gap closes by the better-off side getting worse."""
    if WORSENING not in closing_by:
        return ""
    if found is not None:
        part = "That" if found.share >= MOST else "That part"
        return f"{told(found, better)} {part} is levelling down, and no success."
    if closing_by.startswith(WORSENING):
        return (
            f"But the gap narrows because life expectancy fell in {better}. That is levelling "
            "down, and no success."
        )
    return (
        f"But part of the narrowing is that life expectancy fell in {better}. That part is "
        "levelling down, and no success."
    )
