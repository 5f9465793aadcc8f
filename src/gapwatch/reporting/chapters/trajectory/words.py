"""What is said of the chart of the gap over time, and of the figure that decides the deadline."""

from __future__ import annotations

from gapwatch import codes
from gapwatch.contracts import CALENDAR_YEAR
from gapwatch.contracts.findings import DecidingWindow
from gapwatch.contracts.row_class import read_rows
from gapwatch.reporting.evidence import targets
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.evidence.rows import NAMED, LimitedValue, Window, touched
from gapwatch.reporting.language.labels import break_reason
from gapwatch.reporting.language.numbers import count, interval, period, plain
from gapwatch.reporting.language.phrases import size_of

WINDOW_NAMES = {1: "one-year", 2: "two-year", 3: "three-year", 5: "five-year"}


def size(length: int) -> str:
    """`five-year`."""
    return WINDOW_NAMES.get(length, f"{length}-year")


def baseline_outside(case: Case) -> Window | None:
    """The baseline as a window of its own where it is none of the trend; None where it is one."""
    verdict = case.verdict
    span = (verdict.baseline_start, verdict.baseline_end)
    if verdict.baseline_gap_years is None or span in {(w.start, w.end) for w in case.windows}:
        return None
    gap = LimitedValue(verdict.baseline_gap_years, None, None)
    return Window(*span, 1, gap, None, None, None, None, "", (), verdict.year_ends)


def notes(case: Case) -> list[str]:
    """What the marks of the chart mean."""
    told = [_dots(case)]
    if any(window.gap for window in case.provisional):
        told.append(
            "The open dot with a dashed line is provisional. Deaths are still coming in there, so "
            "no trend and no verdict rests on it."
        )
    if not case.judged:
        told.append(
            "No line leads to the target and no range to the deadline, as there is no verdict."
        )
        return told + [f"Break: {break_reason(rupture)}" for rupture in case.study.geography.breaks]
    told += [
        (
            "The dark line is the path fitted through the comparable figures. The light shading "
            "around it holds the gap of each calendar year with 50 and 95 chances in 100. What "
            "follows goes on from this path, not from the newest dot."
        ),
        (
            "Shaded after the newest figure: the ranges that hold the gap of each calendar year "
            "with 50, 80 and 95 chances in 100, if it goes on changing as it has. The dashed line "
            "in the middle is the expected gap."
        ),
        "Orange: the target. It was stated on other figures, so no line leads to it from these."
        if targets.heads_stated(case, case.sexes[0])
        else "Orange: the straight line from the baseline to the target." + _flat(case),
    ]
    if touched([window for window in case.windows if window.gap]):
        told.append(f"Light band: windows that include {NAMED}, years of the pandemic.")
    lowest = case.verdict.projected_lower95_years
    if lowest is not None and lowest < 0:
        told.append("Below zero, the side that is worse off today would live longer.")
    if case.is_old:
        told.append(
            "The shading is grey because the figures are too old. It shows what they alone would "
            "imply. It is not a forecast, and no verdict rests on it."
        )
    return told + [f"Break: {break_reason(rupture)}" for rupture in case.study.geography.breaks]


def _flat(case: Case) -> str:
    base = baseline_outside(case) if case.computes else None
    return f" Its flat part is the baseline of {base.when}." if base else ""


def _dots(case: Case) -> str:
    upright = "The upright line is the 95% interval: the range that plausibly holds the true gap."
    if case.windows and all(window.years == 1 for window in case.windows):
        kind = "calendar year" if case.windows[0].year_ends == CALENDAR_YEAR else "year to June"
        return f"Each dot is the gap of one {kind}, drawn at its middle. {upright}"
    shared = (
        " Bold: windows that share no years. Faint: those between them, which share years with "
        "their neighbours."
        if case.overlapping or not case.computes
        else ""
    )
    return (
        f"Each dot is the gap over one window of years, drawn at its middle. {upright} The flat "
        f"line shows the years that the window covers.{shared}"
    )


