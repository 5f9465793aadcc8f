"""`gapwatch run` on the shipped snapshot, whole: what it says, what it leaves, byte by byte."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import duckdb
import pytest

from gapwatch import publishing
from gapwatch.contracts import OUTPUTS
from gapwatch.project import Project
from tests import claims
from tests.command import COMMAND, contents, gapwatch
from tests.conftest import ROOT, STAGES
from tests.e2e.conftest import Undisturbed
from tests.prose import prose
from tests.repin import repin


def test_run_says_on_standard_output_what_it_made_and_nothing_else(
    undisturbed: Undisturbed,
) -> None:
    said = undisturbed.said
    assert set(said) == {
        "release",
        "snapshot",
        "path",
        "verdict",
        "label",
        "sentence",
        "message",
        "warnings",
        "newest_end",
        "targets",
    }
    assert said["verdict"] == "cannot calculate"
    assert "2010 to 2014" in said["sentence"]
    assert any("E05000637" in warning for warning in said["warnings"])
    for stage in STAGES:
        assert f"{stage}: " in undisturbed.stderr, "the log tells the time of each stage"


def test_its_tables_hold_codes_and_names_and_words_only_beside_a_code(
    undisturbed: Undisturbed,
) -> None:
    assert prose(undisturbed.release, OUTPUTS) == []


def test_a_release_holds_the_report_its_data_and_its_manifest(undisturbed: Undisturbed) -> None:
    names = set(undisturbed.files)
    assert {"report.html", "report.pdf", "manifest.json", "data/metadata.json"} <= names
    assert {"inputs/study.toml", "inputs/requirements.lock"} <= names
    suites = {path.name for path in undisturbed.project.expectations.iterdir()}
    assert {f"inputs/expectations/{name}" for name in suites} <= names
    assert {name for name in names if name.endswith(".csv")} == {
        f"data/{table}.csv"
        for table in (
            "area_reference",
            "life_expectancy",
            "population_deaths",
            "coverage",
            "change",
            "gap",
            "verdict",
            "trajectory",
            "sensitivity",
            "flip",
            "backtest",
            "selection",
            "validation",
            "area_figure",
            "indicator_value",
            "priority_comparison",
            "priority_alignment",
            "evidence_gap",
            "locality",
            "targeting",
            "area_standing",
            "deciding_window",
            "spread",
            "effect",
            "initiative",
            "initiative_cell",
        )
    }
    assert undisturbed.files["report.pdf"].startswith(b"%PDF-")
    assert len(undisturbed.files["report.html"]) < 1_500_000
    assert len(undisturbed.files["report.pdf"]) < 2_000_000


def test_the_manifest_names_every_file_with_its_hash(undisturbed: Undisturbed) -> None:
    manifest = json.loads(undisturbed.files["manifest.json"])
    outputs = manifest["outputs"]
    assert set(outputs) == set(undisturbed.files) - {"manifest.json", "manifest.sha256"}
    sealed = hashlib.sha256(undisturbed.files["manifest.json"]).hexdigest()
    assert undisturbed.files["manifest.sha256"] == f"{sealed}  manifest.json\n".encode()
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
            project,
            "run",
            "--study",
            str(project.study_file),
            "--out",
            str(tmp_path / "out"),
            "--json",
            cwd=tmp_path,
            TZ="Pacific/Kiritimati",
            LC_ALL="de_DE.UTF-8",
            LANG="tr_TR",
            OMP_NUM_THREADS="1",
            OPENBLAS_NUM_THREADS="1",
            PYTHONHASHSEED="7",
            HOME=str(tmp_path),
            SOURCE_DATE_EPOCH="1",
        )
    finally:
        os.umask(before)
    assert done.returncode == 0, done.stderr
    assert contents(Path(json.loads(done.stdout)["path"])) == undisturbed.files


@pytest.mark.long
def test_running_again_changes_nothing(released: Project) -> None:
    before = contents(released.reports)
    done = gapwatch(released, "run")
    assert done.returncode == 0, done.stderr
    assert contents(released.reports) == before


@pytest.mark.long
def test_two_runs_at_once_both_end_well_with_one_release(
    project: Project, undisturbed: Undisturbed
) -> None:
    running = [
        subprocess.Popen(
            [*COMMAND, "run"],
            cwd=project.root,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    told = [process.communicate(timeout=300)[1] for process in running]
    assert [process.returncode for process in running] == [0, 0], told
    release = publishing.latest(project.reports, "westminster")
    assert release is not None
    assert contents(release) == undisturbed.files


def kill_at(project: Project, stage: str) -> None:
    """Start a run and kill it, with no chance to clean up, as soon as a stage begins."""
    with subprocess.Popen(
        [*COMMAND, "run"],
        cwd=project.root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if f"INFO {stage} ..." in line:
                process.send_signal(signal.SIGKILL)
                break
        else:
            pytest.fail(f"the stage {stage} never began")
        process.wait()


@pytest.mark.long
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


# The issue on trajectory, "Must show": the shipped figures from 2002-06 on.
@pytest.mark.parametrize(
    ("measure", "column", "expected", "tolerance"),
    [
        ("north-v-knightsbridge", "slope_years_per_year", -0.1051, 5e-5),
        ("north-v-knightsbridge", "slope_se_years_per_year", 0.2593, 5e-5),
        ("north-v-knightsbridge", "slope_p", 0.685, 5e-4),
        ("north-v-knightsbridge", "target_gap_years", 14.0956 / 2, 5e-5),
        ("north-v-knightsbridge", "projected_gap_years", 7.5256, 5e-5),
        ("north-v-knightsbridge", "projected_sd_years", 6.7122, 5e-5),
        ("north-v-knightsbridge", "p_target", 0.4716, 5e-5),
        ("north-v-knightsbridge", "p_narrowing", 0.6321, 5e-5),
        ("north-v-south", "slope_years_per_year", -0.1665, 5e-5),
        ("north-v-south", "slope_se_years_per_year", 0.0882, 5e-5),
        ("north-v-south", "slope_p", 0.059, 5e-4),
    ],
)
def test_the_released_trend_and_projection_are_the_known_ones(
    undisturbed: Undisturbed, measure: str, column: str, expected: float, tolerance: float
) -> None:
    rows = csv.DictReader(io.StringIO(undisturbed.files["data/verdict.csv"].decode()))
    found = next(row for row in rows if row["measure"] == measure and row["sex"] == "male")
    assert float(found[column]) == pytest.approx(expected, abs=tolerance)
    assert found["verdict"] == "cannot calculate"


def test_status_tells_of_the_release_and_finds_what_was_changed_in_it(released: Project) -> None:
    said = json.loads(gapwatch(released, "status", "--json").stdout)
    assert said["verdict"] == "cannot calculate"
    assert said["up_to_date"]
    release = Path(released.reports / said["release"])
    manifest = release / "manifest.json"
    good = manifest.read_text(encoding="utf-8")
    manifest.write_text(good.replace('"verdict": "cannot calculate"', '"verdict": "on track"'))
    assert gapwatch(released, "status").returncode == 5
    manifest.write_text(good)
    (release / "report.pdf").unlink()
    done = gapwatch(released, "status")
    assert done.returncode == 5
    assert "report.pdf\n  expected: a file that the manifest names" in done.stderr


def test_another_study_in_the_same_folder_has_a_status_of_its_own(released: Project) -> None:
    text = released.study_file.read_text(encoding="utf-8")
    other = released.root / "other.toml"
    other.write_text(text.replace('id = "westminster"', 'id = "elsewhere"'), encoding="utf-8")
    said = json.loads(gapwatch(released, "status", "--study", str(other), "--json").stdout)
    assert said["study"] == "elsewhere"
    assert said["release"] is None


def test_a_ward_withheld_in_the_newest_window_leaves_no_verdict_and_a_reason(
    project: Project,
) -> None:
    def withhold(text: str) -> str:
        row = next(
            r
            for r in text.splitlines(keepends=True)
            if r.startswith("ward2011,E05000634,Church Street,male,2010,")
        )
        return text.replace(row, ",".join(row.split(",")[:6]) + ",,,\n")

    repin(project, "ward-life-expectancy", withhold)
    done = gapwatch(project, "run", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["verdict"] == "cannot calculate"
    assert any("withheld" in warning for warning in said["warnings"])
    gap = csv.DictReader(io.StringIO((Path(said["path"]) / "data" / "gap.csv").read_text()))
    newest = [row for row in gap if row["sex"] == "male" and row["period_start"] == "2010"]
    assert {row["reason"] for row in newest} == {"G01"}
    assert {row["gap_years"] for row in newest} == {""}


def test_the_checkout_itself_makes_the_same_figures(undisturbed: Undisturbed) -> None:
    """A release's figures depend on the snapshot, the study and the code, and on nothing else."""
    shipped = contents(ROOT / "data" / "raw" / "snapshots")
    assert contents(undisturbed.project.raw / "snapshots") == shipped


