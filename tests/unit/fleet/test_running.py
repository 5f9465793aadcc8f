"""A fleet as a whole: its league is laid out once all has ended, and its folder is its own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import filelock
import pytest
import typer

from gapwatch.audit.provenance import code_state
from gapwatch.cli import app
from gapwatch.errors import NOT_EVERYTHING, OutputError
from gapwatch.fleet import running
from gapwatch.fleet.finding import FleetStudy, find_studies
from gapwatch.fleet.jobs import FAILED, KEPT, MADE, StudyDone, StudyJob
from tests.unit.fleet.test_league import write


@pytest.fixture
def studies(tmp_path: Path) -> list[FleetStudy]:
    broken = tmp_path / "studies" / "zz" / "gapwatch.toml"
    found = [write(tmp_path, "alder", 8.0), write(tmp_path, "beech", 5.0)]
    broken.parent.mkdir()
    broken.write_text("[study\n", encoding="utf-8")
    return [*found, *find_studies([str(broken)])]


def releasing(tmp_path: Path, status: str = MADE) -> running.Scheduler:
    """Puts a release that is made already where each job's belongs; the last job ends first."""

    def schedule(jobs: Sequence[StudyJob]) -> Iterator[StudyDone]:
        for job in reversed(jobs):
            if not job.releases.exists():
                job.releases.parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / "releases" / job.id).rename(job.releases)
            yield StudyDone(job.id, status, "r")

    return schedule


def test_a_fleet_ends_with_its_league_and_says_what_failed(
    tmp_path: Path, studies: list[FleetStudy]
) -> None:
    ended = running.run_fleet(studies, tmp_path / "out", releasing(tmp_path))
    assert [(one.id, one.status) for one in ended.done] == [
        ("alder", MADE),
        ("beech", MADE),
        ("zz", FAILED),
    ]
    assert ended.counts == {FAILED: 1, MADE: 2}
    assert ended.page.read_bytes().startswith(b"<!DOCTYPE html>")
    assert ended.table.read_text(encoding="utf-8").count("\n") == 4
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        ".lock",
        "index.html",
        "league.csv",
        "places",
    ]


def test_a_second_call_leaves_the_same_bytes(tmp_path: Path, studies: list[FleetStudy]) -> None:
    first = running.run_fleet(studies, tmp_path / "out", releasing(tmp_path))
    before = first.page.read_bytes(), first.table.read_bytes()
    again = running.run_fleet(studies[::-1], tmp_path / "out", releasing(tmp_path, KEPT))
    assert (again.page.read_bytes(), again.table.read_bytes()) == before
    assert again.counts == {KEPT: 2, FAILED: 1}


@pytest.mark.parametrize("asked", [False, True])
def test_a_job_says_whether_a_site_or_a_database_is_asked_for(
    tmp_path: Path, studies: list[FleetStudy], *, asked: bool
) -> None:
    seen: list[StudyJob] = []

    def schedule(jobs: Sequence[StudyJob]) -> Iterator[StudyDone]:
        seen.extend(jobs)
        yield from releasing(tmp_path)(jobs)

    out = tmp_path / "out"
    running.run_fleet(studies, out, schedule, with_sites=asked, with_databases=not asked)
    told = [(job.with_site, job.with_database, job.code is not None) for job in seen]
    assert told == [(asked, not asked, True)] * 2


def test_a_site_that_cannot_be_laid_out_takes_no_figure_from_the_league(
    tmp_path: Path, studies: list[FleetStudy]
) -> None:
    whole = running.run_fleet(studies, tmp_path / "out", releasing(tmp_path)).table.read_bytes()

    def schedule(jobs: Sequence[StudyJob]) -> Iterator[StudyDone]:
        for one in releasing(tmp_path, KEPT)(jobs):
            yield replace(one, fault="OutputError: in the way") if one.id == "alder" else one

    ended = running.run_fleet(studies, tmp_path / "out", schedule)
    assert ended.table.read_bytes() == whole
    assert [(one.id, one.status) for one in ended.failed] == [("alder", KEPT), ("zz", FAILED)]
    assert ended.failed[0].fault == "OutputError: in the way"


def test_the_state_of_the_code_is_one_for_all_studies(
    tmp_path: Path, studies: list[FleetStudy]
) -> None:
    seen: list[StudyJob] = []

    def schedule(jobs: Sequence[StudyJob]) -> Iterator[StudyDone]:
        seen.extend(jobs)
        yield from releasing(tmp_path)(jobs)

    running.run_fleet(studies, tmp_path / "out", schedule)
    assert [job.code for job in seen] == [code_state()] * 2


def test_a_folder_that_another_fleet_uses_is_refused_and_left_as_it_is(
    tmp_path: Path, studies: list[FleetStudy], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_PATIENCE_SECONDS", 0.01)
    out = tmp_path / "out"
    out.mkdir()
    with filelock.FileLock(out / ".lock"), pytest.raises(OutputError, match="no other run at work"):
        running.run_fleet(studies, out, releasing(tmp_path))
    assert not (out / "index.html").exists()


def test_a_file_where_the_folder_should_be_is_refused_by_name(
    tmp_path: Path, studies: list[FleetStudy]
) -> None:
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="a folder that can be written"):
        running.run_fleet(studies, tmp_path / "out", releasing(tmp_path))
    assert (tmp_path / "out").read_text(encoding="utf-8") == "mine"


def test_the_command_tells_a_program_all_and_its_exit_code_says_that_one_failed(
    tmp_path: Path,
    studies: list[FleetStudy],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(running, "on_this_machine", lambda workers: releasing(tmp_path))
    words = ["fleet", str(tmp_path / "studies"), "--out", str(tmp_path / "out"), "--json"]
    with pytest.raises(SystemExit) as ended:
        typer.main.get_command(app)(words)
    assert ended.value.code == NOT_EVERYTHING
    told = json.loads(capsys.readouterr().out)
    assert told["counts"] == {FAILED: 1, MADE: 2}
    assert [one["id"] for one in told["studies"]] == ["alder", "beech", "zz"]
    assert Path(told["page"]).is_file()


@pytest.mark.parametrize(
    ("seconds", "done", "total", "told"),
    [(60, 1, 10, "about 9 min"), (60, 10, 12, "under a minute"), (3600, 6, 300, "about 2940 min")],
)
def test_the_time_left_goes_by_the_pace_so_far(
    seconds: float, done: int, total: int, told: str
) -> None:
    assert running.left(seconds, done, total) == told
