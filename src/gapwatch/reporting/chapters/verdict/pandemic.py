"""Years of the pandemic in the headline's figures, and what leaving them out would say."""

from __future__ import annotations

from collections.abc import Sequence

from gapwatch.codes import CANNOT, WITHOUT_YEARS
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.evidence.choices import Choice, choices
from gapwatch.reporting.evidence.rows import NAMED, touched
from gapwatch.reporting.language.numbers import count
from gapwatch.reporting.language.phrases import joined


def sentences(case: Case) -> tuple[str, ...]:
    """What stands below the verdict: the years held and, where there is one, what it rests on."""
    if case.verdict.verdict == CANNOT:
        return tuple(text for text in (_held(case),) if text)
    return tuple(text for text in (_held(case), _without(case)) if text)


def in_short(case: Case) -> str:
    """The same as one text; "" where no window holds such a year."""
    return joined(_held(case), _without(case))


def _without(case: Case) -> str:
    held = touched(case.comparable)
    return without(choices(case), len(held)) if held else ""


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


def _told(row: Choice, what: str, made: Choice) -> str:
    if row.verdict == CANNOT:
        return f"Without {what} there would be no verdict."
    if row.verdict == made.verdict:
        return f"Without {what} the verdict would be the same."
    return f"Without {what} the verdict would be “{row.verdict}”."
