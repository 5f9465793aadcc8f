"""The shipped study's live figures: asked of the replica, read, and compared on the study's wards.

What both sides have is added up here from the replica's counts by hand: each lower-layer area of
2021 counts for the wards of 2011 that its parents lie in, in equal parts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gapwatch.demo.replica import Replica, Ward, World, nomis_tables
from gapwatch.demo.replica.borough import YEARS, places
from gapwatch.demo.replica.gov import DEPRIVATION
from gapwatch.priorities.tables import priorities
from gapwatch.sources import registry
from gapwatch.sources.http import Client
from gapwatch.study import Study

Frames = dict[str, pd.DataFrame]
CENSUS = {
    "social-renting-2021": ("NM_2072_1", ("1003",), ("0",)),
    "private-renting-2021": ("NM_2072_1", ("1004",), ("0",)),
    "overcrowded-2021": ("NM_2070_1", ("4", "5"), ("0",)),
    "unemployed-2021": ("NM_2083_1", ("7", "14"), ("1001", "1007")),
    "no-qualifications-2021": ("NM_2084_1", ("1",), ("0",)),
    "bad-health-2021": ("NM_2055_1", ("4", "5"), ("0",)),
}
OTHER_AREAS = (
    "children-low-income",
    "reception-obesity-msoa",
    "year-6-obesity-msoa",
    "smr-msoa",
)
LOOKUPS = ("lsoa2011-to-lsoa2021", "lsoa2011-to-ward2011")
GOV = ("https://www.gov.uk/", "https://assets.publishing.service.gov.uk/")


@pytest.fixture(scope="module")
def world(study: Study) -> World:
    wards = [Ward(a.code, a.name, a.row, a.column) for a in study.geography.areas]
    return World.make(wards, places=places(wards), years=YEARS)


@pytest.fixture(scope="module")
def replica(world: World) -> Iterator[Replica]:
    with Replica(world) as served:
        yield served


def addressed(study: Study, replica: Replica) -> Study:
    """The study with the publishers' addresses changed, and nothing else."""
    sources = []
    for source in study.sources:
        told = source.model_dump()
        for key in ("address", "landing_page"):
            for public in GOV:
                if told.get(key):
                    told[key] = told[key].replace(public, replica.gov)
        sources.append(type(source).model_validate(told))
    publishers = type(study.publishers).model_validate(replica.publishers)
    return study.model_copy(update={"sources": tuple(sources), "publishers": publishers})


@pytest.fixture(scope="module")
def live(study: Study, replica: Replica) -> Frames:
    """Every live figure by its source, and the lookups that lead to the wards."""
    asked = addressed(study, replica)
    found: Frames = {}
    with Client(allow_local=True, tries=2, back_off=0.01, read=20.0) as client:
        for source in asked.sources:
            is_figures = source.table == "area_figure" and source.kind != "pinned"
            if not is_figures and source.id not in LOOKUPS:
                continue
            sent = registry.fetch(source, client, asked.publishers, Path())
            found[source.id] = registry.parse(source, sent)[source.table]
    return found


def together(live: Frames, inputs: Frames, *without: str) -> Frames:
    figures = [frame for name, frame in live.items() if name not in (*LOOKUPS, *without)]
    lookups = pd.concat([live[name] for name in LOOKUPS], ignore_index=True)
    every = pd.concat([inputs["area_figure"], *figures], ignore_index=True)
    return {**inputs, "area_figure": every, "lookup": lookups}


@pytest.fixture(scope="module")
def compared(study: Study, inputs: Frames, live: Frames) -> pd.DataFrame:
    made = priorities(study, together(live, inputs), None)
    return made["priority_comparison"].set_index("indicator")


def by_hand(world: World, study: Study, values: list[float]) -> tuple[float, float]:
    """Both sides' sums of a value of each lower-layer area of 2021."""
    wards: dict[str, float] = defaultdict(float)
    for lsoa, value in zip(world.places.lsoas21, values, strict=True):
        for parent in lsoa.parents:
            ward = world.places.wards[world.places.lsoas11[parent].ward].code
            wards[ward] += value / len(lsoa.parents)
    against = study.whole
    assert against is not None
    sides = (set(study.side(against.worse)), set(study.side(against.better)))
    worse, better = (sum(wards[code] for code in side) for side in sides)
    return worse, better


