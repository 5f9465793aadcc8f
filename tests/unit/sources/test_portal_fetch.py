"""The portal asked for pages: over a real client and a server that speaks its contract."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gapwatch.demo.replica.places import Ward
from gapwatch.demo.replica.server import Replica
from gapwatch.demo.replica.world import World
from gapwatch.errors import SourceError
from gapwatch.sources.http import Client
from gapwatch.sources.portal import fetch, parse
from gapwatch.study.source_base import Publishers
from gapwatch.study.sources import PortalSource
from tests.unit.sources.test_portal import layer, lookup

WARDS = [Ward(f"E0500063{n}", f"Ward {n}", n // 3, n % 3) for n in range(6)]


@pytest.fixture(scope="module")
def world() -> World:
    return World.make(WARDS)


@pytest.fixture
def replica(world: World) -> Iterator[Replica]:
    with Replica(world, page_size=4) as served:
        yield served


def _lookup(world: World, **changed: object) -> PortalSource:
    return lookup(
        **{
            "service": "LSOA11_WD19_LAD19_EW_LU",
            "filter_column": "LAD19CD",
            "geography": "lsoa2011",
            "code_column": "LSOA11CD",
            "to_geography": "ward2011",
            "to_code_column": "WD19CD",
            "expected_areas": len(world.places.lsoas11),
            **changed,
        }
    )


def _ask(replica: Replica, source: PortalSource) -> dict[str, object]:
    publishers = Publishers.model_validate(replica.publishers)
    with Client(allow_local=True, tries=2, back_off=0.01, read=10) as client:
        payloads = fetch(source, client, publishers)
    return {"payloads": payloads, **parse(source, payloads)}


def test_a_lookup_comes_whole_over_many_pages(replica: Replica, world: World) -> None:
    found = _ask(replica, _lookup(world))
    roles = [payload.role for payload in found["payloads"]]  # type: ignore[attr-defined]
    number = len(world.places.lsoas11)
    assert number > 4
    pages = -(-number // 4)
    assert roles == ["count", *(f"data-{n:04d}" for n in range(1, pages + 1))]
    rows = found["lookup"]
    said = {lsoa.code: world.places.wards[lsoa.ward].code for lsoa in world.places.lsoas11}
    assert dict(zip(rows["from_code"], rows["to_code"], strict=True)) == said  # type: ignore[index]


def test_outlines_come_whole_over_many_pages(replica: Replica, world: World) -> None:
    codes = list(world.places.msoas)
    assert len(codes) > 4
    source = layer(
        service="MSOA_2021_EW_BGC_V3",
        geography="msoa2021",
        code_column="MSOA21CD",
        name_column="MSOA21NM",
        filter_column="MSOA21CD",
        filter_values=codes,
        expected_areas=len(codes),
    )
    rows = _ask(replica, source)["boundary"]
    assert rows["area_code"].tolist() == sorted(codes)  # type: ignore[index]


def test_a_page_that_is_missing_is_noticed_by_the_count(replica: Replica, world: World) -> None:
    replica.fault("page-missing", on="portal")
    with pytest.raises(SourceError, match=f"the {len(world.places.lsoas11)} features"):
        _ask(replica, _lookup(world))


def test_a_service_that_is_gone_is_answered_with_the_nearest_names(
    replica: Replica, world: World
) -> None:
    gone = _lookup(world, service="LSOA11_WD18_LAD18_EW_LU")
    with pytest.raises(SourceError, match="nearest are LSOA11_WD19_LAD19_EW_LU"):
        _ask(replica, gone)


def test_a_column_that_is_not_there_is_the_publishers_own_word(
    replica: Replica, world: World
) -> None:
    with pytest.raises(SourceError, match="Invalid query parameters"):
        _ask(replica, _lookup(world, filter_column="LAD24CD"))
