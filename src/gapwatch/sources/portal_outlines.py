"""Outlines as the portal sends them: checked, moved to the National Grid, never repaired."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import shapely

from gapwatch.geography.national_grid import in_great_britain, to_national_grid
from gapwatch.sources.portal_checks import check_number, refuse
from gapwatch.sources.portal_checks import code as area_code
from gapwatch.study.sources import PortalSource

# Outlines that are simplified one by one overlap a little; areas of another vintage overlap much.
MOST_OVERLAP_SHARE = 0.01
SQUARE_METRE_KM2 = 1e-6
FEWEST_POINTS = 4
# No place that a council looks after is larger; the layer of a whole country is no place.
FARTHEST_M = 150_000.0
# JSON's whole numbers have no end, but a float has.
MOST_COORDINATE = 1e9


def rows(source: PortalSource, records: list[tuple[str, dict[str, Any]]]) -> pd.DataFrame:
    """Rows of the contract BOUNDARY; ValidationError names the feature, the area and the reason.

    Refused: another number of areas than expected, outlines that aren't polygons or aren't valid,
    coordinates outside Great Britain, and two areas of which one hides over 1% of the other.
    """
    names: dict[str, str] = {}
    outlines: dict[str, shapely.Geometry] = {}
    for place, record in records:
        code = area_code(place, record["properties"], source.code_column, source.geography)
        if code in outlines:
            refuse(place, "each area once", f"{code} again")
        names[code] = _name(source, place, record["properties"])
        outlines[code] = _outline(f"{place}, {code}", record.get("geometry"))
    check_number(source, len(outlines))
    _check_overlaps(source.id, outlines)
    codes = sorted(outlines)
    return pd.DataFrame({
        "geography": source.geography,
        "area_code": codes,
        "area_name": [names[code] for code in codes],
        "area_km2": [outlines[code].area / 1e6 for code in codes],
        "outline_wkt": [shapely.to_wkt(outlines[code], rounding_precision=1) for code in codes],
    })  # fmt: skip


def _name(source: PortalSource, place: str, properties: dict[str, Any]) -> str:
    value = properties.get(source.name_column or "")
    name = " ".join(value.split()) if isinstance(value, str) else ""
    if not name or not name.isprintable():
        found = "a blank" if not name else ascii(name)[:60]
        refuse(f"{place}, {source.name_column}", "the area's name", found)
    return name


def _outline(where: str, geometry: object) -> shapely.Geometry:
    shape = _polygons(where, geometry)
    if not shape.is_valid:
        refuse(where, "a valid outline", shapely.is_valid_reason(shape),
                "take another edition of the layer; outlines are not repaired here")  # fmt: skip
    if not in_great_britain(shape):
        refuse(where, "longitudes and latitudes in degrees, inside Great Britain",
                f"coordinates from {shape.bounds[:2]} to {shape.bounds[2:]}",
                "ask for outSR=4326, or correct the file's coordinate system")  # fmt: skip
    moved = to_national_grid(shape)
    if moved.is_empty or moved.area / 1e6 < SQUARE_METRE_KM2 or not moved.is_valid:
        refuse(where, "an outline of at least one square metre", "less")
    return moved


def _polygons(where: str, geometry: object) -> shapely.Geometry:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if not isinstance(geometry, dict) or kind not in ("Polygon", "MultiPolygon"):
        refuse(where, "a Polygon or MultiPolygon", repr(kind)[:60])
    parts = geometry.get("coordinates")
    many = [parts] if kind == "Polygon" else parts
    if not isinstance(many, list) or not many:
        refuse(where, "coordinates", "none")
    polygons = []
    for rings in many:
        if not isinstance(rings, list) or not rings:
            refuse(where, "rings of points", "none")
        shell, *holes = [_ring(where, ring) for ring in rings]
        polygons.append(shapely.Polygon(shell, holes))
    return polygons[0] if kind == "Polygon" else shapely.MultiPolygon(polygons)


def _ring(where: str, ring: object) -> list[tuple[float, float]]:
    points = [_point(where, point) for point in ring] if isinstance(ring, list) else []
    if len(points) < FEWEST_POINTS or points[0] != points[-1]:
        refuse(where, "rings of four points or more that end where they start",
                f"a ring of {len(points)} points")  # fmt: skip
    return points


def _point(where: str, point: object) -> tuple[float, float]:
    pair = point[:2] if isinstance(point, list) else []
    numbers = [float(n) for n in pair if type(n) in (int, float) and abs(n) <= MOST_COORDINATE]
    if len(numbers) != len(("longitude", "latitude")) or not all(map(math.isfinite, numbers)):
        refuse(where, "points of two numbers", repr(point)[:60])
    return numbers[0], numbers[1]


def _check_overlaps(origin: str, outlines: dict[str, shapely.Geometry]) -> None:
    codes = sorted(outlines)
    shapes = [outlines[code] for code in codes]
    tree = shapely.STRtree(shapes)
    _check_together(origin, codes, shapes)
    first, second = tree.query(shapes, predicate="intersects")
    for one, other in sorted(zip(first.tolist(), second.tolist(), strict=True)):
        if one >= other:
            continue
        smaller = min(shapes[one].area, shapes[other].area)
        common = shapely.intersection(shapes[one], shapes[other]).area / smaller
        if common > MOST_OVERLAP_SHARE:
            refuse(f"{origin}, {codes[one]} and {codes[other]}",
                    f"areas that overlap by at most {MOST_OVERLAP_SHARE:.0%} of the smaller",
                    f"{common:.1%}", "check that the layer holds one vintage alone")  # fmt: skip


def _check_together(origin: str, codes: list[str], shapes: list[shapely.Geometry]) -> None:
    """Areas of one place lie near each other; one far off is another place, or misplaced."""
    whole = shapely.GeometryCollection(shapes).centroid
    for code, shape in zip(codes, shapes, strict=True):
        away = shapely.distance(shape, whole)
        if away > FARTHEST_M:
            refuse(f"{origin}, {code}", f"areas within {FARTHEST_M / 1000:g} km of their middle",
                   f"{away / 1000:.0f} km")  # fmt: skip
