"""Where effort would count most: deaths above the better-off side's rates, by area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gapwatch.contracts import PERSONS, SEXES
from gapwatch.counting.areas import Counted
from gapwatch.counting.counts import windows
from gapwatch.demography.excess import Excess, excess_by_age, excess_deaths
from gapwatch.errors import ValidationError
from gapwatch.priorities.figures import FloatArray, PublishedFigure, areas_of
from gapwatch.priorities.indicators import Measured
from gapwatch.study import Study

SMR, OWN = "published-smr", "own-counts"


@dataclass(frozen=True, eq=False)
class LocalityExcess:
    """Excess deaths of one sex, or of persons, in one window; arrays over `codes`.

    `deaths` and `expected` are of the whole window, `expected` at the better-off side's rates;
    `rest` marks areas that aren't on the better-off side.
    """

    sex: str
    start: int
    end: int
    basis: str
    codes: tuple[str, ...]
    deaths: FloatArray
    residents: FloatArray
    excess: Excess
    rest: np.ndarray


def from_published(
    study: Study, every: Sequence[Measured], held: dict[str, PublishedFigure], better: np.ndarray
) -> LocalityExcess | None:
    """Excess from published SMRs of persons: deaths, and expected deaths from deaths over SMR.

    None where the study names no such indicator, where its source is not held, or where it is
    refused. Raises ValidationError where an area lacks deaths or residents.
    """
    asked = study.localities
    one = next((m for m in every if asked and m.indicator.id == asked.indicator), None)
    if asked is None or one is None or one.reason or asked.residents not in held:
        return None
    codes = areas_of(study)
    residents = held[asked.residents].value
    for name, values in (("deaths and expected deaths", one.denominator), ("residents", residents)):
        missing = ~np.isfinite(values)
        if missing.any():
            raise ValidationError(
                f"localities, {asked.indicator}",
                expected=f"{name} of every area",
                found=f"none for {codes[int(np.argmax(missing))]}",
                remedy="take localities out of the study, or another source",
            )
    excess = excess_deaths(
        one.numerator,
        one.denominator,
        better,
        years=asked.years,
        seed=study.simulation.seed,
        draws=study.simulation.draws,
    )
    return LocalityExcess(
        PERSONS,
        one.first.year,
        one.last.year,
        SMR,
        codes,
        one.numerator,
        residents,
        excess,
        ~better,
    )


def from_counts(study: Study, counted: Counted | None, better: np.ndarray) -> list[LocalityExcess]:
    """Excess of each sex from own deaths and residents by age, in the newest whole window.

    None from restricted deaths: a difference between an area and its side's rates is a figure of
    its own, and nothing here protects it. None either where a window holds no whole years, where
    an area is missing, or where the better-off side has nobody at an age that others have.
    """
    rules = study.computed
    if counted is None or rules is None:
        return []
    counts = counted.levels[study.geography.vintage]
    codes = areas_of(study)
    if counts.restricted or not set(codes) <= set(counts.areas):
        return []
    found = windows(counts, rules.area_window_years)
    settled = np.flatnonzero(~found.provisional)
    if not len(settled):
        return []
    at = int(settled[np.argmax(found.end[settled])])
    order = [counts.areas.index(code) for code in codes]
    made = []
    for place, sex in enumerate(SEXES):
        deaths, people = (part[order, place, at] for part in (found.deaths, found.person_years))
        if not np.isfinite(deaths).all() or not np.isfinite(people).all():
            continue
        if (people[:, people[better].sum(axis=0) <= 0] > 0).any() or not deaths[better].sum() > 0:
            continue
        years = int(found.end[at] - found.start[at] + 1)
        excess = excess_by_age(deaths, people, better, years=years, seed=study.simulation.seed)
        residents = people.sum(axis=1) / years
        made.append(
            LocalityExcess(
                sex,
                int(found.start[at]),
                int(found.end[at]),
                OWN,
                codes,
                deaths.sum(axis=1),
                residents,
                excess,
                ~better,
            )
        )
    return made


@dataclass(frozen=True)
class Reach:
    """One step of the curve: an area, the shares of residents and the excess reached with it."""

    area: str
    residents_share: float
    excess: float
    lower: float
    upper: float
    cumulative: float


def reach(found: LocalityExcess) -> list[Reach]:
    """Areas with the most excess a head first, and what is reached with each more of them."""
    order = np.argsort(-found.excess.value / found.residents, kind="stable")
    people = np.cumsum(found.residents[order]) / found.residents.sum()
    together = np.cumsum(found.excess.value[order])
    return [
        Reach(
            found.codes[at],
            float(people[place]),
            float(found.excess.value[at]),
            float(found.excess.lower[at]),
            float(found.excess.upper[at]),
            float(together[place]),
        )
        for place, at in enumerate(order)
    ]
