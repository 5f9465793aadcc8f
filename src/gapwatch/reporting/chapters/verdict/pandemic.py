"""Years of the pandemic in the headline's figures, and what leaving figures out would say."""

from __future__ import annotations

from collections.abc import Sequence

from gapwatch.codes import CANNOT, WITHOUT_WINDOW, WITHOUT_YEARS
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.evidence.choices import Choice, choices
from gapwatch.reporting.evidence.rows import NAMED, Window, touched
from gapwatch.reporting.language.numbers import count


def sentences(case: Case) -> tuple[str, ...]:
    """What stands below the verdict: the years held and, where there is one, what it rests on."""
    if case.verdict.verdict == CANNOT:
        return tuple(text for text in (_held(case),) if text)
    tried = choices(case)
    texts = [_held(case), _without_newest(case, tried)]
    held = touched(case.comparable)
    if held:
        texts.insert(1, without(tried, len(held)))
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


def without(tried: Sequence[Choice], held: int) -> str:
    """What the verdict would be without the windows that hold such a year."""
    row = next((row for row in tried if row.what.code == WITHOUT_YEARS), None)
    return "" if row is None else _told(row, "it" if held == 1 else "them", tried[0])


def _without_newest(case: Case, tried: Sequence[Choice]) -> str:
    """Said only where leaving out the newest figure changes the verdict."""
    newest = case.newest
    if newest is None:
        return ""
    row = next((row for row in tried if _leaves_out(row, newest)), None)
    if row is None or row.verdict == tried[0].verdict:
        return ""
    return _told(row, f"the newest figure, for {newest.when},", tried[0])


def _leaves_out(row: Choice, window: Window) -> bool:
    what = row.what
    return what.code == WITHOUT_WINDOW and (what["first"], what["last"]) == (
        window.start,
        window.end,
    )


def _told(row: Choice, what: str, made: Choice) -> str:
    if row.verdict == CANNOT:
        return f"Without {what} there would be no verdict."
    if row.verdict == made.verdict:
        return f"Without {what} the verdict would be the same."
    return f"Without {what} the verdict would be “{row.verdict}”."
