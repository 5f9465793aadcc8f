"""A real Prefect server on loopback, and what the tests of the flows ask of it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from gapwatch.project import Project
from tests.conftest import ROOT
from tests.e2e.conftest import chain, once, undisturbed

__all__ = ["chain", "once", "undisturbed"]
QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_LOGGING_LEVEL": "INFO",
}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="session")
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
    flow: str, project: Project, server: dict[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Run a flow once, as a program."""
    program = ROOT / "flows" / f"{flow}.py"
    return subprocess.run(
        [sys.executable, str(program), "--study", str(project.study_file), *arguments],
        cwd=project.root, env=server, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def tasks_of(server: dict[str, str], artifact: dict[str, Any]) -> list[dict[str, Any]]:
    """Task runs, in order, of the flow run that left an artifact."""
    asked = {"flow_runs": {"id": {"any_": [artifact["flow_run_id"]]}}}
    return sorted(ask(server, "task_runs/filter", asked), key=lambda run: run["start_time"])
