"""The smallest effect that could be seen, before anybody looks for one."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gapwatch.initiatives import codes
from gapwatch.initiatives.panel import IndicatorPanel, Window, windows
from gapwatch.initiatives.placebo import BeforeAndAfter, effects, power, sets_of, smallest, spread


@dataclass(frozen=True)
class Detectable:
    """What could be seen of a change in `areas` areas against others, by placebo areas.

    `before` and `after` are the windows that were tried; `smallest` and `stated` are relative
    changes as shares, `sd` that of the log ratio. `reason` is "" where they are given.
    """

    areas: int
    areas_compared: int
    before: Window
    after: Window
    sign: int
    sets: int = 0
    placebos: str = "none"
    sd: float | None = None
    count_a_year: float | None = None
    smallest: float | None = None
    power: float | None = None
    reason: str = ""


def placebo_sd(counts: BeforeAndAfter, size: int, seed: int) -> float:
    """Standard deviation of the effects of all sets of `size` areas against the rest of them.

    The counts must hold no effect: nothing happened, or what did was taken out. NaN where fewer
    than two sets have counts above 0 on both sides.
    """
    return spread(effects(counts, sets_of(len(counts), size, seed).members))


def detect(
    panel: IndicatorPanel,
    areas: list[int],
    size: int,
    before: Window,
    after: Window,
    sign: int,
    seed: int,
    stated_log: float | None = None,
) -> Detectable:
    """What could be seen in any `size` of the areas, given by their places in the panel.

    Where the years after aren't known yet, both windows are moved back by as many years as are
    lacking: windows of these lengths are what will be compared.
    """
    back = max(0, after[1] - panel.newest)
    before, after = ((first - back, last - back) for first, last in (before, after))
    found = windows(panel, before, after, areas)
    compared = len(areas) - size
    if isinstance(found, str):
        return Detectable(size, compared, before, after, sign, reason=found)
    if compared < 1:
        return Detectable(size, compared, before, after, sign, reason=codes.TOO_FEW_AREAS)
    return of_counts(
        found.counts,
        size,
        before,
        after,
        sign,
        seed,
        stated_log,
        years=len(found.after),
    )


def of_counts(
    counts: BeforeAndAfter,
    size: int,
    before: Window,
    after: Window,
    sign: int,
    seed: int,
    stated_log: float | None,
    *,
    years: int,
) -> Detectable:
    """The same from counts that hold no effect; `years` is how many years the second window has."""
    sets = sets_of(len(counts), size, seed)
    sd = placebo_sd(counts, size, seed)
    compared = len(counts) - size
    if math.isnan(sd):
        return Detectable(size, compared, before, after, sign, reason=codes.ZERO_COUNT)
    mean = float(counts.after.sum()) * size / len(counts) / years
    return Detectable(
        size,
        compared,
        before,
        after,
        sign,
        sets=len(sets.members),
        placebos="exact" if sets.exact else "seeded",
        sd=sd,
        count_a_year=mean,
        smallest=smallest(sd, sign),
        power=None if stated_log is None else power(stated_log, sd),
    )


def without_effect(
    counts: BeforeAndAfter, treated: np.ndarray, log_effect: float
) -> BeforeAndAfter:
    """The counts as they would be had the areas that are marked not changed by `log_effect`."""
    after = np.where(treated, counts.after * math.exp(-log_effect), counts.after)
    return BeforeAndAfter(counts.before, counts.people_before, after, counts.people_after)
