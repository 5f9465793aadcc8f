"""A schedule as an operator keeps it: a real server, `gapwatch serve`, runs that come alone."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gapwatch.demo.replica import Replica
from gapwatch.project import Project
from tests.command import COMMAND, gapwatch
from tests.conftest import ROOT
from tests.flow.conftest import (
    ask,
    children_of,
    environment_of,
    free_port,
    run_flow,
    serving,
    wait_for,
)
from tests.pullable import forget_publishers
from tests.receiver import Receiver
from tests.small_replica import ask_small_replica, small_world
from tests.whole.test_restricted import DEATHS, FIRST, SOURCE, put

pytestmark = pytest.mark.long
EVERY_MINUTE = "* * * * *"
STRACE = shutil.which("strace")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "prefect").mkdir()
    return environment_of(tmp_path / "prefect", free_port())


@pytest.fixture
def scheduled(project: Project) -> Iterator[Project]:
    """A project with flows, whose publishers are a replica on this machine."""
    shutil.copytree(ROOT / "flows", project.root / "flows")
    with Replica(small_world(project)) as replica:
        ask_small_replica(project, replica)
        yield project


@contextlib.contextmanager
def served(
    project: Project, environment: dict[str, str], *before: str
) -> Iterator[subprocess.Popen[bytes]]:
    """`gapwatch serve` every minute; what it says is in serve.log."""
    with (
        (project.root / "serve.log").open("ab") as log,
        subprocess.Popen(
            [*before, *COMMAND, "serve", "--cron", EVERY_MINUTE],
            cwd=project.root,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(timeout=90)


def said(project: Project) -> str:
    return (project.root / "serve.log").read_text(encoding="utf-8", errors="replace")


def runs(environment: dict[str, str], state: str = "") -> list[dict[str, Any]]:
    found = ask(environment, "flow_runs/filter", {}) or []
    chosen = [run for run in found if state in ("", run["state_name"])]
    return sorted(chosen, key=lambda run: run["expected_start_time"])


def test_a_schedule_of_every_minute_leaves_two_completed_runs_in_three_minutes(
    scheduled: Project, environment: dict[str, str]
) -> None:
    with serving(environment), served(scheduled, environment):
        wait_for(lambda: runs(environment), "the schedule", seconds=300)
        began = time.monotonic()
        wait_for(lambda: len(runs(environment, "Completed")) >= 2, "two runs", seconds=180)
        assert time.monotonic() - began < 180
        first, second = runs(environment, "Completed")[:2]
        told = {
            item["flow_run_id"]: item["data"] for item in ask(environment, "artifacts/filter", {})
        }
        assert all(run["auto_scheduled"] for run in (first, second))
        assert "New from the publishers:" in told[first["id"]]
        assert "Nothing new was sent by the publishers." in told[second["id"]]


@pytest.mark.skipif(STRACE is None, reason="needs strace, which sees every connection")
def test_no_connection_of_server_schedule_or_run_leaves_this_machine(
    scheduled: Project, environment: dict[str, str], tmp_path: Path
) -> None:
    def traced(name: str) -> list[str]:
        return [str(STRACE), "-f", "-e", "trace=connect", "-o", str(tmp_path / name)]

    bare = {name: value for name, value in environment.items() if name != "CI"}
    with (
        serving(bare, *traced("server")),
        served(scheduled, bare, *traced("serve")),
    ):
        wait_for(lambda: runs(bare, "Completed"), "a run", seconds=600)
    for name in ("server", "serve"):
        calls = (tmp_path / name).read_text(encoding="utf-8", errors="replace").splitlines()
        here = re.compile(r'"(127\.0\.0\.1|::1|::ffff:127\.0\.0\.1)"')
        away = [call for call in calls if "AF_INET" in call and not here.search(call)]
        assert not away
    # It did see connections: those to the server and to the replica.
    assert 'inet_addr("127.0.0.1")' in (tmp_path / "serve").read_text(errors="replace")


def test_a_run_whose_worker_was_killed_ends_as_crashed_within_minutes(
    scheduled: Project, environment: dict[str, str]
) -> None:
    with serving(environment), served(scheduled, environment) as process:
        wait_for(lambda: runs(environment, "Running"), "a run at work", seconds=600)
        time.sleep(5)  # its first heartbeat
        (child,) = children_of(process.pid)
        os.killpg(child, signal.SIGKILL)
        process.kill()
        process.wait()
        wait_for(lambda: runs(environment, "Crashed"), "the end of the run", seconds=300)
        assert not runs(environment, "Running")
        (crashed,) = runs(environment, "Crashed")
        assert "No heartbeat" in crashed["state"]["message"]


def test_a_run_whose_process_alone_was_killed_is_told_and_the_schedule_goes_on(
    scheduled: Project, environment: dict[str, str]
) -> None:
    with Receiver() as receiver:
        with scheduled.study_file.open("a", encoding="utf-8") as study:
            study.write(f'\n[alerts]\nwebhook = "{receiver.address}"\nallow_loopback = true\n')
        with serving(environment), served(scheduled, environment) as process:
            wait_for(lambda: runs(environment, "Running"), "a run at work", seconds=600)
            (child,) = children_of(process.pid)
            of_run = [one for one in children_of(child) if b"spawn_main" in cmdline(one)]
            for one in of_run:
                os.kill(one, signal.SIGKILL)
            assert of_run
            wait_for(lambda: runs(environment, "Crashed"), "the end of the run", seconds=300)
            wait_for(lambda: receiver.got, "the alert", seconds=300)
            assert receiver.got[0][1]["event"] == "crashed"
            wait_for(lambda: runs(environment, "Completed"), "the next run", seconds=600)


def cmdline(process: int) -> bytes:
    return Path(f"/proc/{process}/cmdline").read_bytes()


def test_serve_outlives_a_server_that_dies_between_schedule_and_run_and_makes_up_once(
    scheduled: Project, environment: dict[str, str]
) -> None:
    with contextlib.ExitStack() as stack:
        with serving(environment):
            process = stack.enter_context(served(scheduled, environment))
            wait_for(lambda: runs(environment), "the schedule", seconds=300)
            wait_for(lambda: "Keeping gapwatch-monthly" in said(scheduled), "it", seconds=300)
        wait_for(lambda: "doesn't answer; trying again" in said(scheduled), "word", seconds=600)
        time.sleep(90)  # two more runs are missed
        assert process.poll() is None
        with serving(environment):
            wait_for(lambda: "server answers again" in said(scheduled), "word", seconds=600)
            wait_for(lambda: runs(environment, "Completed"), "a run", seconds=600)
            completed, missed = (runs(environment, name) for name in ("Completed", "Missed"))
            assert len(completed) == 1
            assert missed
            assert all("makes up for it" in run["state"]["message"] for run in missed)
            assert "Runs missed while nobody kept the schedule" in said(scheduled)
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=90) == 143


@pytest.fixture
def restricted(project: Project) -> Project:
    """A study with a council's own extract, to be pulled."""
    shutil.copytree(ROOT / "flows", project.root / "flows")
    forget_publishers(project)
    with project.study_file.open("a", encoding="utf-8") as study:
        study.write(SOURCE.format(restricted="true"))
    put(project, DEATHS)
    return project


