"""What a stopped pull leaves is cleared by the next one, and costs no pinned byte."""

from __future__ import annotations

import datetime as dt
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gapwatch import snapshots
from gapwatch.project import Project
from gapwatch.snapshots import objects
from tests.command import contents

DAY = dt.date(2026, 12, 1)
CLEARS = "the next pull clears"


def write(project: Project) -> snapshots.Snapshot:
    """A second snapshot, with one object that the first doesn't have."""
    old = snapshots.load(project.raw)
    first, *rest = old.pins
    content = b"area_code\nE05000630\n"
    sizes = {"sha256": snapshots.sha256(content), "bytes": len(content)}
    other = first.model_copy(update={"objects": (first.objects[0].model_copy(update=sizes),)})
    items = [(other, (content,))]
    items += [(pin, snapshots.read_objects(project.raw, pin)) for pin in rest]
    return snapshots.write(project.raw, title="Later", as_known_at=DAY, items=items)


def in_a_child(work: Callable[[], object]) -> int:
    """Do something in a child process; the signal that ended it, 0 for none."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return os.WTERMSIG(os.waitpid(child, 0)[1])


def killed_before_write(project: Project, number: int) -> bool:
    """Write the second snapshot and be killed before the file of that number; whether it was."""
    before = objects._write_once
    count = 0

    def write_once(path: Path, content: bytes) -> None:
        nonlocal count
        if count == number:
            os.kill(os.getpid(), signal.SIGKILL)
        count += 1
        before(path, content)

    def work() -> None:
        objects._write_once = write_once
        write(project)

    return in_a_child(work) == signal.SIGKILL


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork on Windows")
def test_a_write_killed_before_any_of_its_files_leaves_nothing_that_is_not_cleared(
    project: Project,
) -> None:
    before = contents(project.raw)
    number = 0
    while killed_before_write(project, number):
        assert len(snapshots.ids(project.raw)) == 1
        problems = snapshots.check(project.raw).problems
        assert problems
        assert all(CLEARS in problem.remedy for problem in problems)
        snapshots.clear_leftovers(project.raw)
        assert contents(project.raw) == before
        assert snapshots.check(project.raw).problems == []
        number += 1
    assert number == 11  # five pins, the list, five objects
    made = snapshots.load(project.raw)
    assert made.title == "Later"
    assert snapshots.check(project.raw).problems == []


def leftover(project: Project) -> None:
    """A stopped pull that had stored all it would, but for the folder's last move."""
    before = contents(project.raw)
    made = write(project)
    aside = project.raw / "snapshots" / ".writing-dead"
    aside.mkdir()
    (project.raw / "snapshots" / made.id).rename(aside / made.id)
    assert set(before) < set(contents(project.raw))


def damage_pin(folder: Path) -> None:
    pin = folder / "pins" / "ward-reference.json"
    pin.write_bytes(pin.read_bytes().replace(b"csv", b"cvs"))


def lose_list(folder: Path) -> None:
    (folder / "snapshot.json").unlink()


@pytest.mark.parametrize("damage", [damage_pin, lose_list])
def test_what_is_damaged_costs_no_object(project: Project, damage: Callable[[Path], None]) -> None:
    folder = project.raw / "snapshots" / snapshots.load(project.raw).id
    leftover(project)
    damage(folder)
    before = contents(project.raw)
    snapshots.clear_leftovers(project.raw)
    assert contents(project.raw) == before


def test_objects_of_a_snapshot_that_is_gone_stay(project: Project) -> None:
    folder = project.raw / "snapshots" / snapshots.load(project.raw).id
    folder.rename(project.root / "away")
    before = contents(project.raw)
    snapshots.clear_leftovers(project.raw)
    assert contents(project.raw) == before


def test_a_write_that_fails_takes_its_objects_with_it(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(project.raw)
    real = objects._write_once

    def full(path: Path, content: bytes) -> None:
        real(path, content)
        if path.parent.name == "objects":
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(objects, "_write_once", full)
    with pytest.raises(OSError, match="No space"):
        write(project)
    assert contents(project.raw) == before
