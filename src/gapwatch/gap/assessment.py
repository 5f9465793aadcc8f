"""From gaps to verdicts: each measure's newest comparable run, assessed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from gapwatch.codes import BASELINE, CANNOT, NO_BASELINE, STATED, Coded
from gapwatch.contracts import CALENDAR_YEAR, YEAR_LEADS
from gapwatch.gap.baseline import baseline_period, newest_run, settled
from gapwatch.gap.trend.latent_gap import Prior
from gapwatch.gap.trend.pace import change_between
from gapwatch.gap.trend.trajectory import Estimate
from gapwatch.gap.trend.verdict import Assessment, ComparableSeries, Target, assess
from gapwatch.gap.trend.windows import first_calendar_year
from gapwatch.intervals import WIDTH_SE
from gapwatch.study import Measure, Period, Study

__all__ = [
    "Against",
    "Judged",
    "Relative",
    "judge",
    "lead_of",
    "prior_of",
    "series_of",
    "settled",
]


@dataclass(frozen=True)
class Judged:
    """One measure and sex: the run of windows that was judged, the target, what was found.

    `target` and `assessment` are those that the study lets head the report. Where own figures
    decide `against` has every target that was computed, that one too; else it is empty.
    """

    measure: Measure
    sex: str
    windows: pd.DataFrame
    baseline_period: tuple[int, int]
    deadline_year: int
    target: Target | None
    assessment: Assessment
    relative: Relative | None = None
    against: tuple[Against, ...] = ()

    @property
    def measured_gap_years(self) -> float | None:
        """The gap measured in the baseline window; None where it is withheld or not comparable."""
        measured = next((one.target for one in self.against if one.kind == BASELINE), self.target)
        return measured.baseline_gap_years if measured else None

    @property
    def since_baseline(self) -> Estimate | None:
        """Change of the gap from the baseline window to the newest, as `change_since`."""
        return change_since(self.windows, self.baseline_period)

    @property
    def year_ends(self) -> str:
        """Last day of each year of the windows; of calendar years where there are none."""
        return str(self.windows["year_ends"].iloc[0]) if len(self.windows) else CALENDAR_YEAR


@dataclass(frozen=True)
class Against:
    """One target of one measure and sex, and what was found when it was judged against that.

    `kind` is "stated" or "baseline"; `target` is None where there is no gap to take a share of.
    """

    kind: str
    target: Target | None
    assessment: Assessment
    heads: bool


@dataclass(frozen=True)
class Relative:
    """The same promise for the ratio of the sides: baseline and target ratio, what was found."""

    baseline: float
    target: float
    assessment: Assessment


def judge(
    study: Study, gaps: pd.DataFrame, release_year: int, baselines: pd.DataFrame | None = None
) -> list[Judged]:
    """Assess every measure for both sexes, in the order of the study.

    Only the newest comparable run is judged: windows on two sides of a break are never one trend.
    Nor do windows count whose deaths are still coming in, for a baseline either. `baselines` holds
    gaps of baseline periods that are no windows of the series, in the same shape.
    """
    judged = []
    given = settled(gaps)
    for measure in study.measures:
        period = baseline_period(study, measure, gaps, baselines)
        for sex in sorted(gaps["sex"].unique()):
            mine, before = (
                frame[(frame["measure"] == measure.id) & (frame["sex"] == sex)]
                for frame in (given, given if baselines is None else settled(baselines))
            )
            judged.append(_judge_one(study, measure, sex, period, mine, before, release_year))
    return judged


def _judge_one(
    study: Study,
    measure: Measure,
    sex: str,
    period: Period,
    mine: pd.DataFrame,
    before: pd.DataFrame,
    release_year: int,
) -> Judged:
    deadline, newest = study.promise.deadline_year, newest_run(mine)
    at_baseline = _at_baseline(newest, before, period)
    targets: dict[str, Target | None] = {
        BASELINE: _measured(
            study, newest, at_baseline, period, carried=_is_carried(study, measure, period)
        )
    }
    if _own(study) and measure.primary and sex == study.promise.sex:
        targets = {STATED: _stated(study), **targets}
    if measure.kind == "extremes":  # noise alone keeps a range above zero, corrected or not
        targets = {key: one and replace(one, never_below_zero=True) for key, one in targets.items()}
    chosen = study.computed.target if study.computed else None
    heads = chosen if chosen in targets else BASELINE
    found = {
        kind: _without_baseline(period)
        if target is None
        else assess(
            series_of(newest),
            target,
            study.verdict,
            release_year=release_year,
            prior=prior_of(study, newest),
        )
        for kind, target in targets.items()
    }
    target = targets[heads]
    relative = _judge_ratio(study, newest, at_baseline, target, release_year) if target else None
    against = tuple(Against(kind, targets[kind], found[kind], kind == heads) for kind in targets)
    own = against if _own(study) else ()
    return Judged(measure, sex, newest, period, deadline, target, found[heads], relative, own)


def _own(study: Study) -> bool:
    return study.computed is not None and study.computed.decides


def _is_carried(study: Study, measure: Measure, period: Period) -> bool:
    """Whether the error of the baseline window reaches the probability of the target.

    A window that a study names by itself, without a word of the target, was chosen as the promise's
    own: its figure is the line, as it is for published figures.
    """
    rules = study.computed
    if rules is None or not rules.decides:
        return False
    return rules.target is not None or period != study.baseline_period(measure)


def _without_baseline(period: Period) -> Assessment:
    return Assessment(verdict=CANNOT, reason=Coded.of(NO_BASELINE, first=period[0], last=period[1]))


def _measured(
    study: Study, newest: pd.DataFrame, at_baseline: pd.DataFrame, period: Period, *, carried: bool
) -> Target | None:
    """The promised share of the gap in the baseline window; None where that isn't given.

    `carried`: with the baseline's error. Published figures keep a target that is fixed.
    """
    baseline = float(at_baseline["gap_years"].iloc[0]) if len(at_baseline) else float("nan")
    if np.isnan(baseline):
        return None
    share = study.promise.share_of_baseline
    target = Target(
        gap_years=share * baseline,
        year=study.promise.deadline_year,
        baseline_gap_years=baseline,
        baseline_year=(period[0] + period[1]) / 2 - lead_of(newest),
    )
    if not carried:
        return target
    return replace(
        target,
        share=share,
        baseline_first=period[0],
        baseline_last=period[1],
        baseline_se_years=float(at_baseline["se_years"].iloc[0]),
    )


def _stated(study: Study) -> Target:
    """The promised share of the gap as it was stated, which no figure of ours is spliced to."""
    promise = study.promise
    return Target(
        gap_years=promise.share_of_baseline * promise.stated_gap_years,
        year=promise.deadline_year,
        baseline_gap_years=promise.stated_gap_years,
        baseline_year=sum(promise.baseline_period) / 2,
        same_series=False,
    )


def _at_baseline(
    newest: pd.DataFrame, before: pd.DataFrame, period: tuple[int, int]
) -> pd.DataFrame:
    """The window of the baseline, from the newest run or beside it; on its basis, or none.

    A baseline on the other side of a break is on another basis: it is as good as missing.
    """
    for frame in (newest, before[before["segment"].isin(newest["segment"])]):
        found = frame[(frame["period_start"] == period[0]) & (frame["period_end"] == period[1])]
        if len(found):
            return found
    return newest[:0]


def _judge_ratio(
    study: Study, newest: pd.DataFrame, before: pd.DataFrame, target: Target, release_year: int
) -> Relative | None:
    """The verdict on the relative gap; None where the ratio has no interval.

    The ratio's excess over 1 is put in years of the worse-off side at the baseline, so that both
    readings start from the same gap and the priors, which are in years, mean the same for both.
    Against the stated target the ratio at the baseline is that of the stated ends.
    """
    promise = study.promise
    if target.same_series:
        baseline = float(before["relative_gap"].iloc[0])
    else:
        baseline = promise.stated_better_years / promise.stated_worse_years
    if not np.isfinite(baseline) or baseline == 1.0:
        return None
    level = target.baseline_gap_years / (baseline - 1.0)
    excess = (newest["relative_gap"] - 1.0) * level
    error = _ratio_error(newest) * level
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
    if target.share:
        at_baseline = abs(float(_ratio_error(before).iloc[0]) * level)
        target = replace(target, baseline_se_years=0.0 if np.isnan(at_baseline) else at_baseline)
    found = assess(
        series,
        target,
        study.verdict,
        release_year=release_year,
        prior=prior_of(study, newest),
    )
    return Relative(baseline, 1.0 + promise.share_of_baseline * (baseline - 1.0), found)


def _ratio_error(windows: pd.DataFrame) -> pd.Series[float]:
    return (windows["relative_upper95"] - windows["relative_lower95"]) / WIDTH_SE


def prior_of(study: Study, windows: pd.DataFrame) -> Prior:
    """The study's priors; a shock counts only where some window covers its year."""
    rules = study.projection
    begins = first_calendar_year(windows["period_start"].to_numpy(dtype=np.int64), lead_of(windows))
    ends = windows["period_end"].to_numpy(dtype=np.int64)
    covered = {
        year: sd for year, sd in rules.shocks.items() if ((begins <= year) & (ends >= year)).any()
    }
    return Prior(rules.slope_sd_years_per_year, rules.step_sd_scale_years, covered or None)