@pytest.mark.parametrize("indicator", CENSUS)
def test_cells_of_the_census_are_added_up_to_both_sides(
    indicator: str, compared: pd.DataFrame, world: World, study: Study
) -> None:
    dataset, top, bottom = CENSUS[indicator]
    counts = nomis_tables.counts(world, dataset)
    row = compared.loc[indicator]
    assert row["reason"] == ""
    assert "apportioned" in row["flags"].split(";")
    for cells, part in ((top, "numerator"), (bottom, "denominator")):
        values = [float(sum(area[cell] for cell in cells)) for area in counts]
        told = by_hand(world, study, values)
        assert (row[f"worse_{part}"], row[f"better_{part}"]) == pytest.approx(told)
    low, high = row["difference_lower95"], row["difference_upper95"]
    assert low < row["difference"] < high
    assert row["interval_basis"] == "newcombe"
    assert row["period"] == "2021"


def test_claimants_of_the_newest_month_stand_over_residents_of_working_age(
    compared: pd.DataFrame, world: World, study: Study
) -> None:
    row = compared.loc["claimants"]
    assert (row["period"], row["first_day"], row["last_day"]) == (
        "October 2026",
        "2026-10-01",
        "2026-10-31",
    )
    assert {"apportioned", "rounded", "years-differ"} <= set(row["flags"].split(";"))
    claimants = [float(area["0"]) for area in nomis_tables.counts(world, "NM_162_1")]
    assert (row["worse_numerator"], row["better_numerator"]) == pytest.approx(
        by_hand(world, study, claimants)
    )
    newest = world.years.index(max(world.years))
    people = world.population[:, newest, :, 16:65].sum(axis=(1, 2)).astype(float).tolist()
    assert (row["worse_denominator"], row["better_denominator"]) == pytest.approx(
        by_hand(world, study, people)
    )


def test_people_in_income_deprivation_are_rates_times_residents(compared: pd.DataFrame) -> None:
    row = compared.loc["income-deprived"]
    assert row["reason"] == ""
    assert row["worse_value"] > row["better_value"] > 0
    assert row["period"] == "2022/23"
    assert DEPRIVATION.startswith("File_7")


@pytest.mark.parametrize("indicator", OTHER_AREAS)
def test_figures_of_other_areas_are_refused_and_shown(
    indicator: str, compared: pd.DataFrame
) -> None:
    row = compared.loc[indicator]
    assert row["reason"] == "P08"
    assert np.isnan(row["worse_value"])


def test_the_gap_that_an_indicator_closes_stands_until_it_is_compared(
    study: Study, inputs: Frames, live: Frames
) -> None:
    closed = {gap.missing for gap in study.evidence_gaps if gap.closed_by}
    assert closed == {"Overcrowded homes"}
    before, without, after = (
        set(priorities(study, told, None)["evidence_gap"]["missing"])
        for told in (
            inputs,
            together(live, inputs, "census-occupancy"),
            together(live, inputs),
        )
    )
    assert closed <= before
    assert closed <= without
    assert not closed & after
    assert before - after == closed


@pytest.mark.parametrize("lacking", ["claimant-count", "residents-of-working-age"])
def test_an_indicator_is_left_out_until_all_of_its_sources_are_pinned(
    lacking: str, study: Study, inputs: Frames, live: Frames
) -> None:
    made = priorities(study, together(live, inputs, lacking), None)
    for table in ("priority_comparison", "indicator_value", "priority_alignment"):
        told = set(made[table]["indicator"])
        assert "claimants" not in told
        assert "bad-health-2021" in told


def test_without_their_pins_nothing_of_the_shipped_figures_differs(
    study: Study, inputs: Frames, made: Frames
) -> None:
    live = {s.id for s in study.sources if s.table == "area_figure" and s.kind != "pinned"}
    only = [one for one in study.indicators if one.source not in live]
    assert len(only) == len(study.indicators) - len(CENSUS) - len(OTHER_AREAS) - 2
    old = study.model_copy(update={"indicators": tuple(only)})
    before = priorities(old, inputs, None)
    assert before.keys() == made.keys()
    for name, frame in before.items():
        assert frame.equals(made[name])
