"""The replica speaks as the publishers do, over real HTTP and through the real client."""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import shapely
from pyproj import Transformer
from tests import realdata
from tests.conftest import ROOT

from gapwatch.demo.replica import Replica, Ward, World
from gapwatch.demo.replica.fingertips import COLUMNS
from gapwatch.errors import SourceError
from gapwatch.sources.files import newest_link
from gapwatch.sources.http import Client

STUDY = tomllib.loads((ROOT / "gapwatch.toml").read_text(encoding="utf-8"))
WARDS = [Ward(**area) for area in STUDY["geography"]["areas"]]
WORLD = World.make(WARDS)
ALL_DATA = "all_data/csv/by_indicator_id"
MSOAS_OF = {
    "indicator_ids": "93283",
    "child_area_type_id": "3",
    "parent_area_type_id": "101",
    "parent_area_code": "E09000033",
}
CELLS = {
    "geography": "E09000033TYPE152",
    "date": "2021,2022",
    "gender": "1,2",
    "c_age": "101...191",
    "measures": "20100",
    "select": "date,geography_code,gender,c_age,obs_value,record_count",
}
MSOA_LAYER = "MSOA_2021_EW_BGC_V3/FeatureServer/0/query"
WARD_LOOKUP = "LSOA11_WD19_LAD19_EW_LU/FeatureServer/0/query"
OF_BOROUGH = {"where": "LAD19CD='E09000033'", "outFields": "*"}


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    with Replica(WORLD, page_size=50, cells=1000) as running:
        yield running


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with Client(allow_local=True, back_off=0.01, read=5) as made:
        yield made


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def asked(client: Client, address: str, params: dict[str, str]) -> Any:
    return json.loads(client.get(address, params, expect="json").content)


def fingertips(client: Client, replica: Replica, **more: str) -> list[dict[str, str]]:
    address = replica.publishers["fingertips"] + ALL_DATA
    sent = client.get(address, MSOAS_OF | more, expect="csv", starts_with="Indicator ID")
    return table(sent.content)


def codes(quoted: list[str]) -> str:
    return "MSOA21CD IN (" + ",".join(f"'{code}'" for code in quoted) + ")"


def test_the_csv_of_fingertips_has_27_columns_and_the_published_line_ends(
    client: Client, replica: Replica
) -> None:
    sent = client.get(replica.publishers["fingertips"] + ALL_DATA, MSOAS_OF, expect="csv").content
    names = sent.split(b"\r\n")[0].decode().split(",")
    assert len(names) == 27
    assert (names[0], names[12], names[26]) == ("Indicator ID", "Value", "Time period range")
    assert sent.count(b"\n") == sent.count(b"\r\n")


def test_fingertips_columns_are_those_of_a_published_file() -> None:
    (path,) = realdata.folder("fingertips").glob("*27_columns*.csv")
    assert tuple(path.read_text(encoding="utf-8").splitlines()[0].split(",")) == COLUMNS


def test_england_comes_twice_and_splits_come_among_the_rows(
    client: Client, replica: Replica
) -> None:
    rows = fingertips(client, replica)
    england = [
        row
        for row in rows
        if row["Area Code"] == "E92000001"
        and row["Sex"] == "Male"
        and row["Time period"] == "2015 - 19"
    ]
    plain = [row for row in england if not row["Category Type"]]
    assert [row["Parent Code"] for row in plain] == ["", "E92000001"]
    assert plain[0]["Value"] == plain[1]["Value"]
    assert len(england) - len(plain) == 1


def test_24_msoas_have_every_sex_and_window_and_a_district_for_a_name(
    client: Client, replica: Replica
) -> None:
    rows = [row for row in fingertips(client, replica) if row["Area Type"] == "MSOA"]
    assert {row["Area Code"] for row in rows} == {f"E02{n:06d}" for n in range(960, 984)}
    assert Counter((row["Sex"], row["Time period"]) for row in rows) == {
        (sex, period): 24
        for sex in ("Persons", "Male", "Female")
        for period in ("2015 - 19", "2016 - 20", "2017 - 21", "2018 - 22", "2019 - 23")
    }
    assert {row["Area Name"] for row in rows} == {"Westminster"}
    assert {row["Time period range"] for row in rows} == {"5y"}


def test_a_withheld_value_is_blank_and_says_why_and_all_others_lie_in_their_interval(
    client: Client, replica: Replica
) -> None:
    rows = fingertips(client, replica)
    blank = [row for row in rows if not row["Value"]]
    assert {(row["Area Code"], row["Sex"]) for row in blank} == {
        ("E02000983", "Female"),
        ("E02000983", "Persons"),
    }
    assert all("suppressed" in row["Value note"] for row in blank)
    for row in rows:
        if row["Value"]:
            low, high = (float(row[f"{end} CI 95.0 limit"]) for end in ("Lower", "Upper"))
            assert 60 < low < float(row["Value"]) < high < 100
            assert row["Value note"] == ""


