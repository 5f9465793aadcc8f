"""How far a verdict can be trusted: other choices, smallest flips, past forecasts, selection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from gapwatch.codes import (
    MEASURED_BASELINE,
    OTHER_MEASURE,
    STATED,
    STATED_BASELINE,
    Coded,
    labelled,
)
from gapwatch.contracts import BACKTEST, FLIP, SELECTION, SENSITIVITY, Table
from gapwatch.gap.assessment import Judged, prior_of, series_of
from gapwatch.gap.evidence import Series
from gapwatch.gap.levelling_down import levels_down
from gapwatch.gap.population_error import other_populations
from gapwatch.gap.trend.backtest import backtest, score
from gapwatch.gap.trend.selection import selection_effect
from gapwatch.gap.trend.sensitivity import Alternative, sensitivity, smallest_flips
from gapwatch.gap.trend.target import Target
from gapwatch.gap.trend.verdict import classify
from gapwatch.geography.panel import FloatArray, Panel, build_panel
from gapwatch.study import Measure, Study
from gapwatch.tables import canonical

Row = dict[str, object]


def robustness(of: Series, judged: list[Judged], release_year: int) -> dict[str, pd.DataFrame]:
    """The tables `sensitivity`, `flip`, `backtest` and `selection`, for every measure and sex."""
    study, inputs = of.study, of.inputs
    return {
        "sensitivity": _table(SENSITIVITY, _sensitivity(of, judged, release_year)),
        "flip": _table(FLIP, _flips(study, judged)),
        "backtest": _table(BACKTEST, _backtest(study, judged)),
        "selection": _table(SELECTION, _selection(study, inputs, judged)),
    }


def _table(table: Table, rows: Iterator[Row]) -> pd.DataFrame:
    return canonical(
        table.coded, pd.DataFrame(list(rows), columns=list(table.coded.names)), table.name
    )


def _sensitivity(of: Series, judged: list[Judged], release_year: int) -> Iterator[Row]:
    study = of.study
    levelling = {(item.measure.id, item.sex): levels_down(item) for item in judged}
    for item in judged:
        if item.target is None:
            continue
        found = sensitivity(
            series_of(item.windows),
            item.target,
            study.verdict,
            release_year=release_year,
            other_targets=_other_targets(study, item, item.target),
            other_series=other_populations(of, item),
            prior=prior_of(study, item.windows),
        )
        found = (*found, *_other_measures(study, item, judged, found[0].by_numbers))
        for position, row in enumerate(found, 1):
            # Another target or other windows don't change which side moved; another measure does.
            down = levelling[str(row.choice.get("measure") or item.measure.id), item.sex]
            yield {
                "measure": item.measure.id,
                "sex": item.sex,
                "position": position,
                "choice_code": row.choice.code,
                "choice_arguments": row.choice.written,
                "verdict": row.verdict,
                "label": labelled(row.verdict, down),
                "reason_code": row.reason_code,
                "by_numbers": row.by_numbers,
                "by_numbers_label": labelled(row.by_numbers, down),
                "p_target": row.p_target,
                "p_narrowing": row.p_narrowing,
                "projected_gap_years": row.mean,
                "projected_sd_years": row.sd,
                "newest_gap_years": row.newest_gap,
                "flips": row.flips,
            }


def _other_measures(
    study: Study, item: Judged, judged: list[Judged], made: str
) -> Iterator[Alternative]:
    """What the other measures say of the same sex, beside the headline's own rows."""
    for other in judged if item.measure.primary else ():
        if other.measure.id == item.measure.id or other.sex != item.sex or other.target is None:
            continue
        found = other.assessment
        projection = found.projection
        by_numbers = _by_numbers(study, other)
        yield Alternative(
            choice=Coded.of(OTHER_MEASURE, measure=other.measure.id),
            verdict=found.verdict,
            reason_code=found.reason.code,
            by_numbers=by_numbers,
            p_target=projection.p_target if projection else None,
            p_narrowing=projection.p_narrowing if projection else None,
            mean=projection.mean if projection else None,
            sd=projection.sd if projection else None,
            flips=by_numbers != made,
            newest_gap=_newest_gap(other),
        )


def _newest_gap(other: Judged) -> float | None:
    """The gap of the newest window that is usable."""
    windows, _ = series_of(other.windows).checked()
    return float(windows.gap[-1]) if len(windows) else None


