"""The tables of initiatives, from the register, the expectations and the indicators."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence

import pandas as pd

from gapwatch.contracts import (
    DETECTABLE,
    EFFECT,
    EXPECTATION,
    INDICATOR_VALUE,
    INITIATIVE,
    INITIATIVE_CELL,
    INITIATIVE_OVERLAP,
    PRIORITY_COMPARISON,
    Table,
)
from gapwatch.initiatives.detection import Detectable, detect
from gapwatch.initiatives.expected import RegisteredExpectation, expectations
from gapwatch.initiatives.judging import Finding, JudgedPlace, judge
from gapwatch.initiatives.panel import Frames, IndicatorPanel, Terms
from gapwatch.initiatives.register import PlacedInitiative, cells, initiatives, needs_of, overlaps
from gapwatch.study import Study
from gapwatch.study.priorities import term_of
from gapwatch.tables import canonical

Row = dict[str, object]
VALUES, COMPARED = INDICATOR_VALUE.name, PRIORITY_COMPARISON.name
FEW, SOME = 1, 4
"""Areas of which `detectable` says what any set of so many would have to achieve."""


def initiative_tables(study: Study, frames: Frames, year: int) -> dict[str, pd.DataFrame]:
    """The tables `effect`, `detectable`, `initiative_overlap` and `initiative_cell`, if not empty.

    `frames` are the input tables, and `indicator_value` and `priority_comparison` where there are
    any; `year` is that of the release. Nothing where the study has no initiative.
    """
    register = frames.get(INITIATIVE.name)
    if register is None:
        return {}
    found = initiatives(register)
    areas = tuple(area.code for area in study.geography.areas)
    place = JudgedPlace(
        frames, study.geography.vintage, areas, found, study.simulation.seed, _terms(study)
    )
    told = expectations(frames.get(EXPECTATION.name))
    findings, seen = _judged(place, found, told)
    seen += _any_areas(place, told)
    themes = tuple(one.id for one in study.priorities)
    needs = needs_of(frames.get(VALUES), frames.get(COMPARED), areas)
    made = {
        EFFECT.name: _table(EFFECT, map(_effect_row, findings)),
        DETECTABLE.name: _table(DETECTABLE, (_detectable_row(*one) for one in seen)),
        INITIATIVE_OVERLAP.name: overlaps(found),
        INITIATIVE_CELL.name: cells(found, areas, themes, needs, year),
    }
    return {name: frame for name, frame in made.items() if len(frame)}


def _terms(study: Study) -> dict[str, Terms]:
    """Terms of the study's indicators by their id."""
    return {
        one.id: Terms(
            [term_of(text) for text in one.numerator], [term_of(text) for text in one.denominator]
        )
        for one in study.indicators
    }


Seen = tuple[RegisteredExpectation | None, str, Detectable]


def _judged(
    place: JudgedPlace, found: Sequence[PlacedInitiative], told: Sequence[RegisteredExpectation]
) -> tuple[list[Finding], list[Seen]]:
    versions: dict[str, dict[str, list[RegisteredExpectation]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for version in told:
        versions[version.initiative][version.id].append(version)
    findings: list[Finding] = []
    seen: list[Seen] = []
    for one in found:
        for of_one in versions[one.id].values() or [[]]:
            finding, could = judge(place, one, of_one)
            findings.append(finding)
            judged = next((v for v in of_one if v.version == finding.version), None)
            if could is not None and judged is not None:
                seen.append((judged, judged.indicator, could))
    return findings, seen


def _any_areas(place: JudgedPlace, told: Sequence[RegisteredExpectation]) -> list[Seen]:
    """What one area and four would have to achieve, for every indicator and window that is named.

    Over all areas of the study. Whatever did happen in some of them is among what areas do, so that
    these figures are, if anything, too large.
    """
    made: list[Seen] = []
    asked = sorted({(t.indicator, t.before, t.after, t.sign) for t in told})
    for indicator, before, after, sign in asked:
        panel = place.panel(indicator)
        if not isinstance(panel, IndicatorPanel):
            continue
        every = list(range(len(place.areas)))
        for size in (FEW, SOME):
            if size < len(every):
                could = detect(panel, every, size, before, after, sign, place.seed)
                made.append((None, indicator, could))
    unique = {(indicator, c.areas, c.before, c.after, c.sign): c for _, indicator, c in made}
    return [(None, key[0], could) for key, could in unique.items()]


def _table(table: Table, rows: Iterator[Row]) -> pd.DataFrame:
    return canonical(table, pd.DataFrame(list(rows), columns=list(table.names)), table.name)


def _percent(log_ratio: float | None) -> float | None:
    return None if log_ratio is None else 100.0 * math.expm1(log_ratio)


def _effect_row(found: Finding) -> Row:
    lower, upper = None, None
    if found.effect is not None and found.half is not None:
        lower, upper = found.effect - found.half, found.effect + found.half
    return {
        "initiative": found.initiative,
        "expectation": found.expectation,
        "version": found.version,
        "verdict": found.verdict,
        "reason": found.reason,
        "flags": " ".join(found.flags),
        "maryland_level": found.maryland_level,
        "areas": found.areas,
        "areas_compared": found.areas_compared,
        "effect_percent": _percent(found.effect),
        "effect_lower95_percent": _percent(lower),
        "effect_upper95_percent": _percent(upper),
        "p_expected": found.p_expected,
        "p_either": found.p_either,
        "sets": found.sets,
        "placebos": found.placebos,
        "lead_percent": _percent(found.lead),
        "lead_p": found.lead_p,
        "regression_percent": _percent(found.regression),
        "p_beyond_regression": found.p_beyond_regression,
    }


def _detectable_row(told: RegisteredExpectation | None, indicator: str, seen: Detectable) -> Row:
    return {
        "indicator": indicator,
        "areas": seen.areas,
        "before_start": seen.before[0],
        "before_end": seen.before[1],
        "after_start": seen.after[0],
        "after_end": seen.after[1],
        "direction": "lower" if seen.sign < 0 else "higher",
        "expectation": "" if told is None else told.id,
        "version": 0 if told is None else told.version,
        "areas_compared": seen.areas_compared,
        "placebo_sets": seen.sets,
        "placebos": seen.placebos,
        "placebo_sd_log": seen.sd,
        "count_a_year": seen.count_a_year,
        "smallest_percent": None if seen.smallest is None else 100.0 * seen.smallest,
        "stated_percent": None if told is None else told.stated_percent,
        "power_of_stated": seen.power,
        "reason": seen.reason,
    }
