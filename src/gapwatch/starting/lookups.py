"""What the Open Geography Portal knows of a district's wards: where they lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from gapwatch.sources import portal
from gapwatch.starting.districts import District
from gapwatch.study import PortalSource, Publishers

if TYPE_CHECKING:
    from gapwatch.sources.http import Client

Centroids = dict[str, tuple[float, float]]


def outlines_source(district: District) -> PortalSource:
    """The source of the outlines of a district's wards, as the shipped study declares its own."""
    codes = tuple(ward.code for ward in district.wards)
    return PortalSource(
        id="ward2011-boundaries",
        kind="portal",
        table="boundary",
        next_expected="Not expected to change: the wards were replaced.",
        title="Boundaries of the wards of 2011 (December 2021), generalised and clipped to the "
        "coast",
        publisher="Office for National Statistics, Open Geography Portal",
        attribution="Source: Office for National Statistics licensed under the Open Government "
        "Licence v3.0. Contains OS data © Crown copyright and database right.",
        service="Wards_December_2021_UK_BGC_2022",
        filter_column="WD21CD",
        filter_values=codes,
        geography="ward2011",
        code_column="WD21CD",
        name_column="WD21NM",
        expected_areas=len(codes),
    )


def centroids(source: PortalSource, client: Client, publishers: Publishers) -> Centroids:
    """Easting and northing of the middle of each ward, in metres on the National Grid.

    Raises SourceError or ValidationError where the portal doesn't answer, or no longer has all of
    these wards: districts whose wards were drawn anew before December 2021 aren't in that layer.
    """
    payloads = portal.fetch(source, client, publishers)
    frame = portal.parse(source, payloads)["boundary"]
    middles = shapely.centroid(shapely.from_wkt(frame["outline_wkt"].to_numpy(dtype=object)))
    return {
        str(code): (float(point.x), float(point.y))
        for code, point in zip(frame["area_code"], middles, strict=True)
    }
