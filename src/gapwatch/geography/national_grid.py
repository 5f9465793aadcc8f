"""Degrees to metres on the British National Grid, the same on every machine.

One fixed pipeline: the seven-parameter Helmert transformation of EPSG:1314 (OSGB36 to WGS 84),
turned round, and the grid's own transverse Mercator projection (EPSG:27700). It needs no grid of
shifts, so no file of the machine and no network can change an outline. Its stated accuracy is
about 2 to 3 metres, which is nothing on a map of a borough.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer

# Great Britain in degrees, with a margin: anything else is another system of coordinates.
WEST, SOUTH, EAST, NORTH = -9.0, 49.7, 2.2, 61.1
STEP_M = 0.1
PIPELINE = (
    "+proj=pipeline "
    "+step +proj=unitconvert +xy_in=deg +xy_out=rad "
    "+step +proj=push +v_3 "
    "+step +proj=cart +ellps=WGS84 "
    "+step +inv +proj=helmert +x=446.448 +y=-125.157 +z=542.06 +rx=0.15 +ry=0.247 +rz=0.842 "
    "+s=-20.489 +convention=position_vector "
    "+step +inv +proj=cart +ellps=airy "
    "+step +proj=pop +v_3 "
    "+step +proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy"
)
_TRANSFORMER = Transformer.from_pipeline(PIPELINE)


def in_great_britain(geometry: shapely.Geometry) -> bool:
    """Whether every point reads as longitude and latitude in degrees inside Great Britain."""
    west, south, east, north = geometry.bounds
    return bool(west >= WEST and south >= SOUTH and east <= EAST and north <= NORTH)


def to_national_grid(geometry: shapely.Geometry) -> shapely.Geometry:
    """The geometry in metres on EPSG:27700, on a grid of 0.1 m, rings in a canonical order.

    Snapping to the grid keeps a valid outline valid; what is smaller than the grid becomes empty.
    """
    moved = shapely.transform(geometry, _metres)
    return shapely.normalize(shapely.set_precision(moved, STEP_M))


def _metres(degrees: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    east, north = _TRANSFORMER.transform(degrees[:, 0], degrees[:, 1])
    return np.column_stack([east, north])
