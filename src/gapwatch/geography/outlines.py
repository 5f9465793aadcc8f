"""Outlines for a map: read from the contract, simplified together."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas
import numpy as np
import pandas as pd
import shapely

from gapwatch.contracts import TOGETHER
from gapwatch.errors import ValidationError

GRID = "EPSG:27700"
# On a chart 15 cm wide of a borough 7 km wide, 10 m are a fifth of a millimetre.
TOLERANCE_M = 10.0


def outlines(boundary: pd.DataFrame, geography: str, crs: str = GRID) -> geopandas.GeoDataFrame:
    """Areas of one geography, sorted by code: area_code, area_name, area_km2, geometry.

    Coordinates are metres of the projected system `crs`. ValidationError when there is no such
    geography, or an outline can't be read.
    """
    rows = boundary[boundary["geography"] == geography].sort_values("area_code", ignore_index=True)
    if rows.empty:
        known = ", ".join(sorted(set(boundary["geography"]))) or "none"
        raise ValidationError(
            "boundary, geography",
            expected=geography,
            found=known,
            remedy="pull a source that has the outlines of that geography",
        )
    shapes = shapely.from_wkt(rows["outline_wkt"].to_numpy(dtype=object), on_invalid="ignore")
    bad = np.flatnonzero(shapely.is_missing(shapes) | ~shapely.is_valid(shapes))
    if len(bad):
        raise ValidationError(
            f"boundary, outline of {rows['area_code'][bad[0]]}",
            expected="a polygon as well-known text",
            found="something else",
            remedy="pull the source again",
        )
    plain = rows[["area_code", "area_name", "area_km2"]]
    return geopandas.GeoDataFrame(plain, geometry=shapes, crs=crs)


def together(areas: geopandas.GeoDataFrame, codes: Iterable[str]) -> geopandas.GeoDataFrame:
    """Areas with these codes alone, in order; codes joined by `TOGETHER` have one outline of all.

    KeyError for a code that `areas` lacks.
    """
    shapes = dict(zip(areas["area_code"], areas.geometry, strict=True))
    found = {
        code: shapely.union_all([shapes[one] for one in code.split(TOGETHER)])
        if TOGETHER in code
        else shapes[code]
        for code in sorted(codes)
    }
    return geopandas.GeoDataFrame(
        {"area_code": list(found)}, geometry=list(found.values()), crs=areas.crs
    )


def simplified(
    areas: geopandas.GeoDataFrame, tolerance_m: float = TOLERANCE_M
) -> geopandas.GeoDataFrame:
    """The outlines with fewer points, moved by about `tolerance_m` at most; shared edges stay so.

    Where the outlines don't fit together exactly, each edge is simplified by itself there.
    """
    shapes = shapely.coverage_simplify(areas.geometry.to_numpy(), tolerance_m)
    return areas.set_geometry(shapely.normalize(shapes), crs=areas.crs)
