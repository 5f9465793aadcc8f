"""Outlines as the portal sends them: checked, moved to the National Grid, never repaired."""

from __future__ import annotations

from typing import Any

import pandas as pd
import shapely

from gapwatch.geography.national_grid import in_great_britain, to_national_grid
from gapwatch.geography.outline_checks import SQUARE_METRE_KM2, require_no_overlaps
from gapwatch.sources.geojson import polygons
from gapwatch.sources.portal_checks import PULL, check_number, refuse
from gapwatch.sources.portal_checks import code as area_code
from gapwatch.study.sources import PortalSource


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
    require_no_overlaps(source.id, outlines, PULL)
    codes = sorted(outlines)
    return pd.DataFrame(
        {
            "geography": source.geography,
            "area_code": codes,
            "area_name": [names[code] for code in codes],
            "area_km2": [outlines[code].area / 1e6 for code in codes],
            "outline_wkt": [shapely.to_wkt(outlines[code], rounding_precision=1) for code in codes],
        }
    )


def _name(source: PortalSource, place: str, properties: dict[str, Any]) -> str:
    value = properties.get(source.name_column or "")
    name = " ".join(value.split()) if isinstance(value, str) else ""
    if not name or not name.isprintable():
        found = "a blank" if not name else ascii(name)[:60]
        refuse(f"{place}, {source.name_column}", "the area's name", found)
    return name


def _outline(where: str, geometry: object) -> shapely.Geometry:
    shape = polygons(where, geometry, refuse)
    if not shape.is_valid:
        refuse(
            where,
            "a valid outline",
            shapely.is_valid_reason(shape),
            "take another edition of the layer; outlines are not repaired here",
        )
    if not in_great_britain(shape):
        refuse(
            where,
            "longitudes and latitudes in degrees, inside Great Britain",
            f"coordinates from {shape.bounds[:2]} to {shape.bounds[2:]}",
            "ask for outSR=4326, or correct the file's coordinate system",
        )
    moved = to_national_grid(shape)
    if moved.is_empty or moved.area / 1e6 < SQUARE_METRE_KM2 or not moved.is_valid:
        refuse(where, "an outline of at least one square metre", "less")
    return moved
