"""Processes that end from outside lose nothing but their turn."""

from __future__ import annotations

from pathlib import Path

from gapwatch.fleet.jobs import FAILED, MADE, StudyJob
from gapwatch.fleet.pool import each_done
from tests.unit.fleet.workers import note, note_unless_killed, nothing


def jobs(folder: Path, *names: str) -> list[StudyJob]:
    return [StudyJob(name, "study.toml", str(folder), str(folder)) for name in names]


def test_every_job_is_done_once_and_a_process_makes_several(tmp_path: Path) -> None:
    names = [f"s{number}" for number in range(7)]
    done = {one.id: one for one in each_done(jobs(tmp_path, *names), 2, note, nothing)}
    assert sorted(done) == names
    assert {one.status for one in done.values()} == {MADE}
    by = [(tmp_path / name).read_text(encoding="utf-8").split() for name in names]
    assert all(len(one) == 1 for one in by)
    assert len({one[0] for one in by}) <= 2


def test_a_worker_killed_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    """One that is killed once is made again; one that kills its process each time stands as failed;
    all the others are made."""
    names = ("a", "once", "b", "always", "c", "d")
    done = {
        one.id: one for one in each_done(jobs(tmp_path, *names), 2, note_unless_killed, nothing)
    }
    assert {name: one.status for name, one in done.items()} == {
        name: FAILED if name == "always" else MADE for name in names
    }
    assert "run again with fewer --workers" in done["always"].fault
    assert all((tmp_path / name).is_file() for name in names if name != "always")


def test_no_jobs_start_no_process(tmp_path: Path) -> None:
    assert list(each_done([], 2, note, nothing)) == []
