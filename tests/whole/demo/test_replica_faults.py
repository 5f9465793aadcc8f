"""Every fault of the replica shows where it should, as often as it should, and then is gone."""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
import tracemalloc
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.conftest import ROOT

from gapwatch.demo.replica import FAULTS, Replica, Ward, World
from gapwatch.demo.replica.faults import OF_FIGURES
from gapwatch.demo.replica.server import PATIENCE_SECONDS
from gapwatch.errors import SourceError, UsageError
from gapwatch.sources.http import Client

STUDY = tomllib.loads((ROOT / "gapwatch.toml").read_text(encoding="utf-8"))
WORLD = World.make([Ward(**area) for area in STUDY["geography"]["areas"]])
PAGES = {
    "fingertips": "all_data/csv/by_indicator_id?indicator_ids=93283&child_area_type_id=3"
    "&parent_area_type_id=101&parent_area_code=E09000033",
    "nomis": "dataset/NM_2014_1.data.csv?geography=E09000033TYPE152&date=2022&gender=1,2"
    "&c_age=101...191&measures=20100",
    "portal": "MSOA_2021_EW_BGC_V3/FeatureServer/0/query?where=1%3D1&outFields=*&f=geojson",
    "ons": "file?uri=/deaths/adhocs/deathsbylsoa/deathslsoa2019to2021.csv",
}
VITAL = {"fingertips": "Value", "nomis": "OBS_VALUE", "portal": "MSOA21CD", "ons": "Deaths"}
CODES = {
    "fingertips": "Area Code",
    "nomis": "GEOGRAPHY_CODE",
    "portal": "MSOA21CD",
    "ons": "LSOA 2011 code",
}
EVERYWHERE = (
    "column-renamed",
    "column-moved",
    "column-new",
    "row-repeated",
    "vintage",
    "corrected-silently",
)
# What the client must say; nothing for a fault that passes when it is tried again.
LASTING = {
    "400-text": "status 400: The indicator could not be found",
    "429-long": "come back in 4000 seconds",
    "html": "a web page: Service unavailable",
    "header-only": "a header and no rows",
    "empty": "status 200 and an empty body",
    "gzip-bomb": "at most 20000000 bytes",
}
PASSING = {
    "500-trace": "status 500: System.NullReferenceException",
    "503": "status 503: Service unavailable",
    "429": "status 429: Too many requests",
    "429-wait": "status 429: Too many requests",
    "silent": "ReadTimeout",
    "stall": "ReadTimeout",
    "dropped": "RemoteProtocolError|ReadError",
    "cut": "RemoteProtocolError|ReadError",
    "length-long": "RemoteProtocolError|Content-Length",
    "reset": "ReadError: .*reset by peer",
}


@pytest.fixture(scope="module")
def running() -> Iterator[Replica]:
    with Replica(WORLD, page_size=10, cells=5000) as server:
        yield server


@pytest.fixture
def replica(running: Replica) -> Iterator[Replica]:
    running.clear()
    yield running
    running.clear()


LONG_SECONDS = PATIENCE_SECONDS / 2  # nothing honest takes so long, on the busiest machine
SHORT_SECONDS = 1.0


class HastyOnce(Client):
    """Has little patience at its first try, and enough for an honest answer at every later one."""

    def stream(self, url: httpx.URL) -> httpx.Response:
        try:
            return super().stream(url)
        finally:
            self._client.timeout = LONG_SECONDS


def client(tries: int = 2, read: float = LONG_SECONDS, kind: type[Client] = Client) -> Client:
    return kind(allow_local=True, back_off=0.01, read=read, tries=tries)


def address(replica: Replica, publisher: str) -> str:
    return (replica.publishers | {"ons": replica.ons})[publisher] + PAGES[publisher]


def rows(replica: Replica, publisher: str, more: str = "") -> list[dict[str, Any]]:
    """Rows of a publisher's page as dictionaries, columns in the order sent."""
    expect: Any = "json" if publisher == "portal" else "csv"
    with client() as calm:
        sent = calm.get(address(replica, publisher) + more, expect=expect).content
    if publisher == "portal":
        return [feature["properties"] for feature in json.loads(sent)["features"]]
    return list(csv.DictReader(io.StringIO(sent.decode(), newline="")))


