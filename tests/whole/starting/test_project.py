"""A project is begun in an empty folder, whole or not at all."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest
import yaml
from typer.testing import CliRunner

from gapwatch import snapshots
from gapwatch import study as study_file
from gapwatch.cli import app
from gapwatch.demo.replica import Replica, Ward, World
from gapwatch.errors import UsageError
from gapwatch.project import find
from gapwatch.quality.gate import require_suites
from gapwatch.sources.http import Client
from gapwatch.starting import districts, writing
from gapwatch.starting.project import start
from gapwatch.study import PortalSource, Publishers
from gapwatch.study.schema import schema
from tests.command import contents
from tests.conftest import ROOT

BOROUGHS = [one.code for one in districts.known() if one.code != "E09000033"]


@pytest.mark.parametrize("code", BOROUGHS)
def test_the_study_of_every_borough_reads_and_marks_what_it_proposes(
    code: str, tmp_path: Path
) -> None:
    district = districts.find(code)
    path = tmp_path / "gapwatch.toml"
    path.write_bytes(writing.of_district(district, None, None)["gapwatch.toml"])
    study, _ = study_file.load(path)
    assert study.study.area_code == code
    assert set(study.area_names) == {ward.code for ward in district.wards}
    assert {measure.kind for measure in study.measures} == {"pair", "pooled", "extremes", "slope"}
    assert path.read_text(encoding="utf-8").count("# PROPOSED") == 4
    assert "nobody has promised this" in study.promise.text


def test_a_project_has_all_that_it_needs_and_says_what_is_to_be_put_there(tmp_path: Path) -> None:
    started = start("Tower Hamlets", tmp_path, offline=True)
    assert started.wanted == (
        "data/published/life-expectancy-ward-at-Birth.csv",
        "data/published/ward-atlas-data.csv",
    )
    assert (started.areas, started.mapped, started.proposed) == (17, False, True)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        ".github",
        ".gitignore",
        "README.md",
        "data",
        "expectations",
        "gapwatch.toml",
        "reports",
    ]
    project = find(started.study_file)
    assert project.root == tmp_path.resolve()
    require_suites(project.expectations)
    assert "data/restricted/" in (tmp_path / ".gitignore").read_text(encoding="utf-8").split()
    flow = yaml.safe_load((tmp_path / ".github" / "workflows" / "gapwatch.yml").read_bytes())
    assert flow["permissions"] == {"contents": "read"}
    assert "Tower Hamlets" in (tmp_path / "README.md").read_text(encoding="utf-8")


def test_two_projects_of_one_place_are_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "other"):
        start("Tower Hamlets", tmp_path / name, offline=True)
    assert contents(tmp_path / "one") == contents(tmp_path / "other")


@pytest.mark.parametrize("place", [None, "Westminster", "E09000033"])
def test_the_default_is_the_study_that_comes_with_gapwatch(
    place: str | None, tmp_path: Path
) -> None:
    started = start(place, tmp_path, offline=True)
    assert started.study_file.read_bytes() == (ROOT / "gapwatch.toml").read_bytes()
    assert not started.proposed
    raw = tmp_path / "data" / "raw"
    snapshot = snapshots.load(raw, study="westminster")
    assert all(snapshots.read_objects(raw, pin) for pin in snapshot.pins)


def test_tiles_and_outlines_come_from_the_portal_where_it_answers(tmp_path: Path) -> None:
    wards = districts.find("E09000030").wards
    world = World.make(
        [Ward(w.code, w.name, *divmod(n, 4)) for n, w in enumerate(wards)],
        name="Tower Hamlets",
        code="E09000030",
    )
    with Replica(world) as replica, Client(allow_local=True) as client:
        asked = Publishers(portal=replica.publishers["portal"])
        started = start("E09000030", tmp_path, client=client, publishers=asked)
    assert started.mapped
    study, _ = study_file.load(started.study_file)
    (source,) = [source for source in study.sources if isinstance(source, PortalSource)]
    assert source.expected_areas == len(source.filter_values) == len(wards)
    tiles = {area.code: (area.row, area.column) for area in study.geography.areas}
    first, last = wards[0].code, wards[-1].code  # north-west and southernmost of the invented ones
    assert tiles[first][0] < tiles[last][0]


def test_a_portal_that_lacks_the_wards_costs_the_map_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    world = World.make([Ward("E05000001", "Elsewhere", 0, 0)], name="Elsewhere", code="E09000001")
    with Replica(world) as replica, Client(allow_local=True, tries=1) as client:
        asked = Publishers(portal=replica.publishers["portal"])
        started = start("E09000030", tmp_path, client=client, publishers=asked)
    assert not started.mapped
    assert "no map" in caplog.text
    study, _ = study_file.load(started.study_file)
    assert not [source for source in study.sources if isinstance(source, PortalSource)]


def test_a_folder_that_holds_anything_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match=r"mine\.txt"):
        start("Tower Hamlets", tmp_path, offline=True)
    with pytest.raises(UsageError, match="a file"):
        start("Tower Hamlets", tmp_path / "mine.txt", offline=True)
    assert contents(tmp_path) == {"mine.txt": b"mine"}


def test_an_empty_repository_is_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert start(None, tmp_path).areas == 20


def test_an_unknown_district_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Hackney"):
        start("Hackny", tmp_path / "new", offline=True)
    assert not (tmp_path / "new").exists()


def test_what_stops_it_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename = Path.rename

    def stops(self: Path, target: Path) -> Path:
        if self.name == "gapwatch.toml":
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", stops)
    (tmp_path / "there").mkdir()
    for name in ("there", "new"):
        with pytest.raises(KeyboardInterrupt):
            start(None, tmp_path / name)
    assert list(tmp_path.rglob("*")) == [tmp_path / "there"]


def validator() -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(schema())
    return jsonschema.Draft202012Validator(schema())


def in_json(text: str) -> object:
    """A study as an editor sees it: dates are text."""
    return json.loads(json.dumps(tomllib.loads(text), default=str))


@pytest.mark.parametrize("path", ["gapwatch.toml", "tests/e2e/camden.toml"])
def test_studies_validate_against_the_schema(path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    assert not list(validator().iter_errors(in_json(text)))


def test_the_schema_refuses_a_key_that_is_not_known_and_a_kind_that_is_none() -> None:
    text = (ROOT / "gapwatch.toml").read_text(encoding="utf-8")
    for old, new in (
        ("share_of_baseline", "share_of_base"),
        ('kind = "extremes"', 'kind = "extreme"'),
        ("deadline_year = 2035", 'deadline_year = "soon"'),
    ):
        assert old in text
        assert list(validator().iter_errors(in_json(text.replace(old, new)))), new


def test_study_check_says_what_is_there_and_what_is_not(tmp_path: Path) -> None:
    start("E09000020", tmp_path, offline=True)
    study = tmp_path / "gapwatch.toml"
    done = CliRunner().invoke(app, ["study", "check", "--study", str(study), "--json"])
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert (told["areas"], told["zones"], told["measures"], told["sources"]) == (18, 2, 4, 3)
    assert len(told["files_not_there"]) == 2
    text = study.read_text(encoding="utf-8")
    study.write_text(text.replace("deadline_year", "deadlin_year"), encoding="utf-8")
    done = CliRunner().invoke(app, ["study", "check", "--study", str(study)])
    assert "deadline_year" in str(done.exception)
