"""Outlines in files that a study describes: GeoJSON, GeoPackage, shapefile, well-known text.

Features become rows, so that a study chooses among them, and names their columns, as in any other
file; the shape of each is one more cell.
"""

from __future__ import annotations

import io
import json
import math
import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import pyproj
import shapely

from gapwatch.errors import StudyError
from gapwatch.geography.national_grid import GRID, SYSTEMS
from gapwatch.sources.declared.grid import MOST_BYTES, ZIP_FAULTS, Grid, member_of, refuse
from gapwatch.sources.geojson import polygons
from gapwatch.study.layouts import OUTLINE_FORMATS
from gapwatch.study.sources import FileSource

WGS84 = "EPSG:4326"
SHAPE, AREA = "outline of the feature", "area of the feature"
MOST_FEATURES = 200_000
_PARTS = ("shp", "shx", "dbf")
_GEOPACKAGE = b"SQLite format 3\x00"
REPAIR = "repair the outline in the file, or take another edition of it"
_GRID_PARAMETERS = (49.0, -2.0, 0.9996012717, 400_000.0, -100_000.0)
Record = tuple[dict[str, Any], shapely.Geometry | None]


@dataclass(frozen=True)
class Features:
    """A file's features as a grid of cells, and the system of their coordinates."""

    grid: Grid
    system: str


def is_outline_file(source: FileSource) -> bool:
    """Whether a source's format holds shapes rather than cells."""
    return source.format in OUTLINE_FORMATS


def described(source: FileSource) -> FileSource:
    """The description of a boundary with what the outline itself gives: its cell and its area.

    Only where the study describes no `area_km2` is the outline's own area taken.
    """
    changes: dict[str, Any] = {}
    columns, given = dict(source.columns), {*source.columns, *source.constants}
    if is_outline_file(source):
        taken = {name for name in ("outline_wkt",) if name in given}
        if taken:
            raise StudyError(
                f"sources, {source.id}, columns",
                expected=f"no outline_wkt for {source.format}, "
                "whose features have their own shapes",
                found=columns.get("outline_wkt", "one"),
                remedy="take outline_wkt out of columns",
            )
        columns["outline_wkt"] = SHAPE
    if "area_km2" not in given:
        changes["constants"] = {**source.constants, "area_km2": "0"}
        changes["units"] = {**source.units, "area_km2": "square kilometres"}
    return source.model_copy(update={**changes, "columns": columns})


def features(source: FileSource, where: str, content: bytes) -> Features:
    """Read a GeoJSON, a GeoPackage or a zipped shapefile.

    Raises ValidationError for bytes that are none, for shapes that are no polygons, and where the
    system of coordinates isn't known; StudyError for a layer or member that isn't there.
    """
    if source.format == "shapefile":
        content, where = _shapefile(source, where, content)
    elif source.member is not None:
        content, where = member_of(where, source.member, content), f"{where}, {source.member}"
    if source.format == "geojson":
        records, system = _geojson(source, where, content)
    else:
        records, system = _layer(source, where, content)
    names = list(dict.fromkeys(name for properties, _ in records for name in properties))
    rows = [[*names, SHAPE]]
    for properties, shape in records:
        cells = [_cell(properties.get(name)) for name in names]
        rows.append([*cells, "" if shape is None else shapely.to_wkb(shape, hex=True)])
    return Features(Grid(where, {}, iter(rows)), system)


def _geojson(source: FileSource, where: str, content: bytes) -> tuple[list[Record], str]:
    try:
        told = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        refuse(
            where,
            "GeoJSON",
            f"something else ({type(error).__name__})",
            "see that the file is whole; state its format in the study",
        )
    found = told.get("features") if isinstance(told, dict) else None
    if not isinstance(found, list) or not found or len(found) > MOST_FEATURES:
        refuse(
            where,
            f"a FeatureCollection of 1 to {MOST_FEATURES} features",
            "none" if not isinstance(found, list) else f"{len(found)} of them",
            "see that the file is whole; state its format in the study",
        )
    records: list[Record] = []
    for number, feature in enumerate(found, 1):
        place = f"{where}, feature {number}"
        properties = feature.get("properties") if isinstance(feature, dict) else None
        if not isinstance(properties, dict):
            refuse(place, "a feature with properties", "something else", REPAIR)
        records.append((properties, polygons(place, feature.get("geometry"), _odd)))
    crs = told.get("crs")
    if crs is None:
        return records, source.crs or WGS84
    named = crs.get("properties", {}).get("name") if isinstance(crs, dict) else crs
    return records, _system(source, where, named)


