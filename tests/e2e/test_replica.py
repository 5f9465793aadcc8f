"""The whole way over real HTTP: pull from a replica of every publisher, then run on it."""

from __future__ import annotations

import csv
import dataclasses
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from gapwatch import snapshots
from gapwatch.demo.replica import Replica, World
from gapwatch.project import Project
from tests.command import contents, gapwatch
from tests.replicated import PUBLISHERS, ask_elsewhere, bases, pull
from tests.small_replica import ask_small_replica, small_world

Z95 = 1.959963984540054


@pytest.fixture(scope="module")
def release(pulled: Project) -> Path:
    done = gapwatch(pulled, "run", "--json")
    assert done.returncode == 0, done.stderr
    return Path(json.loads(done.stdout)["path"])


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
        row
        for row in table(release, "bridged_gap")
        if (row["measure"], row["sex"], row["period_start"])
        == ("north-v-knightsbridge", "male", "2019")
    ]
    gap = ends["E05000637"][0] - ends["north"][0]
    error = (ends["E05000637"][1] ** 2 + ends["north"][1] ** 2) ** 0.5
    assert float(row["gap_years"]) == pytest.approx(gap, abs=1e-5)
    assert float(row["se_years"]) == pytest.approx(error, abs=1e-5)
    assert 0 < float(row["worse_share_elsewhere"]) < 1
    assert 0 < float(row["worse_share_outside"]) < 1


def test_a_withheld_figure_withholds_the_gap_and_says_why(release: Path) -> None:
    hidden = [row for row in table(release, "bridged_gap") if row["reason"]]
    assert hidden
    assert all(row["gap_years"] == "" and row["reason"] == "G01" for row in hidden)


def test_every_resident_is_counted_once_in_the_bridge(release: Path, world: World) -> None:
    total = sum(float(row["residents_persons"]) for row in table(release, "bridge"))
    assert total == pytest.approx(world.population[:, -2:].sum() / 2)


def images(html: str, beginning: str = "Map of 24 MSOAs on their real outlines") -> list[str]:
    """Pictures, wide and narrow, of the figures whose description begins so."""
    found = []
    for picture in re.findall('<div class="chart".*?</div>', html, re.DOTALL):
        if f'aria-label="{beginning}' in picture:
            found += re.findall("<svg.*?</svg>", picture, re.DOTALL)
    return found


@pytest.mark.long
def test_both_maps_are_drawn_from_the_pinned_outlines_and_nothing_else_is(
    release: Path, again: tuple[Project, Replica], world: World
) -> None:
    project, served = again
    first, *others = world.places.lsoas21
    west, south, east, north = first.box
    smaller = dataclasses.replace(first, box=(west, south, east, north - 100))
    places = dataclasses.replace(world.places, lsoas21=(smaller, *others))
    with Replica(dataclasses.replace(world, places=places)) as other:
        for publisher, base in bases(other).items():
            ask_elsewhere(project, served, publisher, base)
        assert {change.table for change in pull(project).changes} == {"boundary"}
    done = gapwatch(project, "run", "--json")
    assert done.returncode == 0, done.stderr
    before, after = (
        (Path(path) / "report.html").read_text(encoding="utf-8")
        for path in (release, json.loads(done.stdout)["path"])
    )
    assert all(one != other for one, other in zip(images(before), images(after), strict=True))
    assert images(before, "Dot plot") == images(after, "Dot plot") != []


