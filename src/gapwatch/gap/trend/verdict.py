"""The verdict on a promise: rules over a trend, a projection and the reasons for silence."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from gapwatch.codes import (
    ANSWERED,
    CANNOT,
    NOTHING,
    OFF_TRACK,
    ON_TRACK,
    TARGET_MET,
    TOO_EARLY,
    WRONG_DIRECTION,
    Coded,
)
from gapwatch.gap.trend.earliest import earliest_verdict_year
from gapwatch.gap.trend.latent_gap import Prior
from gapwatch.gap.trend.pace import (
    NEVER,
    error_beside,
    is_never,
    less_baseline,
    required_pace,
    years_to_target,
)
from gapwatch.gap.trend.power import Answerable, first_answerable
from gapwatch.gap.trend.publication import PublicationClock, PublishedWindow, publication_clock
from gapwatch.gap.trend.sides import closing_by, relative_gap, side_trends
from gapwatch.gap.trend.target import ComparableSeries, Target, refusal
from gapwatch.gap.trend.trajectory import Estimate, Projection, Trend, gls_trend, project
from gapwatch.gap.trend.windows import Windows
from gapwatch.intervals import Z95
from gapwatch.study import Thresholds

__all__ = [
    "NEVER",
    "Assessment",
    "ComparableSeries",
    "PublicationClock",
    "PublishedWindow",
    "Target",
    "Thresholds",
    "assess",
    "classify",
    "is_never",
    "publication_clock",
]


@dataclass(frozen=True)
class Assessment:
    """What may be said about one measure at one release. None: not calculated, never zero.

    `verdict`; `reason`, NOTHING unless the verdict is "cannot calculate".
    `trend`, `worse_trend`, `better_trend`: of the gap and of each side. `projection` is also there
    when the data are stale or the newest window is withheld: it may be shown then, labelled as not
    a verdict.
    Pace in years of gap a year, negative when the gap falls; 95% intervals. Required pace runs from
    the newest window's midpoint `pace_from_year`. `years_to_halve` counts from there to the target;
    `NEVER` (math.inf; see `is_never`) is "never at this pace", 0 is "at or below target already".
    `newest_gap` and `relative_gap` (better / worse) are of the newest usable window, with 95%
    intervals.
    `earliest_verdict_year` is a release year, for a verdict that can't be given now.
    `first_answerable_year` is a release year, given for "too early to tell" only; otherwise
    `first_answerable_reason` says why not. `windows_withheld` counts unusable windows.
    """

    verdict: str
    reason: Coded = NOTHING
    trend: Trend | None = None
    worse_trend: Trend | None = None
    better_trend: Trend | None = None
    closing_by: str = ""
    projection: Projection | None = None
    p_target: float | None = None
    newest_window: tuple[int, int] | None = None
    newest_gap: Estimate | None = None
    windows_used: int = 0
    windows_withheld: int = 0
    pace_from_year: float | None = None
    required_change_per_year: float | None = None
    required_change_lower: float | None = None
    required_change_upper: float | None = None
    achieved_change_per_year: float | None = None
    achieved_change_lower: float | None = None
    achieved_change_upper: float | None = None
    years_to_halve: float | None = None
    years_to_halve_lower: float | None = None
    years_to_halve_upper: float | None = None
    relative_gap: Estimate | None = None
    earliest_verdict_year: int | None = None
    first_answerable_year: int | None = None
    first_answerable_reason: Coded = NOTHING
    answerable: Answerable | None = field(default=None, repr=False)
    covariance_code: str = ""


def assess(
    series: ComparableSeries,
    target: Target,
    thresholds: Thresholds | None = None,
    *,
    release_year: int,
    prior: Prior | None = None,
) -> Assessment:
    """Verdict on one measure at one release, with everything that qualifies it.

    Precedence. "cannot calculate" first, with the code of the first reason that holds:
    V01 fewer than `minimum_windows` usable windows; V02 a side of the newest window is withheld (an
    older answer is not today's); V03 stale: the newest window ends more than `stale_after_years`
    before `release_year`; V04 the deadline has passed; V06 the target is not below the baseline;
    V07 the newest gap's 95% interval lies below zero: the side called worse off is not, which isn't
    said against a target of zero, as that is met then; V08 the target is zero, and a gap of this
    kind is never below it. (V05, a baseline that is withheld, is given where the
    baseline is looked up.) Then `classify`.

    Trend and both sides' trends are given whenever three windows are usable; the projection too,
    unless the deadline or the target makes no sense. `prior` carries the projection's prior and the
    optional pandemic shocks, which the trends then allow for too.

    Raises ValueError for a defect rather than a lack of data: unequal lengths, windows out of order
    or repeated, two vintages, a usable window without gap or standard error, a window that ends
    after `release_year`.
    """
    rules, model = thresholds or Thresholds(), prior or Prior()
    windows, usable = series.checked()
    ends = np.asarray(series.end, dtype=np.float64)
    if ends.size and ends.max() > release_year:
        raise ValueError(
            f"release_year: expected {int(ends.max())} or later, as a window ends then; "
            f"found {release_year}"
        )
    reason = refusal(windows, usable, target, rules, release_year)
    found = replace(
        _describe(series, windows, usable, model),
        earliest_verdict_year=earliest_verdict_year(
            reason,
            release_year=release_year,
            newest_end=int(ends[-1]) if ends.size else None,
            deadline_year=target.year,
        ),
    )
    if found.trend is None:
        return replace(found, reason=reason)
    if target.makes_sense(release_year):
        found = _with_target(found, windows, target, model)
    if reason or found.projection is None:
        return replace(found, reason=reason)
    verdict = classify(
        p_target=found.projection.p_target,
        p_narrowing=found.projection.p_narrowing,
        p_met_now=found.projection.p_met_now,
        thresholds=rules,
    )
    found = replace(found, verdict=verdict, p_target=found.projection.p_target)
    return _answerable(found, windows, target, rules, release_year, model)


def classify(
    *, p_target: float, p_narrowing: float, p_met_now: float, thresholds: Thresholds
) -> str:
    """The verdict that three probabilities give; the first rule that holds.

    1. "target met": P(gap <= target) >= `target_met_probability` (0.95) in the newest observed
       year, and >= `on_track_probability` (0.8) in the deadline year: met with near certainty and
       likely to stay met. Less than both is not called met.
    2. "on track": P(gap in the deadline year <= target) >= `on_track_probability`.
    3. "wrong direction": P(slope < 0) <= `wrong_direction_probability` (0.1). It stands before
       "off track", which would otherwise hide it: a gap that widens is nearly always off track too.
    4. "off track": P(gap in the deadline year <= target) <= `off_track_probability` (0.2).
    5. "too early to tell".
    """
    on_track = p_target >= thresholds.on_track_probability
    if on_track:
        met = p_met_now >= thresholds.target_met_probability
        return TARGET_MET if met else ON_TRACK
    if p_narrowing <= thresholds.wrong_direction_probability:
        return WRONG_DIRECTION
    return OFF_TRACK if p_target <= thresholds.off_track_probability else TOO_EARLY


def _describe(
    series: ComparableSeries, windows: Windows, usable: NDArray[np.bool_], model: Prior
) -> Assessment:
    """What the windows say by themselves, before any target; no trend below three windows."""
    found = Assessment(
        verdict=CANNOT, windows_used=len(windows), windows_withheld=int(np.sum(~usable))
    )
    if not len(windows):
        return found
    found = replace(
        found,
        newest_window=(int(windows.start[-1]), int(windows.end[-1])),
        newest_gap=Estimate(
            float(windows.gap[-1]),
            float(windows.gap[-1] - Z95 * windows.se[-1]),
            float(windows.gap[-1] + Z95 * windows.se[-1]),
        ),
        relative_gap=relative_gap(series),
    )
    if len(windows) < 3 or np.ptp(windows.midpoint) == 0:  # noqa: PLR2004 - no trend from two
        return found
    trend = gls_trend(
        windows.start,
        windows.end,
        windows.gap,
        windows.se,
        lead=windows.lead,
        shock_sd=model.shock_sd,
    )
    worse, better = side_trends(series, windows, model)
    return replace(
        found,
        trend=trend,
        worse_trend=worse,
        better_trend=better,
        closing_by=closing_by(trend, worse, better),
        achieved_change_per_year=trend.slope,
        achieved_change_lower=trend.lower,
        achieved_change_upper=trend.upper,
        covariance_code=trend.covariance_code,
    )


def _with_target(found: Assessment, windows: Windows, target: Target, model: Prior) -> Assessment:
    trend = found.trend
    if trend is None:
        return found
    projection = project(
        windows.start,
        windows.end,
        windows.gap,
        windows.se,
        year=target.year,
        target=target.limit,
        slope_sd_years_per_year=model.slope_sd,
        tau_scale=model.tau_scale,
        lead=windows.lead,
        shock_sd=model.shock_sd,
    )
    midpoint, gap = float(windows.midpoint[-1]), float(windows.gap[-1])
    if midpoint < target.year:
        need = required_pace(
            gap=gap,
            se=_newest_error(windows, target),
            midpoint=midpoint,
            target=target.gap_years,
            deadline=target.year,
        )
        found = replace(
            found,
            required_change_per_year=need.value,
            required_change_lower=need.lower,
            required_change_upper=need.upper,
        )
    line = trend
    if target.share:
        line = less_baseline(trend, target.share, target.baseline_se_years, target.baseline_year)
    halve = years_to_target(line, target.gap_years)
    return replace(
        found,
        projection=projection,
        pace_from_year=midpoint,
        years_to_halve=halve.value,
        years_to_halve_lower=halve.lower,
        years_to_halve_upper=halve.upper,
    )


def _newest_error(windows: Windows, target: Target) -> float:
    """Standard error of the newest gap less its target."""
    se = float(windows.se[-1])
    if not target.share:
        return se
    spans = (
        (int(windows.start[-1]), int(windows.end[-1])),
        (target.baseline_first, target.baseline_last),
    )
    return error_beside(se, target.share, target.baseline_se_years, spans)


def _answerable(
    found: Assessment,
    windows: Windows,
    target: Target,
    rules: Thresholds,
    release_year: int,
    model: Prior,
) -> Assessment:
    """`found` with the first release that can answer, or with the reason why there is none."""
    if found.verdict != TOO_EARLY:
        return replace(found, first_answerable_reason=Coded.of(ANSWERED))
    answer = first_answerable(
        windows,
        year=target.year,
        target=target.limit,
        release_year=release_year,
        on_track_probability=rules.on_track_probability,
        power=rules.power,
        prior=model,
    )
    return replace(
        found,
        first_answerable_year=answer.year,
        first_answerable_reason=answer.reason,
        answerable=answer,
    )
