"""Simulations that the short calibration tests here and the long ones share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import linregress
from tests.unit.gap.trajectory_cases import rolling

from gapwatch.gap.trend.latent_gap import Prior, condition, system
from gapwatch.gap.trend.mixture import mixture_cdf, mixture_moments
from gapwatch.gap.trend.power import further_windows
from gapwatch.gap.trend.trajectory import gls_trend
from gapwatch.gap.trend.windows import Windows, averaging_matrix


def null_windows(rng, count, series, se=1.0):
    """Five-year means of independent annual errors: no trend at all, shape (series, count)."""
    start, end = rolling(2000, count)
    years = np.arange(2000, end[-1] + 1)
    annual = rng.normal(0, se * np.sqrt(5), (series, len(years)))
    return start, end, annual @ averaging_matrix(start, end, years).T


def sizes(rng, count, series, ordinary_series=4000):
    """Share of null series called a trend at 5%: by gls_trend, and by ordinary regression."""
    start, end, gap = null_windows(rng, count, series)
    se = np.ones(count)
    proper = np.mean([gls_trend(start, end, row, se).p < 0.05 for row in gap])
    ordinary = np.mean([linregress(start, row).pvalue < 0.05 for row in gap[:ordinary_series]])
    return proper, ordinary


@dataclass(frozen=True)
class Drawn:
    """Series drawn from the model itself: chance stated for "target met" and what happened."""

    tail: np.ndarray
    p_target: np.ndarray
    met: np.ndarray


def draw_from_model(rng, series, count=10, se=1.2, year=2035):
    """Latent gaps with slope and tau from their priors, seen through overlapping windows.

    Each series gets its own target, a random distance from its forecast. The model's prior on the
    level is flat, so that is the same as one target and a level that may lie anywhere.
    """
    start, end = rolling(2010, count)
    years = np.arange(2010, year + 1)
    tau = np.abs(rng.normal(0, 0.25, series))
    tau = np.where(tau > 1, 0.5, tau)  # 6 in 100,000 lie beyond the grid
    steps = rng.normal(0, 1, (series, len(years) - 1)) * tau[:, None]
    walk = np.concatenate([np.zeros((series, 1)), np.cumsum(steps, axis=1)], axis=1)
    slope = rng.normal(0, 0.5, (series, 1))
    latent = 12 + slope * (years - 2015) + walk
    H = averaging_matrix(start, end, years)
    error_years = np.arange(2010, end[-1] + 1)
    noise = rng.normal(0, se * np.sqrt(5), (series, len(error_years)))
    gap = latent @ H.T + noise @ averaging_matrix(start, end, error_years).T
    windows = Windows(start, end, gap[0], np.full(count, se))
    at = np.array([year])
    posterior = condition(system(windows, at, at, Prior()), gap, 0.25)
    truth, sd = latent[:, -1], np.sqrt(posterior.var[0])
    centre, spread = mixture_moments(posterior.weight, posterior.mean[:, 0], posterior.var[0])
    target = centre + spread * rng.normal(0, 1.1, series)
    tail = mixture_cdf(posterior.weight, posterior.mean[:, 0], sd, truth)
    return Drawn(tail, posterior.p_below(target), truth <= target)


def called_by_simulation(rng, windows, truth, year, target, series):
    """Share of series around the given true path that the whole monitor calls on track."""
    start, end = windows.start, windows.end
    years = np.arange(start[0], end[-1] + 1)
    annual = rng.normal(0, 1, (series, len(years))) @ averaging_matrix(start, end, years).T
    gap = truth + annual * windows.se * np.sqrt(windows.width)
    at = np.array([year])
    posterior = condition(system(windows, at, at, Prior()), gap, 0.25)
    return float(np.mean(posterior.p_below(target) >= 0.8))


def futures_by_simulation(rng, windows, count, year, target, series):
    """Among futures drawn from the model in which the target is met, the share called on track.

    The future is drawn year by year (walk, slope, sampling errors), by rejection from nothing: the
    joint normal of all annual gaps and annual errors is conditioned on the windows seen.
    """
    both = further_windows(windows, count)
    years = np.arange(both.start[0], max(both.end[-1], year) + 1)
    H = averaging_matrix(both.start, both.end, years)
    n, size = len(windows), len(years)
    at = np.array([year])
    weight = condition(system(windows, at, at, Prior()), windows.gap, 0.25).weight[0]
    drawn = rng.choice(51, size=series, p=weight)
    t = years - years[0]
    gaps, truths = [], []
    for k in np.unique(drawn):
        tau = k / 50
        # Annual gaps with a level so vague that it is flat, then annual sampling errors.
        K = tau**2 * np.minimum.outer(t, t) + 0.25 * np.outer(t, t) + 1e6
        E = windows.se[-1] ** 2 * windows.width[-1] * np.eye(size)
        joint = np.block([[K, np.zeros((size, size))], [np.zeros((size, size)), E]])
        A = np.hstack([H, H])
        S = A[:n] @ joint @ A[:n].T
        gain = joint @ A[:n].T @ np.linalg.inv(S)
        mean = gain @ windows.gap
        cov = joint - gain @ A[:n] @ joint
        values, vectors = np.linalg.eigh((cov + cov.T) / 2)
        root = vectors * np.sqrt(np.clip(values, 0, None))
        z = rng.normal(0, 1, (int(np.sum(drawn == k)), 2 * size))
        state = mean + z @ root.T
        gaps.append(state @ A[n:].T)
        truths.append(state[:, year - years[0]])
    later, truth = np.concatenate(gaps), np.concatenate(truths)
    seen = np.hstack([np.tile(windows.gap, (series, 1)), later])
    posterior = condition(system(both, at, at, Prior()), seen, 0.25)
    called = posterior.p_below(target) >= 0.8
    return float(np.mean(called[truth <= target])), float(np.mean(truth[called] <= target))
