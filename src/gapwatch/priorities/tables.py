"""The tables of what residents asked for, from the study and its inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from gapwatch.contracts import AREA_FIGURE, LIFE_EXPECTANCY, LOOKUP
from gapwatch.contracts.priorities import (
    EVIDENCE_GAP,
    INDICATOR_VALUE,
    LOCALITY,
    PRIORITY_ALIGNMENT,
    PRIORITY_COMPARISON,
    TARGETING,
)
from gapwatch.counting.areas import Counted
from gapwatch.priorities.alignment import Aligned, align, life_of
from gapwatch.priorities.comparison import BASES, Comparison, compare, side_masks
from gapwatch.priorities.figures import areas_of, figures
from gapwatch.priorities.indicators import Measured, measure
from gapwatch.priorities.localities import LocalityExcess, from_counts, from_published, reach
from gapwatch.study import Measure, Study
from gapwatch.tables import canonical

Frames = dict[str, pd.DataFrame]
WORSE, BETTER = 1, 2


def priorities(study: Study, inputs: Mapping[str, pd.DataFrame], counted: Counted | None) -> Frames:
    """Every table of the study's priorities by name; none where the study declares none.

    `inputs` are the tables as read, with the figures that were published by area; `counted` is what
    deaths and residents by age were summed to, None without them. Raises as `measure`.
    """
    found: dict[str, list[dict[str, object]]] = {}
    measured: list[Measured] = []
    places: list[LocalityExcess] = []
    against = study.whole
    if against is not None:
        codes = areas_of(study)
        worse, better = side_masks(codes, study.side(against.worse), study.side(against.better))
        held = (
            figures(study, inputs[AREA_FIGURE.name], inputs.get(LOOKUP.name))
            if AREA_FIGURE.name in inputs
            else {}
        )
        measured = measure(study, held)
        compared = compare(
            measured, worse, better, seed=study.simulation.seed, draws=study.simulation.draws
        )
        life = life_of(study, inputs[LIFE_EXPECTANCY.name])
        aligned = align(measured, life) if life is not None else []
        found[INDICATOR_VALUE.name] = [
            row for one in measured for row in _values(study, codes, one)
        ]
        found[PRIORITY_COMPARISON.name] = _comparisons(against, compared, aligned)
        if life is not None:
            found[PRIORITY_ALIGNMENT.name] = [
                {
                    **_alignment(one),
                    "sex": life.sex,
                    "life_period_start": life.start,
                    "life_period_end": life.end,
                }
                for one in aligned
            ]
        if study.localities is not None:
            own = from_counts(study, counted, better)
            published = from_published(study, measured, held, better)
            places = [*own, *([published] if published is not None and not own else [])]
            found[LOCALITY.name] = [row for one in places for row in _localities(study, one)]
            sides = (against.worse, worse), (against.better, better)
            found[TARGETING.name] = [row for one in places for row in _reach(one, sides)]
    found[EVIDENCE_GAP.name] = _gaps(study, measured)
    kinds = (
        INDICATOR_VALUE,
        PRIORITY_COMPARISON,
        PRIORITY_ALIGNMENT,
        EVIDENCE_GAP,
        LOCALITY,
        TARGETING,
    )
    return {
        table.name: canonical(
            table, pd.DataFrame(found[table.name], columns=list(table.names)), table.name
        )
        for table in kinds
        if found.get(table.name)
    }


def _gaps(study: Study, measured: Sequence[Measured]) -> list[dict[str, object]]:
    """What nobody publishes, as long as no indicator that is compared closes it."""
    compared = {one.indicator.id for one in measured if not one.reason}
    return [
        {
            "priority": gap.priority,
            "position": position,
            "missing": gap.missing,
            "finest_available": gap.finest_available,
            "wanted_from": gap.wanted_from,
        }
        for position, gap in enumerate(study.evidence_gaps, 1)
        if gap.closed_by not in compared
    ]


def _named(one: Measured) -> dict[str, object]:
    return {
        "priority": one.indicator.priority,
        "indicator": one.indicator.id,
        "period": one.period,
        "first_day": one.first.isoformat(),
        "last_day": one.last.isoformat(),
    }


def _values(study: Study, codes: Sequence[str], one: Measured) -> list[dict[str, object]]:
    return [
        {
            **_named(one),
            "area": code,
            "area_name": study.area_names[code],
            "zone": study.zone_of(code),
            "numerator": one.numerator[at],
            "denominator": one.denominator[at],
            "value": one.value[at],
            "lower95": one.lower[at],
            "upper95": one.upper[at],
            "reason": one.reason,
        }
        for at, code in enumerate(codes)
    ]


def _comparisons(
    against: Measure, compared: Sequence[Comparison], aligned: Sequence[Aligned]
) -> list[dict[str, object]]:
    r = {
        one.measured.indicator.id: one.correlation.r
        for one in aligned
        if one.correlation is not None
    }
    rows = []
    for one in compared:
        indicator = one.measured.indicator
        lacking = not one.measured.reason and bool(np.isnan(one.difference.value))
        tried = one.splits is not None
        rows.append(
            {
                **_named(one.measured),
                "measure": against.id,
                "unit": indicator.unit,
                "better": indicator.better,
                **_side("worse", one),
                **_side("better", one),
                **_contrast("difference", "", one.difference),
                **_contrast("ratio", "", one.ratio),
                **{f"ratio_exact_{end}95": getattr(one.exact, end) for end in ("lower", "upper")},
                "interval_basis": BASES[indicator.interval],
                "split_share": one.split_share,
                "splits": one.splits,
                "split_basis": ("exact" if one.split_exact else "seeded") if tried else "",
                "correlation": r.get(indicator.id, np.nan),
                "areas": one.areas,
                "areas_withheld": one.areas_withheld,
                # A side none of whose areas has a figure can't be compared for want of one.
                "reason": "P07" if lacking else one.measured.reason,
                "flags": ";".join(one.flags),
            }
        )
    return rows


def _side(name: str, one: Comparison) -> dict[str, object]:
    side = one.worse if name == "worse" else one.better
    return {
        f"{name}_numerator": side.numerator,
        f"{name}_denominator": side.denominator,
        f"{name}_value": side.value,
        f"{name}_lower95": side.lower,
        f"{name}_upper95": side.upper,
    }


def _contrast(name: str, unit: str, found: object) -> dict[str, object]:
    value, lower, upper = (float(part) for part in found)  # type: ignore[attr-defined]
    return {
        f"{name}{unit}": value,
        f"{name}_lower95{unit}": lower,
        f"{name}_upper95{unit}": upper,
    }


def _alignment(one: Aligned) -> dict[str, object]:
    found = one.correlation
    return {
        **_named(one.measured),
        "areas": one.areas,
        "r": found.r if found else np.nan,
        "r_lower95": found.lower if found else np.nan,
        "r_upper95": found.upper if found else np.nan,
        "p": found.p if found else np.nan,
        "q": one.q,
        "life_reliability": one.reliability,
        "reading": one.reading,
        "axis_share": one.axis_share,
        "axis_indicators": one.axis_indicators,
        "on_axis": one.on_axis,
    }


def _localities(study: Study, one: LocalityExcess) -> list[dict[str, object]]:
    found = one.excess
    return [
        {
            "area": code,
            "area_name": study.area_names[code],
            "zone": study.zone_of(code),
            "sex": one.sex,
            "period_start": one.start,
            "period_end": one.end,
            "basis": one.basis,
            "deaths_persons": one.deaths[at],
            "expected_persons": found.expected[at],
            "residents_persons": one.residents[at],
            "excess_deaths_a_year": found.value[at],
            "excess_lower95_a_year": found.lower[at],
            "excess_upper95_a_year": found.upper[at],
            "p_largest": found.largest[at],
        }
        for at, code in enumerate(one.codes)
    ]


def _reach(
    one: LocalityExcess, sides: tuple[tuple[str, np.ndarray], ...]
) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = [
        {
            "sex": one.sex,
            "scope": "area",
            "position": position,
            "area": step.area,
            "residents_share": step.residents_share,
            "excess_deaths_a_year": step.excess,
            "excess_lower95_a_year": step.lower,
            "excess_upper95_a_year": step.upper,
            "cumulative_excess_a_year": step.cumulative,
        }
        for position, step in enumerate(reach(one), 1)
    ]
    (worse, mask), _ = sides
    rows.append(
        {
            "sex": one.sex,
            "scope": "side",
            "position": 1,
            "area": worse,
            "residents_share": one.residents[mask].sum() / one.residents.sum(),
            "excess_deaths_a_year": one.excess.total,
            "excess_lower95_a_year": one.excess.total_lower,
            "excess_upper95_a_year": one.excess.total_upper,
            "cumulative_excess_a_year": one.excess.total,
        }
    )
    return rows