def test_wards_are_listed_and_hold_nothing(client: Client, replica: Replica) -> None:
    base = replica.publishers["fingertips"]
    listed = asked(client, base + "available_data", {"indicator_id": "93283"})
    assert {"IndicatorId": 93283, "AreaTypeId": 8} in listed
    rows = fingertips(client, replica, child_area_type_id="8")
    assert {row["Area Code"] for row in rows} == {"E92000001", "E09000033"}


def test_wards_that_are_published_hold_every_sex_and_window_on_codes_of_2022_and_later(
    client: Client,
) -> None:
    world = World.make(WARDS, publishes_wards=True)
    with Replica(world) as served:
        rows = fingertips(client, served, child_area_type_id="8")
        areas = {"area_type_id": "8", "parent_area_code": "E09000033"}
        listed = asked(client, served.publishers["fingertips"] + "areas/by_parent_area_code", areas)
    small = [row for row in rows if row["Area Type"] == "Ward"]
    codes_of = {f"E05{n:06d}" for n in range(13792, 13810)}
    assert {row["Area Code"] for row in small} == {item["Code"] for item in listed} == codes_of
    assert len(small) == 18 * 3 * 5
    # Nothing else differs from a world without them.
    assert world.life.keys() == WORLD.life.keys()
    assert (world.population == WORLD.population).all()
    assert (world.deaths == WORLD.deaths).all()


def test_fingertips_says_what_an_indicator_is(client: Client, replica: Replica) -> None:
    base = replica.publishers["fingertips"]
    about = asked(client, base + "indicator_metadata/by_indicator_id", {"indicator_ids": "93283"})
    assert about["93283"]["Unit"]["Label"] == "Years"
    assert about["93283"]["Polarity"]["Name"] == "RAG - High is good"
    changed = asked(client, base + "data_changes", {"indicator_id": "93283"})
    assert changed["IndicatorId"] == 93283
    assert changed["LastUploadedAt"].startswith("2025-")
    areas = {"area_type_id": "3", "parent_area_code": "E09000033"}
    assert len(asked(client, base + "areas/by_parent_area_code", areas)) == 24
    families = asked(client, base + "parent_to_child_areas", {"child_area_type_id": "3"})
    assert len(families["E09000033"]) == 24


def test_fingertips_answers_a_wrong_parameter_in_plain_text(
    client: Client, replica: Replica
) -> None:
    with pytest.raises(SourceError, match="child_area_type_id is missing or not a number"):
        fingertips(client, replica, child_area_type_id="msoa")


def test_nomis_cuts_a_page_off_silently_and_counts_all_records(
    client: Client, replica: Replica
) -> None:
    address = replica.publishers["nomis"] + "dataset/NM_2014_1.data.csv"
    found: list[dict[str, str]] = []
    sizes = []
    while len(found) < 24 * 2 * 2 * 91:
        params = CELLS | {"RecordOffset": str(len(found))}
        page = table(client.get(address, params, expect="csv", starts_with='"DATE"').content)
        sizes.append(len(page))
        found += page
    assert sizes == [1000] * 8 + [736]
    assert {row["RECORD_COUNT"] for row in found} == {"8736"}
    keys = {(r["DATE"], r["GEOGRAPHY_CODE"], r["GENDER"], r["C_AGE"]) for r in found}
    assert len(keys) == 8736
    assert sum(int(row["OBS_VALUE"]) for row in found) == int(WORLD.population[:, 2:].sum())


@pytest.mark.parametrize(
    "wrong",
    [
        {"geografy": "1"},
        {"geography": "E09000033TYPE999"},
        {"date": "2031"},
        {"gender": "5"},
        {"c_age": "101..191"},
        {"measures": "20101"},
        {"select": "obs_valeu"},
    ],
    ids=str,
)
def test_nomis_answers_a_mistyped_parameter_with_nothing(
    client: Client, replica: Replica, wrong: dict[str, str]
) -> None:
    address = replica.publishers["nomis"] + "dataset/NM_2014_1.data.csv"
    with pytest.raises(SourceError, match="status 200 and an empty body"):
        client.get(address, CELLS | wrong, expect="csv")


