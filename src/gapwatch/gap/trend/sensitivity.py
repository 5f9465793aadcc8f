"""What would change the verdict: the same rules under other choices, and the smallest flip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gapwatch.codes import (
    AS_CALCULATED,
    CANNOT,
    NEWEST_GAP,
    PANDEMIC_YEARS,
    SHOCKS,
    TARGET,
    WITHOUT_WINDOW,
    WITHOUT_YEARS,
    Coded,
)
from gapwatch.contracts import YEAR_LEADS
from gapwatch.gap.trend.latent_gap import Limit, Posterior, Prior, condition, held_against, system
from gapwatch.gap.trend.mixture import mixture_moments
from gapwatch.gap.trend.target import ComparableSeries, Target, refusal
from gapwatch.gap.trend.verdict import classify
from gapwatch.gap.trend.windows import Floats, Windows
from gapwatch.study import Thresholds

PANDEMIC_SHOCK_SD = 2.0  # years of gap: wide, so that a shock costs certainty and not level


@dataclass(frozen=True)
class Alternative:
    """One row of the table: under another `choice`, `verdict` and what it rests on.

    `by_numbers` is the verdict that the probabilities alone give. It differs from `verdict` only
    where the release can't be judged (stale data, a withheld side, ...): `verdict` is "cannot
    calculate" then, `reason_code` says why under this very choice, and `by_numbers` may be shown
    only as "what the numbers would say". Both are "cannot calculate", and the numbers None, where
    too few windows are left (V01) or this row's deadline or target makes no sense (V04, V06).
    `newest_gap`: that of the newest usable window under this choice, in years.
    `flips`: `by_numbers` differs from that of the first row, the choice as made.
    """

    choice: Coded
    verdict: str
    reason_code: str
    by_numbers: str
    p_target: float | None
    p_narrowing: float | None
    mean: float | None
    sd: float | None
    flips: bool
    newest_gap: float | None = None


@dataclass(frozen=True)
class Flip:
    """The smallest change of `what` that gives another verdict; None where none tried does.

    `verdict`: what the numbers then say, or say anyway where nothing flips. `limit_down` and
    `limit_up`: the largest decrease and the largest increase really tried, in years, 0 where none
    was; -limit_down <= change_years <= limit_up.
    """

    what: str
    change_years: float | None
    verdict: str
    limit_down: float
    limit_up: float


def sensitivity(
    series: ComparableSeries,
    target: Target,
    thresholds: Thresholds | None = None,
    *,
    release_year: int,
    prior: Prior | None = None,
    other_targets: Mapping[Coded, Target] | None = None,
    other_series: Mapping[Coded, tuple[ComparableSeries, Target]] | None = None,
    pandemic_years: Sequence[int] = PANDEMIC_YEARS,
    pandemic_shock_sd: float = PANDEMIC_SHOCK_SD,
) -> tuple[Alternative, ...]:
    """Re-run the verdict under other choices; the first row is the choice as made.

    Rows, in order: each of `other_targets` (a measured in place of a stated baseline, say); each of
    `other_series` (populations raised by 15%, say), with its own target; without each window in
    turn; where a window covers a pandemic year, without those windows, and with a one-year shock of
    prior standard deviation `pandemic_shock_sd` in each. Every row has the reason code that holds
    under its own choice, first of all V01 where too few windows are left. Only the age of the data
    and a withheld newest window are matters of the release: rows that leave windows out are neither
    older nor withheld for that.

    Raises ValueError as `ComparableSeries.checked`.
    """
    rules, model = thresholds or Thresholds(), prior or Prior()
    windows, usable = series.checked()

    newest_end = int(windows.end[-1]) if len(windows) else None

    def row(choice: Coded, kept: Windows, goal: Target, with_prior: Prior) -> Alternative:
        ground = refusal(kept, usable, goal, rules, release_year, newest_end=newest_end)
        return _row(
            choice, kept, goal, release_year, rules=rules, prior=with_prior, code=ground.code
        )

    rows = [row(Coded(AS_CALCULATED), windows, target, model)]
    rows += [row(choice, windows, goal, model) for choice, goal in (other_targets or {}).items()]
    for choice, (other, goal) in (other_series or {}).items():
        others, other_usable = other.checked()
        code = refusal(others, other_usable, goal, rules, release_year).code
        rows.append(_row(choice, others, goal, release_year, rules=rules, prior=model, code=code))
    everything = np.arange(len(windows))
    for i in everything:
        left_out = Coded.of(
            WITHOUT_WINDOW,
            first=int(windows.start[i]),
            last=int(windows.end[i]),
            year_ends=year_ends_of(windows.lead),
        )
        rows.append(row(left_out, windows.take(everything != i), target, model))
    begins = windows.first_calendar_year
    covered = [y for y in pandemic_years if np.any((begins <= y) & (windows.end >= y))]
    if covered:
        years = ",".join(str(year) for year in covered)
        year = np.array(covered)[:, None]
        touched = np.any((begins <= year) & (windows.end >= year), axis=0)
        shocks = replace(model, shock_sd=dict.fromkeys(covered, pandemic_shock_sd))
        without = windows.take(~touched)
        rows.append(row(Coded.of(WITHOUT_YEARS, years=years), without, target, model))
        rows.append(row(Coded.of(SHOCKS, years=years), windows, target, shocks))
    return tuple(replace(r, flips=r.by_numbers != rows[0].by_numbers) for r in rows)


def year_ends_of(lead: float) -> str:
    """Last day of years of which the part `lead` is in the calendar year before."""
    return next(ends for ends, part in YEAR_LEADS.items() if part == lead)


def smallest_flips(
    series: ComparableSeries,
    target: Target,
    thresholds: Thresholds | None = None,
    *,
    prior: Prior | None = None,
    limit: float = 5.0,
    step: float = 0.1,
) -> tuple[Flip, ...]:
    """The smallest change that gives another verdict by numbers, to the published 0.1 year.

    Two changes, each tried at every multiple of `step` years up to `limit`, both ways: of the
    newest usable window's gap alone, and of the target. A target at or above the baseline is no
    promise to narrow a gap and is not tried; `limit_up` says how far up it went. Adding d to every
    window is the same as taking d off a fixed target, as the level has a flat prior. A target that
    is a share of a baseline moves by itself, the baseline stays; the newest gap, where it is in the
    baseline's years, moves both.

    One row a change, with the smallest size that flips. Where a decrease and an increase of that
    size both flip, the decrease is given and the increase is not mentioned.

    Nothing is tried, and both limits are 0, where the numbers say nothing to start with: fewer
    usable windows than a verdict needs, a target not below the baseline, a deadline before the
    newest window's end. The age of the data is not looked at here.

    Raises ValueError as `ComparableSeries.checked`, and when `limit` is below 0 or `step` not
    above 0.
    """
    if not (step > 0 and limit >= 0):
        raise ValueError(f"limit, step: expected 0 or more and above 0, found {limit}, {step}")
    rules, model = thresholds or Thresholds(), prior or Prior()
    windows, _ = series.checked()
    if not _enough(windows, rules) or not target.makes_sense(int(windows.end.max())):
        return tuple(Flip(what, None, CANNOT, 0.0, 0.0) for what in (NEWEST_GAP, TARGET))
    # Multiples of 0.1 as decimals write them, so that a bound is met exactly.
    size = np.round(np.arange(1, int(limit / step + 1e-9) + 1) * step, 9)
    change = np.concatenate([[0.0], np.column_stack([-size, size]).ravel()])
    gap = np.tile(windows.gap, (len(change), 1))
    gap[:, -1] += change
    against = target.limit
    moved = _posterior(windows, gap, target.year, against, model)
    newest = _verdicts(moved, np.full(len(change), against.years), rules)
    sensible = change[target.gap_years + change < target.baseline_gap_years]
    same = np.tile(windows.gap, (len(sensible), 1))
    level = _posterior(windows, same, target.year, against, model)
    goal = _verdicts(level, against.years + sensible, rules)
    return _first_flip(NEWEST_GAP, change, newest), _first_flip(TARGET, sensible, goal)


def _first_flip(what: str, tried: Floats, verdicts: list[str]) -> Flip:
    """The first of `tried`, which start at 0 and are in order of size, with another verdict."""
    flips = (i for i, verdict in enumerate(verdicts) if verdict != verdicts[0])
    first = next(flips, None)
    return Flip(
        what=what,
        change_years=None if first is None else float(tried[first]),
        verdict=verdicts[first or 0],
        limit_down=max(0.0, float(-tried.min())),
        limit_up=max(0.0, float(tried.max())),
    )


def _enough(windows: Windows, rules: Thresholds) -> bool:
    return len(windows) >= rules.minimum_windows and bool(np.ptp(windows.midpoint) > 0)


def _posterior(windows: Windows, gap: Floats, year: int, limit: Limit, prior: Prior) -> Posterior:
    """Of the deadline year and the newest observed year, in this order, held against a limit."""
    at = np.array([year, windows.end.max()], dtype=np.int64)
    return condition(held_against(windows, at, limit, prior), gap, prior.tau_scale)


def _verdicts(posterior: Posterior, targets: Floats, rules: Thresholds) -> list[str]:
    p_target, p_now = posterior.p_below(targets, 0), posterior.p_below(targets, 1)
    return [
        classify(p_target=float(p), p_narrowing=float(n), p_met_now=float(m), thresholds=rules)
        for p, n, m in zip(p_target, posterior.p_narrowing(), p_now, strict=True)
    ]


def _row(
    choice: Coded,
    kept: Windows,
    goal: Target,
    release_year: int,
    *,
    rules: Thresholds,
    prior: Prior,
    code: str,
) -> Alternative:
    newest = float(kept.gap[-1]) if len(kept) else None
    if not _enough(kept, rules) or not goal.makes_sense(release_year):
        return Alternative(choice, CANNOT, code, CANNOT, None, None, None, None, False, newest)
    limit, at = goal.limit, np.array([goal.year], dtype=np.int64)
    posterior = _posterior(kept, kept.gap[None, :], goal.year, limit, prior)
    by_numbers = _verdicts(posterior, np.array([limit.years]), rules)[0]
    of_gap = posterior
    if limit.share:
        of_gap = condition(system(kept, at, at, prior), kept.gap[None, :], prior.tau_scale)
    mean, sd = mixture_moments(of_gap.weight[0], of_gap.mean[0, 0], of_gap.var[0])
    return Alternative(
        choice=choice,
        verdict=CANNOT if code else by_numbers,
        reason_code=code,
        by_numbers=by_numbers,
        p_target=float(posterior.p_below(limit.years)[0]),
        p_narrowing=float(posterior.p_narrowing()[0]),
        mean=float(mean),
        sd=float(sd),
        flips=False,
        newest_gap=newest,
    )
