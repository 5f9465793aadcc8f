"""Where each area goes on a tile map: from centroids where they are known, else by name."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from scipy.optimize import linear_sum_assignment

Place = tuple[int, int]
_MARGIN = 1
# More cells than areas, so that an area that stands apart may keep its distance.
_SPARE = 1.3


def from_centroids(centroids: Mapping[str, tuple[float, float]]) -> dict[str, Place]:
    """A row and a column for each area, from the north-west, by its easting and northing in metres.

    Of all layouts on a square grid over the place it is the one whose areas are moved least: the
    sum of squared distances is smallest (the Hungarian method, scipy's linear_sum_assignment).
    """
    codes = sorted(centroids)
    points = np.array([centroids[code] for code in codes], dtype=float)
    low, high = points.min(axis=0), points.max(axis=0)
    wide, tall = np.maximum(high - low, 1.0)
    step = math.sqrt(wide * tall / (_SPARE * len(codes)))
    step = max(step, max(wide, tall) / len(codes))
    columns = round(wide / step) + 1 + 2 * _MARGIN
    rows = round(tall / step) + 1 + 2 * _MARGIN
    while rows * columns < len(codes):
        rows, columns = rows + 1, columns + 1
    middle = (low + high) / 2
    at = [
        (
            middle[0] + (column - (columns - 1) / 2) * step,
            middle[1] - (row - (rows - 1) / 2) * step,
        )
        for row in range(rows)
        for column in range(columns)
    ]
    cost = ((points[:, None, :] - np.array(at)[None, :, :]) ** 2).sum(axis=2) / step**2
    taken = linear_sum_assignment(cost.round(9))[1]
    places = {code: divmod(int(cell), columns) for code, cell in zip(codes, taken, strict=True)}
    top = min(row for row, _ in places.values())
    left = min(column for _, column in places.values())
    return {code: (row - top, column - left) for code, (row, column) in places.items()}


def by_name(names: Mapping[str, str]) -> dict[str, Place]:
    """A row and a column for each area by the alphabet, where nobody knows where it lies."""
    columns = math.ceil(math.sqrt(len(names)))
    ordered = sorted(names, key=lambda code: (names[code], code))
    return {code: divmod(number, columns) for number, code in enumerate(ordered)}
