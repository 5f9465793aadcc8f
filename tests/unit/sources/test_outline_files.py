"""Outlines from any file are the same outlines on the National Grid, or refused by name."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import geopandas
import pandas as pd
import pytest
import shapely

from gapwatch.errors import GapwatchError, StudyError, ValidationError
from gapwatch.geography.national_grid import IN_DEGREES, to_national_grid
from gapwatch.sources import files, outline_table, portal
from gapwatch.sources import registry as kinds
from gapwatch.sources.outline_files import code_of
from gapwatch.sources.payload import Payload
from gapwatch.study.sources import FileSource, PinnedSource, PortalSource
from tests import realdata

# Two squares of a kilometre in each of three places, by the south-western corner in metres.
PLACES = {
    "Westminster": (526_000, 181_000),
    "Bristol": (358_000, 173_000),
    "Newcastle": (424_000, 565_000),
}
CODES = ["E05099001", "E05099002"]
COLUMNS = {"area_code": "code", "area_name": "name"}


def squares(place: str = "Westminster") -> geopandas.GeoDataFrame:
    east, north = PLACES[place]
    shapes = [
        shapely.box(east + 1000 * n, north, east + 1000 * n + 1000, north + 1000) for n in range(2)
    ]
    return geopandas.GeoDataFrame(
        {"code": CODES, "name": ["Café Row", "Kilnby"]}, geometry=shapes, crs="EPSG:27700"
    )


def described(**changes: Any) -> FileSource:
    raw: dict[str, Any] = {
        "id": "outlines",
        "kind": "file",
        "table": "boundary",
        "next_expected": "none",
        "title": "t",
        "publisher": "p",
        "attribution": "a",
        "path": "outlines",
        "columns": COLUMNS,
        "constants": {"geography": "ward2011"},
    }
    return FileSource.model_validate(raw | changes)


def read(content: bytes, **changes: Any) -> pd.DataFrame:
    sent = Payload("data", "outlines", "csv", content)
    return files.parse(described(**changes), (sent,))["boundary"]


def packed(areas: geopandas.GeoDataFrame, folder: Path, kind: str, **options: Any) -> bytes:
    """The areas as a file; a shapefile as a zip of its parts, without those in `without`."""
    without, inside = options.pop("without", ()), options.pop("inside", "")
    if kind == "geojson":
        return areas.to_json(drop_id=True, to_wgs84=areas.crs != "EPSG:27700").encode()
    if kind == "gpkg":
        areas.to_file(folder / "a.gpkg", **options)
        return (folder / "a.gpkg").read_bytes()
    areas.to_file(folder / "a.shp")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in sorted(folder.glob("a.*")):
            if path.suffix[1:] not in without:
                archive.writestr(inside + path.name, path.read_bytes())
    return buffer.getvalue()


def as_csv(areas: geopandas.GeoDataFrame, **more: Any) -> bytes:
    texts = shapely.to_wkt(areas.geometry.to_numpy(), -1)
    frame = pd.DataFrame({"code": areas["code"], "name": areas["name"], "wkt": texts, **more})
    return frame.to_csv(index=False).encode()


CSV = {"header": ["code"], "columns": COLUMNS | {"outline_wkt": "wkt"}}
STATED = CSV | {
    "columns": CSV["columns"] | {"area_km2": "km2"},
    "units": {"area_km2": "square kilometres"},
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("system", ["EPSG:27700", "EPSG:4326", "EPSG:3857"])
@pytest.mark.parametrize("kind", ["gpkg", "shapefile"])
def test_every_file_of_shapes_gives_the_same_outlines_from_every_system(
    tmp_path: Path, place: str, system: str, kind: str
):
    frame = read(packed(squares(place).to_crs(system), tmp_path, kind), format=kind)
    assert list(frame["area_name"]) == ["Café Row", "Kilnby"]
    wanted = squares(place).geometry.to_numpy()
    found = shapely.from_wkt(frame["outline_wkt"].to_numpy(dtype=object))
    # geopandas' own transformation may use a finer grid of shifts: 3 metres is the stated accuracy.
    assert (shapely.hausdorff_distance(found, wanted) < 3).all()
    assert frame["area_km2"].to_numpy() == pytest.approx([1.0, 1.0], rel=1e-3)
    if system == "EPSG:27700":
        assert (found == shapely.normalize(wanted)).all()


def test_real_wards_read_as_a_file_are_those_that_the_portal_gives():
    name = "wards_2013_E09000033.geojson"
    content = (realdata.folder("boundaries") / name).read_bytes()
    frame = read(content, format="geojson", columns={"area_code": "WD13CD", "area_name": "WD13NM"})
    source = PortalSource.model_validate(
        {
            "id": "outlines",
            "kind": "portal",
            "table": "boundary",
            "service": "Wards",
            "title": "t",
            "next_expected": "none",
            "publisher": "p",
            "attribution": "a",
            "filter_column": "LAD",
            "filter_values": ["E09000033"],
            "geography": "ward2011",
            "code_column": "WD13CD",
            "name_column": "WD13NM",
            "expected_areas": 20,
        }
    )
    sent = portal.parse(source, (Payload("data-001", "x", "geojson", content),))["boundary"]
    pd.testing.assert_frame_equal(frame, sent)
    assert frame["area_km2"].sum() == pytest.approx(21.46, abs=0.05)


def test_a_geojson_is_in_degrees_unless_it_or_the_study_says_otherwise(tmp_path: Path):
    wanted = list(read(packed(squares(), tmp_path, "gpkg"), format="gpkg")["outline_wkt"])
    told = json.loads(squares().to_json(drop_id=True))
    assert "27700" in json.dumps(told["crs"])
    assert list(read(json.dumps(told).encode(), format="geojson")["outline_wkt"]) == wanted
    del told["crs"]
    with pytest.raises(ValidationError, match="look like the National Grid") as error:
        read(json.dumps(told).encode(), format="geojson")
    assert error.value.remedy == 'state crs = "EPSG:27700" in the study'
    frame = read(json.dumps(told).encode(), format="geojson", crs="EPSG:27700")
    assert list(frame["outline_wkt"]) == wanted


def test_a_shapefile_without_its_system_is_refused_until_the_study_states_it(tmp_path: Path):
    content = packed(squares(), tmp_path, "shapefile", without=("prj",))
    with pytest.raises(ValidationError, match='crs = "EPSG:27700"'):
        read(content, format="shapefile")
    assert len(read(content, format="shapefile", crs="EPSG:27700")) == 2


def test_a_shapefile_whose_letters_nobody_tells_is_refused_until_the_study_does(tmp_path: Path):
    content = packed(squares(), tmp_path, "shapefile", without=("cpg",))
    with pytest.raises(ValidationError, match='encoding = "utf-8"'):
        read(content, format="shapefile")
    frame = read(content, format="shapefile", encoding="utf-8")
    assert frame["area_name"][0] == "Café Row"


def test_names_inside_a_zip_lead_nowhere(tmp_path: Path):
    content = packed(squares(), tmp_path, "shapefile", inside="../../outside/")
    assert len(read(content, format="shapefile")) == 2
    assert not list(tmp_path.parent.glob("outside*"))


def test_a_shapefile_that_lacks_a_part_and_a_zip_of_several_are_told(tmp_path: Path):
    with pytest.raises(ValidationError, match=r"\.dbf"):
        read(packed(squares(), tmp_path, "shapefile", without=("dbf",)), format="shapefile")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.shp", b"")
        archive.writestr("b.shp", b"")
    with pytest.raises(StudyError, match=r'member = "a.shp"'):
        read(buffer.getvalue(), format="shapefile")


def test_a_shapefile_that_unfolds_too_far_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    content = packed(squares(), tmp_path, "shapefile")
    monkeypatch.setattr("gapwatch.sources.outline_files.MOST_BYTES", 50)
    with pytest.raises(ValidationError, match="unfolds too far"):
        read(content, format="shapefile")


def test_a_layer_of_several_must_be_named(tmp_path: Path):
    packed(squares(), tmp_path, "gpkg", layer="wards")
    content = packed(squares("Bristol"), tmp_path, "gpkg", layer="others", mode="a")
    with pytest.raises(StudyError, match="wards, others"):
        read(content, format="gpkg")
    assert "POLYGON ((358000" in read(content, format="gpkg", layer="others")["outline_wkt"][0]


def test_rows_of_a_file_of_shapes_are_chosen_as_in_any_file(tmp_path: Path):
    content = packed(squares(), tmp_path, "gpkg")
    assert list(read(content, format="gpkg", keep={"name": ["Kilnby"]})["area_code"]) == CODES[1:]


@pytest.mark.parametrize("kind", ["geojson", "gpkg", "shapefile"])
@pytest.mark.parametrize(
    "content", [b"<OGRVRTDataSource/>", b"{}", b"PK\x03\x04", b"SQLite format 3\x00" + b"x" * 200]
)
def test_what_is_no_such_file_is_a_named_error(kind: str, content: bytes):
    with pytest.raises(GapwatchError):
        read(content, format=kind)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("system", "turned", "looks"),
    [
        ("EPSG:4326", False, "degrees"),
        ("EPSG:4326", True, "degrees with the axes exchanged"),
        ("EPSG:3857", False, "Web Mercator"),
        ("EPSG:27700", True, "once the two are exchanged"),
    ],
)
def test_coordinates_off_the_grid_are_refused_with_their_range(
    place: str, system: str, turned: bool, looks: str
):
    areas = squares(place).to_crs(system)
    if turned:
        areas = areas.set_geometry(
            shapely.transform(areas.geometry.to_numpy(), lambda xy: xy[:, ::-1])
        )
    with pytest.raises(ValidationError, match=looks) as error:
        read(as_csv(areas), **CSV)
    west, south, *_ = areas.total_bounds
    assert f"from ({west:.6g}, {south:.6g})" in error.value.found
    if not turned:
        assert error.value.remedy == f'state crs = "{system}" in the study'
        frame = read(as_csv(areas), crs=system, **CSV)
        assert frame["area_km2"].to_numpy() == pytest.approx([1.0, 1.0], rel=1e-3)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda s: [s[0], shapely.affinity.translate(s[1], -500)], "overlap by at most 1%"),
        (lambda s: [s[0], shapely.affinity.translate(s[1], -300_000, 50_000)], "within 150 km"),
        (
            lambda s: [
                shapely.Polygon(
                    [(526000, 181000), (527000, 182000), (527000, 181000), (526000, 182000)]
                ),
                s[1],
            ],
            "a valid outline",
        ),
        (lambda s: [s[0].exterior, s[1]], "a Polygon or MultiPolygon"),
        (lambda s: [shapely.Polygon(), s[1]], "an empty shape"),
        (lambda s: [shapely.affinity.scale(s[0], 1e-5, 1e-5), s[1]], "one square metre"),
    ],
)
@pytest.mark.parametrize("way", ["csv", "gpkg", "pinned"])
def test_the_same_checks_meet_every_kind_of_source(
    tmp_path: Path, change: Any, told: str, way: str
):
    areas = squares()
    areas = areas.set_geometry(change(list(areas.geometry)), crs="EPSG:27700")
    ways = {
        "csv": lambda: read(as_csv(areas), **CSV),
        "gpkg": lambda: read(packed(areas, tmp_path, "gpkg"), format="gpkg"),
        "pinned": lambda: pinned(areas),
    }
    with pytest.raises(ValidationError) as error:
        ways[way]()
    assert told in str(error.value)


def pinned(areas: geopandas.GeoDataFrame) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "geography": "ward2011",
            "area_code": areas["code"],
            "area_name": areas["name"],
            "area_km2": 1,
            "outline_wkt": shapely.to_wkt(areas.geometry.to_numpy(), -1),
        }
    )
    source = PinnedSource(id="outlines", table="boundary", next_expected="none")
    sent = Payload("data", "", "csv", frame.to_csv(index=False).encode())
    return kinds.parse(source, (sent,))["boundary"]


def test_pinned_outlines_that_are_sound_stay_as_they_are():
    assert list(pinned(squares())["area_code"]) == CODES


@pytest.mark.parametrize("km2", [["1.0", "1.0"], ["1.04", "0.97"], ["0.95", "1.05"]])
def test_a_stated_area_near_the_outlines_own_is_kept(km2: list[str]):
    frame = read(as_csv(squares(), km2=km2), **STATED)
    assert list(frame["area_km2"]) == [float(one) for one in km2]


@pytest.mark.parametrize("km2", ["100", "1.08", "0.6", "0"])
def test_a_stated_area_that_is_another_is_refused(km2: str):
    with pytest.raises(ValidationError, match="the outline's own area, 1 square kilo") as error:
        read(as_csv(squares(), km2=["1", km2]), **STATED)
    assert error.value.where.endswith("E05099002, area_km2")
    assert "leave area_km2 out" in error.value.remedy


def test_a_geography_with_outlines_has_one_of_each_area_of_the_study():
    frame = pinned(squares())
    outline_table.require_outlined(frame, "ward2011", CODES)
    outline_table.require_outlined(frame, "ward2022", ["E05013792"])
    outline_table.require_outlined(None, "ward2011", CODES)
    with pytest.raises(ValidationError, match="none of E05099019"):
        outline_table.require_outlined(frame, "ward2011", [*CODES, "E05099019"])


OLD_PRJ = (
    'PROJCS["OSGB 1936 / British National Grid",GEOGCS["OSGB 1936",DATUM["OSGB_1936",SPHEROID['
    '"Airy 1830",6377563.396,299.3249646,AUTHORITY["EPSG","7001"]],TOWGS84[446.448,-125.157,'
    '542.06,0.15,0.247,0.842,-20.489],AUTHORITY["EPSG","6277"]],PRIMEM["Greenwich",0],UNIT['
    '"degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER['
    '"latitude_of_origin",49],PARAMETER["central_meridian",-2],PARAMETER["scale_factor",'
    '0.9996012717],PARAMETER["false_easting",400000],PARAMETER["false_northing",-100000],'
    'UNIT["metre",1]]'
)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ("EPSG:27700", "EPSG:27700"),
        ("EPSG:7405", "EPSG:27700"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"),
        ("EPSG:29903", None),
        ("rubbish", None),
        ("EPSG:32630", None),
        (OLD_PRJ, "EPSG:27700"),
    ],
)
def test_a_system_is_known_by_its_code_its_name_or_its_parameters(told: str, code: str | None):
    assert code_of(told) == code


def test_the_grid_is_reached_from_every_system_by_a_fixed_way():
    # Ordnance Survey, "A guide to coordinate systems in Great Britain", annexe C: OSGB36 latitude
    # and longitude of a point and its easting and northing.
    airy = shapely.Point(1 + 43 / 60 + 4.5177 / 3600, 52 + 39 / 60 + 27.2531 / 3600)
    found = to_national_grid(airy, "EPSG:4277")
    assert (found.x, found.y) == pytest.approx((651_409.9, 313_177.3), abs=0.05)
    assert set(IN_DEGREES) == {"EPSG:4326", "EPSG:4258", "EPSG:4277"}
