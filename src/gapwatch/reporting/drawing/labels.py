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
    """Middles of an area's label and of its sign alone, and lines from the first label to pieces.

    `inside` is whether the first label stands on its own area.
    """

    spots: tuple[Point, ...]
    signs: tuple[Point, ...]
    joined: tuple[tuple[Point, Point], ...]
    inside: bool


def label_places(
    shapes: Mapping[str, BaseGeometry],
    sizes: Mapping[str, Size],
    signs: Mapping[str, Size],
    smallest: float,
    room: tuple[float, float, float, float],
) -> dict[str, Placed]:
    """A place for the label of every area, by code, in the units of the shapes.

    Every piece of an area larger than `smallest` carries the label or its sign, where the area
    has one in `signs`, or a line joins it to the label. Labels that fit inside no piece stand in
    `room`, clear of all areas and of each other.
    """
    taken: list[BaseGeometry] = [shapely.union_all(list(shapes.values()))]
    found = {}
    for code, shape in shapes.items():
        pieces = _pieces(shape, smallest)
        spots = [inside(piece, sizes[code]) for piece in pieces]
        bare = [piece for piece, spot in zip(pieces, spots, strict=True) if not spot]
        at = [spot for spot in spots if spot]
        outside = None if at else _beside(middle(bare[0]), sizes[code], taken, room)
        joined = [middle(bare.pop(0))] if not at else []
        if outside:
            taken.append(_box(outside, sizes[code]))
            at = [outside]
        elif not at:
            # With no room beside the map a label may touch a border: it must stand somewhere.
            at, joined = joined, []
        marks = [inside(piece, signs[code]) if code in signs else None for piece in bare]
        joined += [middle(p) for p, mark in zip(bare, marks, strict=True) if not mark]
        lines = tuple((_edge(at[0], sizes[code], end), end) for end in joined)
        found[code] = Placed(tuple(at), tuple(m for m in marks if m), lines, inside=not outside)
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
    room = shapely.distance(_boxes(x[fits], y[fits], size), piece.exterior)
    # Where a label is as far from the border at many places, the middle of them.
    room += 0.1 * shapely.distance(shapely.points(x[fits], y[fits]), piece.exterior)
    room -= 0.01 * np.hypot(x[fits] - piece.centroid.x, y[fits] - piece.centroid.y)
    best = int(np.argmax(room.round(6)))
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
