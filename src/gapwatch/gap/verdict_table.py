"""What was judged, as tidy tables: verdicts, both targets, and the annual path behind each."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pandas as pd

from gapwatch.codes import STATED, labelled
from gapwatch.contracts import CALENDAR_YEAR, TARGET, TRAJECTORY, VERDICT, Verdict
from gapwatch.gap.assessment import Against, Judged
from gapwatch.gap.levelling_down import levels_down
from gapwatch.gap.trend.verdict import Assessment, is_never
from gapwatch.tables import canonical


def verdict_table(judged: list[Judged]) -> pd.DataFrame:
    """The table `verdict` without its words: one row a measure and sex."""
    rows = pd.DataFrame([asdict(_verdict(item)) for item in judged])
    return canonical(VERDICT.coded, rows, VERDICT.name)


def _verdict(item: Judged) -> Verdict:
    found, target = item.assessment, item.target
    trend, projection, change = found.trend, found.projection, item.since_baseline
    newest = found.newest_window or (None, None)
    last = (
        {name: values[-1] for name, values in vars(projection.path).items()} if projection else {}
    )
    down = levels_down(item)
    worse, better, relative = found.worse_trend, found.better_trend, item.relative
    return Verdict(
        measure=item.measure.id,
        sex=item.sex,
        is_primary=item.measure.primary,
        verdict=found.verdict,
        label=labelled(found.verdict, down),
        levels_down=down,
        reason_code=found.reason.code,
        reason_arguments=found.reason.written,
        windows=found.windows_used,
        newest_start=newest[0],
        newest_end=newest[1],
        year_ends=item.year_ends,
        baseline_start=item.baseline_period[0],
        baseline_end=item.baseline_period[1],
        baseline_gap_years=item.measured_gap_years,
        change_years=change.value if change else None,
        change_lower95_years=change.lower if change else None,
        change_upper95_years=change.upper if change else None,
        target_gap_years=target.gap_years if target else None,
        target_year=item.deadline_year,
        slope_years_per_year=trend.slope if trend else None,
        slope_se_years_per_year=trend.se if trend else None,
        slope_lower95_years_per_year=trend.lower if trend else None,
        slope_upper95_years_per_year=trend.upper if trend else None,
        slope_p=trend.p if trend else None,
        fitted_gap_years=trend.level if trend else None,
        projected_gap_years=projection.mean if projection else None,
        projected_sd_years=projection.sd if projection else None,
        projected_lower95_years=last.get("lower95"),
        projected_upper95_years=last.get("upper95"),
        p_target=projection.p_target if projection else None,
        p_narrowing=projection.p_narrowing if projection else None,
        required_change_years_per_year=found.required_change_per_year,
        required_change_lower95_years_per_year=found.required_change_lower,
        required_change_upper95_years_per_year=found.required_change_upper,
        pace=_pace(found.years_to_halve),
        years_to_target=_finite(found.years_to_halve),
        years_to_target_lower95=_finite(found.years_to_halve_lower),
        years_to_target_upper95=_finite(found.years_to_halve_upper),
        worse_slope_years_per_year=worse.slope if worse else None,
        worse_slope_lower95_years_per_year=worse.lower if worse else None,
        worse_slope_upper95_years_per_year=worse.upper if worse else None,
        better_slope_years_per_year=better.slope if better else None,
        better_slope_lower95_years_per_year=better.lower if better else None,
        better_slope_upper95_years_per_year=better.upper if better else None,
        relative_baseline=relative.baseline if relative else None,
        relative_target=relative.target if relative else None,
        relative_verdict=relative.assessment.verdict if relative else "",
        p_target_relative=_p_target(relative.assessment) if relative else None,
        covariance_code=found.covariance_code,
        closing_code=found.closing_by,
        earliest_verdict_year=found.earliest_verdict_year,
        first_answerable_year=found.first_answerable_year,
        first_answerable_code=found.first_answerable_reason.code,
        first_answerable_arguments=found.first_answerable_reason.written,
    )


def target_table(judged: list[Judged]) -> pd.DataFrame:
    """The table `target`: one row a measure, sex and target; none for published figures."""
    rows = [_target_row(item, one) for item in judged for one in item.against]
    return canonical(TARGET, pd.DataFrame(rows, columns=list(TARGET.names)), TARGET.name)


def _target_row(item: Judged, one: Against) -> dict[str, object]:
    target, found = one.target, one.assessment
    of_stated = one.kind == STATED
    return {
        "measure": item.measure.id,
        "sex": item.sex,
        "target": one.kind,
        "heads": one.heads,
        "baseline_start": None if of_stated else item.baseline_period[0],
        "baseline_end": None if of_stated else item.baseline_period[1],
        "year_ends": CALENDAR_YEAR if of_stated else item.year_ends,
        "baseline_gap_years": target.baseline_gap_years if target else None,
        "baseline_se_years": target.baseline_se_years if target and target.share else None,
        "target_gap_years": target.gap_years if target else None,
        "target_year": item.deadline_year,
        "verdict": found.verdict,
        "label": labelled(found.verdict, levels_down(item)),
        "reason_code": found.reason.code,
        "p_target": _p_target(found),
        "required_change_years_per_year": found.required_change_per_year,
        "required_change_lower95_years_per_year": found.required_change_lower,
        "required_change_upper95_years_per_year": found.required_change_upper,
        "first_answerable_year": found.first_answerable_year,
    }


def _p_target(found: Assessment) -> float | None:
    return found.projection.p_target if found.projection else None


def _pace(years: float | None) -> str:
    if years is None:
        return ""
    return "never" if is_never(years) else "years" if years > 0 else "already"


def _finite(years: float | None) -> float | None:
    return None if years is None or is_never(years) else years


def trajectory_table(judged: list[Judged]) -> pd.DataFrame:
    """The table `trajectory`: the annual path of every measure that has a projection."""
    parts = [_path(item) for item in judged if item.assessment.projection]
    empty = pd.DataFrame(columns=list(TRAJECTORY.names))
    return canonical(TRAJECTORY, pd.concat(parts) if parts else empty, "trajectory")


def _path(item: Judged) -> pd.DataFrame:
    projection, target = item.assessment.projection, item.target
    if projection is None or target is None:
        raise ValueError("a path needs a projection and a target")
    path = projection.path
    years = path.year.astype(np.float64)
    pace = (target.gap_years - target.baseline_gap_years) / (target.year - target.baseline_year)
    line = target.baseline_gap_years + pace * (years - target.baseline_year)
    # From figures of other populations no line leads to ours: the target stands by itself.
    drawn = years >= (target.baseline_year if target.same_series else target.year)
    frame = pd.DataFrame(
        {
            "measure": item.measure.id,
            "sex": item.sex,
            "year": path.year,
            "is_projected": path.year > projection.newest_year,
            "mean_years": path.mean,
            "target_line_years": np.where(drawn, line, np.nan),
        }
    )
    for level in (50, 80, 95):
        for bound in ("lower", "upper"):
            frame[f"{bound}{level}_years"] = getattr(path, f"{bound}{level}")
    return frame
