"""Degrees to metres on the British National Grid, the same on every machine.

One fixed pipeline: the seven-parameter Helmert transformation of EPSG:1314 (OSGB36 to WGS 84),
turned round, and the grid's own transverse Mercator projection (EPSG:27700). It needs no grid of
shifts, so no file of the machine and no network can change an outline. Its stated accuracy is
about 2 to 3 metres, which is nothing on a map of a borough. Other systems of coordinates reach it
by steps that are fixed as well.
"""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer

# Great Britain in degrees, with a margin: anything else is another system of coordinates.
WEST, SOUTH, EAST, NORTH = -9.0, 49.7, 2.2, 61.1
STEP_M = 0.1
_FROM_DEGREES = "+step +proj=unitconvert +xy_in=deg +xy_out=rad "
_FROM_MERCATOR = "+step +inv +proj=webmerc +lon_0=0 +ellps=WGS84 "
_SHIFT = (
    "+step +proj=push +v_3 "
    "+step +proj=cart +ellps=WGS84 "
    "+step +inv +proj=helmert +x=446.448 +y=-125.157 +z=542.06 +rx=0.15 +ry=0.247 +rz=0.842 "
    "+s=-20.489 +convention=position_vector "
    "+step +inv +proj=cart +ellps=airy "
    "+step +proj=pop +v_3 "
)
_PROJECTION = (
    "+step +proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy"
)
PIPELINE = f"+proj=pipeline {_FROM_DEGREES}{_SHIFT}{_PROJECTION}"
GRID = "EPSG:27700"
# ETRS89 and WGS 84 differ by less than a metre.
_PIPELINES = {
    "EPSG:4326": PIPELINE,
    "EPSG:4258": PIPELINE,
    "EPSG:4277": f"+proj=pipeline {_FROM_DEGREES}{_PROJECTION}",
    "EPSG:3857": f"+proj=pipeline {_FROM_MERCATOR}{_SHIFT}{_PROJECTION}",
}
IN_DEGREES = ("EPSG:4326", "EPSG:4258", "EPSG:4277")
SYSTEMS = (GRID, *_PIPELINES)


def in_great_britain(geometry: shapely.Geometry) -> bool:
    """Whether every point reads as longitude and latitude in degrees inside Great Britain."""
    west, south, east, north = geometry.bounds
    return bool(west >= WEST and south >= SOUTH and east <= EAST and north <= NORTH)


def to_national_grid(geometry: shapely.Geometry, system: str = "EPSG:4326") -> shapely.Geometry:
    """The geometry in metres on EPSG:27700, on a grid of 0.1 m, rings in a canonical order.

    `system` is that of its coordinates, one of SYSTEMS, easting or longitude first. Snapping to the
    grid keeps a valid outline valid; what is smaller than the grid becomes empty.
    """
    moved = geometry
    if system != GRID:
        moved = shapely.transform(geometry, functools.partial(_metres, _transformer(system)))
    return shapely.normalize(shapely.set_precision(moved, STEP_M))


@functools.cache
def _transformer(system: str) -> Transformer:
    return Transformer.from_pipeline(_PIPELINES[system])


def _metres(transformer: Transformer, points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    east, north = transformer.transform(points[:, 0], points[:, 1])
    return np.column_stack([east, north])
