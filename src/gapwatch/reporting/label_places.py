"""Where the labels of a map go: inside their areas where they fit, beside the map where not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import LineString, MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry

Point = tuple[float, float]
Size = tuple[float, float]
STEPS = 32


@dataclass(frozen=True)
class Placed:
    """Middles of an area's label, and the lines from the first to the pieces without one.

    `inside` is whether the first stands on its own area.
    """

    spots: tuple[Point, ...]
    joined: tuple[tuple[Point, Point], ...]
    inside: bool


def label_places(
    shapes: Mapping[str, BaseGeometry], sizes: Mapping[str, Size], smallest: float,
    room: tuple[float, float, float, float],
) -> dict[str, Placed]:  # fmt: skip
    """A place for the label of every area, by code, in the units of the shapes.

    Every piece of an area larger than `smallest` carries the label, or a line joins it to one.
    Labels that fit inside no piece stand in `room`, clear of all areas and of each other.
    """
    whole = shapely.union_all(list(shapes.values()))
    taken: list[BaseGeometry] = [whole]
    found = {}
    for code in shapes:
        pieces = _pieces(shapes[code], smallest)
        fits = [inside(piece, sizes[code]) for piece in pieces]
        at = [place for place in fits if place]
        without = [
            middle(piece) for piece, place in zip(pieces, fits, strict=True) if not place
        ]  # fmt: skip
        outside = None if at else _beside(without[0], sizes[code], taken, room)
        if outside:
            taken.append(_box(outside, sizes[code]))
        elif not at:
            # With no room beside the map a label may touch a border: it must stand somewhere.
            at, without = without[:1], without[1:]
        spots = (outside,) if outside else tuple(at)
        lines = tuple((_edge(spots[0], sizes[code], end), end) for end in without)
        found[code] = Placed(spots, lines, inside=not outside)
    return found


def _edge(spot: Point, size: Size, end: Point) -> Point:
    """Where a line from a label's middle leaves the label."""
    outside = LineString([spot, end]).difference(_box(spot, size))
    return end if outside.is_empty else (outside.coords[0][0], outside.coords[0][1])


def _pieces(shape: BaseGeometry, smallest: float) -> list[Polygon]:
    """The pieces that can be seen, largest first; at least one."""
    every = list(shape.geoms) if isinstance(shape, MultiPolygon) else [shape]
    pieces = sorted((p for p in every if isinstance(p, Polygon)), key=lambda p: -p.area)
    return [piece for piece in pieces if piece.area >= smallest] or pieces[:1]


def _box(at: Point, size: Size) -> Polygon:
    return box(at[0] - size[0] / 2, at[1] - size[1] / 2, at[0] + size[0] / 2, at[1] + size[1] / 2)


def _boxes(x: np.ndarray, y: np.ndarray, size: Size) -> np.ndarray:
    return np.asarray(
        shapely.box(x - size[0] / 2, y - size[1] / 2, x + size[0] / 2, y + size[1] / 2)
    )


def _grid(bounds: tuple[float, float, float, float], steps: int) -> tuple[np.ndarray, np.ndarray]:
    left, bottom, right, top = bounds
    x, y = np.meshgrid(np.linspace(left, right, steps), np.linspace(bottom, top, steps))
    return x.ravel(), y.ravel()


def middle(piece: Polygon) -> Point:
    """The point farthest from the border."""
    centre = shapely.maximum_inscribed_circle(piece).coords[0]
    return float(centre[0]), float(centre[1])


def inside(piece: Polygon, size: Size) -> Point | None:
    """A middle for a label of this size within the piece, away from its border; None when none."""
    x, y = _grid(piece.bounds, STEPS)
    shapely.prepare(piece)
    fits = np.asarray(shapely.contains(piece, _boxes(x, y, size)))
    if not fits.any():
        return None
    boxes = _boxes(x[fits], y[fits], size)
    best = int(np.argmax(shapely.distance(boxes, piece.exterior).round(6)))
    return float(x[fits][best]), float(y[fits][best])


def _beside(
    point: Point, size: Size, taken: list[BaseGeometry], room: tuple[float, float, float, float]
) -> Point | None:
    """The nearest place in `room` where a label meets nothing; None when there is none."""
    left, bottom, right, top = room
    bounds = (left + size[0] / 2, bottom + size[1] / 2, right - size[0] / 2, top - size[1] / 2)
    x, y = _grid(bounds, 2 * STEPS)
    boxes = _boxes(x, y, (size[0] * 1.15, size[1] * 1.3))
    free = np.ones(len(x), dtype=bool)
    for other in taken:
        free &= ~np.asarray(shapely.intersects(other, boxes))
    if not free.any():
        return None
    far = np.hypot(x - point[0], y - point[1]).round(6)
    best = int(np.argmin(np.where(free, far, np.inf)))
    return float(x[best]), float(y[best])