def test_nomis_lists_types_and_the_areas_of_a_parent(client: Client, replica: Replica) -> None:
    base = replica.publishers["nomis"] + "dataset/NM_2014_1/geography/"
    types = asked(client, base + "TYPE.def.sdmx.json", {})
    (codelist,) = types["structure"]["codelists"]["codelist"]
    by_words = {code["description"]["value"]: code["value"] for code in codelist["code"]}
    number = by_words["2021 super output areas - middle layer"]
    areas = asked(client, f"{base}E09000033{number}.def.sdmx.json", {})
    codes_of = areas["structure"]["codelists"]["codelist"][0]["code"]
    notes = [
        {n["annotationtitle"]: n["annotationtext"] for n in code["annotations"]["annotation"]}
        for code in codes_of
    ]
    assert [note["GeogCode"] for note in notes] == [f"E02{n:06d}" for n in range(960, 984)]
    by_number = {"geography": str(codes_of[0]["value"])}
    sent = client.get(
        replica.publishers["nomis"] + "dataset/NM_2014_1.data.csv", CELLS | by_number, expect="csv"
    )
    assert {row["GEOGRAPHY_CODE"] for row in table(sent.content)} == {"E02000960"}


def test_nomis_lists_wards_and_their_residents_add_up_to_the_borough(
    client: Client, replica: Replica
) -> None:
    sent = client.get(
        replica.publishers["nomis"] + "dataset/NM_2014_1.data.csv",
        CELLS | {"geography": "E09000033TYPE153", "date": "2022", "c_age": "101"},
        expect="csv",
    )
    rows = table(sent.content)
    assert {row["GEOGRAPHY_CODE"] for row in rows} == {f"E05{n:06d}" for n in range(13792, 13810)}
    assert sum(int(r["OBS_VALUE"]) for r in rows) == int(WORLD.population[:, 3, :, 0].sum())


def test_the_portal_says_in_the_right_place_that_there_is_more(
    client: Client, replica: Replica
) -> None:
    address = replica.publishers["portal"] + WARD_LOOKUP
    seen: list[str] = []
    more = []
    for offset in ("0", "50", "100"):
        params = OF_BOROUGH | {"f": "json", "resultOffset": offset, "orderByFields": "LSOA11CD"}
        page = asked(client, address, params)
        seen += [feature["attributes"]["LSOA11CD"] for feature in page["features"]]
        more.append(page.get("exceededTransferLimit", False))
    assert more == [True, True, False]
    assert seen == sorted(set(seen))
    assert len(seen) == 120
    page = asked(client, address, OF_BOROUGH | {"f": "geojson"})
    assert page["properties"] == {"exceededTransferLimit": True}
    assert "exceededTransferLimit" not in page


@pytest.mark.parametrize(
    ("service", "wrong", "told"),
    [
        (WARD_LOOKUP, {"where": "LAD21CD='E09000033'"}, "Cannot perform query"),
        (WARD_LOOKUP, {"where": "LAD19CD LIKE 'E09'"}, "Cannot perform query"),
        (WARD_LOOKUP, {"outFields": "WD22CD"}, "Cannot perform query"),
        (WARD_LOOKUP.replace("WD19", "WD18"), {}, "Invalid URL"),
        (WARD_LOOKUP.replace("/0/", "/7/"), {}, "Invalid URL"),
    ],
    ids=str,
)
def test_the_portal_sends_its_errors_under_status_200(
    client: Client, replica: Replica, service: str, wrong: dict[str, str], told: str
) -> None:
    params = OF_BOROUGH | {"f": "json"} | wrong
    with pytest.raises(SourceError, match=f"an error under status 200: {told}"):
        client.get(replica.publishers["portal"] + service, params, expect="json")


def test_the_catalogue_names_the_services(client: Client, replica: Replica) -> None:
    listed = asked(client, replica.publishers["portal"], {"f": "json"})["services"]
    assert {"name": "MSOA_2021_EW_BGC_V3", "type": "FeatureServer"} in listed
    assert len(listed) == 12


def test_outlines_are_valid_and_tile_the_borough_without_a_gap(
    client: Client, replica: Replica
) -> None:
    params = {"where": codes(list(WORLD.places.msoas)), "outFields": "*", "f": "geojson"}
    page = asked(client, replica.publishers["portal"] + MSOA_LAYER, params | {"outSR": "4326"})
    degrees = [shapely.geometry.shape(feature["geometry"]) for feature in page["features"]]
    assert all(-0.3 < shape.bounds[0] < shape.bounds[2] < 0 for shape in degrees)
    back = Transformer.from_crs(4326, 27700, always_xy=True)
    metres = [shapely.transform(shape, back.transform, interleaved=False) for shape in degrees]
    assert all(shape.is_valid for shape in metres)
    # 20 wards of six squares of 300 m.
    assert shapely.unary_union(metres).area == pytest.approx(20 * 6 * 300 * 300, abs=5)
    assert sum(shape.area for shape in metres) == pytest.approx(20 * 6 * 300 * 300, abs=5)