def test_every_fault_has_a_test() -> None:
    special = {
        "length-short",
        "error-under-200",
        "page-missing",
        "ranges-mixed",
        "withdrawn",
        "outside-interval",
        "vanished",
        "indicator-renamed",
        "unit-changed",
    }
    of_figures = OF_FIGURES.keys()  # tests/unit/sources/test_nomis_figures, _fingertips_figures
    assert {*LASTING, *PASSING, *EVERYWHERE} | special | of_figures == FAULTS.keys()


@pytest.mark.parametrize("name", LASTING)
def test_a_fault_that_stays_is_told_at_once(replica: Replica, name: str) -> None:
    replica.fault(name, on="fingertips")
    with client() as asking, pytest.raises(SourceError, match=LASTING[name]):
        asking.get(address(replica, "fingertips"), expect="csv", max_bytes=20_000_000)
    assert len(replica.seen) == 1


@pytest.mark.parametrize("name", PASSING)
def test_a_fault_that_passes_is_tried_again_then_told(replica: Replica, name: str) -> None:
    read = SHORT_SECONDS if PASSING[name] == "ReadTimeout" else LONG_SECONDS
    replica.fault(name, on="fingertips", times=1)
    with client(read=read, kind=HastyOnce) as asking:
        sent = asking.get(address(replica, "fingertips"), expect="csv")
    assert sent.content.startswith(b"Indicator ID,")
    assert len(replica.seen) == 2
    replica.fault(name, on="fingertips")
    with client(tries=1, read=read) as asking, pytest.raises(SourceError, match=PASSING[name]):
        asking.get(address(replica, "fingertips"), expect="csv")


def test_a_body_longer_than_its_content_length_loses_rows_so_completeness_is_for_the_parser(
    replica: Replica,
) -> None:
    """HTTP ends such a body where the header says: half of the rows, under status 200."""
    whole = rows(replica, "fingertips")
    replica.fault("length-short", on="fingertips")
    with Client(allow_local=True, tries=1) as asking:
        sent = asking.get(address(replica, "fingertips"), expect="csv").content
    assert len(sent.splitlines()) < len(whole)


def test_an_error_under_200_is_told(replica: Replica) -> None:
    replica.fault("error-under-200", on="portal")
    with client() as asking, pytest.raises(SourceError, match="Unable to complete operation"):
        asking.get(address(replica, "portal"), expect="json")


def test_a_gzip_bomb_never_unfolds(replica: Replica) -> None:
    replica.fault("gzip-bomb", on="fingertips")
    with Client(allow_local=True, read=30) as asking:
        # The server packs the bomb once, and in this process: before memory is watched.
        with pytest.raises(SourceError, match="at most 1000 bytes"):
            asking.get(address(replica, "fingertips"), expect="csv", max_bytes=1000)
        tracemalloc.start()
        with pytest.raises(SourceError, match="at most 1000000 bytes"):
            asking.get(address(replica, "fingertips"), expect="csv", max_bytes=1_000_000)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 8_000_000


def test_a_fault_shows_so_often_there_and_nowhere_else(replica: Replica) -> None:
    replica.fault("503", on="nomis", times=2)
    with client(tries=1) as asking:
        asking.get(address(replica, "fingertips"), expect="csv")
        for _ in range(2):
            with pytest.raises(SourceError, match="503"):
                asking.get(address(replica, "nomis"), expect="csv")
        asking.get(address(replica, "nomis"), expect="csv")
    assert [request.publisher for request in replica.seen] == ["fingertips", *["nomis"] * 3]
    assert replica.seen[1].params["gender"] == "1,2"


def test_a_fault_may_be_of_one_path_alone(replica: Replica) -> None:
    replica.fault("empty", on="LSOA11_WD19")
    assert len(rows(replica, "portal")) == 10
    lookup = replica.publishers["portal"] + "LSOA11_WD19_LAD19_EW_LU/FeatureServer/0/query?f=json"
    with client() as asking, pytest.raises(SourceError, match="empty body"):
        asking.get(lookup, expect="json")


def test_an_unknown_fault_is_refused(replica: Replica) -> None:
    with pytest.raises(UsageError, match="a fault"):
        replica.fault("earthquake")


