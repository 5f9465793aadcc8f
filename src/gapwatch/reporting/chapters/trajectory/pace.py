"""Sentences on pace: what is needed, what was seen, when it would be enough."""

from __future__ import annotations

from gapwatch.codes import CANNOT
from gapwatch.contracts import Verdict
from gapwatch.reporting.language.changes import change, spread, way
from gapwatch.reporting.language.numbers import SPACE, apart, interval, years


def sentences(
    verdict: Verdict,
    middle_year: int,
    *,
    old: bool,
    single: bool = False,
    level: float | None = None,
) -> tuple[str, ...]:
    """Needed and seen pace side by side, then when the seen one would be enough.

    `middle_year` is the middle of the newest window, from which both are counted; `single` says
    that it is the whole window, `old` that the figures are too old for a verdict, and `level` is
    where the fitted line stands in that year. Empty when either pace is missing.
    """
    needed, seen = verdict.required_change_years_per_year, verdict.slope_years_per_year
    low, high = verdict.slope_lower95_years_per_year, verdict.slope_upper95_years_per_year
    if needed is None or seen is None or low is None or high is None:
        return ()
    told = (
        _needed(needed, seen, verdict.target_year, f"{'' if single else 'about '}{middle_year}"),
        _needed_plausibly(verdict, needed),
        (
            "By the line fitted through the comparable windows the gap becomes "
            f"{_seen(seen, needed)} a year, plausibly {spread(low, high, 2)}."
        ),
        _arrival(verdict, _from(level, middle_year), low, high, old=old),
    )
    return tuple(text for text in told if text)


def _needed(needed: float, seen: float, deadline: int, when: str) -> str:
    if needed >= 0:
        return f"The newest figure, for {when}, is at or below the target already."
    size = apart(abs(needed), abs(seen), decimals=2)[0]
    return (
        f"From the newest figure, for {when}, the gap would have to fall by {size}"
        f"{SPACE}years each year to reach the target in {deadline}."
    )


def _needed_plausibly(verdict: Verdict, needed: float) -> str:
    """The interval of the needed pace, and whether it leaves open what the figure itself says."""
    low = verdict.required_change_lower95_years_per_year
    high = verdict.required_change_upper95_years_per_year
    if low is None or high is None:
        return ""
    text = (
        "As that figure is uncertain, what is needed is plausibly a gap "
        f"{spread(low, high, 2)} each year."
    )
    if needed < 0 <= high:
        return f"{text} The gap may have been at the target already."
    if low < 0 <= needed:
        return f"{text} A fall may still be needed."
    return text


def _seen(value: float, beside: float) -> str:
    """The change in words, at decimals that keep it apart from the one beside it."""
    if value == 0:
        return change(value)
    shown = apart(abs(value), abs(beside), decimals=2)[0]
    return f"{shown}{SPACE}years {way(value)}"


def _from(level: float | None, middle_year: int) -> tuple[str, str]:
    """Where the line stands, since readers start from the newest figure, and the point itself."""
    if level is None:
        return "", f"after {middle_year}"
    return f"The fitted line stands at {years(level)} in {middle_year}. ", "from there"


def _arrival(
    verdict: Verdict, start: tuple[str, str], low: float, high: float, *, old: bool
) -> str:
    """When the line would reach the target, and how little or much that says."""
    if verdict.pace == "never":
        doubt = " But the figures also fit a gap that is narrowing." if low < 0 else ""
        return f"At that pace the target would never be reached.{doubt}"
    if verdict.pace != "years" or verdict.years_to_target is None:
        return ""
    least, most = verdict.years_to_target_lower95, verdict.years_to_target_upper95
    certain = high < 0 and least is not None and most is not None
    spread = f", plausibly {interval(least, most, 0)}{SPACE}years" if certain else ""
    line, point = start
    after = f"about {years(verdict.years_to_target, 0)} {point}{spread}."
    # An arrival that may be quoted alone never passes for a success.
    how = ", by levelling down," if verdict.levels_down else ""
    told = [f"{line}At that pace{how} the target would be reached {after}"]
    if verdict.verdict == CANNOT:
        which = "old figures" if old else "figures"
        told.append(f"That is what the {which} alone imply, and no forecast.")
    if high >= 0:
        told.append("But the figures also fit a gap that is not narrowing.")
        told.append("Then the target would never be reached.")
    return " ".join(told)
