"""Years of the pandemic in the headline's figures, and what leaving figures out would say."""

from __future__ import annotations

from collections.abc import Sequence

from gapwatch.demography.codes import PANDEMIC_YEARS
from gapwatch.reporting.chapters.robustness.words import CANNOT, Choice
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.evidence.rows import Window
from gapwatch.reporting.language.numbers import count

WITHOUT = "without windows that include"
NAMED = " or ".join(map(str, PANDEMIC_YEARS))


def touched(found: Sequence[Window]) -> tuple[Window, ...]:
    """Windows that hold a year of the pandemic, or a part of one."""
    return tuple(
        w for w in found if any(w.first_calendar_year <= year <= w.end for year in PANDEMIC_YEARS)
    )


def sentences(case: Case) -> tuple[str, ...]:
    """What stands below the verdict: the years held and, where there is one, what it rests on."""
    if case.verdict.verdict == CANNOT:
        return tuple(text for text in (_held(case),) if text)
    choices = case.rows(Choice, "sensitivity")
    texts = [_held(case), _without_newest(case, choices)]
    held = touched(case.comparable)
    if held:
        texts.insert(1, without(choices, len(held)))
    return tuple(text for text in texts if text)


def _held(case: Case) -> str:
    held = touched(case.comparable)
    if not held:
        return ""
    newest = ", the newest among them" if case.newest in held else ""
    return (
        f"{len(held)} of {count(len(case.comparable), 'figure')} "
        f"{'holds' if len(held) == 1 else 'hold'} a year of the pandemic ({NAMED}){newest}."
    )


def without(choices: Sequence[Choice], held: int) -> str:
    """What the verdict would be without the windows that hold such a year."""
    row = next((row for row in choices if row.choice.startswith(WITHOUT)), None)
    return "" if row is None else _told(row, "it" if held == 1 else "them", choices[0])


def _without_newest(case: Case, choices: Sequence[Choice]) -> str:
    """Said only where leaving out the newest figure changes the verdict."""
    newest = case.newest
    if newest is None:
        return ""
    when = newest.when
    row = next((row for row in choices if row.choice == f"without {when}"), None)
    if row is None or row.verdict == choices[0].verdict:
        return ""
    return _told(row, f"the newest figure, for {when},", choices[0])


def _told(row: Choice, what: str, made: Choice) -> str:
    if row.verdict == CANNOT:
        return f"Without {what} there would be no verdict."
    if row.verdict == made.verdict:
        return f"Without {what} the verdict would be the same."
    return f"Without {what} the verdict would be “{row.verdict}”."