@pytest.mark.parametrize("publisher", PAGES)
def test_a_column_renamed_moved_or_new(replica: Replica, publisher: str) -> None:
    before = list(rows(replica, publisher)[0])
    vital = VITAL[publisher]
    replica.fault("column-renamed", times=1)
    assert list(rows(replica, publisher)[0]) == [
        f"{name}_2" if name == vital else name for name in before
    ]
    replica.fault("column-moved", times=1)
    moved = rows(replica, publisher)
    assert list(moved[0]) == [vital, *(name for name in before if name != vital)]
    replica.fault("column-new", times=1)
    assert list(rows(replica, publisher)[0]) == [before[0], "REMARK", *before[1:]]
    assert moved == rows(replica, publisher)


@pytest.mark.parametrize("publisher", PAGES)
def test_a_row_repeated_and_a_value_corrected(replica: Replica, publisher: str) -> None:
    before = rows(replica, publisher)
    replica.fault("row-repeated", times=1)
    assert rows(replica, publisher) == [*before, before[-1]]
    replica.fault("corrected-silently", times=1)
    after = rows(replica, publisher)
    assert after[:-1] == before[:-1]
    assert sum(after[-1][name] != value for name, value in before[-1].items()) == 1


@pytest.mark.parametrize("publisher", PAGES)
def test_codes_of_another_vintage(replica: Replica, publisher: str) -> None:
    name = CODES[publisher]
    before = {row[name] for row in rows(replica, publisher)} - {"E92000001", "E09000033"}
    replica.fault("vintage", times=1)
    after = {row[name] for row in rows(replica, publisher)} - {"E92000001", "E09000033"}
    assert len(after) == len(before)
    assert not after & before
    assert {code[:3] for code in after} == {code[:3] for code in before}
    assert all(re.fullmatch("E0[0-9]{7}", code) for code in after)


@pytest.mark.parametrize(
    ("publisher", "second"), [("nomis", "&RecordOffset=4000"), ("portal", "&resultOffset=10")]
)
def test_a_page_missing_is_never_the_first(replica: Replica, publisher: str, second: str) -> None:
    replica.fault("page-missing", on=publisher)
    assert rows(replica, publisher)
    if publisher == "portal":
        assert rows(replica, publisher, second) == []
        return
    with client() as asking, pytest.raises(SourceError, match="a header and no rows"):
        asking.get(address(replica, publisher) + second, expect="csv")


def test_ranges_mixed(replica: Replica) -> None:
    replica.fault("ranges-mixed", on="fingertips")
    assert {row["Time period range"] for row in rows(replica, "fingertips")} == {"1y", "3y", "5y"}


def test_a_value_outside_its_interval(replica: Replica) -> None:
    replica.fault("outside-interval", on="fingertips")
    given = [row for row in rows(replica, "fingertips") if row["Value"]]
    outside = [row for row in given if float(row["Value"]) > float(row["Upper CI 95.0 limit"])]
    assert len(outside) == 1


def test_a_silent_correction_leaves_the_date_as_it_was(replica: Replica) -> None:
    asked = replica.publishers["fingertips"] + "data_changes?indicator_id=93283"
    with client() as asking:
        before = asking.get(asked, expect="json").content
        replica.fault("corrected-silently", on="fingertips")
        assert asking.get(asked, expect="json").content == before


def test_a_withdrawn_profile_lists_nothing_and_sends_a_header(replica: Replica) -> None:
    replica.fault("withdrawn", on="fingertips")
    base = replica.publishers["fingertips"]
    with client() as asking:
        listed = asking.get(base + "available_data?indicator_id=93283", expect="json")
        assert json.loads(listed.content) == []
        with pytest.raises(SourceError, match="a header and no rows"):
            asking.get(address(replica, "fingertips"), expect="csv")


def test_a_page_of_ons_that_is_gone_says_so(replica: Replica) -> None:
    replica.fault("vanished", on="ons")
    with client() as asking, pytest.raises(SourceError, match="status 404: 404 - The page does"):
        asking.get(address(replica, "ons"), expect="csv")


def test_a_vanished_service_is_gone_from_the_catalogue_too(replica: Replica) -> None:
    replica.fault("vanished", on="MSOA_2021_EW_BGC_V3")
    with client() as asking:
        with pytest.raises(SourceError, match="Invalid URL"):
            asking.get(address(replica, "portal"), expect="json")
        catalogue = asking.get(replica.publishers["portal"] + "?f=json", expect="json").content
    names = {service["name"] for service in json.loads(catalogue)["services"]}
    assert "LSOA11_WD19_LAD19_EW_LU" in names
    assert "MSOA_2021_EW_BGC_V3" not in names