def alt(case: Case) -> str:
    """What the chart shows to someone who can't see it."""
    verdict = case.verdict
    given = [w for w in case.comparable if w.gap]
    parts = ["Line chart of the gap in years against calendar year."]
    if given:
        first, last = given[0], given[-1]
        lengths = {size(w.years) for w in given}
        named = f"{lengths.pop()} " if len(lengths) == 1 else ""
        parts.append(
            f"{len(given)} comparable {named}windows run from "
            f"{plain(first.gap.value if first.gap else None)} years in "
            f"{first.when} to {plain(last.gap.value if last.gap else None)} in "
            f"{last.when}, each with its 95% interval."
        )
        top = max(given, key=lambda window: window.gap.value if window.gap else 0.0)
        if top not in (first, last) and top.gap:
            when = top.when
            parts.append(f"The highest is {plain(top.gap.value)} in {when}.")
    parts += [
        f"An open dot, marked as provisional, is {plain(w.gap.value)} in {w.when}."
        for w in case.provisional
        if w.gap
    ]
    before = [
        w for w in case.windows if w.gap and case.comparable and w.segment < given[-1].segment
    ]
    if before:
        parts.append(f"{len(before)} earlier windows stand apart in grey, left of a break.")
    # The chart draws and names the target only where its path has a line to it.
    drawn = bool(case.path["target_line_years"].notna().any())
    if verdict.target_gap_years is not None and not drawn:
        why = "" if case.judged else ", as there is no verdict"
        parts.append(
            f"The target, {size_of(verdict.target_gap_years)} in {verdict.target_year}, is not "
            f"drawn{why}."
        )
    if verdict.target_gap_years is not None and drawn:
        aim = f"target of {size_of(verdict.target_gap_years)} in {verdict.target_year}."
        parts.append(
            f"A diamond marks the {aim}"
            if targets.heads_stated(case, case.sexes[0])
            else f"A straight line falls from the baseline to the {aim}"
        )
    held = touched([window for window in case.windows if window.gap])
    if held:
        parts.append(f"A light band marks the {count(len(held), 'window')} that include {NAMED}.")
    if given and verdict.projected_lower95_years is not None and case.judged:
        parts.append("A line fitted through the windows runs on into the years to come.")
    if verdict.projected_lower95_years is not None and case.judged:
        shade = "A grey fan, marked as not a forecast," if case.is_old else "A shaded fan"
        spread = interval(verdict.projected_lower95_years, verdict.projected_upper95_years)
        parts.append(
            f"{shade} widens after the newest window to {spread} years in {verdict.target_year}."
        )
    return " ".join(parts)


def deciding(case: Case) -> list[str]:
    """Which figure speaks of the deadline, and when it is known."""
    known = _deciding_windows(case)
    if case.computes:
        return _deciding_own(case, known)
    deadline = case.verdict.target_year
    ending, last = known[codes.ENDING_AT_DEADLINE], known[codes.LAST_BY_DEADLINE]
    centred = known[codes.CENTRED_ON_DEADLINE]
    figure = f"{size(_length(ending))} figure"
    return [
        (
            f"What decides is the gap of the calendar year {deadline} itself, seen through the "
            f"{figure}s around it."
        ),
        (
            f"A {figure} that ends in {deadline} is centred on "
            f"{moment(ending.midpoint_year)}, and is published about {ending.known_year}. So the "
            f"last figure out by the end of {deadline} tells of about "
            f"{moment(last.midpoint_year)}."
        ),
        (
            f"The figure centred on {moment(centred.midpoint_year)} is published about "
            f"{centred.known_year}."
        ),
    ]


def _deciding_windows(case: Case) -> dict[str, DecidingWindow]:
    frame = case.tables["deciding_window"]
    mine = frame[(frame["measure"] == case.measure.id) & (frame["sex"] == case.sexes[0])]
    return {row.role: row for row in read_rows(DecidingWindow, mine.to_dict("records"))}


def _length(window: DecidingWindow) -> int:
    return window.period_end - window.period_start + 1


def _deciding_own(case: Case, known: dict[str, DecidingWindow]) -> list[str]:
    """The same for figures that we make as soon as deaths and residents are known."""
    deadline = case.verdict.target_year
    ending, last = known[codes.ENDING_AT_DEADLINE], known[codes.LAST_BY_DEADLINE]
    centred, length = known[codes.CENTRED_ON_DEADLINE], _length(ending)
    lag = ending.lag_years
    calendar = case.verdict.year_ends == CALENDAR_YEAR
    own = "its own figure and those" if calendar else "the figures of the years to June"
    around = own if length == 1 else f"the {size(length)} figures"
    told = [
        (
            f"What decides is the gap of the calendar year {deadline} itself, seen through "
            f"{around} around it."
        ),
        (
            "We make a figure once the deaths and the residents of its last year are known, "
            f"which has usually taken {_after(lag)}."
            if ending.lag_is_usual
            else "We make a figure once the deaths and the residents of its last year are known. "
            f"In this report that takes {_after(lag)}."
        ),
    ]
    if length == 1:
        names = [ends_in(end, case.verdict.year_ends) for end in (deadline, last.period_end)]
        told.append(
            f"So the figure of {names[0]} is known about {ending.known_year}, and the last one "
            f"known by the end of {deadline} is that of {names[1]}."
        )
        return told
    told.append(
        f"So a {size(length)} figure that ends in {deadline}, which is centred on "
        f"{moment(ending.midpoint_year)}, is known about {ending.known_year}. The last one known "
        f"by the end of {deadline} tells of about {moment(last.midpoint_year)}."
    )
    told.append(
        f"The figure centred on {moment(centred.midpoint_year)} is known about "
        f"{centred.known_year}."
    )
    return told


def ends_in(year: int, year_ends: str) -> str:
    """`2035`, or `the year to June 2035`."""
    return period(year, year, year_ends)


def _after(lag: int) -> str:
    return "less than a year" if lag == 0 else "one year" if lag == 1 else f"{lag} years"


def moment(midpoint: float) -> str:
    """The middle of a window: a calendar year, or the 1 January between two of them."""
    whole = int(midpoint)
    return str(whole) if midpoint == whole else f"1 January {whole + 1}"
