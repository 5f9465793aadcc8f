"""How good has this method been here? Stand at every past window and forecast the later ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from gapwatch.codes import METHODS, NO_CHANGE, PROJECTION, STRAIGHT_LINE
from gapwatch.gap.trend.latent_gap import Prior, System, condition, system
from gapwatch.gap.trend.mixture import mixture_cdf, mixture_crps, mixture_moments
from gapwatch.gap.trend.windows import Floats, Windows, check_windows, error_covariance


@dataclass(frozen=True)
class Forecast:
    """One later window's published gap, forecast from the windows up to `standing_end`.

    `mean`, `sd`, years; `p_narrower` = P(later gap <= gap at standing), `narrower` what happened;
    `crps` in years, 0 is best; `tail` = P(later gap <= what was observed), uniform for a good
    method; `shares_years` when the later window overlaps the newest one stood at.
    """

    method: str
    standing_end: int
    start: int
    end: int
    lead_years: int
    shares_years: bool
    mean: float
    sd: float
    observed: float
    p_narrower: float
    narrower: bool
    crps: float
    tail: float


@dataclass(frozen=True)
class Score:
    """A method's forecasts summed up: shares inside the 50, 80 and 95% intervals, mean continuous
    ranked probability score (years) and mean Brier score of "narrower than today"; lower is better.

    The forecasts overlap in years and share their starting windows: `forecasts` is a count of rows,
    not of independent trials.
    """

    method: str
    forecasts: int
    coverage50: float
    coverage80: float
    coverage95: float
    crps: float
    brier: float


def backtest(
    start: ArrayLike,
    end: ArrayLike,
    gap: ArrayLike,
    se: ArrayLike,
    *,
    minimum: int = 3,
    prior: Prior | None = None,
    lead: float = 0.0,
) -> tuple[Forecast, ...]:
    """Forecast every later window from every past one that has `minimum` windows behind it.

    What is forecast is the published figure: the latent mean over the later window's years plus its
    sampling error, which overlaps with the errors already seen. "projection" is
    `trajectory.project`'s model; "straight line" is `trajectory.gls_trend`'s line extrapolated;
    "no change" repeats the newest figure; the last two carry their exact sampling variance and no
    other. The figures are those of today's series: revisions since are not undone.

    Fewer than `minimum` + 1 windows give an empty tuple. Raises ValueError as
    `windows.check_windows`, and when `minimum` is below 3.

    References: Gneiting & Raftery 2007, J Am Stat Assoc 102:359 (scores); Dawid 1984 (standing at
    each past point).
    """
    if minimum < 3:  # noqa: PLR2004 - a line needs three windows to be tested
        raise ValueError(f"minimum: expected 3 or more, found {minimum}")
    windows = check_windows(start, end, gap, se, minimum=0, lead=lead)
    if len(windows) <= minimum:
        return ()
    model = prior or Prior()
    joint = system(windows, windows.start[:1], windows.start[:1], model)
    errors, _ = error_covariance(windows, model.shock_sd)
    forecasts: list[Forecast] = []
    for known in range(minimum, len(windows)):
        forecasts += _projected(windows, joint, known, model)
        forecasts += _linear(STRAIGHT_LINE, windows, errors, known, _line(windows, errors, known))
        last = np.zeros((len(windows) - known, known))
        last[:, -1] = 1.0
        forecasts += _linear(NO_CHANGE, windows, errors, known, last)
    return tuple(forecasts)


def score(forecasts: Iterable[Forecast], *, disjoint_only: bool = False) -> tuple[Score, ...]:
    """One `Score` a method, in the order of `METHODS`; methods without forecasts are left out.

    `disjoint_only` keeps the later windows that share no year with the newest one stood at: the
    harder and more telling test, as an overlapping window is half known already.
    """
    rows = [f for f in forecasts if not (disjoint_only and f.shares_years)]
    scores = []
    for method in METHODS:
        mine = [f for f in rows if f.method == method]
        if not mine:
            continue
        centred = np.abs(2.0 * np.array([f.tail for f in mine]) - 1.0)
        hit = np.array([f.p_narrower - f.narrower for f in mine])
        scores.append(
            Score(
                method=method,
                forecasts=len(mine),
                coverage50=float(np.mean(centred <= 0.5)),  # noqa: PLR2004 - the level
                coverage80=float(np.mean(centred <= 0.8)),  # noqa: PLR2004
                coverage95=float(np.mean(centred <= 0.95)),  # noqa: PLR2004
                crps=float(np.mean([f.crps for f in mine])),
                brier=float(np.mean(hit**2)),
            )
        )
    return tuple(scores)


def _projected(windows: Windows, joint: System, known: int, model: Prior) -> list[Forecast]:
    later = slice(known, None)
    past = replace(
        joint,
        S=joint.S[:, :known, :known],
        cross=np.concatenate([joint.S[:, :known, later], joint.cross[:, :known, -1:]], axis=2),
        prior_var=np.concatenate(
            [np.diagonal(joint.S, axis1=1, axis2=2)[:, later], joint.prior_var[:, -1:]], axis=1
        ),
        unit=np.append(np.ones(len(windows) - known), 0.0),
    )
    posterior = condition(past, windows.gap[:known], model.tau_scale)
    weight = posterior.weight[0]
    return [
        _forecast(PROJECTION, windows, known, i, (weight, posterior.mean[0, q], posterior.var[q]))
        for q, i in enumerate(range(known, len(windows)))
    ]


def _line(windows: Windows, errors: Floats, known: int) -> Floats:
    """Weights of the known windows in the extrapolated line, shape (later, known)."""
    t = windows.midpoint - windows.midpoint[known - 1]
    X = np.column_stack([np.ones_like(t), t])
    solved = np.linalg.solve(errors[:known, :known], X[:known])
    weights: Floats = X[known:] @ np.linalg.solve(X[:known].T @ solved, solved.T)
    return weights


def _linear(
    method: str, windows: Windows, errors: Floats, known: int, weights: Floats
) -> list[Forecast]:
    mean = weights @ windows.gap[:known]
    seen = np.sum((weights @ errors[:known, :known]) * weights, axis=1)
    shared = np.sum(weights * errors[known:, :known], axis=1)
    var = np.maximum(np.diag(errors)[known:] + seen - 2.0 * shared, 1e-12)
    one = np.ones(1)
    return [
        _forecast(method, windows, known, known + q, (one, mean[q : q + 1], var[q : q + 1]))
        for q in range(len(mean))
    ]


def _forecast(
    method: str, windows: Windows, known: int, later: int, mixture: tuple[Floats, Floats, Floats]
) -> Forecast:
    weight, means, var = mixture
    today, observed = float(windows.gap[known - 1]), float(windows.gap[later])
    below = mixture_cdf(weight, means, np.sqrt(var), [today, observed])
    mean, sd = mixture_moments(weight, means, var)
    standing = int(windows.end[known - 1])
    return Forecast(
        method=method,
        standing_end=standing,
        start=int(windows.start[later]),
        end=int(windows.end[later]),
        lead_years=int(windows.end[later]) - standing,
        shares_years=bool(windows.start[later] <= windows.end[:known].max()),
        mean=float(mean),
        sd=float(sd),
        observed=observed,
        p_narrower=float(below[0]),
        narrower=observed < today,
        crps=mixture_crps(weight, means, var, observed),
        tail=float(below[1]),
    )
