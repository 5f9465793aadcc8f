"""What would change the verdict: the same rules under other choices, and the smallest flip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gapwatch.gap.latent import Posterior, Prior, condition, system
from gapwatch.gap.mixture import mixture_moments
from gapwatch.gap.promise import Series, Target, Thresholds
from gapwatch.gap.verdict import CANNOT, classify, refusal
from gapwatch.gap.windows import Floats, Windows

PANDEMIC_YEARS = (2020, 2021)
PANDEMIC_SHOCK_SD = 2.0  # years of gap: wide, so that a shock costs certainty and not level


@dataclass(frozen=True)
class Alternative:
    """One row of the table: under another choice, `verdict` and what it rests on.

    `by_numbers` is the verdict that the probabilities alone give. It differs from `verdict` only
    where the release can't be judged (stale data, a withheld side, ...): `verdict` is "cannot
    calculate" then, and `by_numbers` may be shown only as "what the numbers would say". Both are
    "cannot calculate", and the numbers None, where too few windows are left. `flips`: `by_numbers`
    differs from that of the first row, the choice as made.
    """

    label: str
    verdict: str
    reason_code: str
    by_numbers: str
    p_target: float | None
    p_narrowing: float | None
    mean: float | None
    sd: float | None
    flips: bool


@dataclass(frozen=True)
class Flip:
    """The smallest change of `what` that gives another verdict; None where none up to `limit`."""

    what: str
    change_years: float | None
    verdict: str
    limit: float


def sensitivity(
    series: Series,
    target: Target,
    thresholds: Thresholds | None = None,
    *,
    release_year: int,
    prior: Prior | None = None,
    other_targets: Mapping[str, Target] | None = None,
    other_series: Mapping[str, tuple[Series, Target]] | None = None,
    pandemic_years: Sequence[int] = PANDEMIC_YEARS,
    pandemic_shock_sd: float = PANDEMIC_SHOCK_SD,
) -> tuple[Alternative, ...]:
    """Re-run the verdict under other choices; the first row is the choice as made.

    Rows, in order: each of `other_targets` (a measured in place of a stated baseline, say); each of
    `other_series` (populations raised by 15%, say), with its own target; without each window in
    turn; where a window covers a pandemic year, without those windows, and with a one-year shock of
    prior standard deviation `pandemic_shock_sd` in each. Age of data is a matter of the release,
    so rows that leave windows out keep the full series' reason for "cannot calculate".

    Raises ValueError as `verdict.assess`.
    """
    rules, model = thresholds or Thresholds(), prior or Prior()
    windows, usable = series.checked()

    def row(label: str, kept: Windows, goal: Target, with_prior: Prior) -> Alternative:
        code, _ = refusal(windows, usable, goal, rules, release_year)
        return _row(label, kept, goal, rules=rules, prior=with_prior, code=code)

    rows = [row("as calculated", windows, target, model)]
    rows += [row(label, windows, goal, model) for label, goal in (other_targets or {}).items()]
    for label, (other, goal) in (other_series or {}).items():
        others, other_usable = other.checked()
        code, _ = refusal(others, other_usable, goal, rules, release_year)
        rows.append(_row(label, others, goal, rules=rules, prior=model, code=code))
    everything = np.arange(len(windows))
    for i in everything:
        period = f"{windows.start[i]} to {windows.end[i]}"
        rows.append(row(f"without {period}", windows.take(everything != i), target, model))
    covered = [y for y in pandemic_years if np.any((windows.start <= y) & (windows.end >= y))]
    if covered:
        years = " or ".join(str(year) for year in covered)
        year = np.array(covered)[:, None]
        touched = np.any((windows.start <= year) & (windows.end >= year), axis=0)
        shocks = replace(model, shock_sd=dict.fromkeys(covered, pandemic_shock_sd))
        without = windows.take(~touched)
        rows.append(row(f"without windows that include {years}", without, target, model))
        rows.append(row(f"one-year shocks allowed in {years}", windows, target, shocks))
    return tuple(replace(r, flips=r.by_numbers != rows[0].by_numbers) for r in rows)


def smallest_flips(
    series: Series,
    target: Target,
    thresholds: Thresholds | None = None,
    *,
    prior: Prior | None = None,
    limit: float = 5.0,
    step: float = 0.1,
) -> tuple[Flip, ...]:
    """The smallest change that gives another verdict by numbers, to the published 0.1 year.

    Two changes, each tried at every multiple of `step` years up to `limit`, both ways: of the
    newest window's gap alone, and of the target; a target not below the baseline is not tried.
    Adding d to every window is the same as taking d off the target, as the level has a flat prior.
    Of two equal changes the negative one is given. None when fewer than three windows are usable.
    The age of the data is not looked at here.
    """
    rules, model = thresholds or Thresholds(), prior or Prior()
    windows, _ = series.checked()
    if not _enough(windows, rules):
        return tuple(Flip(what, None, CANNOT, limit) for what in ("newest gap", "target"))
    size = np.arange(1, round(limit / step) + 1) * step
    change = np.concatenate([[0.0], np.column_stack([-size, size]).ravel()])
    gap = np.tile(windows.gap, (len(change), 1))
    gap[:, -1] += change
    moved = _posterior(windows, gap, target.year, model)
    newest = _verdicts(moved, np.full(len(change), target.gap_years), rules)
    level = _posterior(windows, np.tile(windows.gap, (len(change), 1)), target.year, model)
    sensible = target.gap_years + change < target.baseline_gap_years
    goal = _verdicts(level, target.gap_years + change, rules)
    goal = [v if ok else goal[0] for v, ok in zip(goal, sensible, strict=True)]
    return (
        _first_flip("newest gap", change, newest, limit),
        _first_flip("target", change, goal, limit),
    )


def _first_flip(what: str, change: Floats, verdicts: list[str], limit: float) -> Flip:
    for amount, verdict in zip(change, verdicts, strict=True):
        if verdict != verdicts[0]:
            return Flip(what, round(float(amount), 6), verdict, limit)
    return Flip(what, None, verdicts[0], limit)


def _enough(windows: Windows, rules: Thresholds) -> bool:
    return len(windows) >= rules.min_windows and bool(np.ptp(windows.midpoint) > 0)


def _posterior(windows: Windows, gap: Floats, year: int, prior: Prior) -> Posterior:
    """Of the deadline year and the newest observed year, in this order."""
    at = np.array([year, windows.end.max()], dtype=np.int64)
    return condition(system(windows, at, at, prior), gap, prior.tau_scale)


def _verdicts(posterior: Posterior, targets: Floats, rules: Thresholds) -> list[str]:
    p_target, p_now = posterior.p_below(targets, 0), posterior.p_below(targets, 1)
    return [
        classify(p_target=float(p), p_narrowing=float(n), p_met_now=float(m), thresholds=rules)
        for p, n, m in zip(p_target, posterior.p_narrowing(), p_now, strict=True)
    ]


def _row(
    label: str, kept: Windows, goal: Target, *, rules: Thresholds, prior: Prior, code: str
) -> Alternative:
    if not _enough(kept, rules):
        return Alternative(label, CANNOT, code or "V01", CANNOT, None, None, None, None, False)
    posterior = _posterior(kept, kept.gap[None, :], goal.year, prior)
    by_numbers = _verdicts(posterior, np.array([goal.gap_years]), rules)[0]
    mean, sd = mixture_moments(posterior.weight[0], posterior.mean[0, 0], posterior.var[0])
    return Alternative(
        label=label,
        verdict=CANNOT if code else by_numbers,
        reason_code=code,
        by_numbers=by_numbers,
        p_target=float(posterior.p_below(goal.gap_years)[0]),
        p_narrowing=float(posterior.p_narrowing()[0]),
        mean=float(mean),
        sd=float(sd),
        flips=False,
    )
