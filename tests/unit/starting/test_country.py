"""A study of every borough, from the counts of a country: read back as any other study is."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from gapwatch import snapshots
from gapwatch import study as study_file
from gapwatch.contracts import LIFE_EXPECTANCY
from gapwatch.counting.national.wards import Wards
from gapwatch.demo.national import InventedCountry
from gapwatch.errors import UsageError, ValidationError
from gapwatch.fleet.finding import find_studies
from gapwatch.project import find
from gapwatch.sources.inputs import load_inputs
from gapwatch.starting import country
from gapwatch.starting.country import NationalFiles, StudiesMade, write_studies
from tests.unit.counting.countries import frames

SMALL = frames(InventedCountry(seed=3, boroughs=2, wards=5, blocks=40, years=6))
FILES = NationalFiles(("deaths.csv", "population.csv"), "Nobody's figures", dt.date(2026, 11, 29))


@pytest.fixture(scope="module")
def wards(tmp_path_factory: pytest.TempPathFactory) -> Wards:
    lookup = SMALL.lookup.assign(
        ward_name="Ward " + SMALL.lookup["ward_code"].str[-1], borough_name=None
    )
    lookup.loc[lookup["borough_code"] == "X09000001", "borough_name"] = 'Upton "under" Down'
    return SMALL.changed(lookup=lookup).wards(tmp_path_factory.mktemp("country"))


@pytest.fixture(scope="module")
def made(wards: Wards, tmp_path_factory: pytest.TempPathFactory) -> StudiesMade:
    return write_studies(wards, FILES, tmp_path_factory.mktemp("studies") / "of")


def test_every_borough_has_a_project_that_a_fleet_finds(made: StudiesMade) -> None:
    found = find_studies([str(made.studies[0].parent.parent)])
    assert [one.id for one in found] == ["x09000000", "x09000001"]
    assert [one.place for one in found] == ["X09000000", 'Upton "under" Down']
    assert not any(one.fault for one in found)
    assert all(one.invented for one in found)
    assert made.left_out == {}


def test_a_study_reads_back_the_very_counts_and_nothing_published(
    made: StudiesMade, wards: Wards
) -> None:
    project = find(made.studies[1])
    assert project.root == made.studies[1].parent
    study, _ = study_file.load(project.study_file)
    snapshot = snapshots.load(project.raw, study=study.study.id)
    assert snapshot.as_known_at == FILES.pinned_on
    inputs = load_inputs(project.raw, snapshot, study)
    mine = [at for at, of in enumerate(wards.boroughs) if of == "X09000001"]
    deaths = inputs["deaths"].set_index(["area_code", "sex", "year", "age_start_years"])
    for at, sex, year, age in ((mine[0], 0, 0, 0), (mine[3], 1, 5, 11), (mine[4], 1, 2, 19)):
        counts = wards.counts
        key = (
            counts.areas[at],
            ("female", "male")[sex],
            int(counts.years[year]),
            int(counts.age_starts[age]),
        )
        assert deaths.loc[key, "deaths_persons"] == counts.deaths[at, sex, year, age]
    assert inputs["deaths"]["deaths_persons"].sum() == wards.counts.deaths[mine].sum()
    assert inputs["population"]["population_persons"].sum() == wards.counts.person_years[mine].sum()
    assert inputs[LIFE_EXPECTANCY.name].empty
    scores = inputs["area_reference"].set_index("area_code")["imd2010_average_score"]
    assert scores.to_dict() == pytest.approx(
        {wards.counts.areas[at]: wards.deprivation[at] for at in mine}, abs=1e-6
    )


def test_sides_are_fifths_by_deprivation_and_say_that_they_are_proposed(
    made: StudiesMade, wards: Wards
) -> None:
    study, _ = study_file.load(made.studies[0])
    mine = {
        c: d
        for c, d, b in zip(wards.counts.areas, wards.deprivation, wards.boroughs, strict=True)
        if b == "X09000000"
    }
    assert study.zones["most-deprived"].areas == (max(mine, key=lambda code: mine[code]),)
    assert study.zones["least-deprived"].areas == (min(mine, key=lambda code: mine[code]),)
    assert "nobody has promised this" in study.promise.text
    assert study.promise.baseline_period == (2001, 2005)
    assert study.computed is not None
    assert study.computed.side_window_years == (5,)


def test_projects_that_are_there_stay_as_they_are_and_anything_else_is_refused(
    wards: Wards, tmp_path: Path
) -> None:
    first = write_studies(wards, FILES, tmp_path)
    first.studies[0].write_bytes(first.studies[0].read_bytes() + b"# mine\n")
    assert write_studies(wards, FILES, tmp_path) == first
    assert first.studies[0].read_bytes().endswith(b"# mine\n")
    (tmp_path / "x09000001" / "gapwatch.toml").unlink()
    with pytest.raises(UsageError, match="x09000001") as refused:
        write_studies(wards, FILES, tmp_path)
    assert "nothing there was touched" in refused.value.remedy


def middle(wards: Wards) -> list[int]:
    """Wards of the first borough that are neither its most nor its least deprived one."""
    mine = [at for at, of in enumerate(wards.boroughs) if of == "X09000000"]
    return sorted(mine, key=lambda at: wards.deprivation[at])[1:-1]


def test_boroughs_without_a_gap_to_halve_are_left_out_by_name(wards: Wards, tmp_path: Path) -> None:
    moved = middle(wards)[:2]
    of = tuple("X09000007" if at in moved else b for at, b in enumerate(wards.boroughs))
    few = dataclasses.replace(wards, boroughs=of)
    backwards = np.where(
        np.array(wards.boroughs) == "X09000001", 60 - wards.deprivation, wards.deprivation
    )
    turned = dataclasses.replace(few, deprivation=backwards)
    made = write_studies(turned, FILES, tmp_path)
    assert made.left_out == {"X09000001": country.NO_GAP, "X09000007": country.TOO_FEW_WARDS}
    assert [path.parent.name for path in made.studies] == ["x09000000"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x09000000"]


def test_a_ward_where_nobody_lives_is_in_no_study(wards: Wards, tmp_path: Path) -> None:
    scores = wards.deprivation.copy()
    empty = middle(wards)[0]
    scores[empty] = np.nan
    made = write_studies(dataclasses.replace(wards, deprivation=scores), FILES, tmp_path)
    study, _ = study_file.load(made.studies[0])
    assert wards.counts.areas[empty] not in study.area_names
    assert len(study.area_names) == 4
    assert (
        f"nobody lives there in any year: {wards.counts.areas[empty]}"
        in made.studies[0].read_text()
    )


def test_two_names_of_one_ward_are_refused(tmp_path: Path) -> None:
    lookup = SMALL.lookup.assign(ward_name=[f"W{at}" for at in range(len(SMALL.lookup))])
    with pytest.raises(ValidationError, match="ward_code X05000000") as refused:
        SMALL.changed(lookup=lookup).wards(tmp_path)
    assert refused.value.expected == "one ward_name"
