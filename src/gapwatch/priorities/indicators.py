"""Indicators by area: numerators over denominators, from published figures, or why not."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

import numpy as np

from gapwatch.demography.proportions import Limits, wilson
from gapwatch.demography.rates import poisson_limits
from gapwatch.errors import StudyError, ValidationError
from gapwatch.priorities import refusals
from gapwatch.priorities.codes import NO_DENOMINATOR, WRONG_EXPOSURE
from gapwatch.priorities.figures import FloatArray, PublishedFigure, areas_of
from gapwatch.study import Study
from gapwatch.study.priorities import Indicator, Term, term_of

Figures = Mapping[str, PublishedFigure]


@dataclass(frozen=True, eq=False)
class Measured:
    """One indicator by area, areas in order of code; NaN where a figure is missing.

    `numerator` over `denominator` times the indicator's factor is the value; of a weighted mean the
    denominator is the weight. `lower` and `upper` are limits of the value, NaN where none can be
    given. `reason` is a code, "" where both sides may be compared. What is refused has no numbers,
    but for a published value that stands for itself (P01) and for what everybody publishes over
    the wrong exposure (P02). `years_differ`: numerator and denominator are of other times.
    `apportioned`: added up from smaller areas.
    """

    indicator: Indicator
    period: str
    first: dt.date
    last: dt.date
    numerator: FloatArray
    denominator: FloatArray
    value: FloatArray
    lower: FloatArray
    upper: FloatArray
    reason: str
    years_differ: bool
    apportioned: bool = False

    @property
    def held(self) -> np.ndarray:
        """Areas with numerator and denominator."""
        return np.isfinite(self.numerator) & np.isfinite(self.denominator)


def measure(study: Study, held: Figures) -> list[Measured]:
    """Every indicator of the study whose sources are pinned, in the study's order.

    A source of which no figure is held is not pinned yet. An indicator with a figure of such a
    source is left out, of its numerator's or of any other; so is one whose own source can't be
    known by its figures. Raises StudyError for a figure that no source has, ValidationError for
    denominators of 0 or less, for a numerator below 0 or over its denominator, and for a percentage
    outside 0 to 100.
    """
    sources = {one.source for one in study.indicators if any(name in held for name in one.figures)}
    lacking = _not_pinned(study, held)
    found = []
    for number, one in enumerate(study.indicators, 1):
        if one.source not in sources or not lacking.isdisjoint(one.figures):
            continue
        for name in one.figures:
            if name not in held:
                _unknown(f"indicators[{number}] ({one.id})", name, held)
        found.append(_measured(study, held, one))
    return found


def _not_pinned(study: Study, held: Figures) -> set[str]:
    """Figures that sources of the study name and that none of them brought."""
    lacking: set[str] = set()
    brought: set[str] = set()
    for source in study.sources:
        named = set(getattr(source, "figures", ()))
        (lacking if named.isdisjoint(held) else brought).update(named)
    return lacking - brought - set(held)


def _measured(study: Study, held: Figures, one: Indicator) -> Measured:
    terms = [term_of(text) for text in one.numerator]
    top = [held[name] for term in terms for name in term.figures]
    below = [term_of(text) for text in one.denominator]
    bottom = [held[name] for term in below for name in term.figures]
    bottom += [held[name] for name in one.weights]
    reason = refusals.reason(one, held, top + bottom)
    first, last = min(f.first for f in top), max(f.last for f in top)
    blank = np.full(len(areas_of(study)), np.nan)
    counted = reason in ("", WRONG_EXPOSURE) and bool(below or one.weights)
    if counted:
        numerator, denominator = _counted(study, held, one, terms, below)
        lower, upper = _limits(one, held, numerator, denominator)
        value = numerator / denominator * one.per
    else:
        numerator = denominator = lower = upper = blank
        alone = reason == NO_DENOMINATOR and terms == [Term(1.0, one.numerator[0])]
        value = top[0].value if alone else blank
    bounds = {(f.first, f.last) for f in bottom}
    return Measured(
        indicator=one,
        period=_period(top),
        first=first,
        last=last,
        numerator=numerator,
        denominator=denominator,
        value=value,
        lower=lower,
        upper=upper,
        reason=reason,
        years_differ=counted and (min(bounds)[0], max(b for _, b in bounds)) != (first, last),
        apportioned=counted and any(figure.apportioned for figure in top + bottom),
    )


def _period(top: list[PublishedFigure]) -> str:
    """The time of the numerator: as published where it is one, else its first and last year."""
    named = {f.period for f in top}
    if len(named) == 1:
        return named.pop()
    return f"{min(f.first for f in top).year} to {max(f.last for f in top).year}"


def _counted(
    study: Study, held: Figures, one: Indicator, terms: list[Term], below: list[Term]
) -> tuple[FloatArray, FloatArray]:
    """Numerator and denominator by area, checked; both NaN where either lacks a figure."""
    numerator = _sum(study, held, one, terms)
    if one.weights:
        denominator = np.sum([held[name].value for name in one.weights], axis=0)
        _require(study, one, denominator <= 0, denominator, "a weight above 0")
        if one.interval == "newcombe":
            wrong = (numerator < 0) | (numerator > one.per)
            _require(study, one, wrong, numerator, f"a percentage from 0 to {one.per:g}")
        numerator = numerator * denominator / one.per
    else:
        denominator = _sum(study, held, one, below)
        _require(study, one, denominator <= 0, denominator, "a denominator above 0")
        if one.interval == "newcombe":
            over = numerator > denominator
            _require(study, one, over, numerator, "a numerator of at most its denominator")
    if one.interval in ("newcombe", "poisson"):
        _require(study, one, numerator < 0, numerator, "a numerator of at least 0")
    missing = ~(np.isfinite(numerator) & np.isfinite(denominator))
    return np.where(missing, np.nan, numerator), np.where(missing, np.nan, denominator)


def _sum(study: Study, held: Figures, one: Indicator, terms: list[Term]) -> FloatArray:
    """A sum of terms by area; NaN where any part is missing."""
    total = np.zeros(len(areas_of(study)))
    for term in terms:
        total = total + evaluate(study, held, one, term)
    return total


def evaluate(study: Study, held: Figures, one: Indicator, term: Term) -> FloatArray:
    """One term by area."""
    value = term.factor * held[term.figure].value
    if not term.how:
        return value
    other = held[term.other].value
    if term.how == "*":
        return value * other
    _require(study, one, other == 0, other, f"{term.other} above 0, which is divided by")
    return value / other


def _limits(
    one: Indicator, held: Figures, numerator: FloatArray, denominator: FloatArray
) -> tuple[FloatArray, FloatArray]:
    blank = np.full(numerator.shape, np.nan)
    if one.interval == "newcombe":
        lower, upper = wilson(numerator, denominator)
    elif one.interval == "poisson":
        found = poisson_limits(numerator)
        lower, upper = Limits(found.lower / denominator, found.upper / denominator)
    elif one.interval == "published":
        figure = held[term_of(one.numerator[0]).figure]
        return figure.lower, figure.upper
    else:
        return blank, blank
    return lower * one.per, upper * one.per


def _require(
    study: Study, one: Indicator, wrong: np.ndarray, values: FloatArray, expected: str
) -> None:
    """Raise ValidationError for the first area that is wrong."""
    if wrong.any():
        at = int(np.argmax(wrong))
        code = areas_of(study)[at]
        raise ValidationError(
            f"indicators, {one.id}, {study.area_names[code]} ({code})",
            expected=expected,
            found=f"{values[at]:g}",
            remedy="compare the figures with the publisher's, and the indicator's terms with both",
        )


def _unknown(where: str, name: str, held: Figures) -> NoReturn:
    near = difflib.get_close_matches(name, list(held), n=1)
    raise StudyError(
        where,
        expected=f"a figure that the snapshot holds ({len(held)} figures)",
        found=repr(name),
        remedy=f"did you mean {near[0]!r}?" if near else "correct the figure, or pull its source",
    )
