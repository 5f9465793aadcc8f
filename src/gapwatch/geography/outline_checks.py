"""What outlines must be, whatever brought them: on the grid, valid, apart, as large as stated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NoReturn

import shapely

from gapwatch.errors import ValidationError
from gapwatch.geography.national_grid import EAST, IN_DEGREES, NORTH, SOUTH, WEST

# Outlines that are simplified one by one overlap a little; areas of another vintage overlap much.
MOST_OVERLAP_SHARE = 0.01
SQUARE_METRE_KM2 = 1e-6
# No place that a council looks after is larger; the layer of a whole country is no place.
FARTHEST_M = 150_000.0
# Generalised outlines are smaller or larger than the land by a few per cent; outlines to the low
# water mark or of another area by more. What is published in hectares or with two decimals is
# rounded by up to 0.005 square kilometres.
MOST_AREA_SHARE, MOST_AREA_KM2 = 0.05, 0.01
# Great Britain on the National Grid and in Web Mercator, with margins, in metres.
_GRID = (0.0, 4_000.0, 665_000.0, 1_225_000.0)
_MERCATOR = (-1_010_000.0, 6_390_000.0, 250_000.0, 8_650_000.0)
_DEGREES = (WEST, SOUTH, EAST, NORTH)
# England and Wales with some sea around them, in kilometres: corners of a rough coastline. They
# tell eastings from northings where the two were exchanged, and nothing else.
_LAND = {
    "E": (
        (75, 0),
        (180, 0),
        (290, 25),
        (375, 55),
        (450, 65),
        (565, 85),
        (650, 130),
        (650, 185),
        (630, 205),
        (668, 290),
        (630, 352),
        (565, 360),
        (550, 425),
        (485, 525),
        (450, 580),
        (425, 650),
        (395, 668),
        (370, 625),
        (300, 575),
        (280, 520),
        (305, 450),
        (310, 380),
        (305, 330),
        (310, 235),
        (345, 185),
        (300, 160),
        (200, 160),
        (165, 85),
        (75, 30),
    ),
    "W": (
        (155, 180),
        (155, 240),
        (205, 255),
        (200, 300),
        (200, 405),
        (370, 405),
        (370, 160),
        (250, 160),
    ),
    "S": (
        (0, 700),
        (0, 960),
        (350, 1_000),
        (360, 1_225),
        (480, 1_225),
        (480, 1_000),
        (420, 840),
        (400, 650),
        (320, 530),
        (160, 560),
    ),
}
_COUNTRIES = {
    country: shapely.Polygon([(1000 * east, 1000 * north) for east, north in corners])
    for country, corners in _LAND.items()
}
_HALF = 0.5
Bounds = tuple[float, float, float, float]


def require_valid(where: str, shape: shapely.Geometry, remedy: str) -> None:
    """Raise ValidationError unless a shape is one or several polygons with sound rings."""
    if shape.geom_type not in ("Polygon", "MultiPolygon") or shape.is_empty:
        found = "an empty shape" if shape.is_empty else f"a {shape.geom_type}"
        _refuse(where, "a Polygon or MultiPolygon", found, remedy)
    if not shape.is_valid:
        _refuse(where, "a valid outline", shapely.is_valid_reason(shape), remedy)


def require_in_system(shapes: Mapping[str, shapely.Geometry], system: str, origin: str) -> None:
    """Raise ValidationError unless all coordinates read as those of `system` in Great Britain.

    The error tells the range that was found, and the system that it looks like.
    """
    wanted = _wanted(system)
    for code, shape in shapes.items():
        if not _within(shape.bounds, wanted):
            _refuse_system(f"{origin}, {code}", system, _range(shapes.values()))
    if wanted == _GRID and _exchanged(shapes):
        west, south, east, north = _range(shapes.values())
        _refuse(
            origin,
            "eastings before northings, on land",
            f"coordinates from ({west:.6g}, {south:.6g}) to ({east:.6g}, {north:.6g}), which "
            "lie in the sea, and on land once the two are exchanged",
            "exchange the two numbers of each point: the easting comes first",
        )


def require_no_overlaps(origin: str, outlines: Mapping[str, shapely.Geometry], remedy: str) -> None:
    """Raise ValidationError for areas of one geography that overlap, or lie far from the rest."""
    codes = sorted(outlines)
    shapes = [outlines[code] for code in codes]
    _require_together(origin, codes, shapes, remedy)
    tree = shapely.STRtree(shapes)
    first, second = tree.query(shapes, predicate="intersects")
    for one, other in sorted(zip(first.tolist(), second.tolist(), strict=True)):
        if one >= other:
            continue
        smaller = min(shapes[one].area, shapes[other].area)
        common = shapely.intersection(shapes[one], shapes[other]).area / smaller
        if common > MOST_OVERLAP_SHARE:
            _refuse(
                f"{origin}, {codes[one]} and {codes[other]}",
                f"areas that overlap by at most {MOST_OVERLAP_SHARE:.0%} of the smaller",
                f"{common:.1%}",
                "check that the layer holds one vintage alone",
            )


def require_area(where: str, stated_km2: float, shape: shapely.Geometry) -> None:
    """Raise ValidationError where a stated area isn't the outline's own.

    They may differ by 5% of the outline's area and by 0.01 square kilometres more.
    """
    own = shape.area / 1e6
    if abs(stated_km2 - own) > MOST_AREA_SHARE * own + MOST_AREA_KM2:
        _refuse(
            where,
            f"the outline's own area, {own:.4g} square kilometres, within {MOST_AREA_SHARE:.0%}",
            f"{stated_km2:g}",
            "compare the two with the publisher's; state a factor where the unit is another; "
            "or leave area_km2 out of columns, and the outline's own is taken",
        )


def _require_together(
    origin: str, codes: list[str], shapes: list[shapely.Geometry], remedy: str
) -> None:
    """Areas of one place lie near each other; one far off is another place, or misplaced."""
    whole = shapely.GeometryCollection(shapes).centroid
    for code, shape in zip(codes, shapes, strict=True):
        away = shapely.distance(shape, whole)
        if away > FARTHEST_M:
            _refuse(
                f"{origin}, {code}",
                f"areas within {FARTHEST_M / 1000:g} km of their middle",
                f"{away / 1000:.0f} km",
                remedy,
            )


def _wanted(system: str) -> Bounds:
    if system in IN_DEGREES:
        return _DEGREES
    return _MERCATOR if system == "EPSG:3857" else _GRID


def _within(found: Bounds, wanted: Bounds) -> bool:
    west, south, east, north = found
    return west >= wanted[0] and south >= wanted[1] and east <= wanted[2] and north <= wanted[3]


def _range(shapes: Iterable[shapely.Geometry]) -> Bounds:
    west, south, east, north = zip(*(shape.bounds for shape in shapes), strict=True)
    return min(west), min(south), max(east), max(north)


def _refuse_system(where: str, system: str, found: Bounds) -> NoReturn:
    west, south, east, north = found
    expected = {
        _GRID: "metres on the British National Grid (EPSG:27700)",
        _DEGREES: "longitudes and latitudes in degrees, inside Great Britain",
        _MERCATOR: "metres in Web Mercator (EPSG:3857), inside Great Britain",
    }[_wanted(system)]
    turned = (south, west, north, east)
    looks, remedy = "", "see which system of coordinates the file is in, and state it as crs"
    for other, name, bounds in (
        ("EPSG:4326", "degrees", _DEGREES),
        ("EPSG:3857", "Web Mercator", _MERCATOR),
        ("EPSG:27700", "the National Grid", _GRID),
    ):
        if _within(found, bounds):
            looks = f", which look like {name}"
            remedy = f'state crs = "{other}" in the study'
            break
        if _within(turned, bounds):
            looks = f", which look like {name} with the axes exchanged"
            remedy = "exchange the two numbers of each point: the easting or longitude comes first"
            break
    _refuse(
        where,
        expected,
        f"coordinates from ({west:.6g}, {south:.6g}) to ({east:.6g}, {north:.6g}){looks}",
        remedy,
    )


def _exchanged(shapes: Mapping[str, shapely.Geometry]) -> bool:
    """Whether most areas lie off the land of their country, and on it with exchanged axes."""
    judged = [
        (_COUNTRIES[code[0]], shape.centroid)
        for code, shape in shapes.items()
        if code[:1] in _COUNTRIES
    ]
    off = sum(
        not land.contains(point) and land.contains(shapely.Point(point.y, point.x))
        for land, point in judged
    )
    return bool(off > _HALF * len(judged))


def _refuse(where: str, expected: str, found: str, remedy: str) -> NoReturn:
    raise ValidationError(where, expected=expected, found=found, remedy=remedy)
