"""The real flow, on a real Prefect server: the bytes of `gapwatch run`, and a real schedule."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from gapwatch import alerting, publishing, snapshots
from gapwatch.demo.replica import Replica
from gapwatch.project import Project
from tests.command import COMMAND, contents, gapwatch
from tests.conftest import ROOT, STAGES
from tests.flow.conftest import QUIET, ask, children_of, free_port, run_flow, tasks_of, wait_for
from tests.receiver import Receiver
from tests.small_replica import ask_small_replica, small_world


def tell(project: Project, receiver: Receiver) -> None:
    with project.study_file.open("a", encoding="utf-8") as study:
        study.write(
            f'\n[alerts]\nwebhook = "{receiver.address}/hook"\n'
            f'heartbeat = "{receiver.address}/ping"\nallow_loopback = true\n'
        )


@pytest.mark.long
def test_the_flow_pulls_then_leaves_the_bytes_of_a_plain_run_named_tasks_and_the_verdict(
    project: Project, server: dict[str, str], tmp_path: Path
) -> None:
    shipped = snapshots.ids(project.raw)
    with Replica(small_world(project)) as replica, Receiver() as told:
        ask_small_replica(project, replica)
        tell(project, told)
        done = run_flow("monthly", project, server)
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

    (where, new), (after, ping) = told.got
    assert (where, new["event"], new["release"]) == ("/hook", "new data", said["release"])
    assert new["sentence"] == said["sentence"]
    assert (after, ping["release"]) == ("/ping", said["release"])
    last = alerting.last_run(project, "westminster")
    assert last is not None
    assert last.release == said["release"]

    runs = tasks_of(server, verdict)
    names = [run["name"].rsplit("-", 1)[0] for run in runs]
    assert names == ["pull", *STAGES]
    retries = [run["empirical_policy"]["retries"] for run in runs]
    assert retries[0] == 3
    assert set(retries[1:]) <= {0, None}


@pytest.mark.long
def test_a_flow_on_a_named_snapshot_asks_nobody(project: Project, server: dict[str, str]) -> None:
    shipped = snapshots.load(project.raw).id
    done = run_flow("monthly", project, server, "--snapshot", shipped)
    assert done.returncode == 0, done.stdout + done.stderr
    assert snapshots.ids(project.raw) == [shipped]
    assert publishing.latest(project.reports, "westminster") is not None


def test_a_flow_on_broken_data_fails_with_the_named_error_and_tries_only_once(
    project: Project, server: dict[str, str]
) -> None:
    pin = next((project.raw / "objects").iterdir())
    pin.write_bytes(b"flipped")
    with Receiver() as told:
        tell(project, told)
        done = run_flow("monthly", project, server, "--snapshot", snapshots.load(project.raw).id)
    ((_, alert),) = told.got
    assert alert["event"] == "failed"
    assert pin.name in alert["text"]
    assert alerting.last_run(project, "westminster") is None
    assert done.returncode == 5
    assert pin.name in done.stderr
    assert publishing.latest(project.reports, "westminster") is None


def test_serve_keeps_each_flow_on_its_schedule_until_stopped_with_its_children(
    project: Project, server: dict[str, str]
) -> None:
    shutil.copytree(ROOT / "flows", project.root / "flows")
    wanted = {"monthly": "30 5 2 * *", "replay": "45 6 3 * *"}
    log = (project.root / "serve.log").open("w+b")
    processes: dict[str, subprocess.Popen[bytes]] = {}
    with contextlib.ExitStack() as stack:
        stack.enter_context(log)
        for flow, cron in wanted.items():
            processes[flow] = process = stack.enter_context(
                subprocess.Popen(
                    [*COMMAND, "serve", "--flow", flow, "--cron", cron],
                    cwd=project.root,
                    env=server,
                    stdout=subprocess.DEVNULL,
                    stderr=log,
                    start_new_session=True,
                )
            )
            stack.callback(process.terminate)  # it ends its children

        def kept() -> dict[str, str]:
            return {
                deployment["name"]: schedule["schedule"]["cron"]
                for deployment in ask(server, "deployments/filter", {}) or ()
                for schedule in deployment["schedules"]
                if schedule["active"]
            }

        wait_for(lambda: kept() == wanted, "both schedules", seconds=180)
        # A schedule that is shown isn't kept yet: the server's scheduler must make runs of it.
        scheduled = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}
        wait_for(
            lambda: (
                {run["deployment_id"] for run in ask(server, "flow_runs/filter", scheduled)}
                == {one["id"] for one in ask(server, "deployments/filter", {})}
            ),
            "a run of each schedule",
            seconds=60,
        )
        children = [child for one in processes.values() for child in children_of(one.pid)]
        assert len(children) == 2
        # To the command alone, as `kill` and a service manager send it.
        processes["monthly"].send_signal(signal.SIGTERM)
        processes["replay"].send_signal(signal.SIGINT)
        codes = {flow: process.wait(timeout=60) for flow, process in processes.items()}
        assert codes == {"monthly": 143, "replay": 130}
        assert not [child for child in children if Path(f"/proc/{child}").exists()]
        log.seek(0)
        text = log.read().decode()
        assert text.count("Stopped: the schedule is no longer kept") == 2
        assert "Traceback" not in text


@pytest.mark.parametrize(
    ("address", "told"),
    [
        pytest.param("", "PREFECT_API_URL is not set", marks=pytest.mark.long),
        (None, "that answers at http://"),
    ],
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


def test_serve_refuses_a_flow_that_there_is_not(project: Project) -> None:
    done = gapwatch(project, "serve", "--flow", "weekly")
    assert done.returncode == 2, done.stderr
    assert "monthly or replay" in done.stderr


def test_serve_refuses_a_schedule_that_is_none(project: Project, server: dict[str, str]) -> None:
    shutil.copytree(ROOT / "flows", project.root / "flows")
    done = gapwatch(project, "serve", "--cron", "sometimes", **server)
    assert done.returncode == 2, done.stderr
    assert "'sometimes'" in done.stderr


def test_the_worker_deployment_names_the_flow_that_exists() -> None:
    text = (ROOT / "prefect.yaml").read_text(encoding="utf-8")
    assert "entrypoint: flows/monthly.py:monthly" in text
    assert "0 6 1 * *" in text


def test_the_interface_of_a_server_with_a_password_answers_nobody_without_it(
    server: dict[str, str],
) -> None:
    bare = {name: value for name, value in server.items() if "AUTH" not in name}
    assert ask(server, "admin/version") is not None
    for stranger in (bare, {**server, "PREFECT_API_AUTH_STRING": "gapwatch:guessed"}):
        assert ask(stranger, "health") is True
        assert ask(stranger, "admin/version") is None
        assert ask(stranger, "flow_runs/filter", {}) is None
        assert ask(stranger, "deployments/filter", {}) is None


@pytest.mark.parametrize(
    ("password", "found"),
    [
        pytest.param("", "PREFECT_API_AUTH_STRING is not set", marks=pytest.mark.long),
        ("gapwatch:guessed", "another one, which it refuses"),
    ],
)
def test_serve_names_the_variable_of_a_password_that_it_lacks(
    project: Project, server: dict[str, str], password: str, found: str
) -> None:
    shutil.copytree(ROOT / "flows", project.root / "flows")
    done = gapwatch(project, "serve", **{**server, "PREFECT_API_AUTH_STRING": password})
    assert done.returncode == 4, done.stderr
    assert found in done.stderr
    assert "set PREFECT_API_AUTH_STRING to the server's" in done.stderr
    assert "guessed" not in done.stderr
    assert "Traceback" not in done.stderr