def kept_by_prefect(home: Path) -> bytes:
    """All that Prefect keeps: its files as bytes, and its database row by row."""
    files = b"".join(path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file())
    with contextlib.closing(sqlite3.connect(home / "prefect.db")) as database:
        return files + "\n".join(database.iterdump()).encode()


def test_nothing_of_a_restricted_extract_is_kept_by_prefect_whether_a_run_ends_well_or_fails(
    restricted: Project, environment: dict[str, str]
) -> None:
    home = Path(environment["PREFECT_HOME"])
    with serving(environment):
        done = run_flow("monthly", restricted, environment)
        assert done.returncode == 0, done.stdout + done.stderr
        put(restricted, [*DEATHS, f"2026-04-02,{FIRST},MARKERSEX,55"])
        failed = run_flow("monthly", restricted, environment)
        assert failed.returncode != 0
        time.sleep(3)  # logs and task runs are written in batches
        states = {run["state_type"] for run in runs(environment)}
        assert states == {"COMPLETED", "FAILED"}
    kept = kept_by_prefect(home)
    assert b"gapwatch-monthly" in kept
    assert b"gapwatch-verdict" in kept
    for marker in (FIRST, "MARKERSEX", "2024-03-09", "2026-04-02"):
        assert marker.encode() not in kept, marker


def test_serve_warns_of_a_server_without_a_password_and_refuses_it_for_restricted_figures(
    restricted: Project, tmp_path: Path
) -> None:
    (tmp_path / "prefect").mkdir()
    open_to_all = environment_of(tmp_path / "prefect", free_port(), password="")
    with serving(open_to_all):
        done = gapwatch(restricted, "serve", **open_to_all)
        assert done.returncode == 4, done.stderr
        assert "expected: a Prefect server that asks for a password" in done.stderr
        assert "PREFECT_SERVER_API_AUTH_STRING" in done.stderr
        assert not ask(open_to_all, "deployments/filter", {})
        text = restricted.study_file.read_text(encoding="utf-8")
        public = text.replace("restricted = true", "restricted = false")
        restricted.study_file.write_text(public, encoding="utf-8")
        with served(restricted, open_to_all) as process:
            wait_for(lambda: "Keeping gapwatch-monthly" in said(restricted), "it", seconds=300)
            assert "Warning." in said(restricted)
            assert process.poll() is None


def test_a_password_comes_from_a_file_of_mode_0600_alone(
    scheduled: Project, environment: dict[str, str], tmp_path: Path
) -> None:
    password = tmp_path / "password"
    password.touch(mode=0o600)
    password.write_text(f"{environment['PREFECT_API_AUTH_STRING']}\n", encoding="utf-8")
    bare = {name: value for name, value in environment.items() if "AUTH" not in name}
    command = [*COMMAND, "serve", "--password-file", str(password)]
    with serving(environment), (tmp_path / "log").open("w+b") as log:
        with subprocess.Popen(command, cwd=scheduled.root, env=bare, stderr=log) as process:
            wait_for(lambda: ask(environment, "deployments/filter", {}), "it", seconds=300)
            process.terminate()
            assert process.wait(timeout=60) == 143
        password.chmod(0o640)
        done = subprocess.run(
            command,
            cwd=scheduled.root,
            env=bare,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 2
    assert "mode 640" in done.stderr
    assert "chmod 600" in done.stderr
    assert environment["PREFECT_API_AUTH_STRING"].partition(":")[2] not in done.stderr