def _odd(where: str, expected: str, found: str) -> NoReturn:
    refuse(where, expected, found, REPAIR)


def _layer(source: FileSource, where: str, content: bytes) -> tuple[list[Record], str]:
    import pyogrio  # noqa: PLC0415 - slow to import, and few sources are outlines

    if source.format == "gpkg" and not content.startswith(_GEOPACKAGE):
        refuse(where, "a GeoPackage", "a file of another kind", "state its format in the study")
    # A buffer has no name, which the reader warns of.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            layer = _named_layer(source, where, content)
            about, _, shapes, fields = pyogrio.raw.read(
                content,
                layer=layer,
                max_features=MOST_FEATURES + 1,
                force_2d=True,
                datetime_as_string=True,
                encoding=_encoding(source),
            )
        except (OSError, RuntimeError, ValueError, TypeError) as error:
            kind = "GeoPackage" if source.format == "gpkg" else "shapefile"
            refuse(
                where,
                f"a {kind} that can be read",
                str(error)[:200],
                "open the file in a GIS; see that it is whole",
            )
    if shapes is None or not 0 < len(shapes) <= MOST_FEATURES:
        refuse(
            where,
            f"1 to {MOST_FEATURES} features with shapes",
            "none" if shapes is None or not len(shapes) else "more",
            REPAIR,
        )
    read = shapely.from_wkb(shapes, on_invalid="ignore")
    names = [str(name) for name in about["fields"]]
    columns = [field.tolist() for field in fields]
    if source.format == "shapefile" and "encoding" not in source.model_fields_set:
        _require_decoded(where, columns)
    records = [
        (dict(zip(names, row, strict=True)), shape)
        for *row, shape in zip(*columns, read.tolist(), strict=True)
    ]
    return records, _system(source, where, about["crs"])


def _encoding(source: FileSource) -> str | None:
    """A shapefile's words are in the encoding of its .cpg, unless the study states another."""
    stated = source.format == "shapefile" and "encoding" in source.model_fields_set
    return source.encoding if stated else None


def _require_decoded(where: str, columns: Sequence[Sequence[object]]) -> None:
    """A shapefile without .cpg is read as Latin-1, and UTF-8 would come out as other letters."""
    for text in (cell for column in columns for cell in column if isinstance(cell, str)):
        try:
            meant = text.encode("latin-1").decode("utf-8")
        except UnicodeError:
            continue
        if meant != text:
            refuse(
                where,
                "words whose encoding the shapefile's .cpg tells",
                f"{text!r}, which is {meant!r} in UTF-8",
                'state encoding = "utf-8" in the study',
            )


def _named_layer(source: FileSource, where: str, content: bytes) -> str | int:
    if source.format != "gpkg":
        return 0
    import pyogrio  # noqa: PLC0415 - as above

    layers = [str(name) for name, kind in pyogrio.list_layers(content) if kind is not None]
    if source.layer in layers or (source.layer is None and len(layers) == 1):
        return source.layer or layers[0]
    raise StudyError(
        where,
        expected=f"a layer {source.layer!r}" if source.layer else "one layer, or its name",
        found=", ".join(layers) or "none",
        remedy=f'state layer = "{layers[0]}" in the study'
        if len(layers) == 1
        else "state layer in the study: one of those found",
    )


