"""Averaging windows: checks, overlap, and the covariance that overlap brings with it.

Published life expectancies are means over windows of several years that roll forward one year at a
time. Two windows that share years share deaths, so their sampling errors are correlated. Everything
that reads a trend from such a series has to start here.

On the scale of time a whole number is the middle of that calendar year. A window from year `start`
to year `end`, both included, has its midpoint at (start + end) / 2: 2010 to 2014 at 2012, which is
the middle of 2012; 2010 to 2013 at 2011.5, the turn from 2011 to 2012.

Years need not be calendar years. `lead` is the part of each year of a window that lies in the
calendar year before the one that it is called by: 0 for calendar years, 0.5 for years to 30 June.
The year to June 2024 has its midpoint at 2023.5, which is 1 January 2024.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gapwatch.codes import COVARIANCE_WIDENED

Floats = NDArray[np.float64]
Years = NDArray[np.int64]

# Rolling five-year windows have a smallest eigenvalue of 0.03 at 15 windows and 0.007 at 40; only
# windows that repeat one another (three single years and the three-year mean of them) fall below.
SINGULAR_BELOW = 1e-3
# Published figures that ought to agree exactly differ by rounding and by the life table's own
# curvature: a fifth of a standard error is ample for both.
EXTRA_VARIANCE_SHARE = 0.05


@dataclass(frozen=True, eq=False)
class Windows:
    """Checked windows of one series: whole years `start` <= `end`, `gap` and `se` in years.

    `lead`: the part of each year that lies in the calendar year before, the same for all.
    """

    start: Years
    end: Years
    gap: Floats
    se: Floats
    lead: float = 0.0

    @property
    def midpoint(self) -> Floats:
        """(start + end) / 2 - lead, where a whole number is the middle of that calendar year."""
        return (self.start + self.end) / 2.0 - self.lead

    @property
    def first_calendar_year(self) -> Years:
        """The first calendar year that each window covers, or covers a part of."""
        return first_calendar_year(self.start, self.lead)

    @property
    def width(self) -> Years:
        """Length of each window in years."""
        return self.end - self.start + 1

    def __len__(self) -> int:
        return len(self.start)

    def take(self, index: ArrayLike) -> Windows:
        """The windows at `index` (positions or a mask), order kept."""
        i = np.asarray(index)
        return replace(self, start=self.start[i], end=self.end[i], gap=self.gap[i], se=self.se[i])


def check_windows(
    start: ArrayLike,
    end: ArrayLike,
    gap: ArrayLike,
    se: ArrayLike,
    *,
    minimum: int = 3,
    lead: float = 0.0,
) -> Windows:
    """Check one series of windows and return it as arrays of shape (n,).

    Order is by end year, then start year, strictly: that refuses repeated windows and still lets
    one-, three- and five-year windows stand together.

    Raises
    ------
    ValueError
        unequal lengths, fewer than `minimum` windows, years that are not whole numbers, an end
        before its start, windows out of order or repeated, a gap that is not finite, a standard
        error that is missing, zero or negative, a `lead` outside 0 to 1. The message names
        argument, expected and found.
    """
    if not 0 <= lead < 1:
        raise ValueError(f"lead: expected a part of a year, 0 or more and below 1, found {lead}")
    first, last = whole_years("start", start), whole_years("end", end)
    value, error = _vector("gap", gap), _vector("se", se)
    sizes = {"start": first.size, "end": last.size, "gap": value.size, "se": error.size}
    if len(set(sizes.values())) != 1:
        raise ValueError(f"start, end, gap, se: expected equal lengths, found {sizes}")
    if first.size < minimum:
        raise ValueError(f"start: expected {minimum} or more windows, found {first.size}")
    for name, bad, expected, shown in (
        ("end", last < first, "an end no earlier than its start", last),
        ("gap", ~np.isfinite(value), "finite years", value),
        ("se", ~(np.isfinite(error) & (error > 0)), "finite standard errors above 0", error),
    ):
        if bad.any():
            i = int(np.argmax(bad))
            raise ValueError(
                f"{name}: expected {expected}, found {shown[i]} in window {i} "
                f"({first[i]} to {last[i]})"
            )
    check_order(first, last)
    return Windows(first, last, value, error, lead)


def check_order(start: Years, end: Years) -> None:
    """Refuse windows that are repeated or not sorted by end year, then start year (ValueError)."""
    keys = list(zip(end.tolist(), start.tolist(), strict=True))
    for earlier, later in itertools.pairwise(keys):
        if later <= earlier:
            fault = "repeated window" if later == earlier else "window out of order"
            raise ValueError(
                "start, end: expected distinct windows sorted by end year, then start year; "
                f"found {fault} {later[1]} to {later[0]} after {earlier[1]} to {earlier[0]}"
            )


def whole_years(name: str, value: ArrayLike) -> Years:
    """`value` as a one-dimensional array of whole years; ValueError naming `name` otherwise."""
    years = _vector(name, value)
    bad = ~(np.isfinite(years) & (years == np.round(years)))
    if bad.any():
        raise ValueError(f"{name}: expected whole years, found {years[bad][0]}")
    return years.astype(np.int64)


def _vector(name: str, value: ArrayLike) -> Floats:
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: expected numbers, found {value!r}") from error
    if array.ndim != 1:
        raise ValueError(f"{name}: expected one dimension, found shape {array.shape}")
    return array


def overlap_correlation(start: ArrayLike, end: ArrayLike) -> Floats:
    """Correlation of the sampling errors of means over windows, shape (n, n).

    c_ij = overlap_ij / sqrt(w_i w_j), overlap and widths w in years: exact for means of independent
    annual errors of equal variance, whatever mixture of window lengths.
    """
    a, b = whole_years("start", start), whole_years("end", end)
    shared = np.minimum.outer(b, b) - np.maximum.outer(a, a) + 1
    width = (b - a + 1).astype(np.float64)
    correlation: Floats = np.clip(shared, 0, None) / np.sqrt(np.multiply.outer(width, width))
    return correlation


def first_calendar_year(start: Years, lead: float) -> Years:
    """The first calendar year of which windows that begin with year `start` cover any part."""
    return start - int(lead > 0)


def averaging_matrix(start: Years, end: Years, years: Years, lead: float = 0.0) -> Floats:
    """H, shape (n, len(years)): row i averages values of calendar years over window i.

    A year of a window has its part `lead` in the calendar year before.
    """
    here = (years >= start[:, None]) & (years <= end[:, None])
    before = (years >= start[:, None] - 1) & (years <= end[:, None] - 1)
    width: Floats = (end - start + 1).astype(np.float64)
    return ((1.0 - lead) * here + lead * before) / width[:, None]


def error_covariance(
    windows: Windows, shock_sd: Mapping[int, float] | None = None
) -> tuple[Floats, str]:
    """Covariance of what the windows observe around the latent gap, shape (n, n), and a code.

    R_ij = s_i s_j c_ij with c from `overlap_correlation`. Where the windows repeat one another
    (smallest eigenvalue of c below 0.001), 5% of each window's variance is added to the diagonal
    and the code says so. Since the assumed covariance is then the true one plus a positive matrix,
    a reported standard error can only be too large, never too small.

    `shock_sd` maps a calendar year to the prior standard deviation, in years of gap, of a one-year
    excess in that year (2020 and 2021, say): R gains H D H' with D their variances, so that a shock
    that enters and leaves windows is not read as change. Years outside all windows do nothing.
    """
    correlation = overlap_correlation(windows.start, windows.end)
    code = ""
    if float(np.linalg.eigvalsh(correlation)[0]) < SINGULAR_BELOW:
        correlation = correlation + EXTRA_VARIANCE_SHARE * np.eye(len(windows))
        code = COVARIANCE_WIDENED
    covariance = np.multiply.outer(windows.se, windows.se) * correlation
    if shock_sd:
        covariance = covariance + _shock_covariance(windows, shock_sd)
    return covariance, code


def _shock_covariance(windows: Windows, shock_sd: Mapping[int, float]) -> Floats:
    years = whole_years("shock_sd", sorted(shock_sd))
    sd = np.array([float(shock_sd[int(year)]) for year in years])
    if not np.all(np.isfinite(sd) & (sd >= 0)):
        raise ValueError(f"shock_sd: expected finite values of 0 or more, found {dict(shock_sd)}")
    H = averaging_matrix(windows.start, windows.end, years, windows.lead)
    return np.asarray((H * sd**2) @ H.T, dtype=np.float64)
