"""The whole way over real HTTP: pull from a replica of every publisher, then run on it."""

from __future__ import annotations

import csv
import datetime as dt
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from gapwatch import pulling, snapshots
from gapwatch.demo.replica import Replica, World
from gapwatch.errors import GapwatchError, SourceError, ValidationError
from gapwatch.project import Project
from gapwatch.sources.http import Client
from tests.command import contents, gapwatch
from tests.conftest import ROOT
from tests.replicated import ask_replica, world_of

DAY = dt.date(2026, 12, 1)
Z95 = 1.959963984540054


@pytest.fixture(scope="module")
def world(shipped: Project) -> World:
    return world_of(shipped)


@pytest.fixture(scope="module")
def served(world: World) -> Iterator[Replica]:
    with Replica(world) as replica:
        yield replica


@pytest.fixture(scope="module")
def pulled(served: Replica, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project that has pulled once, by the command."""
    root = tmp_path_factory.mktemp("replica") / "project"
    for name in ("data/raw", "expectations"):
        shutil.copytree(ROOT / name, root / name)
    for name in ("gapwatch.toml", "requirements.lock"):
        shutil.copy(ROOT / name, root / name)
    project = Project(root, root / "gapwatch.toml")
    ask_replica(project, served)
    done = gapwatch(project, "pull", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["new"] is True
    assert len(said["changed_sources"]) == 6
    return project


@pytest.fixture(scope="module")
def release(pulled: Project) -> Path:
    done = gapwatch(pulled, "run", "--json")
    assert done.returncode == 0, done.stderr
    return Path(json.loads(done.stdout)["path"])


@pytest.fixture
def again(pulled: Project, served: Replica, tmp_path: Path) -> Iterator[tuple[Project, Replica]]:
    """A copy of that project, and the replica that it asks."""
    root = tmp_path / "project"
    shutil.copytree(pulled.root, root, ignore=shutil.ignore_patterns("reports", "curated"))
    yield Project(root, root / "gapwatch.toml"), served
    served.clear()


def pull(project: Project, *, patience: float = 20.0, **changed: bool) -> pulling.Pulled:
    with Client(tries=2, back_off=0.01, read=patience) as client:
        return pulling.pull(project, today=DAY, client=client, **changed)


def table(release: Path, name: str) -> list[dict[str, str]]:
    with (release / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_msoa_figures_are_carried_to_both_sides_by_hand_arithmetic_alike(
    release: Path, world: World, shipped: Project
) -> None:
    """Each MSOA counts for the ward that most of its LSOAs come from, weighted by residents."""
    study = shipped.study_file.read_text(encoding="utf-8")
    north = set(
        study.split("[zones.north]")[1].split("areas = [")[1].split("]")[0].split('"')[1::2]
    )
    people = world.population[:, -2:].sum(axis=(2, 3)).mean(axis=1)
    ends = {}
    for side in ("north", "E05000637"):
        inside = north if side == "north" else {side}
        total = weight = variance = 0.0
        for number, msoa in enumerate(world.places.msoas):
            mine = everyone = 0.0
            for place in world.places.of_msoa(number):
                lsoa = world.places.lsoas21[place]
                for parent in lsoa.parents:
                    share = people[place] / len(lsoa.parents)
                    everyone += share
                    ward = world.places.wards[world.places.lsoas11[parent].ward]
                    mine += share if ward.code in inside else 0.0
            if mine > everyone / 2:
                told = world.life[msoa, "Male", 2019]
                total += everyone * told.value
                weight += everyone
                variance += (everyone * (told.upper - told.lower) / (2 * Z95)) ** 2
        ends[side] = (total / weight, variance**0.5 / weight)
    (row,) = [
        row for row in table(release, "bridged_gap")
        if (row["measure"], row["sex"], row["period_start"])
        == ("north-v-knightsbridge", "male", "2019")
    ]  # fmt: skip
    gap = ends["E05000637"][0] - ends["north"][0]
    error = (ends["E05000637"][1] ** 2 + ends["north"][1] ** 2) ** 0.5
    assert float(row["gap_years"]) == pytest.approx(gap, abs=1e-5)
    assert float(row["se_years"]) == pytest.approx(error, abs=1e-5)
    assert 0 < float(row["worse_share_elsewhere"]) < 1
    assert 0 < float(row["worse_share_outside"]) < 1


def test_the_trend_and_the_verdict_are_those_of_the_wards_alone(
    release: Path, undisturbed: object
) -> None:
    files = undisturbed.files  # type: ignore[attr-defined]
    for name in ("gap", "trajectory", "selection", "backtest"):
        assert (release / "data" / f"{name}.csv").read_bytes() == files[f"data/{name}.csv"]


def test_a_withheld_figure_withholds_the_gap_and_says_why(release: Path) -> None:
    hidden = [row for row in table(release, "bridged_gap") if row["reason"]]
    assert hidden
    assert all(row["gap_years"] == "" and row["reason"] == "G01" for row in hidden)


def test_every_resident_is_counted_once_in_the_bridge(release: Path, world: World) -> None:
    total = sum(float(row["residents_persons"]) for row in table(release, "bridge"))
    assert total == pytest.approx(world.population[:, -2:].sum() / 2)


def test_the_report_maps_the_msoas_on_their_outlines_and_tells_what_they_cannot_say(
    release: Path,
) -> None:
    html = (release / "report.html").read_text(encoding="utf-8")
    assert "Map of 24 MSOAs on their real outlines" in html
    assert "Tile map of 20 wards" in html
    assert "2015 to 2019 up to 2019 to 2023" in html
    assert "does not apply" in html
    assert "returnCountOnly" not in html
    assert "Later figures on other areas" in html
    assert "No trend and no verdict in this report rests on these figures" in html
    assert len(html.encode()) < 1_500_000
    pdf = (release / "report.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    assert len(pdf) < 2_000_000


def test_every_later_gap_can_be_traced_to_the_areas_of_its_sides(release: Path) -> None:
    sides = Counter(row["side"] for row in table(release, "bridge_side") if row["counts"] == "true")
    for row in table(release, "bridged_gap"):
        if row["measure"] == "north-v-south":
            assert (int(row["worse_areas"]), int(row["better_areas"])) == (
                sides["north"], sides["south"],
            )  # fmt: skip


def test_the_licence_of_the_later_figures_goes_with_their_data(release: Path) -> None:
    said = json.loads((release / "data" / "metadata.json").read_text(encoding="utf-8"))
    rights = {item["url"]: " ".join(item.get("dc:rights", ())) for item in said["tables"]}
    for name in ("life_expectancy.csv", "bridged_gap.csv"):
        assert "non commercial use only" in rights[name]
    assert "Ask the publisher before any commercial use." in (
        release / "report.html"
    ).read_text(encoding="utf-8").split("<footer>")[1]  # fmt: skip


def test_the_shipped_figures_stay_a_snapshot_of_their_own(pulled: Project) -> None:
    ids = snapshots.ids(pulled.raw)
    assert len(ids) == 2
    shipped = snapshots.load(pulled.raw, ids[0])
    assert shipped.study == ""
    done = gapwatch(pulled, "gap", "--snapshot", ids[0], "--measure", "north-v-south", "--json")
    assert done.returncode == 0, done.stderr
    assert "was not pulled and holds no" in done.stderr


def test_the_same_again_is_nothing_new(again: tuple[Project, Replica]) -> None:
    project, replica = again
    before = contents(project.raw)
    second = pull(project)
    assert (second.new, second.snapshot) == (False, snapshots.load(project.raw).id)
    assert contents(project.raw) == before
    hosts = Counter(request.publisher for request in replica.seen)
    assert set(hosts) == {"fingertips", "nomis", "portal"}


FAULTS: dict[str, tuple[str, type[GapwatchError]]] = {
    "400-text": ("fingertips", SourceError),
    "500-trace": ("nomis", SourceError),
    "503": ("portal", SourceError),
    "429-long": ("nomis", SourceError),
    "silent": ("portal", SourceError),
    "stall": ("fingertips", SourceError),
    "dropped": ("portal", SourceError),
    "cut": ("nomis", SourceError),
    "length-long": ("fingertips", SourceError),
    "length-short": ("fingertips", GapwatchError),
    "html": ("fingertips", SourceError),
    "header-only": ("nomis", SourceError),
    "empty": ("nomis", SourceError),
    "error-under-200": ("portal", SourceError),
    "gzip-bomb": ("nomis", SourceError),
    "vanished": ("portal", SourceError),
    "column-renamed": ("fingertips", SourceError),
    "row-repeated": ("fingertips", SourceError),
    "withdrawn": ("fingertips", SourceError),
    "corrected-silently": ("fingertips", SourceError),
    "vintage": ("fingertips", ValidationError),
    "outside-interval": ("fingertips", ValidationError),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_a_named_error_and_leaves_every_pinned_byte(
    again: tuple[Project, Replica], fault: str
) -> None:
    project, replica = again
    before = contents(project.raw)
    on, kind = FAULTS[fault]
    replica.fault(fault, on=on)
    with pytest.raises(kind) as caught:
        pull(project, patience=1.0 if fault in ("silent", "stall") else 20.0)
    assert caught.value.found
    assert caught.value.remedy
    assert contents(project.raw) == before


@pytest.mark.parametrize("publisher", ["nomis", "portal"])
def test_a_page_that_is_missing_is_noticed(world: World, project: Project, publisher: str) -> None:
    with Replica(world, page_size=50, cells=5000) as replica:
        ask_replica(project, replica)
        replica.fault("page-missing", on=publisher)
        before = contents(project.raw)
        with pytest.raises(GapwatchError):
            pull(project)
        assert contents(project.raw) == before


@pytest.mark.parametrize("fault", ["503", "429", "429-wait"])
def test_what_passes_is_tried_again(again: tuple[Project, Replica], fault: str) -> None:
    project, replica = again
    replica.fault(fault, on="fingertips", times=1)
    assert pull(project).new is False


@pytest.mark.parametrize("fault", ["column-moved", "column-new", "ranges-mixed"])
def test_what_changes_no_figure_is_pinned_and_differs_in_nothing(
    again: tuple[Project, Replica], fault: str
) -> None:
    project, replica = again
    replica.fault(fault, on="fingertips")
    second = pull(project)
    assert second.new
    assert second.changes == ()


@pytest.mark.parametrize(
    ("publisher", "column"),
    [("fingertips", "life_expectancy_years"), ("nomis", "population_persons")],
)
def test_a_silent_correction_is_told_by_area_and_accepted_only_when_asked(
    again: tuple[Project, Replica], publisher: str, column: str
) -> None:
    project, replica = again
    replica.fault("corrected-silently", on=publisher)
    with pytest.raises(SourceError, match="without a word") as caught:
        pull(project)
    assert "area_code=" in str(caught.value)
    accepted = pull(project, accept_revisions=True)
    assert accepted.new
    assert any(change.column == column for change in accepted.changes)


@pytest.mark.parametrize("fault", ["indicator-renamed", "unit-changed"])
def test_an_indicator_that_became_another_is_not_pinned(
    again: tuple[Project, Replica], fault: str
) -> None:
    project, replica = again
    before = contents(project.raw)
    replica.fault(fault, on="fingertips")
    with pytest.raises(ValidationError, match="indicator, expectation"):
        pull(project, accept_revisions=True)
    assert contents(project.raw) == before
