"""Outlines that fit together: cells of a grid whose corners and edges were moved a little.

Neighbours share every point of the edge between them, so cells tile the whole exactly. Points are
whole metres of the British National Grid, out at sea, where no real place lies beneath.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gapwatch.demo.replica.places import Box, Ring

WEST, NORTH, WIDTH, HEIGHT = 630_000, 480_000, 520, 430
BETWEEN = 1  # points on an edge besides its corners; odd, so that one is in the middle
_CORNER, _EDGE = 95, 38
Path = list[tuple[int, int]]


@dataclass(frozen=True)
class Lattice:
    """Edges of a grid of cells: `across[row][column]` from west to east, `down` southward."""

    across: list[list[Path]]
    down: list[list[Path]]

    @classmethod
    def make(cls, rows: int, columns: int, seed: int) -> Lattice:
        """A grid of so many cells, moved by the numbers of a seed."""
        rng = np.random.default_rng(seed)
        grid = np.stack(np.meshgrid(np.arange(columns + 1), np.arange(rows + 1)), axis=-1)
        at = np.array([WEST, NORTH]) + grid * np.array([WIDTH, -HEIGHT])
        corner = at + rng.integers(-_CORNER, _CORNER + 1, at.shape)

        def edge(one: tuple[int, int], other: tuple[int, int]) -> Path:
            share = np.linspace(0, 1, BETWEEN + 2)[1:-1, None]
            inner = corner[one] * (1 - share) + corner[other] * share
            moved = np.rint(inner).astype(int) + rng.integers(-_EDGE, _EDGE + 1, inner.shape)
            return [(int(x), int(y)) for x, y in (corner[one], *moved, corner[other])]

        return cls(
            [[edge((r, c), (r, c + 1)) for c in range(columns)] for r in range(rows + 1)],
            [[edge((r, c), (r + 1, c)) for c in range(columns + 1)] for r in range(rows)],
        )

    def cell(self, row: int, column: int) -> Ring:
        """The outline of one cell, clockwise from its north-west corner."""
        return self.column_of(row, row, column)

    def column_of(self, first: int, last: int, column: int) -> Ring:
        """The outline of cells of one column, from a row to another."""
        east = [point for row in range(first, last + 1) for point in self.down[row][column + 1]]
        west = [point for row in range(first, last + 1) for point in self.down[row][column]]
        return _ring(
            self.across[first][column], east, self.across[last + 1][column][::-1], west[::-1]
        )

    def halves(self, row: int, column: int) -> tuple[Ring, Ring]:
        """A cell cut from the middle of its north edge to the middle of its south edge."""
        middle = BETWEEN // 2 + 1
        north, south = self.across[row][column], self.across[row + 1][column]
        west, east = self.down[row][column], self.down[row][column + 1]
        return (
            _ring(north[: middle + 1], south[middle::-1], west[::-1]),
            _ring(north[middle:], east, south[: middle - 1 : -1]),
        )


def bounds(ring: Ring) -> Box:
    """West, south, east and north of a ring."""
    x, y = [point[0] for point in ring], [point[1] for point in ring]
    return min(x), min(y), max(x), max(y)


def _ring(*paths: Path) -> Ring:
    """Paths one after another, without the points that two of them share."""
    points = [point for path in paths for point in path]
    return tuple(point for number, point in enumerate(points) if point != points[number - 1])
