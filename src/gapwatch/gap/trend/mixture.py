"""Mixtures of normal distributions: probabilities, quantiles and scores in closed form."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from gapwatch.gap.trend.windows import Floats

_ROOT_2PI = float(np.sqrt(2.0 * np.pi))


def mixture_moments(weight: Floats, mean: Floats, var: Floats) -> tuple[Floats, Floats]:
    """Mean and standard deviation over the last axis; weights sum to 1 along it."""
    centre = np.sum(weight * mean, axis=-1)
    spread = np.sum(weight * (var + (mean - centre[..., None]) ** 2), axis=-1)
    return centre, np.sqrt(spread)


def mixture_cdf(weight: Floats, mean: Floats, sd: Floats, at: ArrayLike) -> Floats:
    """P(X <= at), the components along the last axis of weight, mean and sd."""
    x = np.asarray(at, dtype=np.float64)[..., None]
    return np.asarray(np.sum(weight * ndtr((x - mean) / sd), axis=-1), dtype=np.float64)


def mixture_quantile(weight: Floats, mean: Floats, sd: Floats, level: ArrayLike) -> Floats:
    """Quantiles of normal mixtures by bracketed Newton steps.

    weight (k,), mean and sd (m, k), level (q,); returns (q, m). A mixture's quantile lies between
    the smallest and the largest of its components' quantiles; that bracket is kept, and a Newton
    step that leaves it is replaced by bisection, so the search cannot fail. Accurate to 1e-11.
    """
    p = np.asarray(level, dtype=np.float64)[:, None]
    z = ndtri(p)[..., None]
    component = mean + z * sd
    low, high = component.min(axis=-1), component.max(axis=-1)
    centre, spread = mixture_moments(weight, mean, sd**2)
    x = np.clip(centre + z[..., 0] * spread, low, high)
    for _ in range(100):
        u = (x[..., None] - mean) / sd
        excess = np.sum(weight * ndtr(u), axis=-1) - p
        low, high = np.where(excess < 0, x, low), np.where(excess > 0, x, high)
        density = np.sum(weight * np.exp(-0.5 * u * u) / sd, axis=-1) / _ROOT_2PI
        step = x - excess / np.maximum(density, np.finfo(np.float64).tiny)
        new = np.where((step >= low) & (step <= high), step, 0.5 * (low + high))
        moved = float(np.max(np.abs(new - x)))
        x = new
        if moved < 1e-12 * (1.0 + float(np.max(np.abs(x)))):
            break
    return x


def mixture_crps(weight: Floats, mean: Floats, var: Floats, observed: float) -> float:
    """Continuous ranked probability score of one normal mixture; 0 is best.

    CRPS = sum_i w_i A(y - m_i, v_i) - 1/2 sum_ij w_i w_j A(m_i - m_j, v_i + v_j) with
    A(m, v) = 2 sqrt(v) phi(m / sqrt(v)) + m (2 Phi(m / sqrt(v)) - 1). weight, mean, var (k,).
    Reference: Grimit, Gneiting, Berrocal & Johnson 2006, Q J R Meteorol Soc 132:2925.
    """
    to_data = np.sum(weight * _absolute_moment(observed - mean, var))
    between = _absolute_moment(np.subtract.outer(mean, mean), np.add.outer(var, var))
    return float(to_data - 0.5 * weight @ between @ weight)


def _absolute_moment(mean: Floats, var: Floats) -> Floats:
    sd = np.sqrt(var)
    u = mean / sd
    density = np.exp(-0.5 * u * u) / _ROOT_2PI
    return np.asarray(2.0 * sd * density + mean * (2.0 * ndtr(u) - 1.0), dtype=np.float64)
