"""How the Open Geography Portal (ArcGIS) speaks: pages of features, and errors under status 200."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import pyproj
import shapely

from gapwatch.demo.replica.faults import PublishedGrid, Reply, Request
from gapwatch.demo.replica.layers import Layer

GRID, DEGREES = "27700", "4326"
_WHERE = re.compile(r"\s*(\w+)\s*(?:=\s*('[^']*')|IN\s*\(([^()]*)\))\s*", re.IGNORECASE)
_LAYER = re.compile(r"(\w+)/FeatureServer/([0-9]+)/query")


class _RefusedError(Exception):
    """A query that the server can't answer, with its message."""


def answer(served: Mapping[str, Layer], request: Request, page: int) -> Reply:
    """What the server says to one request; `page` is the most records that one answer holds."""
    if request.path.strip("/") == "":
        gone = {name for name in served if request.faults.is_on("vanished", "portal", name)}
        services = [{"name": n, "type": "FeatureServer"} for n in sorted(served.keys() - gone)]
        return _json({"currentVersion": 11.4, "services": services})
    match = _LAYER.fullmatch(request.path)
    layer = served.get(match[1]) if match and match[2] == "0" else None
    if layer is None or request.fault("vanished"):
        return _error("Invalid URL", ["Invalid URL"])
    try:
        return _query(layer, request, page)
    except _RefusedError as error:
        return _error("Cannot perform query. Invalid query parameters.", [str(error)])


def _json(content: Any) -> Reply:
    return Reply(json.dumps(content).encode(), "application/json")


def _error(message: str, details: list[str]) -> Reply:
    return _json({"error": {"code": 400, "message": message, "details": details}})


def _query(layer: Layer, request: Request, page: int) -> Reply:
    params = request.params
    kind = params.get("f", "")
    if kind not in ("json", "geojson"):
        raise _RefusedError(f"'f' parameter is invalid: {kind}")
    chosen = _ordered(layer, _chosen(layer, params.get("where", "")), params)
    if params.get("returnCountOnly") == "true":
        return _json({"count": len(chosen)})
    offset = _number(params, "resultOffset", 0)
    size = min(page, _number(params, "resultRecordCount", page))
    more = offset + size < len(chosen)
    numbers = chosen[offset : offset + size]
    if offset and request.fault("page-missing"):
        numbers, more = [], False
    grid = PublishedGrid(["FID", *layer.names], [[n + 1, *layer.rows[n]] for n in numbers])
    if numbers and request.fault("corrected-silently"):
        grid.rows[-1][2] = f"{grid.rows[-1][2]} (corrected)"
    shapes = [layer.shapes[n] for n in numbers] if layer.shapes else []
    if params.get("returnGeometry", "true") == "false":
        shapes = []
    if request.fault("vintage"):
        grid.set_vintage([n for n in layer.names if n.endswith("CD") and not n.startswith("LAD")])
    grid = _fields(grid, params.get("outFields", "FID"))
    grid.spoil(request, layer.vital)
    shapes += shapes[-1:] * (len(grid.rows) - len(shapes) if shapes else 0)
    write = _geojson if kind == "geojson" else _esri
    return _json(write(grid, shapes, params.get("outSR", ""), more))


def _chosen(layer: Layer, where: str) -> list[int]:
    if where.replace(" ", "") == "1=1":
        return list(range(len(layer.rows)))
    match = _WHERE.fullmatch(where)
    if match is None:
        raise _RefusedError("'where' clause is invalid")
    if match[1] not in layer.names:
        raise _RefusedError(f"'Invalid field: {match[1]}' parameter is invalid")
    at = layer.names.index(match[1])
    wanted = set(re.findall("'([^']*)'", match[2] or match[3]))
    return [n for n, row in enumerate(layer.rows) if row[at] in wanted]


def _ordered(layer: Layer, chosen: list[int], params: dict[str, str]) -> list[int]:
    names = [part.split() for part in params.get("orderByFields", "").split(",") if part.strip()]
    for name, *way in reversed(names):
        if name not in ("FID", *layer.names):
            raise _RefusedError(f"'Invalid field: {name}' parameter is invalid")
        down = [word.upper() for word in way] == ["DESC"]
        column = [row[layer.names.index(name)] for row in layer.rows] if name != "FID" else None
        chosen = sorted(chosen, key=column.__getitem__ if column else None, reverse=down)
    return chosen


def _number(params: dict[str, str], name: str, default: int) -> int:
    text = params.get(name) or str(default)
    if not re.fullmatch("[0-9]{1,9}", text):
        raise _RefusedError(f"'{name}' parameter is invalid")
    return int(text)


def _fields(grid: PublishedGrid, text: str) -> PublishedGrid:
    names = grid.names if text == "*" else [name.strip() for name in text.split(",")]
    unknown = [name for name in names if name not in grid.names]
    if unknown:
        raise _RefusedError(f"'Invalid field: {unknown[0]}' parameter is invalid")
    order = [grid.names.index(name) for name in names]
    return PublishedGrid(list(names), [[row[n] for n in order] for row in grid.rows])


@lru_cache(maxsize=1)
def _to_degrees() -> Callable[[Any, Any], Any]:
    return pyproj.Transformer.from_crs(int(GRID), int(DEGREES), always_xy=True).transform


def _placed(shape: shapely.Geometry, reference: str) -> shapely.Geometry:
    if reference not in (GRID, DEGREES):
        raise _RefusedError(f"'outSR' parameter is invalid: {reference}")
    if reference == GRID:
        return shape
    return shapely.transform(shape, _to_degrees(), interleaved=False)


def _geojson(
    grid: PublishedGrid, shapes: list[shapely.Geometry], reference: str, more: bool
) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "FeatureCollection", "features": []}
    if more:
        found["properties"] = {"exceededTransferLimit": True}
    for n, row in enumerate(grid.rows):
        outline = None
        if shapes:
            placed = shapely.orient_polygons(_placed(shapes[n], reference or DEGREES))
            outline = shapely.geometry.mapping(placed)
        told = dict(zip(grid.names, row, strict=True))
        feature = {"type": "Feature", "id": n + 1, "geometry": outline, "properties": told}
        found["features"].append(feature)
    return found


def _esri(
    grid: PublishedGrid, shapes: list[shapely.Geometry], reference: str, more: bool
) -> dict[str, Any]:
    """Rings run clockwise outside, the other way round from GeoJSON."""
    found: dict[str, Any] = {
        "objectIdFieldName": "FID",
        "fields": [{"name": n, "type": "esriFieldTypeString"} for n in grid.names],
        "features": [],
    }
    if more:
        found["exceededTransferLimit"] = True
    for n, row in enumerate(grid.rows):
        feature: dict[str, Any] = {"attributes": dict(zip(grid.names, row, strict=True))}
        if shapes:
            placed = _placed(shapes[n], reference or GRID)
            placed = shapely.orient_polygons(placed, exterior_cw=True)
            parts = list(shapely.get_parts(placed))
            rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
            feature["geometry"] = {"rings": [[list(xy) for xy in ring.coords] for ring in rings]}
        found["features"].append(feature)
    return found
