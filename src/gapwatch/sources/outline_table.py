"""The table of outlines: whatever brought it, on the National Grid and checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import shapely

from gapwatch import tables
from gapwatch.contracts import TABLES
from gapwatch.errors import StudyError, UnfitError, ValidationError
from gapwatch.geography.national_grid import GRID, SYSTEMS, to_national_grid
from gapwatch.geography.outline_checks import (
    SQUARE_METRE_KM2,
    require_area,
    require_in_system,
    require_no_overlaps,
    require_valid,
)
from gapwatch.geography.projected import require_projected, system_of, to_system
from gapwatch.sources.declared.grid import refuse
from gapwatch.sources.outline_files import REPAIR

_OTHER_SYSTEM = (
    "see which system of coordinates the file is in, and state it as crs in the source; the "
    "easting or longitude comes first"
)


def checked(
    frame: pd.DataFrame,
    where: str,
    *,
    system: str = GRID,
    target: str = GRID,
    as_hex: bool = False,
    stated: bool = True,
) -> pd.DataFrame:
    """A boundary table in metres of `target`, the National Grid by default, every outline checked.

    `as_hex`: shapes are in hexadecimal well-known binary, as a file of shapes gives them; `stated`:
    areas are the publisher's, and held against the outline's own. Raises ValidationError for an
    outline that can't be read or isn't valid, for coordinates that aren't those of `system` in
    Great Britain, or where the target holds, for areas of one geography that overlap or lie far
    apart, and for a stated area that isn't the outline's; StudyError for a target that is no
    projected system in metres.
    """
    read = shapely.from_wkb if as_hex else shapely.from_wkt
    several = len(set(frame["geography"])) > 1
    parts = []
    for geography, rows in frame.groupby("geography", sort=True):
        place = f"{where}, {geography}" if several else where
        moved = _moved(rows, read, (system, target), place)
        require_no_overlaps(place, moved, "see that the file holds one place alone")
        outlines = [moved[code] for code in rows["area_code"]]
        if stated:
            for code, km2 in zip(rows["area_code"], rows["area_km2"], strict=True):
                require_area(f"{place}, {code}, area_km2", float(km2), moved[code])
        told = [shapely.to_wkt(shape, rounding_precision=1) for shape in outlines]
        own = [shape.area / 1e6 for shape in outlines]
        parts.append(rows.assign(outline_wkt=told, **({} if stated else {"area_km2": own})))
    return tables.canonical(TABLES["boundary"], pd.concat(parts, ignore_index=True), where)


def _moved(
    rows: pd.DataFrame, read: Any, systems: tuple[str, str], where: str
) -> dict[str, shapely.Geometry]:
    system, target = systems
    shapes: dict[str, shapely.Geometry] = {}
    for code, text in zip(rows["area_code"], rows["outline_wkt"], strict=True):
        shape = read(text, on_invalid="ignore")
        if shape is None:
            refuse(f"{where}, {code}", "an outline as well-known text", repr(text[:60]), REPAIR)
        require_valid(f"{where}, {code}", shape, REPAIR)
        shapes[code] = shapely.force_2d(shape)
    if target == GRID:
        if system not in SYSTEMS:
            refuse(
                where,
                f"one of the systems of coordinates {', '.join(SYSTEMS)}",
                system,
                "correct crs in the source, or state crs in [geography] for a map elsewhere",
            )
        require_in_system(shapes, system, where)
        moved = {code: to_national_grid(shape, system) for code, shape in shapes.items()}
    else:
        _require_systems(system, target)
        moved = {
            code: to_system(shape, system, target, f"{where}, {code}", _OTHER_SYSTEM)
            for code, shape in shapes.items()
        }
    for code, shape in moved.items():
        if shape.is_empty or shape.area / 1e6 < SQUARE_METRE_KM2 or not shape.is_valid:
            refuse(f"{where}, {code}", "an outline of at least one square metre", "less", REPAIR)
    return moved


def _require_systems(system: str, target: str) -> None:
    for key, check in (
        ("geography.crs", lambda: require_projected(target)),
        ("crs of the outlines", lambda: system_of(system)),
    ):
        try:
            check()
        except UnfitError as error:
            raise StudyError(
                f"the study, {key}",
                expected=error.expected,
                found=error.found,
                remedy="look the code up in the EPSG registry; a UTM zone serves any city",
            ) from error


def require_outlined(boundary: pd.DataFrame | None, geography: str, codes: Sequence[str]) -> None:
    """Raise ValidationError where a geography has outlines, and some of `codes` have none.

    A map without one of the study's areas would say that it isn't there.
    """
    if boundary is None:
        return
    held = set(boundary.loc[boundary["geography"] == geography, "area_code"])
    lacking = [code for code in codes if code not in held]
    if held and lacking:
        raise ValidationError(
            f"boundary, {geography}",
            expected=f"an outline of each of the {len(codes)} areas",
            found=f"none of {', '.join(lacking)}",
            remedy="complete the outlines, or take the source of boundaries out of the study",
        )
