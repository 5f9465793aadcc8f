"""Another account of the same machine, while a schedule makes runs of restricted deaths.

It looks where it may: every file of the project, of Prefect and of the folder for temporary files,
again and again until a run has ended; what processes are started with; the scheduler's interface.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from gapwatch.project import Project
from tests.conftest import ROOT
from tests.flow.conftest import PASSWORD, ask, environment_of, free_port, serving, wait_for
from tests.long.test_schedule import runs, said, served
from tests.pullable import forget_publishers
from tests.whole.test_restricted import DEATHS, SOURCE, put

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        sys.platform != "linux" or os.geteuid() != 0, reason="takes root to be somebody else"
    ),
]
NOBODY = 65534
ROWS = [row.encode() for row in DEATHS]


def as_nobody(look: Callable[[], Any]) -> Any:
    """What a function gives when an account without any right calls it."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(reading)
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            with os.fdopen(writing, "w") as told:
                json.dump(look(), told)
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as told:
        text = told.read()
    assert os.waitpid(child, 0)[1] == 0
    return json.loads(text)


def seen_below(folder: Path) -> dict[str, list[str]]:
    """Files with a restricted row in them, and all that may be changed; how much was read."""
    found: dict[str, list[str]] = {"rows": [], "changeable": [], "read": []}
    for place, folders, files in os.walk(folder):
        found["changeable"] += [
            str(path)
            for name in folders
            if os.access(path := Path(place, name), os.W_OK) and path != folder / "tmp"
        ]
        for name in files:
            path = Path(place, name)
            with suppress(OSError):
                content = path.read_bytes()
                found["read"].append(str(path))
                if any(row in content for row in ROWS):
                    found["rows"].append(str(path))
            if os.access(path, os.W_OK):
                found["changeable"].append(str(path))
    return found


def words_of_processes() -> list[str]:
    """How every process was started, and the environments that may be read."""
    told = []
    for folder in Path("/proc").iterdir():
        for name in ("cmdline", "environ"):
            with suppress(OSError):
                told.append((folder / name).read_bytes().decode(errors="replace"))
    return told


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that anybody may walk through, as below /srv."""
    folder = Path(tempfile.mkdtemp(prefix="gapwatch-served-"))
    folder.chmod(0o755)
    (folder / "tmp").mkdir()
    (folder / "tmp").chmod(0o1777)
    (folder / "prefect").mkdir()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def restricted(project: Project, place: Path) -> Project:
    root = place / "project"
    shutil.copytree(project.root, root)
    shutil.copytree(ROOT / "flows", root / "flows")
    moved = Project(root, root / project.study_file.name)
    forget_publishers(moved)
    with moved.study_file.open("a", encoding="utf-8") as study:
        study.write(SOURCE.format(restricted="true"))
    put(moved, DEATHS)
    return moved


@pytest.mark.parametrize("word", ["", "gapwatch:guessed", f"{PASSWORD} "])
def test_another_account_reads_no_restricted_row_and_starts_no_run(
    restricted: Project, place: Path, word: str
) -> None:
    environment = environment_of(place / "prefect", free_port()) | {"TMPDIR": str(place / "tmp")}
    before = os.umask(0o022)
    try:
        with serving(environment), served(restricted, environment):
            wait_for(lambda: ask(environment, "deployments/filter", {}), "it", seconds=300)
            (deployment, *_) = ask(environment, "deployments/filter", {})
            looks = 0
            while not runs(environment, "Completed"):
                found = as_nobody(lambda: seen_below(place))
                assert found["rows"] == []
                assert found["changeable"] == []
                looks += 1
                assert looks < 3000, said(restricted)
                time.sleep(0.1)
            # It did look while runs were at work, and did read what is public.
            assert looks > 20
            assert any(name.endswith("report.html") for name in found["read"])
            assert not any(PASSWORD in told for told in as_nobody(words_of_processes))
            began = len(runs(environment))
            address = environment["PREFECT_API_URL"]
            asked = as_nobody(lambda: refused(address, deployment["id"], word))
            assert asked == {"create_flow_run": 401, "filter": 401, "command": 401}
            assert len(runs(environment)) <= began + 1  # the schedule's own may have come
            assert all(run["auto_scheduled"] for run in runs(environment))
    finally:
        os.umask(before)


def refused(address: str, deployment: str, word: str) -> dict[str, int]:
    """The interface's answers to whoever asks for a run, a list, or a run of its own making."""
    known = {"Authorization": "Basic " + base64.b64encode(word.encode()).decode()} if word else {}
    flow = {"name": "mine", "entrypoint": "/tmp/mine.py:mine"}  # noqa: S108
    return {
        name: status(f"{address}/{path}", body, known)
        for name, path, body in (
            ("create_flow_run", f"deployments/{deployment}/create_flow_run", {}),
            ("filter", "flow_runs/filter", {}),
            ("command", "deployments/", flow),
        )
    }


def status(address: str, body: object, headers: dict[str, str]) -> int:
    request = urllib.request.Request(  # noqa: S310 - loopback
        address,
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", **headers},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
