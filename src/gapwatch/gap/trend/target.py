"""What a verdict is about: promise, series, and grounds for giving none."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gapwatch.codes import (
    DEADLINE_PASSED,
    NEVER_ZERO,
    NOTHING,
    SIDE_WITHHELD,
    SIDES_EXCHANGED,
    STALE,
    TARGET_NOT_BELOW,
    TOO_FEW_WINDOWS,
    Coded,
)
from gapwatch.contracts import DECIMALS
from gapwatch.gap.trend.latent_gap import Limit
from gapwatch.gap.trend.windows import Floats, Windows, check_order, check_windows, whole_years
from gapwatch.intervals import Z95
from gapwatch.study import Thresholds


@dataclass(frozen=True)
class Target:
    """The promise: `gap_years` by calendar year `year`, from `baseline_gap_years` in
    `baseline_year` (the baseline window's midpoint).

    A `share` with the years of the baseline, `baseline_first` to `baseline_last`, says that the
    target is that share of the true mean gap over them, of which `baseline_gap_years` is a
    measurement with standard error `baseline_se_years`: the error is then carried into every
    probability. Without it `gap_years` is taken as it is. `same_series` is False for a baseline
    that was measured on other figures than the windows: no line leads from it to the target.

    A gap of exactly zero has no probability, and is never asked for. A target of zero is met by a
    gap at or below zero, as any target is by a gap at or below it. `never_below_zero` says that the
    gap is none that could be: a range of areas is above zero by its making.
    """

    gap_years: float
    year: int
    baseline_gap_years: float
    baseline_year: float
    share: float = 0.0
    baseline_first: int = 0
    baseline_last: int = 0
    baseline_se_years: float = 0.0
    same_series: bool = True
    never_below_zero: bool = False

    def __post_init__(self) -> None:
        for name in ("gap_years", "year", "baseline_gap_years", "baseline_year"):
            if not math.isfinite(getattr(self, name)):
                raise ValueError(f"{name}: expected a finite number, found {getattr(self, name)}")
        if int(self.year) != self.year:
            raise ValueError(f"year: expected a whole year, found {self.year}")
        if not self.baseline_se_years >= 0:
            raise ValueError(
                f"baseline_se_years: expected 0 or more, found {self.baseline_se_years}"
            )
        if self.year <= self.baseline_year:
            raise ValueError(
                f"year: expected a deadline after the baseline ({self.baseline_year}), "
                f"found {self.year}"
            )

    @property
    def limit(self) -> Limit:
        """What the gap of the deadline year is held against."""
        if not self.share:
            return Limit(self.gap_years)
        return Limit(0.0, self.share, self.baseline_first, self.baseline_last)

    @property
    def unreachable(self) -> bool:
        """Whether no gap of this kind could ever meet it."""
        return self.never_below_zero and self.gap_years <= 0

    @property
    def eliminates(self) -> bool:
        """Whether nothing is to be left of the gap: then one that turned round has met it."""
        return self.gap_years <= 0

    def makes_sense(self, release_year: int) -> bool:
        """Whether it is below the baseline, its year has not passed, and a gap of the kind could
        meet it: none of V06, V04 and V08."""
        below = self.gap_years < self.baseline_gap_years
        return below and release_year <= self.year and not self.unreachable


@dataclass(frozen=True, eq=False)
class ComparableSeries:
    """One comparable segment of a measure: arrays of shape (n,), sorted by end, then start year.

    `gap` = better - worse, years, with standard error `se`; each side's value and standard error.
    `usable` is False where a side is withheld; the other numbers of that window are then not read.
    `vintage`, optional, labels the basis of each window: two labels in one series are refused.
    `lead` is the part of each year that lies in the calendar year before, as in `Windows`.
    """

    start: ArrayLike
    end: ArrayLike
    gap: ArrayLike
    se: ArrayLike
    worse: ArrayLike
    worse_se: ArrayLike
    better: ArrayLike
    better_se: ArrayLike
    usable: ArrayLike
    vintage: ArrayLike | None = None
    lead: float = 0.0

    def of_usable(self, values: ArrayLike) -> Floats:
        """One of this series' columns at its usable windows."""
        column: Floats = np.asarray(values, dtype=np.float64)
        usable: NDArray[np.bool_] = np.asarray(self.usable, dtype=bool)
        return column[usable]

    def checked(self) -> tuple[Windows, NDArray[np.bool_]]:
        """The usable windows, and the mask of all. Raises ValueError as `windows.check_windows`."""
        first, last = whole_years("start", self.start), whole_years("end", self.end)
        usable = np.asarray(self.usable, dtype=bool)
        sizes = {"start": first.size, "end": last.size, "usable": usable.size} | {
            name: np.size(getattr(self, name))
            for name in ("gap", "se", "worse", "worse_se", "better", "better_se")
        }
        if self.vintage is not None:
            sizes["vintage"] = np.size(self.vintage)
        if len(set(sizes.values())) != 1:
            raise ValueError(f"series: expected equal lengths, found {sizes}")
        check_order(first, last)
        labels = [] if self.vintage is None else sorted({str(v) for v in np.ravel(self.vintage)})
        if len(labels) > 1:
            raise ValueError(f"vintage: expected one basis in a series, found {labels}")
        gap, se = self.of_usable(self.gap), self.of_usable(self.se)
        windows = check_windows(first[usable], last[usable], gap, se, minimum=0, lead=self.lead)
        return windows, usable


def refusal(
    windows: Windows,
    usable: NDArray[np.bool_],
    target: Target,
    rules: Thresholds,
    release_year: int,
    *,
    newest_end: int | None = None,
) -> Coded:
    """The first ground for no verdict that holds, with what was found; NOTHING where none does.

    `usable` is the mask of the whole series. `newest_end`: the end of its newest usable window,
    where `windows` leave that one out to see what it does; the data are no older for that.
    """
    if len(windows) < rules.minimum_windows:
        return Coded.of(
            TOO_FEW_WINDOWS,
            usable=len(windows),
            withheld=int(np.sum(~usable)),
            needed=rules.minimum_windows,
        )
    if np.ptp(windows.midpoint) == 0:
        return Coded.of(TOO_FEW_WINDOWS, midpoints=1)
    newest = int(windows.end[-1]) if newest_end is None else newest_end
    grounds = (
        (not usable[-1], Coded.of(SIDE_WITHHELD)),
        (
            release_year - newest > rules.stale_after_years,
            Coded.of(STALE, newest=newest, stale_after=rules.stale_after_years),
        ),
        (release_year > target.year, Coded.of(DEADLINE_PASSED, deadline=target.year)),
        (
            target.gap_years >= target.baseline_gap_years,
            Coded.of(
                TARGET_NOT_BELOW,
                target=round(target.gap_years, DECIMALS),
                baseline=round(target.baseline_gap_years, DECIMALS),
            ),
        ),
        (
            not target.eliminates and windows.gap[-1] + Z95 * windows.se[-1] < 0,
            Coded.of(SIDES_EXCHANGED),
        ),
        (target.unreachable, Coded.of(NEVER_ZERO)),
    )
    return next((ground for holds, ground in grounds if holds), NOTHING)
