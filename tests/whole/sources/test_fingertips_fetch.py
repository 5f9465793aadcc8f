"""Fingertips asked over real HTTP: which area type, every figure, and every fault."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pandas as pd
import pytest

from gapwatch.demo.replica import Replica
from gapwatch.errors import GapwatchError, SourceError, ValidationError
from gapwatch.sources import fingertips
from gapwatch.sources.payload import Payload
from tests.unit.sources.served import WORLD, client, fingertips_source, publishers

MSOAS = WORLD.places.msoas
WINDOWS = 5


@pytest.fixture
def replica() -> Iterator[Replica]:
    with Replica(WORLD) as served:
        yield served


def fetched(replica: Replica, **changed: object) -> tuple[Payload, ...]:
    with client() as asking:
        return fingertips.fetch(fingertips_source(**changed), asking, publishers(replica))


@pytest.fixture(scope="module")
def good() -> tuple[Payload, ...]:
    with Replica(WORLD) as served:
        return fetched(served)


def parsed(sent: tuple[Payload, ...]) -> pd.DataFrame:
    return fingertips.parse(fingertips_source(), sent)["life_expectancy"]


def test_every_figure_of_the_publisher_is_read_and_england_stands_once(
    good: tuple[Payload, ...],
) -> None:
    life = parsed(good)
    assert len(life) == (len(MSOAS) + 2) * WINDOWS * 2
    for row in life.itertuples():
        told = WORLD.life[row.area_code, row.sex.capitalize(), row.period_start]
        if told.value is None:
            assert pd.isna(row.life_expectancy_years)
            assert row.value_note
        else:
            assert row.life_expectancy_years == pytest.approx(told.value, abs=1e-6)
            assert row.lower95_years == pytest.approx(told.lower, abs=1e-6)
            assert row.upper95_years == pytest.approx(told.upper, abs=1e-6)
    counted = life.groupby("geography")["area_code"].nunique()
    assert counted.to_dict() == {"borough": 1, "country": 1, "msoa2021": len(MSOAS)}


def test_what_is_said_of_the_indicator_is_kept(good: tuple[Payload, ...]) -> None:
    (row,) = fingertips.parse(fingertips_source(), good)["indicator"].to_dict("records")
    assert row["indicator_id"] == 93283
    assert row["unit"] == "Years"
    assert row["indicator_name"].startswith("Life expectancy at birth")
    assert row["last_uploaded"] == fingertips.published_on(good) != ""


NOW = [ward.code for ward in WORLD.places.wards24]
WARD = {"id": 8, "geography": "ward2024", "expected_areas": len(NOW), "codes": "E0501[34][0-9]+"}
MSOA = {"id": 3, "geography": "msoa2021", "expected_areas": len(MSOAS)}


@pytest.fixture
def with_wards() -> Iterator[Replica]:
    with Replica(dataclasses.replace(WORLD, publishes_wards=True)) as served:
        yield served


def test_an_area_type_that_is_listed_and_holds_nothing_is_passed_over(replica: Replica) -> None:
    sent = fetched(replica, area_types=[WARD, MSOA])
    asked = [r.params["child_area_type_id"] for r in replica.seen if "child" in r.target]
    # Wards by the district, by its other type of parent, and out of all of England.
    assert asked == ["8", "8", "8", "3"]
    found = fingertips.parse(fingertips_source(area_types=[WARD, MSOA]), sent)
    small = found["life_expectancy"]
    assert set(small.loc[small["geography"] == "msoa2021", "area_code"]) == set(MSOAS)
    assert "ward2024" not in set(small["geography"])
    with pytest.raises(SourceError, match="area type 8 is listed and holds no rows"):
        fetched(replica, area_types=[WARD])


def test_wards_come_first_where_they_are_published(with_wards: Replica) -> None:
    source = fingertips_source(area_types=[WARD, MSOA])
    sent = fetched(with_wards, area_types=[WARD, MSOA])
    asked = [r.params["child_area_type_id"] for r in with_wards.seen if "child" in r.target]
    assert asked == ["8"]
    life = fingertips.parse(source, sent)["life_expectancy"]
    small = life[life["geography"] == "ward2024"]
    assert set(small["area_code"]) == set(NOW)
    assert len(small) == len(NOW) * WINDOWS * 2
    for row in small.itertuples():
        told = WORLD.life[row.area_code, row.sex.capitalize(), row.period_start]
        assert row.life_expectancy_years == pytest.approx(told.value, abs=1e-6)


def test_wards_of_another_vintage_or_none_at_all_are_refused(with_wards: Replica) -> None:
    source = fingertips_source(area_types=[WARD, MSOA])
    sent = fetched(with_wards, area_types=[WARD, MSOA])
    good = sent[-1].content
    for old, new, told in [
        # As many wards, on codes of 2011; then areas that are no wards.
        (b"E050137", b"E050006", "a code of ward2024, which match E0501"),
        (b"E050137", b"E020009", "E05000000, as area type 8 has"),
    ]:
        spoilt = dataclasses.replace(sent[-1], content=good.replace(old, new))
        with pytest.raises(ValidationError, match=told):
            fingertips.parse(source, (*sent[:-1], spoilt))
    with_wards.fault("vintage", on="fingertips")
    with pytest.raises(ValidationError, match="a code of ward2024"):
        fingertips.parse(source, fetched(with_wards, area_types=[WARD, MSOA]))


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("400-text", SourceError),
        ("500-trace", SourceError),
        ("html", SourceError),
        ("empty", SourceError),
        ("withdrawn", SourceError),
        ("column-renamed", SourceError),
        ("row-repeated", SourceError),
        ("outside-interval", ValidationError),
        ("error-under-200", SourceError),
        ("dropped", SourceError),
        ("cut", SourceError),
        ("length-long", SourceError),
        ("length-short", GapwatchError),
    ],
)
def test_every_fault_of_fingertips_is_a_named_error(
    replica: Replica, fault: str, kind: type[GapwatchError]
) -> None:
    replica.fault(fault, on="fingertips")
    with pytest.raises(kind) as caught:
        parsed(fetched(replica))
    assert caught.value.found


@pytest.mark.parametrize("fault", ["column-moved", "column-new", "ranges-mixed"])
def test_what_is_no_fault_changes_no_figure(
    replica: Replica, good: tuple[Payload, ...], fault: str
) -> None:
    replica.fault(fault, on="fingertips")
    pd.testing.assert_frame_equal(parsed(fetched(replica)), parsed(good))


@pytest.mark.parametrize("fault", ["400-text", "500-trace"])
def test_an_area_type_that_is_refused_is_tried_no_further_and_the_next_is_asked(
    with_wards: Replica, fault: str
) -> None:
    with_wards.fault(fault, on="child_area_type_id=8")
    sent = fetched(with_wards, area_types=[WARD, MSOA])
    found = fingertips.parse(fingertips_source(area_types=[WARD, MSOA]), sent)
    assert "ward2024" not in set(found["life_expectancy"]["geography"])
    assert set(MSOAS) <= set(found["life_expectancy"]["area_code"])
    with pytest.raises(SourceError, match=r"area type 8, parent type 101: status [45]00"):
        fetched(with_wards, area_types=[WARD])


def test_the_places_areas_are_taken_out_of_all_of_england_where_no_district_gives_them(
    with_wards: Replica,
) -> None:
    for parent in (101, 501):
        with_wards.fault("400-text", on=f"parent_area_type_id={parent}&")
    sent = fetched(with_wards, area_types=[WARD])
    assert "parent_area_code=E92000001" in sent[-1].address
    # Another district's ward beside them, as all of England has.
    lines = sent[-1].content.decode().splitlines(keepends=True)
    other = [line.replace(NOW[0], "E05099999") for line in lines if NOW[0] in line]
    all_of_it = dataclasses.replace(sent[-1], content="".join([*lines, *other]).encode())
    life = fingertips.parse(fingertips_source(area_types=[WARD]), (*sent[:-1], all_of_it))
    codes = life["life_expectancy"].query("geography == 'ward2024'")["area_code"]
    assert set(codes) == set(NOW)
