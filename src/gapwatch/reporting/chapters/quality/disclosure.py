"""Which disclosure control was applied to restricted deaths, and what it cost, in plain words."""

from __future__ import annotations

import pandas as pd

from gapwatch.codes import DISCLOSURE
from gapwatch.contracts import TOGETHER
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.language.numbers import (
    MONTHS,
    capital,
    count,
    listing,
    spelled,
    vintage,
    whole,
)
from gapwatch.study import Study

NEVER = (
    "A death of such a year that is registered, corrected or withdrawn later is never taken into "
    "account, so that no single death shows in what changes between two releases. Late "
    "registrations are mostly deaths that a coroner investigates; without them life expectancy is "
    "slightly too high."
)
OTHERS = (
    "These figures were held against every release of the same deaths in the folder where this one "
    "was made. Whether figures from them have been published elsewhere can't be known."
)


def sentences(case: Case) -> list[str]:
    """What was done so that no single death can be found out, and what is missing for it."""
    frame = case.tables.get("computed_life_expectancy")
    if frame is None or frame.empty:
        return []
    return [
        _frozen(case.study, int(frame["period_end"].max())),
        NEVER,
        _withheld(frame),
        *_beside(case.study, frame),
        *_left_out(case.study),
        OTHERS,
    ]


def _frozen(study: Study, last: int) -> str:
    months = study.closing.closed_after_months
    # A year is closed `months` months after its end: in that month of the year after.
    later, month = divmod(months, len(MONTHS))
    return (
        "The deaths are restricted, and these figures are protected so that no single death can be "
        f"found out. Deaths enter in whole calendar years, {count(months, 'month')} after the end "
        f"of each, and are read once: figures of years up to {last} stay as they are for good, and "
        f"deaths of {last + 1} enter from {MONTHS[month]} {last + 2 + later} on."
    )


def _withheld(frame: pd.DataFrame) -> str:
    hidden = int((frame["reason"] == DISCLOSURE).sum())
    counts = int(frame["deaths_persons"].isna().sum())
    return (
        f"To prevent disclosure {whole(hidden)} of these {whole(len(frame))} life expectancies and "
        f"{whole(counts)} of their numbers of deaths are suppressed; the others are rounded."
    )


def _beside(study: Study, frame: pd.DataFrame) -> list[str]:
    rows = frame[frame["geography"] == study.level_beside]
    if rows.empty:
        return []
    given = int(rows["life_expectancy_years"].notna().sum())
    text = (
        f"Of {vintage(str(study.level_beside))} {whole(given)} of {whole(len(rows))} life "
        "expectancies are given: those of areas that overlap each of the study's areas widely or "
        "not at all, so that no small area can be told from the difference of two. Their deaths "
        "are not given."
    )
    unions = [code for code in rows["area"].unique() if TOGETHER in code]
    members = spelled(sum(code.count(TOGETHER) + 1 for code in unions))
    united = (
        f"{capital(members)} of these areas are put together with others, as "
        f"{count(len(unions), 'larger area')}, because some of them overlap an area of the study "
        "by too few people."
    )
    return [text, united] if unions else [text]


def _left_out(study: Study) -> list[str]:
    kept = {study.geography.vintage, study.level_beside, "borough"}
    levels = study.computed.levels if study.computed else ()
    lost = [vintage(level.geography) for level in levels if level.geography not in kept]
    if not lost:
        return []
    text = (
        f"No life expectancy is given for {listing(lost)}: these areas cross those of the study, "
        "and where two differ by a single small area its deaths could be worked out."
    )
    return [text]
