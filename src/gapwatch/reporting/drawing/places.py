"""Where the labels of a chart go: over no other label, out of no plot, off the marks if it can be.

All boxes are in points from the lower left corner of a figure of 72 dots an inch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.transforms import Bbox

from gapwatch.reporting.drawing.canvas import TIGHT
from gapwatch.reporting.drawing.letters import DPI, Renderer

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.text import Text

    Boxes = np.ndarray[tuple[int, int], np.dtype[np.float64]]

# What it costs to stand on a label, on a mark, on a line, and a point away from what is named.
ON_LABEL, ON_MARK, ON_LINE = 1e6, 40.0, 6.0
STEPS = 28
# Points that labels keep from each other, and from the edge of the plot.
BETWEEN, INSIDE = 2.0, 2.0


def size(artist: Artist) -> tuple[float, float]:
    """Width and height in points of the figure that something stands on."""
    figure = artist.get_figure(root=True)
    if figure is None:
        raise ValueError("artist: expected one on a figure, found none")
    width, height = figure.get_size_inches() * DPI
    return float(width), float(height)


def box(text: Text) -> Bbox:
    """What a text takes, by the same outlines that it is drawn with."""
    return text.get_window_extent(Renderer(*size(text)))


def spread(
    wanted: Sequence[float], heights: Sequence[float], low: float, high: float
) -> list[float]:
    """Middles as near to the `wanted` ones as they can be when no two of the heights overlap.

    They keep their order, lowest first, and stay between `low` and `high` while there is room.
    """
    groups: list[tuple[float, list[int]]] = []  # the bottom of a stack, and what stands in it
    for place in range(len(wanted)):
        held = [place]
        bottom = _bottom(held, wanted, heights, low, high)
        while groups and bottom < groups[-1][0] + sum(heights[one] for one in groups[-1][1]):
            held = groups.pop()[1] + held
            bottom = _bottom(held, wanted, heights, low, high)
        groups.append((bottom, held))
    found = [0.0] * len(wanted)
    for bottom, held in groups:
        above = bottom
        for one in held:
            found[one] = above + heights[one] / 2
            above += heights[one]
    return found


def _bottom(
    held: list[int], wanted: Sequence[float], heights: Sequence[float], low: float, high: float
) -> float:
    """Where a stack begins whose members are, on average, where they want to be."""
    below, starts = 0.0, []
    for one in held:
        starts.append(wanted[one] - heights[one] / 2 - below)
        below += heights[one]
    return max(min(sum(starts) / len(starts), high - below), low)


@dataclass
class Room:
    """What stands in a plot: labels are put where they meet none of it, or as little as can be."""

    axes: Axes
    _labels: list[Bbox] = field(default_factory=list)
    _marks: list[Bbox] = field(default_factory=list)
    _lines: list[Bbox] = field(default_factory=list)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the figure."""
        return size(self.axes)

    @property
    def area(self) -> Bbox:
        """The plot."""
        inside, all_of_it = self.axes.get_position(), np.array(self.size)
        return Bbox([inside.min * all_of_it, inside.max * all_of_it])

    def point(self, x: float, y: float) -> tuple[float, float]:
        """A point of the data; the limits of the axes must be final."""
        (left, right), (low, high) = self.axes.get_xlim(), self.axes.get_ylim()
        area = self.area
        return (
            area.x0 + (x - left) / (right - left) * area.width,
            area.y0 + (y - low) / (high - low) * area.height,
        )

    def mark(self, x: float, low: float, high: float, half: float = 3.5) -> None:
        """An upright mark, such as an interval, `half` a width of so many points."""
        (at, bottom), (_, top) = self.point(x, low), self.point(x, high)
        self._marks.append(Bbox([[at - half, bottom - half], [at + half, top + half]]))

    def line(self, xs: Sequence[float], ys: Sequence[float]) -> None:
        """A line through points of the data."""
        points = np.array([self.point(x, y) for x, y in zip(xs, ys, strict=True)])
        for (x0, y0), (x1, y1) in pairwise(points):
            pieces = max(int(np.hypot(x1 - x0, y1 - y0) // 6), 1)
            for part in range(pieces):
                a, b = part / pieces, (part + 1) / pieces
                across = sorted((x0 + (x1 - x0) * a, x0 + (x1 - x0) * b))
                up = sorted((y0 + (y1 - y0) * a, y0 + (y1 - y0) * b))
                self._lines.append(Bbox([[across[0] - 1, up[0] - 1], [across[1] + 1, up[1] + 1]]))

    def put(self, text: Text, at: tuple[float, float], shift: tuple[float, float]) -> Bbox:
        """Move a text near a point of the data, best at a `shift` in points of its middle.

        Its box is kept clear of everything that is put later.
        """
        own, area = box(text), self.area
        aim = np.add(self.point(*at), shift)
        half = np.array([own.width, own.height]) / 2 + INSIDE
        low, high = np.array(area.min) + half, np.array(area.max) - half
        # A plot that is narrower than the label has it in its middle.
        low, high = np.minimum(low, (low + high) / 2), np.maximum(high, (low + high) / 2)
        grids = [
            np.unique(np.append(np.linspace(a, b, STEPS), min(max(wish, a), b)).round(3))
            for a, b, wish in zip(low, high, aim, strict=True)
        ]
        x, y = (axis.ravel() for axis in np.meshgrid(*grids))
        cost = 0.8 * np.hypot(x - aim[0], y - aim[1])
        for held, weight in (
            (self._labels, ON_LABEL),
            (self._marks, ON_MARK),
            (self._lines, ON_LINE),
        ):
            cost += weight * _met(x, y, half - INSIDE + BETWEEN, held)
        best = int(np.argmin(cost.round(6)))
        found = Bbox.from_bounds(
            x[best] - own.width / 2, y[best] - own.height / 2, own.width, own.height
        )
        _move(text, found.x0 - own.x0, found.y0 - own.y0)
        self._labels.append(found)
        return found


def _met(x: np.ndarray, y: np.ndarray, half: np.ndarray, held: list[Bbox]) -> np.ndarray:
    """How many of the boxes a label meets with its middle at each point."""
    if not held:
        return np.zeros(len(x))
    boxes = np.array([one.extents for one in held])
    apart = (
        (x[:, None] + half[0] <= boxes[:, 0])
        | (x[:, None] - half[0] >= boxes[:, 2])
        | (y[:, None] + half[1] <= boxes[:, 1])
        | (y[:, None] - half[1] >= boxes[:, 3])
    )
    return np.asarray((~apart).sum(axis=1, dtype=np.float64))


def _move(text: Text, right: float, up: float) -> None:
    """Move a text that stands by its figure's own coordinates."""
    (width, height), (x, y) = size(text), text.get_position()
    text.set_position((x + right / width, y + up / height))


def write(axes: Axes, words: str, at: tuple[float, float] = (0, 0), **style: object) -> Text:
    """A text of a chart at a point in points, by its lower left corner unless `style` says else."""
    width, height = size(axes)
    given = {"ha": "left", "va": "bottom", "linespacing": TIGHT, "zorder": 8} | style
    return axes.text(
        at[0] / width,
        at[1] / height,
        words,
        transform=axes.figure.transFigure,
        **given,  # type: ignore[arg-type]
    )


def join(axes: Axes, start: tuple[float, float], end: tuple[float, float], colour: str) -> None:
    """A thin line between two points in points."""
    width, height = size(axes)
    axes.add_artist(
        Line2D(
            [start[0] / width, end[0] / width],
            [start[1] / height, end[1] / height],
            color=colour,
            linewidth=0.8,
            transform=axes.figure.transFigure,
            clip_on=False,
            zorder=7,
        )
    )
