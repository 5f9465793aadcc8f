"""A real Prefect server on loopback, and what the tests of the flows ask of it."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
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


PASSWORD = "gapwatch:of the tests alone"  # noqa: S105


def environment_of(home: Path, port: int, password: str = PASSWORD) -> dict[str, str]:
    """The environment in which a server on a port of this machine is found; "" asks for none."""
    told = {"PREFECT_API_AUTH_STRING": password} if password else {}
    return {
        **os.environ,
        **QUIET,
        **told,
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
    }


@contextlib.contextmanager
def serving(environment: dict[str, str], *before: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Prefect server as an operator starts it, until it answers; `before` is put before it."""
    home = Path(environment["PREFECT_HOME"])
    password = environment.get("PREFECT_API_AUTH_STRING")
    own = {"PREFECT_SERVER_API_AUTH_STRING": password} if password else {}
    port = environment["PREFECT_API_URL"].rpartition(":")[2].removesuffix("/api")
    log = (home / "server.log").open("ab")
    with subprocess.Popen(
        [
            *before,
            sys.executable,
            "-m",
            "prefect",
            "server",
            "start",
            "--host",
            "127.0.0.1",
            "--port",
            port,
        ],
        env={**environment, **own},
        stdout=log,
        stderr=log,
        start_new_session=True,
    ) as process:
        try:
            wait_for(lambda: ask(environment, "health") is True, "the server", seconds=180)
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=60)
            log.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A Prefect server on loopback that asks for a password; the environment that finds it."""
    environment = environment_of(tmp_path_factory.mktemp("prefect"), free_port())
    with serving(environment):
        yield environment


def ask(environment: dict[str, str], path: str, body: object = None) -> Any:
    """Ask the server's own interface; None while nobody answers."""
    request = urllib.request.Request(  # noqa: S310 - loopback
        f"{environment['PREFECT_API_URL']}/{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json", **_known(environment)},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return json.load(answer)
    except OSError:
        return None


def _known(environment: dict[str, str]) -> dict[str, str]:
    password = environment.get("PREFECT_API_AUTH_STRING", "")
    word = base64.b64encode(password.encode()).decode()
    return {"Authorization": f"Basic {word}"} if password else {}


def wait_for(condition: Any, what: str, *, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return
        time.sleep(0.1)
    pytest.fail(f"{what} didn't come in {seconds} seconds")


def run_flow(
    flow: str, project: Project, server: dict[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Run a flow once, as a program."""
    program = ROOT / "flows" / f"{flow}.py"
    return subprocess.run(
        [sys.executable, str(program), "--study", str(project.study_file), *arguments],
        cwd=project.root,
        env=server,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


def tasks_of(server: dict[str, str], artifact: dict[str, Any]) -> list[dict[str, Any]]:
    """Task runs, in order, of the flow run that left an artifact."""
    asked = {"flow_runs": {"id": {"any_": [artifact["flow_run_id"]]}}}
    return sorted(ask(server, "task_runs/filter", asked), key=lambda run: run["start_time"])


def children_of(process: int) -> list[int]:
    """Ids of the processes that a process started (Linux)."""
    path = Path(f"/proc/{process}/task/{process}/children")
    return [int(child) for child in path.read_text(encoding="ascii").split()]
