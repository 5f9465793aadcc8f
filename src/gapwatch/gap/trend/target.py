"""What a verdict is about: promise, lines it is judged by, series, and grounds for giving none."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gapwatch.gap.trend.latent_gap import Limit
from gapwatch.gap.trend.trajectory import Z95
from gapwatch.gap.trend.windows import Floats, Windows, check_order, check_windows, whole_years


@dataclass(frozen=True)
class Thresholds:
    """Where the verdict's lines are drawn; a study may set them, the defaults are the method's.

    `target_met_probability` is the certainty asked before "target met" is said.
    """

    on_track_probability: float = 0.8
    off_track_probability: float = 0.2
    wrong_direction_probability: float = 0.1
    stale_after_years: int = 6
    min_windows: int = 3
    power: float = 0.8
    target_met_probability: float = 0.95

    def __post_init__(self) -> None:
        names = ("on_track", "off_track", "wrong_direction", "target_met")
        values = {f"{n}_probability": getattr(self, f"{n}_probability") for n in names}
        for name, value in {**values, "power": self.power}.items():
            if not 0 < value < 1:
                raise ValueError(f"{name}: expected a probability between 0 and 1, found {value}")
        if self.off_track_probability >= self.on_track_probability:
            raise ValueError(
                f"off_track_probability: expected less than {self.on_track_probability}, "
                f"found {self.off_track_probability}"
            )
        if self.min_windows < 3:  # noqa: PLR2004 - two windows always make a perfect line
            raise ValueError(f"min_windows: expected 3 or more, found {self.min_windows}")
        if self.stale_after_years < 0:
            raise ValueError(
                f"stale_after_years: expected 0 or more, found {self.stale_after_years}"
            )


@dataclass(frozen=True)
class Target:
    """The promise: `gap_years` by calendar year `year`, from `baseline_gap_years` in
    `baseline_year` (the baseline window's midpoint).

    A `share` with the years of the baseline, `baseline_first` to `baseline_last`, says that the
    target is that share of the true mean gap over them, of which `baseline_gap_years` is a
    measurement with standard error `baseline_se_years`: the error is then carried into every
    probability. Without it `gap_years` is taken as it is. `same_series` is False for a baseline
    that was measured on other figures than the windows: no line leads from it to the target.
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

    def makes_sense(self, release_year: int) -> bool:
        """Whether it is below the baseline and its year has not passed: neither V06 nor V04."""
        return self.gap_years < self.baseline_gap_years and release_year <= self.year


@dataclass(frozen=True, eq=False)
class Series:
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
) -> tuple[str, str]:
    """Code and reason of the first ground for no verdict that holds, or two empty strings.

    `usable` is the mask of the whole series. `newest_end`: the end of its newest usable window,
    where `windows` leave that one out to see what it does; the data are no older for that.
    """
    if len(windows) < rules.min_windows:
        withheld = int(np.sum(~usable))
        lost = f" ({withheld} withheld)" if withheld else ""
        found = f"{len(windows)} usable windows{lost}; {rules.min_windows} are needed"
        return "V01", found
    if np.ptp(windows.midpoint) == 0:
        return "V01", "all usable windows have the same midpoint"
    newest = int(windows.end[-1]) if newest_end is None else newest_end
    grounds = (
        (not usable[-1], "V02", "a side of the newest window is withheld"),
        (
            release_year - newest > rules.stale_after_years,
            "V03",
            f"newest window ends in {newest}, over {rules.stale_after_years} years before release",
        ),
        (
            release_year > target.year,
            "V04",
            f"the deadline, {target.year}, has passed",
        ),
        (
            target.gap_years >= target.baseline_gap_years,
            "V06",
            f"target of {target.gap_years:.2f} years, baseline {target.baseline_gap_years:.2f}",
        ),
        (
            windows.gap[-1] + Z95 * windows.se[-1] < 0,
            "V07",
            "the side called worse off now lives longer: the measure needs other sides",
        ),
    )
    return next(((code, reason) for holds, code, reason in grounds if holds), ("", ""))
