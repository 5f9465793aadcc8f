"""From gaps to verdicts: each measure's newest comparable run, assessed, as tidy tables."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from gapwatch.contracts import TRAJECTORY, VERDICT
from gapwatch.gap.latent import Prior
from gapwatch.gap.trajectory import Trend
from gapwatch.gap.verdict import Assessment, Series, Target, Thresholds, assess, is_never
from gapwatch.geography.panel import INTERVAL_WIDTH_SE
from gapwatch.study import Measure, Study
from gapwatch.tables import canonical


@dataclass(frozen=True)
class Judged:
    """One measure and sex: the run of windows that was judged, the target, what was found."""

    measure: Measure
    sex: str
    windows: pd.DataFrame
    baseline_period: tuple[int, int]
    deadline_year: int
    target: Target | None
    assessment: Assessment
    relative: Relative | None = None


@dataclass(frozen=True)
class Relative:
    """The same promise for the ratio of the sides: baseline and target ratio, what was found."""

    baseline: float
    target: float
    assessment: Assessment


def judge(study: Study, gaps: pd.DataFrame, release_year: int) -> list[Judged]:
    """Assess every measure for both sexes, in the order of the study.

    Only the newest comparable run is judged: windows on two sides of a break are never one trend.
    """
    judged = []
    for measure in study.measures:
        for sex in sorted(gaps["sex"].unique()):
            mine = gaps[(gaps["measure"] == measure.id) & (gaps["sex"] == sex)]
            judged.append(_judge_one(study, measure, sex, mine, release_year))
    return judged


def _judge_one(
    study: Study, measure: Measure, sex: str, mine: pd.DataFrame, release_year: int
) -> Judged:
    period, deadline = study.baseline_period(measure), study.promise.deadline_year
    newest = mine[mine["segment"] == mine["segment"].max()].sort_values(
        ["period_end", "period_start"]
    )
    # A baseline before the break is on another basis: it is as good as missing.
    at_baseline = newest[
        (newest["period_start"] == period[0]) & (newest["period_end"] == period[1])
    ]["gap_years"]  # fmt: skip
    baseline = float(at_baseline.iloc[0]) if len(at_baseline) else float("nan")
    if np.isnan(baseline):
        missing = Assessment(
            verdict="cannot calculate", reason_code="V05",
            reason=f"the gap of the baseline window, {period[0]} to {period[1]}, is withheld or "
            "not comparable",
        )  # fmt: skip
        return Judged(measure, sex, newest, period, deadline, None, missing)
    target = Target(
        gap_years=study.promise.share_of_baseline * baseline,
        year=deadline,
        baseline_gap_years=baseline,
        baseline_year=(period[0] + period[1]) / 2,
    )
    found = assess(
        series_of(newest), target, thresholds_of(study),
        release_year=release_year, prior=prior_of(study, newest),
    )  # fmt: skip
    relative = _judge_ratio(study, newest, target, release_year)
    return Judged(measure, sex, newest, period, deadline, target, found, relative)


def _judge_ratio(
    study: Study, newest: pd.DataFrame, target: Target, release_year: int
) -> Relative | None:
    """The verdict on the relative gap; None where the ratio has no interval.

    The ratio's excess over 1 is put in years of the worse-off side at the baseline, so that both
    readings start from the same gap and the priors, which are in years, mean the same for both.
    """
    baseline = _ratio_at_baseline(newest, target)
    if not np.isfinite(baseline) or baseline == 1.0:
        return None
    level = target.baseline_gap_years / (baseline - 1.0)
    excess = (newest["relative_gap"] - 1.0) * level
    error = (newest["relative_upper95"] - newest["relative_lower95"]) / INTERVAL_WIDTH_SE * level
    if not (excess.notna() & error.notna()).any():
        return None
    known = (excess.notna() & (error > 0)).to_numpy(dtype=bool)
    absolute = series_of(newest)
    series = replace(
        absolute,
        gap=excess.to_numpy(dtype=np.float64, na_value=np.nan),
        se=error.to_numpy(dtype=np.float64, na_value=np.nan),
        usable=np.asarray(absolute.usable, dtype=bool) & known,
    )
    found = assess(
        series, target, thresholds_of(study),
        release_year=release_year, prior=prior_of(study, newest),
    )  # fmt: skip
    return Relative(baseline, 1.0 + study.promise.share_of_baseline * (baseline - 1.0), found)


def _ratio_at_baseline(newest: pd.DataFrame, target: Target) -> float:
    middle = (newest["period_start"] + newest["period_end"]) / 2
    at_baseline = newest[(middle == target.baseline_year) & newest["relative_gap"].notna()]
    return float(at_baseline["relative_gap"].iloc[0]) if len(at_baseline) else float("nan")


def prior_of(study: Study, windows: pd.DataFrame) -> Prior:
    """The study's priors; a shock counts only where some window covers its year."""
    rules = study.projection
    covered = {
        year: sd
        for year, sd in rules.shocks.items()
        if ((windows["period_start"] <= year) & (windows["period_end"] >= year)).any()
    }
    return Prior(rules.slope_sd_years_per_year, rules.step_sd_scale_years, covered or None)


