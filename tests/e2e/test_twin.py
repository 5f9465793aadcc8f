"""The invented borough over real HTTP: asked for, read and counted, against what was drawn."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from gapwatch import study as study_file
from gapwatch.contracts import OUTPUTS
from gapwatch.counting.areas import Counted, count
from gapwatch.demo.replica import Replica
from gapwatch.demo.twin.borough import borough
from gapwatch.demo.twin.counted import Twin, make
from gapwatch.demo.twin.making import ADDRESS, TODAY
from gapwatch.demo.twin.routing import RoutedClient
from gapwatch.demo.twin.scenarios import SCENARIOS
from gapwatch.demo.twin.study import study as study_of
from gapwatch.demo.twin.world import world
from gapwatch.project import Project
from gapwatch.sources import registry as kinds
from gapwatch.sources.inputs import combine
from tests.command import contents, gapwatch
from tests.conftest import ROOT
from tests.prose import prose

SEED = 11
HERE = Project(ROOT, ROOT / "gapwatch.toml")


@pytest.fixture(scope="module")
def twin() -> Twin:
    return make("undercount")


@pytest.fixture(scope="module")
def counted(twin: Twin, tmp_path_factory: pytest.TempPathFactory) -> Counted:
    """Every source asked for over HTTP and read as a pull reads it, then counted by level."""
    file = tmp_path_factory.mktemp("twin") / "gapwatch.toml"
    file.write_text(study_of(twin, SEED, ADDRESS), encoding="utf-8")
    study, _ = study_file.load(file)
    with (
        Replica(world(twin, SEED)) as replica,
        RoutedClient(ADDRESS, replica.address) as client,
    ):
        sent = {
            source.id: kinds.fetch(source, client, study.publishers, file.parent)
            for source in study.sources
        }
    found = {source.id: kinds.parse(source, sent[source.id]) for source in study.sources}
    made = count(study, combine(study, found, known_in=TODAY.year))
    assert made is not None
    return made


def test_wards_have_the_deaths_that_were_drawn_and_the_residents_that_were_published(
    counted: Counted, twin: Twin
) -> None:
    found, drawn = counted.levels["ward2011"], twin.draw(SEED)
    assert found.areas == drawn.areas
    assert np.array_equal(found.deaths, drawn.deaths)
    assert np.array_equal(found.person_years, drawn.person_years)
    assert not found.reassigned.any()


@pytest.mark.parametrize("level", ["ward2011", "ward2024", "msoa2021"])
def test_nobody_is_lost_or_counted_twice_on_either_vintage(
    counted: Counted, twin: Twin, level: str
) -> None:
    found = counted.levels[level]
    assert found.deaths.sum(axis=0) == pytest.approx(twin.deaths(SEED).sum(axis=0), abs=1e-9)
    assert found.person_years.sum() == twin.published.sum()


def test_totals_are_the_publishers_own(counted: Counted) -> None:
    totals = counted.totals
    for column in (
        "deaths_difference_persons",
        "population_difference_persons",
        "publisher_deaths_difference_persons",
        "publisher_population_difference_share",
    ):
        assert totals[column].abs().max() < 1e-9
    assert set(totals["geography"]) == {"ward2011", "ward2024", "msoa2021", "borough"}


def test_only_the_small_area_that_a_new_border_cuts_is_shared_out(counted: Counted) -> None:
    found = counted.levels["ward2024"]
    shared = {code for code, part in zip(found.areas, found.reassigned, strict=True) if part > 0}
    places = borough()
    cut = {
        places.wards24[places.ward24_of_lsoa(n)].code
        for n, lsoa in enumerate(places.lsoas21)
        if lsoa.parents == (72,)
    }
    assert shared == cut
    assert len(cut) == 2
    assert not counted.levels["msoa2021"].reassigned.any()


def test_an_unknown_scenario_is_a_usage_error_that_names_them_all(tmp_path: Path) -> None:
    done = gapwatch(HERE, "demo", "--scenario", "doubling", cwd=tmp_path)
    assert done.returncode == 2
    assert all(name in done.stderr for name in SCENARIOS)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_somebody_elses_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine", encoding="utf-8")
    done = gapwatch(HERE, "demo", "--out", str(tmp_path))
    assert done.returncode == 2
    assert "an earlier demonstration" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One demonstration, in the folder that it chooses itself."""
    here = tmp_path_factory.mktemp("demo")
    done = gapwatch(HERE, "demo", cwd=here)
    assert done.returncode == 0, done.stderr
    assert "Verdict: on track." in done.stdout
    assert "it deserves: on track" in done.stdout
    assert "pulling lsoa2011-deaths" in done.stderr
    return here / "gapwatch-demo" / "halving"


@pytest.mark.long
def test_its_tables_hold_codes_and_names_and_words_only_beside_a_code(shown: Path) -> None:
    release = next(path.parent for path in shown.glob("reports/*/manifest.json"))
    assert prose(release, OUTPUTS) == []


def test_a_demonstration_is_a_whole_project(shown: Path) -> None:
    (release,) = (path.parent for path in shown.glob("reports/*/manifest.json"))
    html = (release / "report.html").read_text(encoding="utf-8")
    assert "Ravensholt does not exist" in html
    assert (release / "report.pdf").read_bytes().startswith(b"%PDF")
    assert (shown / "data" / "curated" / "gapwatch.duckdb").is_file()
    computed = (release / "data" / "computed_life_expectancy.csv").read_text(encoding="utf-8")
    assert "ward2024" in computed
    held = contents(shown / "data" / "raw") | contents(release)
    assert not [name for name, content in held.items() if b"127.0.0.1" in content]


@pytest.mark.long
def test_its_snapshot_makes_the_same_report_after_the_publishers_have_gone(
    shown: Path, tmp_path: Path
) -> None:
    root = tmp_path / "moved"
    shutil.copytree(shown, root, ignore=shutil.ignore_patterns("reports", "curated"))
    project = Project(root, root / "gapwatch.toml")
    done = gapwatch(project, "run", "--study", str(project.study_file), "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    release = Path(json.loads(done.stdout)["path"])
    assert contents(release) == contents(shown / "reports" / release.name)
    assert gapwatch(project, "verify").returncode == 0


@pytest.mark.long
def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_snapshot(
    shown: Path, tmp_path: Path
) -> None:
    kept = contents(shown / "data" / "raw")
    out = tmp_path / "place"
    said = {}
    for seed in ("2", "1"):  # the second takes the first one's place
        done = gapwatch(HERE, "-q", "demo", "--seed", seed, "--out", str(out), "--json")
        assert done.returncode == 0, done.stderr
        said[seed] = json.loads(done.stdout)
        (snapshot,) = (out / "data" / "raw" / "snapshots").iterdir()
        assert said[seed]["snapshot"] == snapshot.name
    assert contents(out / "data" / "raw") == kept
    assert said["1"]["snapshot"] != said["2"]["snapshot"]
    release = Path(said["1"]["path"])
    assert contents(release) == contents(shown / "reports" / release.name)


@pytest.mark.long
@pytest.mark.parametrize("name", SCENARIOS)
def test_each_scenario_is_shown_with_the_verdict_that_it_deserves(
    name: str, tmp_path: Path
) -> None:
    done = gapwatch(HERE, "-q", "demo", "--scenario", name, "--out", str(tmp_path / "x"), "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["verdict"] == SCENARIOS[name].verdict
    assert (Path(said["path"]) / "report.html").stat().st_size < 1_500_000
    assert prose(Path(said["path"]), OUTPUTS) == []
