"""Series and golden numbers that several tests share; the source is docs/methods.md."""

from __future__ import annotations

import numpy as np

from gapwatch.gap.promise import Series, Target

START = np.arange(2010, 2018)
END = START + 4
GAP = np.array([14.0, 13.6, 13.1, 12.9, 12.2, 11.8, 11.5, 11.1])
SE = np.full(8, 1.2)
HALF = Target(gap_years=7.0, year=2035, baseline_gap_years=14.0, baseline_year=2012)

# Westminster, male, 2002-06 to 2010-14, from the ward figures of the Greater London Authority
# ("Life expectancy at birth and age 65 by ward", 2016): eight northern wards, population-weighted,
# against Knightsbridge and Belgravia, and against the other twelve wards (docs/methods.md, pooled).
WARD_START = np.arange(2002, 2011)
NORTH = np.array([
    76.0769834022, 76.7745708852, 77.4273899608, 78.0044140258, 78.6413616393,
    78.7661478178, 79.1422589571, 79.7670251465, 80.3821921991,
])  # fmt: skip
NORTH_SE = np.array([
    0.3493603497, 0.3554201784, 0.3699691867, 0.3737126739, 0.3737049662,
    0.3733732665, 0.3725156793, 0.3728314643, 0.3764621377,
])  # fmt: skip
KNIGHTSBRIDGE = np.array([85.9, 88.6, 90.7, 92.1, 91.8, 92.2, 91.3, 89.1, 89.3])
KNIGHTSBRIDGE_SE = np.array([
    1.4285976794, 1.5816617165, 2.0663645005, 2.321471229, 2.0663645005,
    2.1939178648, 2.1684071919, 1.6837044079, 1.7857470992,
])  # fmt: skip
SOUTH = np.array([
    80.5346593321, 81.3064467593, 82.4489054458, 83.3121755129, 83.3658037203,
    83.5886760957, 83.3966506141, 83.1597990368, 83.3780513769,
])  # fmt: skip
SOUTH_SE = np.array([
    0.3638964764, 0.3827598044, 0.426184566, 0.4643939325, 0.4460015102,
    0.432061058, 0.4261675864, 0.4015045973, 0.4074064825,
])  # fmt: skip


def rolling(first: int, count: int, width: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Start and end of `count` windows of `width` years that roll forward a year at a time."""
    start = np.arange(first, first + count)
    return start, start + width - 1


def gap_only(start, end, gap, se, usable=None) -> Series:
    """A series of which only the gap is published."""
    missing = np.full(len(start), np.nan)
    everywhere = np.ones(len(start), dtype=bool)
    return Series(
        start, end, gap, np.broadcast_to(se, len(start)), missing, missing, missing, missing,
        everywhere if usable is None else usable,
    )  # fmt: skip


def two_sides(worse, worse_se, better, better_se, first: int = 2002) -> Series:
    """A series from its two sides."""
    start, end = rolling(first, len(worse))
    return Series(
        start, end, better - worse, np.hypot(worse_se, better_se),
        worse, worse_se, better, better_se, np.ones(len(start), dtype=bool),
    )  # fmt: skip


PRIMARY = two_sides(NORTH, NORTH_SE, KNIGHTSBRIDGE, KNIGHTSBRIDGE_SE)
NORTH_SOUTH = two_sides(NORTH, NORTH_SE, SOUTH, SOUTH_SE)
PRIMARY_TARGET = Target(
    gap_years=float(PRIMARY.gap[3]) / 2,
    year=2035,
    baseline_gap_years=float(PRIMARY.gap[3]),
    baseline_year=2007,
)