def _by_numbers(study: Study, other: Judged) -> str:
    """What a measure's probabilities alone would say."""
    projection = other.assessment.projection
    if projection is None:
        return other.assessment.verdict
    return classify(
        p_target=projection.p_target,
        p_narrowing=projection.p_narrowing,
        p_met_now=projection.p_met_now,
        thresholds=study.verdict,
    )


def _other_targets(study: Study, item: Judged, measured: Target) -> dict[Coded, Target]:
    """The target that doesn't head, for the measure and sex that have two."""
    promise = study.promise
    if item.against and promise.share_of_baseline:
        return {
            _other_baseline(study, item, one.kind): one.target
            for one in item.against
            if one.target and not one.heads
        }
    if not item.measure.primary or item.sex != promise.sex or not promise.share_of_baseline:
        # Zero is the target whatever the baseline was.
        return {}
    stated = replace(
        measured,
        gap_years=promise.share_of_baseline * promise.stated_gap_years,
        baseline_gap_years=promise.stated_gap_years,
    )
    return {_other_baseline(study, item, STATED): stated}


def _other_baseline(study: Study, item: Judged, kind: str) -> Coded:
    stated = study.promise.stated_gap_years
    if kind == STATED:
        return Coded.of(STATED_BASELINE, gap=stated)
    first, last = item.baseline_period
    return Coded.of(MEASURED_BASELINE, first=first, last=last, year_ends=item.year_ends, gap=stated)


def _flips(study: Study, judged: list[Judged]) -> Iterator[Row]:
    for item in judged:
        if item.target is None:
            continue
        for flip in smallest_flips(
            series_of(item.windows),
            item.target,
            study.verdict,
            prior=prior_of(study, item.windows),
        ):
            yield {
                "measure": item.measure.id,
                "sex": item.sex,
                "changed": flip.what,
                "change_years": flip.change_years,
                "by_numbers": flip.verdict,
                "by_numbers_label": labelled(flip.verdict, levels_down(item)),
                "limit_down_years": flip.limit_down,
                "limit_up_years": flip.limit_up,
            }


def _backtest(study: Study, judged: list[Judged]) -> Iterator[Row]:
    for item in judged:
        windows, _ = series_of(item.windows).checked()
        forecasts = backtest(
            windows.start,
            windows.end,
            windows.gap,
            windows.se,
            prior=prior_of(study, item.windows),
            lead=windows.lead,
        )
        for apart in (False, True):
            for scored in score(forecasts, disjoint_only=apart):
                yield {
                    "measure": item.measure.id,
                    "sex": item.sex,
                    "method": scored.method,
                    "shares_no_year": apart,
                    "forecasts": scored.forecasts,
                    "within50": scored.coverage50,
                    "within80": scored.coverage80,
                    "within95": scored.coverage95,
                    "crps_years": scored.crps,
                    "brier": scored.brier,
                }


def _selection(
    study: Study, inputs: dict[str, pd.DataFrame], judged: list[Judged]
) -> Iterator[Row]:
    """For measures with a side of one area: such a side may have been picked for its figure."""
    panels = {sex: build_panel(study, inputs, sex) for sex in {item.sex for item in judged}}
    for item in judged:
        panel, measure = panels[item.sex], item.measure
        window = np.flatnonzero(
            (panel.start == item.baseline_period[0]) & (panel.end == item.baseline_period[1])
        )
        if not _has_single_area(study, measure) or not window.size:
            continue
        value, se = panel.value[window[0]], panel.se[window[0]]
        if np.isnan(value).any() or np.isnan(se).any():
            continue
        found = selection_effect(value, se, _contrast(study, measure, panel))
        yield {
            "measure": measure.id,
            "sex": item.sex,
            "period_start": item.baseline_period[0],
            "period_end": item.baseline_period[1],
            "observed_gap_years": found.observed_gap,
            "expected_gap_years": found.true_gap,
            "expected_lower95_years": found.true_lower,
            "expected_upper95_years": found.true_upper,
            "expected_fall_years": found.expected_fall_later,
            "between_sd_years": found.between_sd,
        }


def _has_single_area(study: Study, measure: Measure) -> bool:
    sides = (measure.worse, measure.better)
    return all(sides) and any(len(study.side(name)) == 1 for name in sides)


def _contrast(study: Study, measure: Measure, panel: Panel) -> FloatArray:
    """Weights over all areas that give the gap: each side's population shares, with their sign."""
    weights = np.zeros(len(panel.area_codes))
    for name, sign in ((measure.worse, -1.0), (measure.better, 1.0)):
        columns = panel.columns(study.side(name))
        people = panel.population[columns]
        weights[columns] += sign * people / people.sum()
    return weights
