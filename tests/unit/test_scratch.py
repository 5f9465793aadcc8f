"""Rooms for what may be restricted: private, apart, and swept after a run that was killed."""

from __future__ import annotations

import stat
from pathlib import Path

import filelock
import pytest

from gapwatch import scratch
from gapwatch.audit.custody import check_all


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    tmp_path.chmod(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path


def test_a_room_is_private_and_leaves_nothing(base: Path) -> None:
    with scratch.room() as room:
        assert room.is_relative_to(base)
        assert stat.S_IMODE(room.stat().st_mode) == 0o700
        assert stat.S_IMODE(room.parent.stat().st_mode) == 0o700
        (room / "deaths.csv").write_text("a death a row")
    assert list(base.iterdir()) == []


def test_what_a_killed_run_left_is_swept_and_what_is_at_work_stays(base: Path) -> None:
    dead, busy, strange = (base / f"gapwatch-{name}" for name in ("dead", "busy", "strange"))
    for left in (dead, busy, strange):
        (left / "room").mkdir(parents=True)
        (left / "room" / "deaths.csv").write_text("a death a row")
    (dead / ".lock").touch()
    with filelock.FileLock(busy / ".lock"), scratch.room():
        assert not dead.exists()
        assert (busy / "room" / "deaths.csv").exists()
    # Another program's, which happens to have such a name.
    assert strange.exists()


def test_a_runtime_directory_that_others_can_read_is_not_used(base: Path) -> None:
    base.chmod(0o755)
    with scratch.room() as room:
        assert not room.is_relative_to(base)


def test_verify_names_what_a_killed_run_left_below_the_releases(tmp_path: Path) -> None:
    left = tmp_path / "reports" / ".building-x" / "checks"
    left.mkdir(parents=True)
    (problem,) = check_all(tmp_path / "raw", tmp_path / "reports").problems
    assert problem.where == str(left.parent)
    assert "killed run" in problem.found
    with filelock.FileLock(tmp_path / "reports" / ".lock"):
        assert check_all(tmp_path / "raw", tmp_path / "reports").problems == ()