def thresholds_of(study: Study) -> Thresholds:
    """Where the study draws the verdict's lines."""
    rules = study.verdict
    return Thresholds(
        on_track_probability=rules.on_track_probability,
        off_track_probability=rules.off_track_probability,
        wrong_direction_probability=rules.wrong_direction_probability,
        stale_after_years=rules.stale_after_years,
        min_windows=rules.minimum_windows,
        power=rules.power,
        target_met_probability=rules.target_met_probability,
    )


def series_of(windows: pd.DataFrame) -> Series:
    """The arrays of one comparable run; a side's standard error comes from its interval."""

    def column(name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return windows[name].to_numpy(dtype=np.float64, na_value=np.nan)

    def error(side: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        width = column(f"{side}_upper95_years") - column(f"{side}_lower95_years")
        return np.asarray(width / INTERVAL_WIDTH_SE)

    return Series(
        start=windows["period_start"].to_numpy(dtype=np.int64),
        end=windows["period_end"].to_numpy(dtype=np.int64),
        gap=column("gap_years"),
        se=column("se_years"),
        worse=column("worse_years"),
        worse_se=error("worse"),
        better=column("better_years"),
        better_se=error("better"),
        # A corrected range may be exactly known to be nothing; no trend can rest on that.
        usable=(windows["reason"] == "").to_numpy(dtype=bool) & (column("se_years") > 0),
        vintage=[
            f"{geography} run {number}"
            for geography, number in zip(windows["geography"], windows["segment"], strict=True)
        ],
    )


def verdict_table(judged: list[Judged]) -> pd.DataFrame:
    """The table `verdict`: one row a measure and sex."""
    return canonical(VERDICT, pd.DataFrame([_verdict_row(item) for item in judged]), "verdict")


def _verdict_row(item: Judged) -> dict[str, object]:
    found, target = item.assessment, item.target
    trend, projection = found.trend, found.projection
    newest = found.newest_window or (None, None)
    last = (
        {name: values[-1] for name, values in vars(projection.path).items()} if projection else {}
    )
    return {
        "measure": item.measure.id,
        "sex": item.sex,
        "is_primary": item.measure.primary,
        "verdict": found.verdict,
        "reason_code": found.reason_code,
        "reason": found.reason,
        "windows": found.windows_used,
        "newest_start": newest[0],
        "newest_end": newest[1],
        "baseline_start": item.baseline_period[0],
        "baseline_end": item.baseline_period[1],
        "baseline_gap_years": target.baseline_gap_years if target else None,
        "target_gap_years": target.gap_years if target else None,
        "target_year": item.deadline_year,
        "slope_years_per_year": trend.slope if trend else None,
        "slope_se_years_per_year": trend.se if trend else None,
        "slope_lower95_years_per_year": trend.lower if trend else None,
        "slope_upper95_years_per_year": trend.upper if trend else None,
        "slope_p": trend.p if trend else None,
        "projected_gap_years": projection.mean if projection else None,
        "projected_sd_years": projection.sd if projection else None,
        "projected_lower95_years": last.get("lower95"),
        "projected_upper95_years": last.get("upper95"),
        "p_target": projection.p_target if projection else None,
        "p_narrowing": projection.p_narrowing if projection else None,
        "required_change_years_per_year": found.required_change_per_year,
        "required_change_lower95_years_per_year": found.required_change_lower,
        "required_change_upper95_years_per_year": found.required_change_upper,
        "first_answerable_year": found.first_answerable_year,
        "first_answerable_reason": found.first_answerable_reason,
        "closing_by": found.closing_by,
        "covariance_note": found.covariance_note,
        "relative_baseline": item.relative.baseline if item.relative else None,
        "relative_target": item.relative.target if item.relative else None,
        "relative_verdict": item.relative.assessment.verdict if item.relative else "",
        "p_target_relative": _p_target(item.relative.assessment) if item.relative else None,
        "pace": _pace(found.years_to_halve),
        "years_to_target": _finite(found.years_to_halve),
        "years_to_target_lower95": _finite(found.years_to_halve_lower),
        "years_to_target_upper95": _finite(found.years_to_halve_upper),
        **_side_columns("worse", found.worse_trend),
        **_side_columns("better", found.better_trend),
    }


def _p_target(found: Assessment) -> float | None:
    return found.projection.p_target if found.projection else None


def _pace(years: float | None) -> str:
    if years is None:
        return ""
    return "never" if is_never(years) else "years" if years > 0 else "already"


def _finite(years: float | None) -> float | None:
    return None if years is None or is_never(years) else years


def _side_columns(side: str, trend: Trend | None) -> dict[str, float | None]:
    return {
        f"{side}_slope_years_per_year": trend.slope if trend else None,
        f"{side}_slope_lower95_years_per_year": trend.lower if trend else None,
        f"{side}_slope_upper95_years_per_year": trend.upper if trend else None,
    }


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
    frame = pd.DataFrame(
        {
            "measure": item.measure.id,
            "sex": item.sex,
            "year": path.year,
            "is_projected": path.year > projection.newest_year,
            "mean_years": path.mean,
            "target_line_years": np.where(years >= target.baseline_year, line, np.nan),
        }
    )
    for level in (50, 80, 95):
        for bound in ("lower", "upper"):
            frame[f"{bound}{level}_years"] = getattr(path, f"{bound}{level}")
    return frame
