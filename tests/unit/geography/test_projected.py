"""Outlines in any projected system that is declared by its EPSG code."""

from __future__ import annotations

import pandas as pd
import pytest
import shapely
from pyproj import Geod

from gapwatch.errors import GapwatchError, StudyError, UnfitError, ValidationError
from gapwatch.geography.projected import bounds_of, require_projected, to_system
from gapwatch.sources.outline_table import checked

# UTM zone 16 north (NAD83), where Chicago lies.
ZONE = "EPSG:26916"
SQUARE = shapely.box(-87.64, 41.87, -87.62, 41.89)
ELSEWHERE = shapely.box(2.2, 48.8, 2.4, 48.9)


def boundary(shape: shapely.Geometry, code: str = "32") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "geography": ["community-area"],
            "area_code": [code],
            "area_name": ["Loop"],
            "area_km2": [0.0],
            "outline_wkt": [shapely.to_wkt(shape)],
        }
    )


def test_degrees_become_metres_of_the_system() -> None:
    """Held against the geodesic on the ellipsoid, which knows no projection: UTM is within 0.1%."""
    moved = to_system(SQUARE, "EPSG:4326", ZONE, "here", "")
    metres, _ = Geod(ellps="GRS80").geometry_area_perimeter(SQUARE)
    assert moved.area == pytest.approx(abs(metres), rel=1e-3)
    # Published: the central meridian of zone 16 is 87 degrees west, at an easting of 500,000 m.
    on_meridian = to_system(shapely.box(-87.001, 41.9, -86.999, 41.91), "EPSG:4326", ZONE, "", "")
    assert on_meridian.centroid.x == pytest.approx(500_000, abs=0.2)


def test_a_table_of_outlines_is_in_metres_of_the_study_s_system() -> None:
    made = checked(boundary(SQUARE), "here", system="EPSG:4326", target=ZONE, stated=False)
    again = checked(made, "here", system=ZONE, target=ZONE)
    assert again.equals(made)
    assert made["area_km2"].iloc[0] == pytest.approx(3.69, abs=0.02)


@pytest.mark.parametrize(
    ("shape", "system"),
    [
        (ELSEWHERE, "EPSG:4326"),
        (shapely.box(41.87, -87.64, 41.89, -87.62), "EPSG:4326"),
        (SQUARE, ZONE),
    ],
)
def test_coordinates_elsewhere_are_refused(shape: shapely.Geometry, system: str) -> None:
    with pytest.raises(ValidationError) as refused:
        checked(boundary(shape), "here", system=system, target=ZONE, stated=False)
    assert ZONE in refused.value.expected
    assert "longitude" in refused.value.remedy


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("EPSG:4326", "WGS 84"),
        ("EPSG:3435", "US survey foot"),
        ("EPSG:99999", "EPSG:99999"),
    ],
)
def test_what_is_no_projected_system_in_metres_is_refused(code: str, found: str) -> None:
    with pytest.raises(UnfitError) as refused:
        require_projected(code)
    assert found in refused.value.found
    with pytest.raises(StudyError, match=r"geography\.crs"):
        checked(boundary(SQUARE), "here", system="EPSG:4326", target=code, stated=False)


def test_the_bounds_are_those_of_the_system_s_own_area_of_use() -> None:
    """EPSG's register: NAD83 / UTM zone 16N, 90 to 84 degrees west."""
    west, _, east, _ = bounds_of(ZONE)
    assert (west, east) == (-90.0, -84.0)


def test_the_national_grid_keeps_its_five_systems() -> None:
    with pytest.raises(GapwatchError) as refused:
        checked(boundary(SQUARE, "E05000630"), "here", system=ZONE, stated=False)
    assert "EPSG:27700" in refused.value.expected