def change_since(windows: pd.DataFrame, baseline: Period) -> Estimate | None:
    """Change of the gap, years, from the baseline window to the newest of one comparable run.

    None where either isn't given in the run, or the two are one.
    """
    given = windows[(windows["reason"] == "") & windows["gap_years"].notna()]
    spans = list(zip(given["period_start"], given["period_end"], strict=True))
    if baseline not in spans[:-1]:
        return None
    before, after = given.iloc[spans.index(baseline)], given.iloc[-1]
    first, last = ((int(row["period_start"]), int(row["period_end"])) for row in (before, after))
    return change_between(
        first,
        last,
        gaps=(float(before["gap_years"]), float(after["gap_years"])),
        errors=(_gap_error(before), _gap_error(after)),
    )


def _gap_error(row: pd.Series[float]) -> float:
    """Standard error of a gap as told, from its interval: that of a corrected range is no error
    of sampling, and that of restricted deaths is rounded outward."""
    return float(row["upper95_years"] - row["lower95_years"]) / WIDTH_SE


def lead_of(windows: pd.DataFrame) -> float:
    """The part of each year of these windows that lies in the calendar year before."""
    kinds = windows["year_ends"].unique()
    if len(kinds) > 1:
        raise ValueError(f"windows: expected years of one kind, found {sorted(kinds)}")
    return YEAR_LEADS[str(kinds[0])] if len(kinds) else 0.0


def series_of(windows: pd.DataFrame) -> ComparableSeries:
    """The arrays of one comparable run; a side's standard error comes from its interval."""

    def column(name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return windows[name].to_numpy(dtype=np.float64, na_value=np.nan)

    def error(side: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        width = column(f"{side}_upper95_years") - column(f"{side}_lower95_years")
        return np.asarray(width / WIDTH_SE)

    return ComparableSeries(
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
        lead=lead_of(windows),
    )