def test_the_message_is_the_one_that_was_written_by_hand(undisturbed: Undisturbed) -> None:
    said = undisturbed.said
    assert said["label"] == "cannot calculate"
    assert claims.plain(said["message"]) == claims.golden("westminster")
    page = " ".join(claims.page(undisturbed.files["report.html"]))
    assert all(line in page for line in said["message"].values())


def test_a_report_without_a_verdict_helps_and_leads_to_no_target(undisturbed: Undisturbed) -> None:
    page = " ".join(claims.page(undisturbed.files["report.html"])).replace("\u00a0", " ")
    for told in (
        "Office for National Statistics (ONS)",
        "director of public health",
        "Dear colleagues",
        "gapwatch pull",
        "A verdict is possible from 2026 on",
        "19.0 years for males in 2016 to 2020, on ",
        "from 77.3 years in Westminster 010 (plausibly 75.9 to 78.7) to 96.3 in Westminster 012",
        "012 (plausibly 90.5 to 102.1), of 23 areas with a figure; 1 more is withheld.",
    ):
        assert told in page
    assert "the target would be reached" not in page
    body, found, _ = undisturbed.files["report.html"].partition(b'<section id="making"')
    assert found
    told = " ".join(claims.page(body))
    # Percentages that are left are levels of intervals and figures of residents' priorities.
    assert not re.search(r"(chance|likely)[^.]{0,40}\d%", told)
    assert "data/trajectory.csv" not in told
