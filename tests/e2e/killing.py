"""A command killed at any moment, with no chance to clean up: what it may leave, and what not."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gapwatch.audit.custody import check_all
from gapwatch.demo.replica import Replica
from gapwatch.project import Project
from tests.command import COMMAND, contents
from tests.e2e.conftest import Chain, copied
from tests.small_replica import ask_small_replica, small_world

HALF_MADE = (".writing-", ".building-", ".publishing-", ".bundling-")
# A pull of a set day: the same bytes, whatever the day on which the test is run.
PULL = """
import datetime as dt, sys
from gapwatch import pulling
from gapwatch.project import find
from gapwatch.sources.http import Client
with Client(allow_local=True, tries=2, back_off=0.01) as client:
    pulling.pull(find(), today=dt.date(2026, 12, 1), client=client)
"""


@dataclass(frozen=True)
class Command:
    """A command, the project that it is for, and what it takes and leaves undisturbed."""

    words: tuple[str, ...]
    project: Project
    seconds: float
    after: dict[str, bytes] = field(repr=False)


def state(project: Project) -> dict[str, bytes]:
    """What must never be half there: snapshots, releases and bundles."""
    folders = (project.raw, project.reports, project.root / "out")
    return {
        f"{folder.name}/{name}": content
        for folder in folders
        for name, content in contents(folder).items()
        if not any(part.startswith(HALF_MADE) for part in name.split("/"))
    }


def measured(words: tuple[str, ...], project: Project, room: Path) -> Command:
    """The command as it goes undisturbed, in a copy of the project."""
    copy = copied(project, room / "undisturbed")
    started = time.monotonic()
    finish(words, copy)
    seconds = time.monotonic() - started
    after = state(copy)
    shutil.rmtree(copy.root)
    return Command(words, project, seconds, after)


def finish(words: tuple[str, ...], project: Project) -> None:
    """Run a command to its end, which must be a good one."""
    subprocess.run(words, cwd=project.root, check=True, capture_output=True, timeout=600)


@contextmanager
def commands(chain: Chain, first: Project, room: Path) -> Iterator[dict[str, Command]]:
    """The three that write: pull from a replica, make a second release, bundle it.

    `first` is the project of the chain when it had one release; its second run was undisturbed.
    """
    pulls = copied(chain.project, room / "pulls")
    runs = copied(first, room / "runs")
    shutil.copy(chain.project.study_file, runs.study_file)
    bundles = copied(chain.project, room / "bundles")
    (bundles.root / "out").mkdir()
    pack = (*COMMAND, "bundle", chain.second.name, "out/release.zip")
    with Replica(small_world(pulls)) as replica:
        ask_small_replica(pulls, replica)
        yield {
            "pull": measured((sys.executable, "-c", PULL), pulls, room),
            "run": Command((*COMMAND, "run"), runs, chain.seconds, state(chain.project)),
            "bundle": measured(pack, bundles, room),
        }


# What a command that was killed may leave, by the remedy: the next of its kind clears it away.
CLEARED = ("the next pull clears", "or run again, which does")


def kill(command: Command, project: Project, chance: random.Random) -> None:
    """Start a command in a project and kill it, with all that it started, at a random moment."""
    with subprocess.Popen(
        command.words,
        cwd=project.root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            process.wait(timeout=chance.uniform(0, command.seconds))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        else:
            assert process.returncode == 0


def require_sound(command: Command, project: Project) -> None:
    """Nothing is lost, nothing is seen that isn't whole, and the rest is only to be cleared."""
    problems = check_all(project.raw, project.reports).problems
    assert all(any(told in one.remedy for told in CLEARED) for one in problems), problems
    before, found = state(command.project), state(project)
    assert before.keys() <= found.keys(), "something was lost"
    for name, content in found.items():
        assert content in (before.get(name), command.after.get(name)), f"{name} is half made"


def require_undisturbed(command: Command, project: Project) -> None:
    """The command, run to its end, leaves what it would have left at once, and no trace."""
    finish(command.words, project)
    assert state(project) == command.after, "other bytes than undisturbed"
    assert not [path for mark in HALF_MADE for path in project.root.rglob(f"{mark}*")]
    assert check_all(project.raw, project.reports).problems == ()


def require_survives(
    command: Command, room: Path, chance: random.Random, *, times: int, at_once: int
) -> None:
    """Kill a command so many times, some in a row before it may end; then start afresh."""
    while times > 0:
        project = copied(command.project, room / "killed")
        for _ in range(min(at_once, times)):
            kill(command, project, chance)
            require_sound(command, project)
        require_undisturbed(command, project)
        shutil.rmtree(project.root)
        times -= at_once
