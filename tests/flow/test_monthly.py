"""The real flow, on a real Prefect server: the bytes of `gapwatch run`, and a real schedule."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gapwatch import publishing, snapshots
from gapwatch.demo.replica import Replica
from gapwatch.project import Project
from tests.command import contents, gapwatch
from tests.conftest import ROOT, STAGES
from tests.replicated import ask_replica, world_of

FLOW = ROOT / "flows" / "monthly.py"
QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_LOGGING_LEVEL": "INFO",
}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A Prefect server on loopback; the environment in which it is found."""
    home = tmp_path_factory.mktemp("prefect")
    port = free_port()
    environment = {
        **os.environ, **QUIET, "PREFECT_HOME": str(home),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
    }  # fmt: skip
    log = (home / "server.log").open("wb")
    with subprocess.Popen(
        [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1",
         "--port", str(port)], env=environment, stdout=log, stderr=log,
    ) as process:  # fmt: skip
        try:
            wait_for(lambda: ask(environment, "health") is True, "the server", seconds=180)
            yield environment
        finally:
            process.terminate()
            process.wait(timeout=60)
            log.close()


def ask(environment: dict[str, str], path: str, body: object = None) -> Any:
    """Ask the server's own interface; None while nobody answers."""
    request = urllib.request.Request(  # noqa: S310 - loopback
        f"{environment['PREFECT_API_URL']}/{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return json.load(answer)
    except OSError:
        return None


def wait_for(condition: Any, what: str, *, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return
        time.sleep(0.5)
    pytest.fail(f"{what} didn't come in {seconds} seconds")


def run_flow(
    project: Project, server: dict[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(FLOW), "--study", str(project.study_file), *arguments],
        cwd=project.root, env=server, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def tasks_of(server: dict[str, str], artifact: dict[str, Any]) -> list[dict[str, Any]]:
    """Task runs, in order, of the flow run that left an artifact."""
    asked = {"flow_runs": {"id": {"any_": [artifact["flow_run_id"]]}}}
    return sorted(ask(server, "task_runs/filter", asked), key=lambda run: run["start_time"])


def test_the_flow_pulls_then_leaves_the_bytes_of_a_plain_run_named_tasks_and_the_verdict(
    project: Project, server: dict[str, str], tmp_path: Path
) -> None:
    shipped = snapshots.ids(project.raw)
    with Replica(world_of(project)) as replica:
        ask_replica(project, replica)
        done = run_flow(project, server)
    assert done.returncode == 0, done.stdout + done.stderr
    (pulled,) = set(snapshots.ids(project.raw)) - set(shipped)
    by_flow = publishing.latest(project.reports, "westminster")
    assert by_flow is not None
    assert json.loads((by_flow / "manifest.json").read_bytes())["snapshot"]["id"] == pulled
    plain = gapwatch(project, "run", "--out", str(tmp_path / "plain"), "--json")
    assert plain.returncode == 0, plain.stderr
    said = json.loads(plain.stdout)
    assert contents(by_flow) == contents(Path(said["path"]))

    artifacts = ask(server, "artifacts/filter", {})
    verdict = next(item for item in artifacts if said["release"] in item["data"])
    assert verdict["key"] == "gapwatch-verdict"
    assert verdict["type"] == "markdown"
    assert "# Cannot calculate" in verdict["data"]

    runs = tasks_of(server, verdict)
    names = [run["name"].rsplit("-", 1)[0] for run in runs]
    assert names == ["pull", *STAGES]
    retries = [run["empirical_policy"]["retries"] for run in runs]
    assert retries[0] == 3
    assert set(retries[1:]) <= {0, None}


def test_a_flow_on_a_named_snapshot_asks_nobody(project: Project, server: dict[str, str]) -> None:
    shipped = snapshots.load(project.raw).id
    done = run_flow(project, server, "--snapshot", shipped)
    assert done.returncode == 0, done.stdout + done.stderr
    assert snapshots.ids(project.raw) == [shipped]
    assert publishing.latest(project.reports, "westminster") is not None


def test_a_flow_on_broken_data_fails_with_the_named_error_and_tries_only_once(
    project: Project, server: dict[str, str]
) -> None:
    pin = next((project.raw / "objects").iterdir())
    pin.write_bytes(b"flipped")
    done = run_flow(project, server, "--snapshot", snapshots.load(project.raw).id)
    assert done.returncode == 5
    assert pin.name in done.stderr
    assert publishing.latest(project.reports, "westminster") is None


def test_serve_keeps_the_flow_on_its_schedule(project: Project, server: dict[str, str]) -> None:
    shutil.copytree(ROOT / "flows", project.root / "flows")
    with subprocess.Popen(
        [sys.executable, "-m", "gapwatch.cli", "serve", "--cron", "30 5 2 * *"],
        cwd=project.root, env=server, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:  # fmt: skip
        try:
            wait_for(lambda: ask(server, "deployments/filter", {}), "the schedule", seconds=90)
            deployment = ask(server, "deployments/filter", {})[0]
            assert deployment["name"] == "monthly"
            assert deployment["schedules"][0]["schedule"]["cron"] == "30 5 2 * *"
            assert deployment["schedules"][0]["active"]
            assert process.poll() is None
        finally:
            os.killpg(process.pid, 15)
            process.wait(timeout=60)


@pytest.mark.parametrize(
    ("address", "told"), [("", "PREFECT_API_URL is not set"), (None, "that answers at http://")]
)
def test_serve_refuses_when_no_server_answers(
    project: Project, tmp_path: Path, address: str | None, told: str
) -> None:
    shutil.copytree(ROOT / "flows", project.root / "flows")
    url = f"http://127.0.0.1:{free_port()}/api" if address is None else address
    done = gapwatch(project, "serve", PREFECT_API_URL=url, PREFECT_HOME=str(tmp_path), **QUIET)
    assert done.returncode == 4, done.stderr
    assert told in done.stderr
    assert "prefect server start" in done.stderr
    assert "Traceback" not in done.stderr


def test_serve_refuses_a_schedule_that_is_none(project: Project, server: dict[str, str]) -> None:
    shutil.copytree(ROOT / "flows", project.root / "flows")
    done = gapwatch(project, "serve", "--cron", "sometimes", **server)
    assert done.returncode == 2, done.stderr
    assert "'sometimes'" in done.stderr


def test_the_worker_deployment_names_the_flow_that_exists() -> None:
    text = (ROOT / "prefect.yaml").read_text(encoding="utf-8")
    assert "entrypoint: flows/monthly.py:monthly" in text
    assert "0 6 1 * *" in text
