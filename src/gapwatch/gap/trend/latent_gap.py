"""The model behind a projection: a latent annual gap, observed through averaging windows.

gap_t = level + slope (t - t0) + walk_t, level flat, slope ~ N(0, slope_sd^2), walk a random walk
whose yearly steps have standard deviation tau. A window observes the mean of its years plus a
sampling error. Given tau all is Gaussian, so it is solved exactly for each tau of an even grid and
averaged with the weights the data give each tau: no sampling, no seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from gapwatch.gap.trend.mixture import mixture_cdf
from gapwatch.gap.trend.windows import Floats, Windows, Years, averaging_matrix, error_covariance

TAU_GRID: Floats = np.linspace(0.0, 1.0, 51)
TAU_GRID.flags.writeable = False


@dataclass(frozen=True)
class Prior:
    """Prior of the latent gap: slope in years a year, tau in years; shocks by calendar year."""

    slope_sd: float = 0.5
    tau_scale: float = 0.25
    shock_sd: Mapping[int, float] | None = None

    def __post_init__(self) -> None:
        for name, value in (("slope_sd", self.slope_sd), ("tau_scale", self.tau_scale)):
            if not (np.isfinite(value) and value > 0):
                raise ValueError(f"{name}: expected a finite number above 0, found {value}")


@dataclass(frozen=True)
class Limit:
    """What the gap of a calendar year is held against: gap <= `years` + `share` x a baseline.

    The baseline is the true mean gap over the years `first` to `last` of the windows' own kind. It
    is estimated with the rest of the model, so its error is carried. Without a `share` the limit is
    the fixed number `years`.
    """

    years: float
    share: float = 0.0
    first: int = 0
    last: int = 0

    def __post_init__(self) -> None:
        if not np.isfinite(self.years):
            raise ValueError(f"target: expected finite years, found {self.years}")
        if not 0 <= self.share < 1:
            raise ValueError(f"share: expected 0 or more and below 1, found {self.share}")
        if self.first > self.last:
            raise ValueError(
                f"first, last: expected years in order, found {self.first} to {self.last}"
            )

    def moved(self, change: float) -> Limit:
        """The limit `change` years higher."""
        return replace(self, years=self.years + change)


def as_limit(target: float | Limit) -> Limit:
    """A fixed number of years as a limit; ValueError where it isn't finite."""
    return target if isinstance(target, Limit) else Limit(float(target))


@dataclass(frozen=True, eq=False)
class Posterior:
    """What m series on the same windows say about q quantities, for each of k values of tau.

    `weight` (m, k); `mean` (m, q, k); `var` (q, k), which does not depend on the values observed;
    `slope_mean` (m, k); `slope_var` (k,). `note` says when the covariance had to be repaired.
    """

    weight: Floats
    mean: Floats
    var: Floats
    slope_mean: Floats
    slope_var: Floats
    note: str

    def p_below(self, level: float | Floats, quantity: int = 0) -> Floats:
        """P(quantity <= level), one level or one for each series, shape (m,)."""
        sd = np.sqrt(self.var[quantity])
        at = np.broadcast_to(level, (len(self.weight),))
        return mixture_cdf(self.weight, self.mean[:, quantity], sd, at)

    def p_narrowing(self) -> Floats:
        """P(slope < 0) for each series, shape (m,)."""
        at = np.zeros(len(self.weight))
        return mixture_cdf(self.weight, self.slope_mean, np.sqrt(self.slope_var), at)


@dataclass(frozen=True, eq=False)
class System:
    """Covariances for each tau: `S` (k, n, n) of the windows, `cross` (k, n, q + 1) of windows with
    the q quantities and the slope, `prior_var` (k, q + 1), `unit` (q + 1,) level coefficients."""

    S: Floats
    cross: Floats
    prior_var: Floats
    unit: Floats
    note: str


def system(windows: Windows, start: Years, end: Years, prior: Prior) -> System:
    """`linear_system` of the latent gap averaged over the calendar years start..end, shape (q,)
    each; a calendar year is a window of one year."""
    years = calendar_years(windows, int(start.min()), int(end.max()))
    return linear_system(windows, years, averaging_matrix(start, end, years), prior)


def held_against(windows: Windows, at: Years, limit: Limit, prior: Prior) -> System:
    """`linear_system` of the gap of each calendar year of `at` less the share of the baseline.

    A quantity at or below `limit.years` is a gap at or below the limit.
    """
    first, last = int(at.min()), int(at.max())
    if limit.share:
        first, last = min(first, int(limit.first) - int(windows.lead > 0)), max(last, limit.last)
    years = calendar_years(windows, first, last)
    rows = averaging_matrix(at, at, years)
    if limit.share:
        span = np.array([[limit.first], [limit.last]], dtype=np.int64)
        rows = rows - limit.share * averaging_matrix(span[0], span[1], years, windows.lead)
    return linear_system(windows, years, rows, prior)