def test_the_report_maps_the_msoas_on_their_outlines_and_tells_what_they_cannot_say(
    release: Path,
) -> None:
    html = (release / "report.html").read_text(encoding="utf-8")
    assert len(images(html)) == 2
    assert "Map of 24 MSOAs on their real outlines" in html
    assert "Tile map of 20 wards" in html
    assert "2015 to 2019 up to 2019 to 2023" in html
    assert "does not apply" in html
    assert "returnCountOnly" not in html
    assert "Later figures on other areas" in html
    assert "No trend and no verdict in this report rests on these figures" in html
    # Maps of three geographies, each with both sexes and drawn for a page and for a phone.
    assert len(html.encode()) < 1_150_000
    pdf = (release / "report.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    assert len(pdf) < 2_000_000


def test_every_later_gap_can_be_traced_to_the_areas_of_its_sides(release: Path) -> None:
    sides = Counter(row["side"] for row in table(release, "bridge_side") if row["counts"] == "true")
    for row in table(release, "bridged_gap"):
        if row["measure"] == "north-v-south":
            assert (int(row["worse_areas"]), int(row["better_areas"])) == (
                sides["north"],
                sides["south"],
            )


def test_the_licence_of_the_later_figures_goes_with_their_data(release: Path) -> None:
    said = json.loads((release / "data" / "metadata.json").read_text(encoding="utf-8"))
    rights = {item["url"]: " ".join(item.get("dc:rights", ())) for item in said["tables"]}
    for name in ("life_expectancy.csv", "bridged_gap.csv"):
        assert "non commercial use only" in rights[name]
    assert (
        "Ask the publisher before any commercial use."
        in (release / "report.html").read_text(encoding="utf-8").split("<footer>")[1]
    )


def test_the_shipped_figures_stay_a_snapshot_of_their_own(pulled: Project) -> None:
    ids = snapshots.ids(pulled.raw)
    # One may be of the day of the pull: which one stands first says nothing.
    *_, shipped = (name for name in ids if snapshots.load(pulled.raw, name).study == "")
    assert len(ids) > 1
    done = gapwatch(pulled, "gap", "--snapshot", shipped, "--measure", "north-v-south", "--json")
    assert done.returncode == 0, done.stderr
    assert "was not pulled and holds no" in done.stderr


def test_the_same_again_is_nothing_new(again: tuple[Project, Replica]) -> None:
    project, replica = again
    before = contents(project.raw)
    replica.clear()
    second = pull(project)
    assert (second.new, second.snapshot) == (False, snapshots.load(project.raw).id)
    assert contents(project.raw) == before
    hosts = Counter(request.publisher for request in replica.seen)
    assert set(hosts) == set(PUBLISHERS)
    # Wards are asked for first, by each type of parent; they are listed and hold nothing, so areas
    # are MSOAs, which the study's own type of parent gives.
    kinds = [
        (r.params["child_area_type_id"], r.params["parent_area_type_id"])
        for r in replica.seen
        if "child" in r.target
    ]
    assert kinds == [("8", "101"), ("8", "501"), ("8", "15"), ("3", "101")]


@pytest.fixture
def asking_wards(shipped: Project, project: Project) -> Iterator[tuple[Project, World]]:
    """A project whose publisher has figures for wards."""
    world = small_world(shipped, publishes_wards=True)
    with Replica(world) as replica:
        ask_small_replica(project, replica)
        yield project, world


@pytest.mark.long
def test_wards_that_are_published_are_pinned_and_kept_apart_from_the_trend(
    asking_wards: tuple[Project, World], undisturbed: object
) -> None:
    project, world = asking_wards
    made = pull(project)
    assert made.new
    done = gapwatch(project, "run", "--json")
    assert done.returncode == 0, done.stderr
    release = Path(json.loads(done.stdout)["path"])
    life = table(release, "life_expectancy")
    wards = {row["area_code"] for row in life if row["geography"] == "ward2024"}
    assert wards == {f"E05{n:06d}" for n in range(13792, 13810)}
    assert "msoa2021" not in {row["geography"] for row in life}
    told = next(
        row
        for row in life
        if (row["area_code"], row["sex"], row["period_start"]) == ("E05013792", "male", "2019")
    )
    assert float(told["life_expectancy_years"]) == pytest.approx(
        world.life["E05013792", "Male", 2019].value, abs=1e-6
    )
    carried = table(release, "bridged_gap")
    assert {row["geography"] for row in carried} == {"ward2024"}
    html = (release / "report.html").read_text(encoding="utf-8")
    assert "No trend and no verdict in this report rests on these figures" in html
    assert "2024 wards" in html
    files = undisturbed.files  # type: ignore[attr-defined]
    for name in ("gap", "trajectory", "selection", "backtest"):
        assert (release / "data" / f"{name}.csv").read_bytes() == files[f"data/{name}.csv"]
    assert json.loads(done.stdout)["verdict"] == undisturbed.said["verdict"]  # type: ignore[attr-defined]
