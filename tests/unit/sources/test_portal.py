"""The portal's layers: real outlines read whole, anything odd refused by name."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
import shapely

from gapwatch.errors import ValidationError
from gapwatch.geography.national_grid import to_national_grid
from gapwatch.sources.payload import Payload
from gapwatch.sources.portal import parse
from gapwatch.study.sources import PortalSource
from tests import realdata

SAID = {"title": "t", "publisher": "ONS", "attribution": "a", "next_expected": "n"}
# File, geography, code and name columns, number of areas.
SETS = [
    ("wards_2013_E09000033.geojson", "ward2011", "WD13CD", "WD13NM", 20),
    ("ward-E09000033.geojson", "ward2022", "WD25CD", "WD25NM", 18),
    ("lsoa11-E09000033.geojson", "lsoa2011", "LSOA11CD", "LSOA11NM", 128),
    ("lsoa-E09000033.geojson", "lsoa2021", "LSOA21CD", "LSOA21NM", 123),
    ("msoa11-E09000033.geojson", "msoa2011", "MSOA11CD", "MSOA11NM", 24),
    ("msoa-E09000033.geojson", "msoa2021", "MSOA21CD", "MSOA21NM", 24),
]


def layer(**changed: Any) -> PortalSource:
    plain = {
        "id": "outlines",
        "kind": "portal",
        "table": "boundary",
        "service": "Wards",
        "filter_column": "LADCD_ACTIVE",
        "filter_values": ["E09000033"],
        "geography": "ward2022",
        "code_column": "WD25CD",
        "name_column": "WD25NM",
        "expected_areas": 2,
        **SAID,
    }
    return PortalSource.model_validate(plain | changed)


def lookup(**changed: Any) -> PortalSource:
    return layer(
        **{
            "id": "wards",
            "table": "lookup",
            "geography": "lsoa2021",
            "code_column": "LSOA21CD",
            "to_geography": "ward2022",
            "to_code_column": "WD24CD",
            "name_column": None,
            "filter_column": "LAD24CD",
            **changed,
        }
    )


def page(content: Any, role: str = "data-0001") -> Payload:
    return Payload(role, "https://portal.invalid/query", "json", json.dumps(content).encode())


def square(code: str, west: float, **changed: Any) -> dict[str, Any]:
    east = west + 0.01
    ring = [[west, 51.5], [east, 51.5], [east, 51.51], [west, 51.51], [west, 51.5]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    properties = {"WD25CD": code, "WD25NM": f"Ward {code}", "LADCD_ACTIVE": "E09000033"}
    return {"type": "Feature", "properties": properties, "geometry": geometry} | changed


def two() -> dict[str, Any]:
    features = [square("E05013792", -0.15), square("E05013793", -0.14)]
    return {"type": "FeatureCollection", "features": features}


def pairs(*rows: tuple[str, str]) -> dict[str, Any]:
    return {
        "features": [
            {"attributes": {"OBJECTID": n, "LSOA21CD": a, "WD24CD": b, "LAD24CD": "E09000033"}}
            for n, (a, b) in enumerate(rows)
        ]
    }


def refusal(source: PortalSource, *payloads: Payload) -> str:
    with pytest.raises(ValidationError) as caught:
        parse(source, payloads)
    return str(caught.value)


@pytest.mark.parametrize(("name", "geography", "code", "called", "number"), SETS)
def test_each_real_set_of_outlines_adds_up_to_the_borough(
    name: str, geography: str, code: str, called: str, number: int
) -> None:
    source = layer(geography=geography, code_column=code, name_column=called, expected_areas=number)
    content = (realdata.folder("boundaries") / name).read_bytes()
    sent = Payload("data", "https://portal.invalid", "geojson", content)
    frame = parse(source, (sent,))["boundary"]
    assert len(frame) == number
    # The six sets must agree on the borough, which is about 21.5 square kilometres.
    assert frame["area_km2"].sum() == pytest.approx(21.5, abs=0.15)
    assert shapely.is_valid(shapely.from_wkt(frame["outline_wkt"].to_numpy(dtype=object))).all()


@pytest.mark.parametrize("name", ["ward-E09000033.geojson", "msoa11-E09000033.geojson"])
def test_published_points_in_degrees_land_on_their_published_grid_references(name: str) -> None:
    # LONG and LAT have five or six decimals (0.6 m here), BNG_E and BNG_N whole metres, and the
    # transformation two to three metres: 4 m holds all of it.
    features = json.loads((realdata.folder("boundaries") / name).read_bytes())["features"]
    assert features
    for feature in features:
        told = feature["properties"]
        point = to_national_grid(shapely.Point(told["LONG"], told["LAT"]))
        assert abs(point.x - told["BNG_E"]) < 4
        assert abs(point.y - told["BNG_N"]) < 4


def test_one_square_has_the_area_of_hand_arithmetic_and_the_order_of_features_is_no_matter() -> (
    None
):
    frame = parse(layer(), (page(two()),))["boundary"]
    # A hundredth of a degree at 51.505 N on the WGS 84 ellipsoid: 694.4 m by 1112.6 m.
    assert frame["area_km2"].tolist() == pytest.approx([0.7726] * 2, rel=2e-3)
    turned = two()
    turned["features"].reverse()
    ring = turned["features"][0]["geometry"]["coordinates"][0]
    turned["features"][0]["geometry"]["coordinates"][0] = ring[::-1]
    again = parse(layer(), (page(turned),))["boundary"]
    assert again.to_csv() == frame.to_csv()


def _metres(ring: list[list[float]]) -> list[list[float]]:
    return [[526000 + 1000 * x, 183000 + 1000 * y] for x, y in ring]


@pytest.mark.parametrize(
    ("ring", "told"),
    [
        (_metres, "longitudes and latitudes in degrees"),
        (lambda r: [[y, x] for x, y in r], "longitudes and latitudes in degrees"),
        (lambda r: [r[0], r[2], r[1], r[3], r[0]], "Self-intersection"),
        (lambda r: r[:-1], "end where they start"),
        (lambda r: [[x, float("nan")] for x, _ in r], "two numbers"),
        (lambda r: [[str(x), y] for x, y in r], "two numbers"),
        (lambda r: [[r[0][0] + (x - r[0][0]) / 1e6, y] for x, y in r], "one square metre"),
    ],
)
def test_an_outline_that_is_wrong_is_refused_with_its_area(ring: Any, told: str) -> None:
    spoilt = two()
    coordinates = spoilt["features"][1]["geometry"]["coordinates"]
    coordinates[0] = ring(coordinates[0])
    message = refusal(layer(), page(spoilt))
    assert told in message
    assert "data-0001, feature 2, E05013793" in message


def test_a_line_is_no_outline() -> None:
    spoilt = two()
    spoilt["features"][0]["geometry"]["type"] = "LineString"
    assert "LineString" in refusal(layer(), page(spoilt))


def test_areas_of_two_vintages_in_one_layer_are_refused_because_they_overlap() -> None:
    mixed = two()
    mixed["features"].append(square("E05000630", -0.145))
    message = refusal(layer(expected_areas=3), page(mixed))
    assert "E05000630 and E05013792" in message
    assert "50.0%" in message


def test_a_code_of_another_kind_or_census_is_refused() -> None:
    spoilt = two()
    spoilt["features"][1]["properties"]["WD25CD"] = "E02000960"
    assert "E05 or W05" in refusal(layer(), page(spoilt))
    message = refusal(lookup(geography="lsoa2011"), page(pairs(("E01004646", "E05013792"))))
    assert "LSOA 2021" in message


def test_another_number_of_areas_than_expected_is_refused() -> None:
    assert "3 areas" in refusal(layer(expected_areas=3), page(two()))


def test_an_area_from_outside_the_filter_is_refused() -> None:
    spoilt = two()
    spoilt["features"][1]["properties"]["LADCD_ACTIVE"] = "E09000007"
    assert "E09000007" in refusal(layer(), page(spoilt))


def test_pages_that_do_not_hold_what_was_counted_are_refused() -> None:
    message = refusal(layer(), page({"count": 3}, "count"), page(two()))
    assert "the 3 features" in message


def test_a_feature_on_two_pages_is_refused() -> None:
    message = refusal(layer(), page(two()), page(two(), "data-0002"))
    assert "data-0002, feature 1" in message
    once_more = two()
    once_more["features"].append(copy.deepcopy(once_more["features"][0]))
    once_more["features"][2]["properties"]["FID"] = 9
    assert "E05013792 again" in refusal(layer(), page(once_more))


def test_a_lookup_by_output_area_collapses_and_an_area_in_several_is_shared_equally() -> None:
    a, b, c = "E01004646", "E01004647", "E01004648"
    x, y, z = "E05013792", "E05013793", "E05013794"
    sent = page(pairs((a, x), (a, x), (b, x), (b, y), (c, x), (c, y), (c, z)))
    frame = parse(lookup(expected_areas=3), (sent,))["lookup"]
    found = {(r.from_code, r.to_code): r.weight for r in frame.itertuples()}
    third = 0.333333
    assert found == {
        (a, x): 1.0,
        (b, x): 0.5,
        (b, y): 0.5,
        (c, x): third,
        (c, y): third,
        (c, z): third,
    }
    assert set(frame["source"]) == {"wards"}


def test_a_lookup_without_a_code_is_refused() -> None:
    spoilt = pairs(("E01004646", "E05013792"))
    spoilt["features"][0]["attributes"]["WD24CD"] = None
    assert "a blank" in refusal(lookup(expected_areas=1), page(spoilt))