def _shapefile(source: FileSource, where: str, content: bytes) -> tuple[bytes, str]:
    """The parts of one shapefile in a zip of their own, under names that are ours."""
    kept = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            stem = _stem(source, where, names)
            by_lower = {name.lower(): name for name in names}
            with zipfile.ZipFile(kept, "w") as outlines:
                for part in (*_PARTS, "prj", "cpg"):
                    name = by_lower.get(f"{stem}.{part}".lower())
                    if name is None and part in _PARTS:
                        refuse(
                            f"{where}, {stem}",
                            f"its part .{part} in the zip",
                            "none",
                            "zip all its parts together: .shp, .shx, .dbf, .prj",
                        )
                    if name is not None:
                        outlines.writestr(f"outlines.{part}", _read(archive, where, name))
    except ZIP_FAULTS as error:
        refuse(
            where,
            "a zip with a shapefile in it",
            f"a zip that can't be read ({error})",
            "zip the parts of the shapefile: .shp, .shx, .dbf, .prj",
        )
    return kept.getvalue(), f"{where}, {stem}.shp"


def _stem(source: FileSource, where: str, names: Sequence[str]) -> str:
    shapes = sorted(name for name in names if name.lower().endswith(".shp"))
    wanted = [name for name in shapes if source.member in (None, name)]
    if len(wanted) != 1:
        raise StudyError(
            where,
            expected=source.member or "one .shp inside the zip",
            found=", ".join(shapes[:10]) or f"no .shp among {len(names)} files",
            remedy=f'state member = "{shapes[0]}" in the study'
            if shapes
            else "zip the parts of the shapefile: .shp, .shx, .dbf, .prj",
        )
    return wanted[0][: -len(".shp")]


def _read(archive: zipfile.ZipFile, where: str, name: str) -> bytes:
    with archive.open(name) as stream:
        found = stream.read(MOST_BYTES + 1)
    if len(found) > MOST_BYTES:
        refuse(f"{where}, {name}", f"at most {MOST_BYTES} bytes", "more: the file unfolds too far")
    return found


def _system(source: FileSource, where: str, told: object) -> str:
    """Code of the system that a file names, or the study where the file names none."""
    if not told:
        if source.crs is None:
            refuse(
                where,
                "a system of coordinates in the file (a shapefile's .prj)",
                "none",
                f'state crs = "{GRID}" in the study if its coordinates are eastings and '
                f'northings, crs = "{WGS84}" if they are degrees',
            )
        return source.crs
    code = code_of(str(told), source.map_crs)
    if code is None:
        refuse(
            where,
            f"one of the systems of coordinates {', '.join(SYSTEMS)}"
            if source.map_crs == GRID
            else "a system of coordinates with an EPSG code",
            str(told)[:100],
            f"save the file in {source.map_crs}",
        )
    if source.crs not in (None, code):
        refuse(
            where,
            f"coordinates in {source.crs}, as the study says",
            f"{code} in the file",
            "take crs out of the study",
        )
    return code


def code_of(told: str, target: str = GRID) -> str | None:
    """Which of SYSTEMS a name, a code or a .prj means; None for any other system.

    For a map in another system than the British National Grid, any that has an EPSG code.
    """
    try:
        crs = pyproj.CRS.from_user_input(told)
        if crs.is_compound:
            crs = crs.sub_crs_list[0]
        # An older .prj carries its shift to WGS 84 with it; ours is fixed.
        crs = crs.source_crs if crs.is_bound and crs.source_crs is not None else crs
        authority = crs.to_authority(min_confidence=70)
    except pyproj.exceptions.CRSError:
        return None
    if authority == ("OGC", "CRS84"):
        return WGS84
    if authority is not None and (target != GRID or ":".join(authority) in SYSTEMS):
        return ":".join(authority)
    operation = crs.coordinate_operation
    if operation is None or operation.method_name != "Transverse Mercator":
        return None
    found = [float(parameter.value) for parameter in operation.params]
    same = len(found) == len(_GRID_PARAMETERS) and all(
        math.isclose(one, other, rel_tol=1e-9)
        for one, other in zip(sorted(found), sorted(_GRID_PARAMETERS), strict=True)
    )
    airy = crs.ellipsoid is not None and "Airy" in crs.ellipsoid.name
    return GRID if same and airy else None


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    text = repr(value).removesuffix(".0") if isinstance(value, float) else str(value)
    return " ".join(text.split())
