"""The map on real outlines: areas carry their rank, and names and values stand beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from shapely.affinity import affine_transform

from gapwatch.geography.outlines import outlines, simplified
from gapwatch.reporting.chart_areas import (
    SIGN,
    TEXT,
    area_list,
    draw_areas,
    legend_of,
    zone_labels,
)
from gapwatch.reporting.charts import Canvas
from gapwatch.reporting.wards import Ward, WardMap
from gapwatch.study import Study

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

# The longer side of the borough, in the units that tiles have.
SPAN = 6.0
ROW = 0.2


def map_frame(ward_map: WardMap, boundary: pd.DataFrame) -> gpd.GeoDataFrame:
    """Outlines of the map's areas, simplified and brought to the size of a tile map."""
    frame = simplified(outlines(boundary, ward_map.geography))
    west, south, east, north = frame.total_bounds
    scale = SPAN / max(east - west, north - south)
    to_tiles = [scale, 0, 0, scale, -west * scale, -north * scale]
    known = {ward.code: ward for ward in ward_map.wards}
    frame = frame[frame["area_code"].isin(list(known))].reset_index(drop=True)
    frame["code"] = frame["area_code"]
    frame["zone"] = [known[code].zone for code in frame["code"]]
    frame["standing"] = [known[code].standing for code in frame["code"]]
    shapes = [affine_transform(shape, to_tiles) for shape in frame.geometry]
    return frame.drop(columns="geometry").set_geometry(shapes, crs=None)


def map_figure(canvas: Canvas, study: Study, ward_map: WardMap, boundary: pd.DataFrame) -> Figure:
    """Wide: the list stands to the right of the map. Narrow: below it."""
    frame = map_frame(ward_map, boundary)
    left, bottom, right, top = frame.total_bounds
    columns, rows = right - left + 0.12, top - bottom + 0.12
    listed = ward_map.ranked()
    list_height = ROW * (len(listed) + 1)
    legend = 1.12 if canvas.narrow else 0.66
    beside = 0.0 if canvas.narrow else 3.1
    map_width = min(canvas.width - beside, 5.0)
    map_height = map_width * rows / columns
    if not canvas.narrow and map_height > list_height:
        map_height = max(list_height, 4.6)
        map_width = map_height * columns / rows
    below = list_height + 0.1 if canvas.narrow else 0.0
    beside_height = 0.0 if canvas.narrow else list_height
    height = legend + 0.3 + max(map_height, beside_height) + below + 0.3
    figure = Figure(figsize=(canvas.width, height))
    # The map hangs from the top, so that it stands beside the head of the list.
    base = height - legend - 0.3 - map_height
    axes = figure.add_axes(
        (0, base / height, map_width / canvas.width, map_height / height)
    )  # fmt: skip
    draw_areas(axes, frame, inset=0.0)
    ranks = {ward.code: place for place, ward in enumerate(listed, 1)}
    known = {ward.code: ward for ward in listed}
    for code, shape in zip(frame["code"], frame.geometry, strict=True):
        point = shape.representative_point()
        _label(axes, known[code], ranks[code], (point.x, point.y))
    zone_labels(axes, frame, study, inset=0.0)
    legend_of(figure, ward_map, canvas)
    corner = (0.0, below) if canvas.narrow else (canvas.width - beside, height - legend)
    area_list(figure, listed, ranks, corner, limits=not canvas.narrow)
    return figure


def _label(axes: object, ward: Ward, rank: int, at: tuple[float, float]) -> None:
    axes.text(  # type: ignore[attr-defined]
        *at, f"{rank}{SIGN[ward.standing]}", ha="center", va="center", fontsize=8.5,
        color=TEXT[ward.standing], zorder=6,
    )  # fmt: skip
