"""Nomis: whole over many pages, by single year of age, and every gap in it noticed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gapwatch.demo.replica import Replica
from gapwatch.demo.replica.world import SEXES, YEARS
from gapwatch.errors import GapwatchError, SourceError, ValidationError
from gapwatch.sources import nomis
from gapwatch.sources.payload import Payload
from tests.unit.sources.served import WORLD, client, nomis_source, publishers

LSOAS = WORLD.places.lsoas21
CELLS = 1000


@pytest.fixture
def replica() -> Iterator[Replica]:
    with Replica(WORLD, cells=CELLS) as served:
        yield served


def fetched(replica: Replica, **changed: object) -> tuple[Payload, ...]:
    with client() as asking:
        return nomis.fetch(nomis_source(**changed), asking, publishers(replica))


@pytest.fixture(scope="module")
def good() -> tuple[Payload, ...]:
    with Replica(WORLD, cells=CELLS) as served:
        return fetched(served)


def test_every_page_is_asked_for_and_every_count_is_the_publishers(
    good: tuple[Payload, ...],
) -> None:
    rows = len(LSOAS) * 2 * 2 * 91
    assert sum(p.role.startswith("data-") for p in good) == -(-rows // CELLS) > 1
    found = nomis.parse(nomis_source(), good)
    people = found["population"]
    assert len(people) == rows
    for place, lsoa in enumerate(LSOAS):
        for year in (2021, 2022):
            for at, sex in enumerate(SEXES):
                mine = people[
                    (people["area_code"] == lsoa.code)
                    & (people["year"] == year)
                    & (people["sex"] == sex.lower())
                ].sort_values("age_start_years")
                told = WORLD.population[place, YEARS.index(year), at]
                assert mine["population_persons"].to_list() == told.tolist()
    assert people.loc[people["age_start_years"] == 90, "age_end_years"].isna().all()
    every = found["population_deaths"].set_index(["area_code", "year"])
    total = int(WORLD.population[0, YEARS.index(2022)].sum())
    assert every.loc[(LSOAS[0].code, 2022), "population_persons"] == total
    assert every["deaths_persons"].isna().all()


def test_the_type_of_area_is_found_by_its_name_and_another_is_refused(replica: Replica) -> None:
    msoas = fetched(
        replica,
        area_type="2021 super output areas - middle layer",
        geography="msoa2021",
        expected_areas=len(WORLD.places.msoas),
    )
    assert "TYPE" in msoas[1].address
    with pytest.raises(SourceError, match="parish"):
        fetched(replica, area_type="parish")
    with pytest.raises(ValidationError, match="as the study says"):
        fetched(replica, expected_areas=3)


def test_wards_and_their_number_are_found_at_run_time(replica: Replica) -> None:
    wards = WORLD.places.wards24
    asked = {"area_type": "2022 wards", "geography": "ward2022", "expected_areas": len(wards)}
    sent = fetched(replica, **asked)
    listed = [request.path for request in replica.seen]
    assert listed[:2] == [
        "dataset/NM_2014_1/geography/TYPE.def.sdmx.json",
        f"dataset/NM_2014_1/geography/{WORLD.code}TYPE153.def.sdmx.json",
    ]
    assert {r.params["geography"] for r in replica.seen[2:]} == {f"{WORLD.code}TYPE153"}
    found = nomis.parse(nomis_source(**asked), sent)["population_deaths"]
    assert set(found["geography"]) == {"ward2022"}
    told = found.set_index(["area_code", "year"])["population_persons"]
    for number, ward in enumerate(wards):
        inside = [
            n
            for n, lsoa in enumerate(LSOAS)
            if WORLD.places.lsoas11[lsoa.parents[0]].ward in ward.parts
        ]
        assert inside == WORLD.places.of_ward24(number)
        for year in (2021, 2022):
            people = WORLD.population[inside, YEARS.index(year)].sum()
            assert told[ward.code, year] == people > 0


@pytest.mark.parametrize(
    "fault",
    [
        "400-text",
        "500-trace",
        "html",
        "empty",
        "header-only",
        "page-missing",
        "column-renamed",
        "row-repeated",
        "dropped",
        "cut",
        "length-long",
        "error-under-200",
    ],
)
def test_every_fault_of_nomis_is_a_named_error(replica: Replica, fault: str) -> None:
    replica.fault(fault, on="nomis")
    with pytest.raises(GapwatchError) as caught:
        nomis.parse(nomis_source(), fetched(replica))
    assert caught.value.found


def test_areas_of_another_vintage_than_the_listed_ones_are_refused(replica: Replica) -> None:
    """A list and pages that both are of another vintage agree: the bridge refuses those."""
    replica.fault("vintage", on=".data.csv")
    with pytest.raises(SourceError, match=r"GEOGRAPHY_CODE\n.*what was asked for and nothing else"):
        nomis.parse(nomis_source(), fetched(replica))


def test_a_column_that_moved_or_is_new_makes_no_difference(
    replica: Replica, good: tuple[Payload, ...]
) -> None:
    told = nomis.parse(nomis_source(), good)["population"]
    for fault in ("column-moved", "column-new"):
        replica.clear()
        replica.fault(fault, on="nomis")
        found = nomis.parse(nomis_source(), fetched(replica))["population"]
        assert found.equals(told)


def known(geography: str, number: int) -> tuple[str, ...]:
    assert (geography, number) == ("lsoa2021", len(LSOAS))
    return tuple(lsoa.code for lsoa in LSOAS)


@pytest.mark.parametrize("lost", ["TYPE.def", f"{WORLD.code}TYPE"])
def test_areas_that_nomis_does_not_define_are_asked_for_by_the_codes_of_a_lookup(
    replica: Replica, good: tuple[Payload, ...], lost: str
) -> None:
    replica.fault("400-text", on=lost)
    source = nomis_source()
    with client() as asking:
        sent = nomis.fetch(source, asking, publishers(replica), known)
    assert {payload.role[:5] for payload in sent} == {"data-"}
    found, usual = (nomis.parse(source, each)["population"] for each in (sent, good))
    assert found.equals(usual)
    with pytest.raises(ValidationError, match="areas, as the study says"):
        nomis.parse(nomis_source(expected_areas=len(LSOAS) + 1), sent)


def test_a_definition_that_is_lost_is_an_error_where_no_lookup_knows_the_areas(
    replica: Replica,
) -> None:
    replica.fault("400-text", on="TYPE.def")
    with pytest.raises(SourceError, match="status 400"):
        fetched(replica)
