"""`gapwatch run` on the shipped snapshot, whole: what it says, what it leaves, byte by byte."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

import duckdb
import pytest

from gapwatch import publishing
from gapwatch.project import Project
from tests.command import COMMAND, contents, gapwatch
from tests.conftest import ROOT, STAGES
from tests.e2e.conftest import Undisturbed


def test_run_says_on_standard_output_what_it_made_and_nothing_else(
    undisturbed: Undisturbed,
) -> None:
    said = undisturbed.said
    assert set(said) == {"release", "snapshot", "path", "verdict", "sentence", "warnings"}
    assert said["verdict"] == "cannot calculate"
    assert "2010 to 2014" in said["sentence"]
    assert any("E05000637" in warning for warning in said["warnings"])
    for stage in STAGES:
        assert f"{stage}: " in undisturbed.stderr, "the log tells the time of each stage"


def test_a_release_holds_the_report_its_data_and_its_manifest(undisturbed: Undisturbed) -> None:
    names = set(undisturbed.files)
    assert {"report.html", "report.pdf", "manifest.json", "data/metadata.json"} <= names
    assert {name for name in names if name.endswith(".csv")} == {
        f"data/{table}.csv"
        for table in ("area_reference", "life_expectancy", "population_deaths", "coverage",
                      "change", "gap", "verdict", "trajectory", "sensitivity", "flip", "backtest",
                      "selection", "validation")
    }  # fmt: skip
    assert undisturbed.files["report.pdf"].startswith(b"%PDF-")
    assert len(undisturbed.files["report.html"]) < 1_500_000
    assert len(undisturbed.files["report.pdf"]) < 2_000_000


def test_the_manifest_names_every_file_with_its_hash(undisturbed: Undisturbed) -> None:
    manifest = json.loads(undisturbed.files["manifest.json"])
    outputs = manifest["outputs"]
    assert set(outputs) == set(undisturbed.files) - {"manifest.json"}
    for name, described in outputs.items():
        content = undisturbed.files[name]
        assert described == {
            "sha256": hashlib.sha256(content).hexdigest(),
            "bytes": len(content),
        }
    lock = (undisturbed.project.root / "requirements.lock").read_bytes()
    study = (undisturbed.project.root / "gapwatch.toml").read_bytes()
    assert manifest["lock"]["sha256"] == hashlib.sha256(lock).hexdigest()
    assert manifest["study"]["sha256"] == hashlib.sha256(study).hexdigest()
    assert manifest["snapshot"]["id"] == undisturbed.said["snapshot"]
    assert manifest["code"]["package_version"]


def test_the_database_holds_the_same_figures_as_the_exports(undisturbed: Undisturbed) -> None:
    path = undisturbed.project.curated / "gapwatch.duckdb"
    with duckdb.connect(str(path), read_only=True) as database:
        gap = database.execute(
            "SELECT gap_years FROM gap WHERE measure = 'north-v-knightsbridge' AND sex = 'male' "
            "AND period_start = 2005"
        ).fetchone()
        counts = {
            table: len(database.table(table).fetchall())
            for (table,) in database.execute("SHOW TABLES").fetchall()
        }
    assert gap[0] == pytest.approx(14.0956, abs=1e-4)
    for table, count in counts.items():
        text = undisturbed.files[f"data/{table}.csv"].decode()
        assert count == sum(1 for _ in csv.reader(io.StringIO(text))) - 1


def test_another_folder_time_zone_locale_umask_and_thread_count_give_the_same_bytes(
    undisturbed: Undisturbed, tmp_path: Path
) -> None:
    root = tmp_path / "somewhere else" / "é"
    shutil.copytree(undisturbed.project.root / "data" / "raw", root / "data" / "raw")
    shutil.copytree(undisturbed.project.expectations, root / "expectations")
    for name in ("gapwatch.toml", "requirements.lock"):
        shutil.copy(undisturbed.project.root / name, root / name)
    project = Project(root, root / "gapwatch.toml")
    before = os.umask(0o077)
    try:
        done = gapwatch(
            project, "run", "--study", str(project.study_file), "--out", str(tmp_path / "out"),
            "--json", cwd=tmp_path, TZ="Pacific/Kiritimati", LC_ALL="de_DE.UTF-8", LANG="tr_TR",
            OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", PYTHONHASHSEED="7", HOME=str(tmp_path),
            SOURCE_DATE_EPOCH="1",
        )  # fmt: skip
    finally:
        os.umask(before)
    assert done.returncode == 0, done.stderr
    assert contents(Path(json.loads(done.stdout)["path"])) == undisturbed.files


def test_running_again_changes_nothing(released: Project) -> None:
    before = contents(released.reports)
    done = gapwatch(released, "run")
    assert done.returncode == 0, done.stderr
    assert contents(released.reports) == before


def test_two_runs_at_once_both_end_well_with_one_release(
    project: Project, undisturbed: Undisturbed
) -> None:
    running = [
        subprocess.Popen([*COMMAND, "run"], cwd=project.root, stdout=subprocess.DEVNULL,
                         stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]  # fmt: skip
    told = [process.communicate(timeout=300)[1] for process in running]
    assert [process.returncode for process in running] == [0, 0], told
    release = publishing.latest(project.reports)
    assert release is not None
    assert contents(release) == undisturbed.files


def kill_at(project: Project, stage: str) -> None:
    """Start a run and kill it, with no chance to clean up, as soon as a stage begins."""
    with subprocess.Popen(
        [*COMMAND, "run"], cwd=project.root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        for line in process.stderr:
            if f"INFO {stage} ..." in line:
                process.send_signal(signal.SIGKILL)
                break
        else:
            pytest.fail(f"the stage {stage} never began")
        process.wait()


def test_a_run_killed_at_any_stage_leaves_nothing_half_made_and_the_next_one_is_undisturbed(
    project: Project, undisturbed: Undisturbed
) -> None:
    for stage in STAGES:
        kill_at(project, stage)
        visible = [path for path in project.reports.glob("*") if not path.name.startswith(".")]
        for release in (path for path in visible if path.is_dir()):
            assert contents(release) == undisturbed.files, f"half a release after {stage}"
        database = project.curated / "gapwatch.duckdb"
        if database.exists():
            duckdb.connect(str(database), read_only=True).close()
    done = gapwatch(project, "run", "--json")
    assert done.returncode == 0, done.stderr
    assert contents(Path(json.loads(done.stdout)["path"])) == undisturbed.files
    assert not list(project.root.rglob(".building-*"))


def test_the_checkout_itself_makes_the_same_figures(undisturbed: Undisturbed) -> None:
    """A release's figures depend on the snapshot, the study and the code, and on nothing else."""
    shipped = contents(ROOT / "data" / "raw" / "snapshots")
    assert contents(undisturbed.project.raw / "snapshots") == shipped
