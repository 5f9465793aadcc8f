"""Any projected system of coordinates that is declared by its EPSG code, the same on every machine.

PROJ chooses among several ways from one system to another by the grids of shifts that a machine
happens to hold. Only ways without a grid are taken here, the first of PROJ's own order, and the
network is never asked. The British National Grid has a way of its own (`national_grid`).
"""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from pyproj.transformer import TransformerGroup

from gapwatch.errors import UnfitError, ValidationError

WGS84 = "EPSG:4326"
STEP_M = 0.1
# A place may lie a little over the edge of the area that its system is made for.
MARGIN_DEGREES = 0.5
_HALF_WORLD = 180.0
Bounds = tuple[float, float, float, float]


@functools.cache
def system_of(code: str) -> pyproj.CRS:
    """A system by its EPSG code; UnfitError for a code that isn't known."""
    try:
        return pyproj.CRS.from_user_input(code)
    except pyproj.exceptions.CRSError as error:
        raise UnfitError("an EPSG code of a system of coordinates", f"{code!r}") from error


def require_projected(code: str) -> str:
    """The code of a projected system in metres that says where it holds; UnfitError for others."""
    found = system_of(code)
    if not found.is_projected:
        raise UnfitError("a projected system, such as EPSG:27700", f"{code} ({found.name})")
    units = {axis.unit_name for axis in found.axis_info}
    if units != {"metre"}:
        raise UnfitError(
            "a projected system in metres, such as a UTM zone",
            f"{code} ({found.name}), in {' and '.join(sorted(units))}",
        )
    if found.area_of_use is None:
        raise UnfitError("a system that says where it holds", f"{code} ({found.name})")
    return code


def bounds_of(code: str) -> Bounds:
    """West, south, east and north of where a system holds, in degrees; UnfitError without them."""
    area = system_of(require_projected(code)).area_of_use
    if area is None:
        raise UnfitError("a system that says where it holds", code)
    return float(area.west), float(area.south), float(area.east), float(area.north)


def to_system(
    shape: shapely.Geometry, system: str, target: str, where: str, remedy: str
) -> shapely.Geometry:
    """A shape in metres of `target`, on a grid of 0.1 m, rings in a canonical order.

    `system` is that of its coordinates, easting or longitude first. Raises ValidationError where it
    lies outside the area for which the target is made: coordinates of another system, or axes that
    are exchanged.
    """
    degrees = shape if system == WGS84 else _moved(shape, system, WGS84)
    west, south, east, north = bounds_of(target)
    if not _inside(degrees.bounds, (west, south, east, north)):
        low_x, low_y, high_x, high_y = shape.bounds
        raise ValidationError(
            where,
            expected=f"coordinates of {system} where {target} holds: {west:g} to {east:g} degrees "
            f"of longitude, {south:g} to {north:g} of latitude",
            found=f"coordinates from ({low_x:.6g}, {low_y:.6g}) to ({high_x:.6g}, {high_y:.6g})",
            remedy=remedy,
        )
    moved = shape if system == target else _moved(shape, system, target)
    return shapely.normalize(shapely.set_precision(moved, STEP_M))


def _inside(found: Bounds, held: Bounds) -> bool:
    west, south, east, north = found
    if not np.isfinite(found).all():
        return False
    low, high = held[0] - MARGIN_DEGREES, held[2] + MARGIN_DEGREES
    if held[0] > held[2]:  # over the line of the date
        across = (west + 360 if west < 0 else west), (east + 360 if east < 0 else east)
        west, east, high = min(across), max(across), high + 2 * _HALF_WORLD
    return bool(
        west >= low
        and east <= high
        and south >= held[1] - MARGIN_DEGREES
        and north <= held[3] + MARGIN_DEGREES
    )


def _moved(shape: shapely.Geometry, system: str, target: str) -> shapely.Geometry:
    def turned(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        east, north = _way(system, target).transform(points[:, 0], points[:, 1])
        return np.column_stack([east, north])

    return shapely.transform(shape, turned)


@functools.cache
def _way(system: str, target: str) -> pyproj.Transformer:
    ways = TransformerGroup(system_of(system), system_of(target), always_xy=True).transformers
    plain = [way for way in ways if "grids=" not in way.definition]
    if not plain:
        raise UnfitError(f"a way from {system} to {target} without a grid of shifts", "none")
    return plain[0]
