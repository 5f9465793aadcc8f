"""Another borough is one study file: pulled from the publisher's own files, reported, audited."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from gapwatch import snapshots
from gapwatch.project import Project
from tests import realdata
from tests.command import contents, gapwatch
from tests.conftest import ROOT

LIFE, ATLAS = "life-expectancy-ward-at-Birth.csv", "ward-atlas-data.csv"


@pytest.fixture(scope="module")
def camden(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose study stands in a folder of its own, beside the publisher's files."""
    root = tmp_path_factory.mktemp("camden") / "project"
    for name in ("data/raw", "expectations"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "requirements.lock", root)
    folder = root / "camden"
    folder.mkdir()
    for name in (LIFE, ATLAS):
        shutil.copy(realdata.folder("gla") / name, folder)
    shutil.copy(ROOT / "tests" / "e2e" / "camden.toml", folder)
    project = Project(root, folder / "camden.toml")
    done = gapwatch(project, "pull", "--study", str(project.study_file), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["new"] is True
    return project


def published(column: str) -> dict[str, float]:
    """One column of the publisher's file by ward, read without any of our code."""
    with (realdata.folder("gla") / LIFE).open(encoding="latin-1", newline="") as file:
        return {r["Ward"]: float(r[column]) for r in csv.DictReader(file) if r[column]}


def test_camden_gets_a_report_with_the_publishers_figures(camden: Project) -> None:
    done = gapwatch(camden, "run", "--study", str(camden.study_file), "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["release"].startswith("camden-")
    assert said["verdict"] == "cannot calculate"
    release = Path(said["path"])
    assert (release / "report.pdf").read_bytes().startswith(b"%PDF")
    html = (release / "report.html").read_text(encoding="utf-8")
    assert "Camden" in html
    assert "Westminster" not in html
    male = published("2010-14;Male;Life expectancy at birth")
    with (release / "data" / "gap.csv").open(encoding="utf-8", newline="") as file:
        rows = {(r["measure"], r["sex"], r["period_start"]): r for r in csv.DictReader(file)}
    pair = rows["kilburn-v-frognal", "male", "2010"]
    assert float(pair["gap_years"]) == pytest.approx(male["E05000133"] - male["E05000140"])
    assert len({start for _, _, start in rows}) == 12


def test_a_second_pull_finds_nothing_new_and_leaves_every_byte(camden: Project) -> None:
    before = contents(camden.raw)
    done = gapwatch(camden, "pull", "--study", str(camden.study_file))
    assert done.returncode == 0, done.stderr
    assert "Nothing new" in done.stdout
    assert contents(camden.raw) == before


def test_the_shipped_study_never_takes_another_places_snapshot(camden: Project) -> None:
    shutil.copy(ROOT / "gapwatch.toml", camden.root)
    done = gapwatch(camden, "gap", "--measure", "north-v-south", "--sex", "male", "--json")
    assert done.returncode == 0, done.stderr
    assert {row["period_end"] for row in json.loads(done.stdout)} >= {2014}


@pytest.mark.long
def test_a_changed_value_makes_a_snapshot_and_is_told(camden: Project, tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(camden.root, root)
    project = Project(root, root / "camden" / "camden.toml")
    file = project.study_file.parent / LIFE
    text = file.read_bytes()
    row = next(line for line in text.splitlines() if line.startswith(b"E05000140"))
    cells = row.split(b",")
    later = f"{float(cells[5]) + 0.1:.1f}"
    file.write_bytes(text.replace(row, b",".join([*cells[:5], later.encode(), *cells[6:]])))
    done = gapwatch(project, "pull", "--study", str(project.study_file), "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["changed_sources"] == ["gla-ward-life-expectancy"]
    (change,) = said["changes"]
    assert (change["old"], change["new"]) == (cells[5].decode(), later)
    assert "E05000140" in change["key"]
    newest = snapshots.load(project.raw, study="camden")
    assert newest.id == said["snapshot"]
    assert newest.follows in snapshots.ids(camden.raw)


def outside_its_interval(text: bytes) -> bytes:
    """Kilburn's first value set above its upper limit."""
    row = next(line for line in text.splitlines() if line.startswith(b"E05000140"))
    cells = row.split(b",")
    return text.replace(row, b",".join([*cells[:5], cells[7] + b"9", *cells[6:]]))


@pytest.mark.parametrize(
    ("harm", "exit_code", "told"),
    [
        (lambda text: text.replace(b"Ward name,", b"Name of ward,", 1), 3, "Ward name"),
        (lambda text: text[: len(text) // 2], 2, "no row of gla-ward-life-expectancy"),
        (lambda text: text + text.splitlines(keepends=True)[120], 3, "again"),
        (lambda text: text.replace(b"E05000140,00AGGR,", b"E05000146,00AGGR,"), 2, "E05000140"),
        (outside_its_interval, 3, "lower <= value <= upper"),
        (lambda text: b"", 3, "empty file"),
        (lambda text: b"<html><title>Down</title></html>", 3, "nothing that reads as a header"),
    ],
    ids=[
        "a column renamed",
        "cut in the middle",
        "a row repeated",
        "another code",
        "outside its interval",
        "empty",
        "a page of HTML",
    ],
)
def test_a_spoilt_file_leaves_the_last_snapshot_as_it_was(
    camden: Project, tmp_path: Path, harm, exit_code: int, told: str
) -> None:
    root = tmp_path / "project"
    shutil.copytree(camden.root, root)
    project = Project(root, root / "camden" / "camden.toml")
    file = project.study_file.parent / LIFE
    before = contents(project.raw)
    file.write_bytes(harm(file.read_bytes()))
    done = gapwatch(project, "pull", "--study", str(project.study_file))
    assert done.returncode == exit_code, done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert contents(project.raw) == before
