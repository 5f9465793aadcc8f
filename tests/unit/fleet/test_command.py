"""What the command refuses before anything is read or made, and how it tells what became."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from gapwatch.cli import app, clusters, fleets
from gapwatch.errors import NOT_EVERYTHING, UsageError
from gapwatch.fleet.jobs import FAILED, KEPT, StudyDone
from gapwatch.fleet.running import FleetOutcome


def fleet(*words: object) -> None:
    typer.main.get_command(app)(["fleet", *map(str, words)], standalone_mode=False)


def test_workers_here_and_a_cluster_are_one_or_the_other(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--workers and --dask"):
        fleet(tmp_path, "--workers", 2, "--dask", "tcp://127.0.0.1:1")


def test_a_cluster_without_its_libraries_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "find_spec", lambda name: None if "dask" in name else object())
    with pytest.raises(UsageError) as refused:
        clusters.on_a_cluster("tcp://127.0.0.1:1")
    assert "gapwatch[fleet]" in refused.value.remedy
    assert refused.value.found == "no prefect_dask"


def test_a_path_that_is_not_there_is_refused_and_no_folder_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="fleet nowhere"):
        fleet("nowhere")
    assert list(tmp_path.iterdir()) == []


def test_a_site_that_is_missing_beside_a_release_is_told_as_that(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done = (
        StudyDone("alder", KEPT, "a-release", "Cannot write: index.html\n  expected: room"),
        StudyDone("beech", FAILED, fault="Study: wrong\n  expected: a place"),
    )
    with pytest.raises(typer.Exit) as ended:
        fleets._print(
            FleetOutcome(done, tmp_path / "index.html", tmp_path / "league.csv"), json_=False
        )
    assert ended.value.exit_code == NOT_EVERYTHING
    told = capsys.readouterr().out.splitlines()
    assert told[:3] == [
        "Studies: 2 (1 already made, 1 failed)",
        "  site not laid out: alder: Cannot write: index.html",
        "  failed: beech: Study: wrong",
    ]
