"""GeoJSON's shapes, point by point: nothing is repaired, and what is odd is named."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NoReturn

import shapely

FEWEST_POINTS = 4
# JSON's whole numbers have no end, but a float has.
MOST_COORDINATE = 1e9
Refuse = Callable[[str, str, str], NoReturn]


def polygons(where: str, geometry: object, refuse: Refuse) -> shapely.Geometry:
    """The Polygon or MultiPolygon of a feature; `refuse` is called with what is odd about it."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if not isinstance(geometry, dict) or kind not in ("Polygon", "MultiPolygon"):
        refuse(where, "a Polygon or MultiPolygon", repr(kind)[:60])
    parts = geometry.get("coordinates")
    many = [parts] if kind == "Polygon" else parts
    if not isinstance(many, list) or not many:
        refuse(where, "coordinates", "none")
    found = []
    for rings in many:
        if not isinstance(rings, list) or not rings:
            refuse(where, "rings of points", "none")
        shell, *holes = [_ring(where, ring, refuse) for ring in rings]
        found.append(shapely.Polygon(shell, holes))
    return found[0] if kind == "Polygon" else shapely.MultiPolygon(found)


def _ring(where: str, ring: object, refuse: Refuse) -> list[tuple[float, float]]:
    points = [_point(where, point, refuse) for point in ring] if isinstance(ring, list) else []
    if len(points) < FEWEST_POINTS or points[0] != points[-1]:
        refuse(
            where,
            "rings of four points or more that end where they start",
            f"a ring of {len(points)} points",
        )
    return points


def _point(where: str, point: object, refuse: Refuse) -> tuple[float, float]:
    pair = point[:2] if isinstance(point, list) else []
    numbers = [float(n) for n in pair if type(n) in (int, float) and abs(n) <= MOST_COORDINATE]
    if len(numbers) != len(("longitude", "latitude")) or not all(map(math.isfinite, numbers)):
        refuse(where, "points of two numbers", repr(point)[:60])
    return numbers[0], numbers[1]