def calendar_years(windows: Windows, first: int, last: int) -> Years:
    """Every calendar year of the windows and from `first` to `last`."""
    return np.arange(
        min(int(windows.first_calendar_year.min()), first),
        max(int(windows.end.max()), last) + 1,
        dtype=np.int64,
    )


def linear_system(windows: Windows, years: Years, rows: Floats, prior: Prior) -> System:
    """Set up the windows' covariance and the quantities asked for.

    The quantities are linear in the latent gap: `rows`, shape (q, len(years)), holds their
    coefficients on the gaps of the calendar years `years`, which follow one another and take in all
    of the windows'. On the flat level a quantity has the sum of its row: 1 for a mean gap, 0 for a
    change, 1 - share for a gap less a share of another. A shock belongs to what is observed, not to
    the latent gap.
    """
    walk = np.minimum.outer(years, years) - float(years[0])
    # The level is flat, so the origin of time changes nothing but the rounding: take the middle.
    t = years - float(windows.midpoint.mean())
    H = averaging_matrix(windows.start, windows.end, years, windows.lead)
    G = rows
    tau2 = (TAU_GRID**2)[:, None, None]
    slope2 = prior.slope_sd**2
    R, note = error_covariance(windows, prior.shock_sd)
    Ht, Gt = H @ t, G @ t
    S = tau2 * (H @ walk @ H.T) + slope2 * np.multiply.outer(Ht, Ht) + R
    cross = tau2 * (H @ walk @ G.T) + slope2 * np.multiply.outer(Ht, Gt)
    var = tau2[:, 0] * np.sum((G @ walk) * G, axis=1) + slope2 * Gt**2
    count = len(TAU_GRID)
    slope_cross = np.broadcast_to(slope2 * Ht[:, None], (count, len(windows), 1))
    return System(
        S=S,
        cross=np.concatenate([cross, slope_cross], axis=2),
        prior_var=np.concatenate([var, np.full((count, 1), slope2)], axis=1),
        unit=np.append(G.sum(axis=1), 0.0),
        note=note,
    )


def condition(sys: System, gap: Floats, tau_scale: float) -> Posterior:
    """Condition on observed gaps `gap`, shape (m, n): m series on the same windows.

    With S and 1'S^-1 1 as in docs/methods.md, the level is estimated by generalised least squares
    and its uncertainty is carried (universal kriging); weights over tau are the restricted
    likelihood exp(-(log|S| + log(1'S^-1 1) + y'Py) / 2) times exp(-(tau / tau_scale)^2 / 2).
    """
    y = np.atleast_2d(gap).T
    n, q = y.shape[0], sys.unit.size
    chol = np.linalg.cholesky(sys.S)
    k = len(chol)
    right = np.concatenate(
        [np.ones((k, n, 1)), sys.cross, np.broadcast_to(y, (k, *y.shape))], axis=2
    )
    solved = np.linalg.solve(chol, right)
    one, cross, data = solved[:, :, :1], solved[:, :, 1 : 1 + q], solved[:, :, 1 + q :]
    information = np.sum(one * one, axis=1)
    level = np.sum(one * data, axis=1) / information
    residual = data - one * level[:, None, :]
    log_det = 2.0 * np.sum(np.log(np.diagonal(chol, axis1=1, axis2=2)), axis=1)
    log_weight = -0.5 * (
        log_det[:, None]
        + np.log(information)
        + np.sum(residual**2, axis=1)
        + ((TAU_GRID / tau_scale) ** 2)[:, None]
    )
    weight = np.exp(log_weight - log_weight.max(axis=0))
    weight /= weight.sum(axis=0)
    mean = sys.unit[:, None] * level[:, None, :] + np.swapaxes(cross, 1, 2) @ residual
    missing = sys.unit - np.sum(cross * one, axis=1)
    var = sys.prior_var - np.sum(cross**2, axis=1) + missing**2 / information
    # Nearly exact observations leave a variance that rounding can take below zero.
    var = np.maximum(var, 1e-12)
    return Posterior(
        weight=weight.T,
        mean=mean[:, :-1].transpose(2, 1, 0),
        var=var[:, :-1].T,
        slope_mean=mean[:, -1].T,
        slope_var=var[:, -1],
        note=sys.note,
    )
