"""When could "on track" be said, if it were true?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, owens_t

from gapwatch.codes import AFTER_DEADLINE, ALMOST_NEVER_MET, NEVER_SURE, NOTHING, Coded
from gapwatch.gap.trend.latent_gap import Limit, Prior, System, as_limit, condition, held_against
from gapwatch.gap.trend.mixture import mixture_cdf
from gapwatch.gap.trend.publication import centred_end
from gapwatch.gap.trend.windows import Floats, Windows, error_covariance

# Below this chance of meeting the target at all, a rate among the futures that do means little.
LEAST_HIT = 1e-3


@dataclass(frozen=True)
class Answerable:
    """When the question can be answered: `year` a release year, or None with a `reason` of codes.

    `rate_by_year`: for each later release year up to the deadline, the share of futures in which
    the target is truly met that would be called on track by that release's data.
    """

    year: int | None
    reason: Coded
    rate_by_year: dict[int, float]


def first_answerable(
    windows: Windows,
    *,
    year: int,
    target: float | Limit,
    release_year: int,
    on_track_probability: float = 0.8,
    power: float = 0.8,
    prior: Prior | None = None,
) -> Answerable:
    """First release year in which a truly on-track gap would be called on track with `power`.

    "Truly on track" means: the latent gap of calendar year `year` is in truth at or below `target`,
    a fixed number of years or a share of the true mean gap over a baseline (`latent.Limit`).
    Given the windows so far, the model says which futures are possible; in release `release_year` +
    k there are k more windows, each as long as the newest, one year further, with the newest
    standard error. The rate of release k is
    P(called on track with k more windows | gap in `year` <= target, windows so far),
    an assurance in the sense of O'Hagan, Stevens & Campbell 2005. It is averaged over how clearly
    the target is met: a gap that lands exactly on it can never be called in advance at this rate,
    however good the data, because half its futures miss.

    Given tau all is jointly normal and the rate is a bivariate normal probability (Owen's T). One
    approximation: the weights over tau are those of today, not re-estimated with the k windows;
    tests compare with full simulation.

    Releases are tried until the window centred on `year` is out, so the answer may be a year after
    the deadline, and `reason` then says so. Year None with a reason: not even that window reaches
    `power`, or the target is met in fewer than one in a thousand futures.
    """
    model = prior or Prior()
    centred = centred_end(year, int(windows.width[-1]), windows.lead)
    last = max(centred - int(windows.end[-1]), 0)
    goal = _Goal(year, as_limit(target), on_track_probability)
    rates = _rates(windows, last, goal, model) if last else np.empty(0)
    if np.isnan(rates).any():
        return Answerable(None, Coded.of(ALMOST_NEVER_MET), {})
    by_year = {release_year + 1 + k: float(rate) for k, rate in enumerate(rates)}
    return _answer(by_year, power, year)


def _answer(by_year: dict[int, float], power: float, deadline: int) -> Answerable:
    reached = [year for year, rate in by_year.items() if rate >= power]
    if not reached:
        return Answerable(None, Coded.of(NEVER_SURE, deadline=deadline), by_year)
    late = reached[0] > deadline
    reason = Coded.of(AFTER_DEADLINE, deadline=deadline) if late else NOTHING
    return Answerable(reached[0], reason, by_year)


def further_windows(windows: Windows, count: int) -> Windows:
    """The windows with `count` more: the newest's length and standard error, gaps unknown (nan)."""
    step = np.arange(1, count + 1, dtype=np.int64)
    return Windows(
        np.append(windows.start, windows.start[-1] + step),
        np.append(windows.end, windows.end[-1] + step),
        np.append(windows.gap, np.full(count, np.nan)),
        np.append(windows.se, np.full(count, windows.se[-1])),
        windows.lead,
    )


@dataclass(frozen=True)
class _Goal:
    year: int
    limit: Limit
    threshold: float


def _rates(windows: Windows, last: int, goal: _Goal, prior: Prior) -> Floats:
    """The rate with 1 to `last` more windows, shape (last,); nan when the target is out of reach.

    The Cholesky factor of the first windows is the leading block of the factor of all of them, so
    one factor serves every count.
    """
    n = len(windows)
    at = np.array([goal.year], dtype=np.int64)
    joint = held_against(further_windows(windows, last), at, goal.limit, prior)
    now = condition(held_against(windows, at, goal.limit, prior), windows.gap, prior.tau_scale)
    weight, gap_sd = now.weight[0], np.sqrt(now.var[0])
    below = (goal.limit.years - now.mean[0, 0]) / gap_sd
    hit = float(weight @ ndtr(below))
    if hit < LEAST_HIT:
        return np.full(last, np.nan)
    centre, spread, with_gap = _future(joint, windows.gap)
    coefficient, sd = _forecast_weights(joint, n)
    a = coefficient[:, :, n:]
    # (last, j, i): the forecast that component i makes when tau_j is true.
    mean = (coefficient[:, :, :n] @ windows.gap)[:, None, :] + centre @ np.swapaxes(a, 1, 2)
    blend = np.einsum("i,lif->lf", weight, a)
    cov = np.einsum("jfg,lg->ljf", spread, blend) @ np.swapaxes(a, 1, 2)
    critical = _critical(weight, weight @ mean, weight @ cov, sd, goal)
    score_sd = np.sqrt(cov @ weight)
    correlation = (blend @ with_gap.T) / (score_sd * gap_sd)
    h = (critical[:, None] - mean @ weight) / score_sd
    rates: Floats = _both_below(h, np.broadcast_to(below, h.shape), correlation) @ weight / hit
    return rates


def _forecast_weights(joint: System, known: int) -> tuple[Floats, Floats]:
    """Weights of all windows in each component's forecast, (last, k, N), and its sd, (last, k),
    when only the first `known` + 1, + 2, ... windows are there."""
    inverse = np.linalg.inv(np.linalg.cholesky(joint.S))
    one, cross = inverse.sum(axis=2), (inverse @ joint.cross[:, :, :1])[:, :, 0]
    information = np.cumsum(one**2, axis=1)
    missing = joint.unit[0] - np.cumsum(one * cross, axis=1)
    var = joint.prior_var[:, :1] - np.cumsum(cross**2, axis=1) + missing**2 / information
    size = one.shape[1]
    counts = range(known + 1, size + 1)
    weights = np.empty((len(counts), len(one), size))
    for i, m in enumerate(counts):
        pull = (missing[:, m - 1] / information[:, m - 1])[:, None]
        row = cross[:, :m] + one[:, :m] * pull
        weights[i] = (row[:, None, :] @ inverse[:, :m, :])[:, 0]
    return weights, np.sqrt(var[:, known:].T)


def _future(joint: System, known: Floats) -> tuple[Floats, Floats, Floats]:
    """Of the later windows given the known, for each tau: mean (k, f), covariance (k, f, f), and
    covariance with the first quantity (k, f)."""
    n = len(known)
    S, rest = joint.S[:, :n, :n], joint.S[:, :n, n:]
    one = np.ones((len(S), n, 1))
    solved = np.linalg.solve(S, np.concatenate([one, rest], axis=2))
    information = np.sum(solved[:, :, 0], axis=1)
    level = solved[:, :, 0] @ known / information
    mean = level[:, None] + np.einsum("kpf,kp->kf", solved[:, :, 1:], known - level[:, None])
    missing = 1.0 - np.sum(solved[:, :, 1:], axis=1)
    spread = (
        joint.S[:, n:, n:]
        - np.swapaxes(rest, 1, 2) @ solved[:, :, 1:]
        + missing[:, :, None] * missing[:, None, :] / information[:, None, None]
    )
    cross = joint.cross[:, :, 0]
    gap_missing = joint.unit[0] - np.sum(cross[:, :n] * solved[:, :, 0], axis=1)
    with_gap = (
        cross[:, n:]
        - np.einsum("kpf,kp->kf", solved[:, :, 1:], cross[:, :n])
        + missing * (gap_missing / information)[:, None]
    )
    return mean, spread, with_gap


def _critical(weight: Floats, centre: Floats, against: Floats, sd: Floats, goal: _Goal) -> Floats:
    """The blended forecast at which P(gap <= target) is exactly the threshold, shape (last,).

    `centre` (last, k): each component's expected forecast; `against` (last, k): its covariance with
    the blend, along which the forecasts move together.
    """
    score, variance = centre @ weight, against @ weight
    gain = against / variance[:, None]
    low, high = score - 12.0 * np.sqrt(variance), score + 12.0 * np.sqrt(variance)
    for _ in range(40):
        middle = 0.5 * (low + high)
        moved = centre + gain * (middle - score)[:, None]
        enough = (
            mixture_cdf(weight, moved, sd, np.full(len(low), goal.limit.years)) >= goal.threshold
        )
        low, high = np.where(enough, middle, low), np.where(enough, high, middle)
    return np.asarray(0.5 * (low + high), dtype=np.float64)


def _both_below(h: Floats, k: Floats, correlation: Floats) -> Floats:
    """P(X <= h, Y <= k) for standard normals by Owen's T (Owen 1956, Ann Math Stat 27:1075)."""
    r = np.clip(correlation, -1 + 1e-12, 1 - 1e-12)
    root = np.sqrt(1.0 - r * r)
    h, k = (np.where(x == 0, 1e-300, x) for x in (h, k))
    with np.errstate(over="ignore"):  # an infinite argument is the right one at h or k = 0
        tail = owens_t(h, (k - r * h) / (h * root)) + owens_t(k, (h - r * k) / (k * root))
    opposite = np.where(h * k < 0, 0.5, 0.0)
    return np.asarray(0.5 * (ndtr(h) + ndtr(k)) - tail - opposite, dtype=np.float64)


def path_answerable(
    windows: Windows,
    true_gap: ArrayLike,
    *,
    year: int,
    target: float | Limit,
    release_year: int,
    on_track_probability: float = 0.8,
    power: float = 0.8,
    prior: Prior | None = None,
) -> Answerable:
    """First release year in which a gap on one given true path is called on track with `power`.

    `true_gap` (n + f,): the true means of the n windows so far and of the f that follow, one more a
    year, as in `first_answerable`. Unlike there the observed gaps are not used: this plans a
    monitor, or tests one. Rates are those of `called_on_track_rate`, from release `release_year`
    on.
    """
    truth = np.asarray(true_gap, dtype=np.float64)
    n = len(windows)
    by_year = {
        release_year + k: called_on_track_rate(
            further_windows(windows, k),
            truth[: n + k],
            year=year,
            target=target,
            on_track_probability=on_track_probability,
            prior=prior,
        )
        for k in range(len(truth) - n + 1)
    }
    return _answer(by_year, power, year)


def called_on_track_rate(
    windows: Windows,
    true_gap: ArrayLike,
    *,
    year: int,
    target: float | Limit,
    on_track_probability: float = 0.8,
    prior: Prior | None = None,
) -> float:
    """How often a gap that truly takes the values `true_gap` in its windows is called on track.

    `true_gap` (n,) replaces the observed gaps; only sampling errors, with the overlap covariance,
    are random. The forecast's own direction of variation is followed exactly, weights over tau
    included, and all other variation enters the weights by its expectation; tests compare with full
    simulation. A gap whose path ends exactly on the target is called on track in a small share of
    cases for ever: this function shows how small.
    """
    model = prior or Prior()
    truth = np.asarray(true_gap, dtype=np.float64)
    at, limit = np.array([year], dtype=np.int64), as_limit(target)
    sys = held_against(windows, at, limit, model)
    R, _ = error_covariance(windows, model.shock_sd)
    inverse = np.linalg.inv(sys.S)
    ones = inverse.sum(axis=2)
    P = inverse - ones[:, :, None] * ones[:, None, :] / ones.sum(axis=1)[:, None, None]
    unit = condition(sys, np.eye(len(windows)), model.tau_scale)
    centre = condition(sys, truth, model.tau_scale)
    a = centre.weight[0] @ unit.mean[:, 0, :].T
    direction = R @ a / np.sqrt(a @ R @ a)
    z = np.linspace(-8.0, 8.0, 401)
    along = condition(sys, truth + z[:, None] * direction, model.tau_scale)
    noise = np.einsum("kij,ji->k", P, R - np.multiply.outer(direction, direction))
    weight = along.weight * np.exp(-0.5 * (noise - noise.min()))
    weight /= weight.sum(axis=1, keepdims=True)
    p = mixture_cdf(weight, along.mean[:, 0], np.sqrt(along.var[0]), np.full(z.size, limit.years))
    return _share_above(z, p - on_track_probability)


def _share_above(z: Floats, excess: Floats) -> float:
    """Standard normal probability of the z where `excess` >= 0, crossings by straight lines."""
    total = float(ndtr(z[0])) if excess[0] >= 0 else 0.0
    for i in range(len(z) - 1):
        left, right = excess[i], excess[i + 1]
        ends = [z[i], z[i + 1]]
        if left < 0 and right < 0:
            continue
        if left < 0 or right < 0:
            ends[0 if left < 0 else 1] = z[i] + (z[i + 1] - z[i]) * left / (left - right)
        total += float(ndtr(ends[1]) - ndtr(ends[0]))
    return total
