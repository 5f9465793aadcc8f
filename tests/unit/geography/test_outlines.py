"""Outlines for a map: in metres, simplified without gaps."""

from __future__ import annotations

import pandas as pd
import pytest
import shapely

from gapwatch.errors import ValidationError
from gapwatch.geography.outlines import outlines, simplified, together


def _rows() -> pd.DataFrame:
    # Two rectangles of 1 km by 1 km and 2 km by 1 km; the shared edge has a bump of 3 m.
    west = "POLYGON ((0 0, 1000 0, 1003 500, 1000 1000, 0 1000, 0 0))"
    east = "POLYGON ((1000 0, 3000 0, 3000 1000, 1000 1000, 1003 500, 1000 0))"
    return pd.DataFrame(
        {
            "geography": "ward2022",
            "area_code": ["E05000002", "E05000001"],
            "area_name": ["East", "West"],
            "area_km2": [1.9985, 1.0015],
            "outline_wkt": [east, west],
        }
    )


def test_areas_come_in_order_of_code_and_in_metres_on_the_national_grid() -> None:
    areas = outlines(_rows(), "ward2022")
    assert areas["area_code"].tolist() == ["E05000001", "E05000002"]
    assert areas.crs.to_epsg() == 27700
    assert areas.geometry.area.tolist() == pytest.approx([1_001_500, 1_998_500])


def test_simplifying_drops_the_bump_from_both_sides_of_the_shared_edge() -> None:
    west, east = simplified(outlines(_rows(), "ward2022"), 100.0).geometry
    assert shapely.intersection(west, east).area == 0
    assert shapely.union(west, east).area == pytest.approx(3_000_000)
    assert west.area == pytest.approx(1_000_000)


def test_areas_that_are_told_together_have_one_outline() -> None:
    areas = outlines(_rows(), "ward2022")
    found = together(areas, ["E05000001+E05000002"])
    assert found["area_code"].tolist() == ["E05000001+E05000002"]
    assert found.crs == areas.crs
    assert shapely.equals(found.geometry[0], shapely.box(0, 0, 3000, 1000))
    assert together(areas, ["E05000002"]).geometry[0] == areas.geometry[1]
    with pytest.raises(KeyError):
        together(areas, ["E05000001+E05000009"])


def test_a_geography_without_outlines_and_an_outline_that_is_none_are_refused() -> None:
    with pytest.raises(ValidationError, match="ward2022"):
        outlines(_rows(), "ward2011")
    with pytest.raises(ValidationError, match="E05000002"):
        outlines(_rows().assign(outline_wkt=["POLYGON", _rows()["outline_wkt"][1]]), "ward2022")
