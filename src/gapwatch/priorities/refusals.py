"""Why an indicator isn't compared: what shows in its figures, and what the study says of it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np

from gapwatch.contracts import DECIMALS
from gapwatch.priorities.codes import (
    DENOMINATORS_DIFFER,
    FILLED_IN,
    MISLABELLED,
    NO_DENOMINATOR,
    NO_SMALL_AREA,
    OTHER_VINTAGE,
    WRONG_EXPOSURE,
)
from gapwatch.priorities.figures import PublishedFigure
from gapwatch.study.periods import PeriodError, fits
from gapwatch.study.priorities import NEVER, SUM, Indicator, term_of

WHOLE = ("borough", "region", "country", "place")
"""Geographies of a figure that no small area has."""
FINE = 1e-4
"""A figure with more decimals than four is measured so finely that two areas never share it."""
HALF_STEP = 0.5 * 10.0**-DECIMALS
SCALES = (1.0, 100.0, 1000.0)
MOST_CHANGE = 0.1
"""The largest change of a denominator from one year to the next; residents change by far less."""


def reason(
    one: Indicator, held: Mapping[str, PublishedFigure], used: Sequence[PublishedFigure]
) -> str:
    """Code of why an indicator is refused, "" where both sides may be compared.

    The study's own word comes first, then what shows in the figures: a time that contradicts itself
    (P06), figures of no area of the study (P07, P08), nothing to set a figure against (P01), people
    who don't live where things happen (P02), one value in several areas (P03), denominators that
    jump between years (P09).
    """
    absent = [figure for figure in used if not figure.is_held]
    whole = all(set(figure.elsewhere) <= set(WHOLE) for figure in absent)
    found = (
        (one.refused or "", one.refused is not None),
        (MISLABELLED, any(_is_mislabelled(figure) for figure in used)),
        (NO_SMALL_AREA, bool(absent) and whole),
        (OTHER_VINTAGE, bool(absent) and not whole),
        (OTHER_VINTAGE, any(figure.apportioned for figure in used) and not _is_counted(one)),
        (NO_DENOMINATOR, one.combine == NEVER or not (one.denominator or one.weights)),
        (WRONG_EXPOSURE, one.exposure == "place_of_event"),
    )
    first = next((code for code, holds in found if holds), "")
    if first:
        return first
    if any(_is_filled_in(held[name]) for name in one.figures):
        return FILLED_IN
    return DENOMINATORS_DIFFER if _jumps(one, held) else ""


def _is_counted(one: Indicator) -> bool:
    """Whether an indicator is counts over counts, each term a figure alone: these add up."""
    terms = [term_of(text) for text in (*one.numerator, *one.denominator)]
    return one.combine == SUM and one.interval != "published" and not any(t.how for t in terms)


def _is_mislabelled(figure: PublishedFigure) -> bool:
    """Whether a time as published contradicts itself, or the days that it was read as."""
    try:
        return not fits(figure.period, figure.first, figure.last)
    except PeriodError as error:
        if not error.mislabelled:
            raise
        return True


def _is_filled_in(figure: PublishedFigure) -> bool:
    """Whether two areas share a value that is told to more than four decimals.

    Shares of small counts coincide: 4 of 67 may be true of two areas. So a value that is a share of
    fewer than 100, as such or as a percentage or per 1,000, isn't taken for filled in.
    """
    values = figure.value[np.isfinite(figure.value)]
    fine = values[np.abs(values / FINE - np.rint(values / FINE)) > HALF_STEP / FINE]
    seen, times = np.unique(fine, return_counts=True)
    return any(not _is_simple(float(value)) for value in seen[times > 1])


def _is_simple(value: float) -> bool:
    below = np.arange(1, 100)
    for scale in SCALES:
        parts = value / scale * below
        if (
            0 <= value <= scale
            and (np.abs(parts - np.rint(parts)) <= 1.1 * HALF_STEP / scale * below).any()
        ):
            return True
    return False


def _jumps(one: Indicator, held: Mapping[str, PublishedFigure]) -> bool:
    """Whether the denominator of the whole place changes by more than a tenth within a year.

    Only terms of single years of one kind are compared: quotients that recover a denominator, such
    as deaths over SMRs.
    """
    totals: dict[int, float] = {}
    for text in one.denominator:
        term = term_of(text)
        if term.how != "/":
            continue
        other = held[term.other].value
        if not (other[np.isfinite(other)] > 0).all():
            return False  # a quotient that there isn't is refused where it is made, by its area
        value = term.factor * held[term.figure].value / other
        totals[held[term.figure].last.year] = float(np.nansum(value))
    years = sorted(totals)
    return any(
        later - earlier == 1 and abs(totals[later] / totals[earlier] - 1) > MOST_CHANGE
        for earlier, later in itertools.pairwise(years)
    )