def test_outlines_in_metres_run_clockwise(client: Client, replica: Replica) -> None:
    params = {"where": codes(["E02000960"]), "outFields": "*", "f": "json"}
    (feature,) = asked(client, replica.publishers["portal"] + MSOA_LAYER, params)["features"]
    (ring,) = feature["geometry"]["rings"]
    assert not shapely.LinearRing(ring).is_ccw
    assert shapely.Polygon(ring).area == 5 * 300 * 300


def test_lookups_hold_splits_merges_repeats_and_msoas_across_wards(
    client: Client,
) -> None:
    with Replica(WORLD) as whole:
        base = whole.publishers["portal"]
        changed = _attributes(client, base, "LSOA11_LSOA21_LAD22_EW_LU_v5", "LAD22CD")
        repeated = _attributes(client, base, "OA21_LSOA21_MSOA21_LAD22_EW_LU", "LAD22CD")
        in_wards = _attributes(client, base, "LSOA11_WD19_LAD19_EW_LU", "LAD19CD")
    ward_of = {row["LSOA11CD"]: row["WD19CD"] for row in in_wards}
    assert Counter(row["CHGIND"] for row in changed) == {"U": 114, "S": 4, "M": 4}
    pairs = Counter((row["LSOA21CD"], row["MSOA21CD"]) for row in repeated)
    assert set(pairs.values()) == {2}
    msoa_of = dict(pairs.keys())
    wards: dict[str, set[str]] = {}
    for row in changed:
        wards.setdefault(msoa_of[row["LSOA21CD"]], set()).add(ward_of[row["LSOA11CD"]])
    assert Counter(len(found) for found in wards.values()) == {1: 20, 5: 4}


def _attributes(client: Client, base: str, service: str, column: str) -> list[dict[str, str]]:
    params = {"where": f"{column}='E09000033'", "outFields": "*", "f": "json"}
    page = asked(client, f"{base}{service}/FeatureServer/0/query", params)
    return [feature["attributes"] for feature in page["features"]]


def test_20_wards_became_18(client: Client, replica: Replica) -> None:
    base = replica.publishers["portal"]
    now = _attributes(client, base, "Wards_December_2024_Boundaries_UK_BGC", "LAD24CD")
    assert [row["WD24CD"] for row in now] == [f"E05{n:06d}" for n in range(13792, 13810)]
    of_msoa = _attributes(client, base, "MSOA21_WD24_LAD24_EW_LU", "LAD24CD")
    assert {row["WD24CD"] for row in of_msoa} <= {row["WD24CD"] for row in now}


def test_the_newest_edition_is_found_from_the_landing_page(
    client: Client, replica: Replica
) -> None:
    page = client.get(replica.ons + "deaths/adhocs/deathsbylsoa", expect="html")
    link = newest_link(page.address, page.content, "deathslsoa2019to[0-9]+[.]csv")
    rows = table(client.get(link, expect="csv", starts_with="LSOA 2011 code").content)
    assert link.endswith("2019to2021.csv")
    assert len(rows) == 120 * 3 * 2 * 20
    assert sum(int(row["Deaths"]) for row in rows) == int(WORLD.deaths.sum())
    assert {row["Age group"] for row in rows} >= {"under 1", "01 to 04", "90 and over"}


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others(client: Client) -> None:
    sent = []
    for seed in (1, 1, 2):
        with Replica(World.make(WARDS, seed=seed)) as running:
            address = running.publishers["fingertips"] + ALL_DATA
            sent.append(client.get(address, MSOAS_OF, expect="csv").content)
    assert sent[0] == sent[1] != sent[2]


def test_the_north_lives_about_five_years_less_than_the_south() -> None:
    rows = {number: WARDS[WORLD.places.ward_of_msoa(number)].row for number in range(20)}
    ends: dict[int, list[float]] = {0: [], 5: []}
    for number, row in rows.items():
        value = WORLD.life[WORLD.places.msoas[number], "Male", 2019].value
        if row in ends and value is not None:
            ends[row].append(value)
    north, south = (sum(part) / len(part) for part in ends.values())
    assert 4 < south - north < 6


def test_nothing_but_tests_and_the_command_line_knows_the_replica() -> None:
    source = ROOT / "src" / "gapwatch"
    knowing = {
        path
        for path in [*source.rglob("*.py"), *(ROOT / "flows").rglob("*.py")]
        if re.search(r"gapwatch\.demo\b|from gapwatch import .*\bdemo\b", path.read_text("utf-8"))
    }
    outside = {path for path in knowing if not path.is_relative_to(source / "demo")}
    assert knowing > outside
    assert outside == {source / "cli" / "demonstrating.py"}
