"""Machines without make run the same commands."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from tests.conftest import ROOT

# These write the lock, hooks or lists of whoever has make, or remove what it made.
WITH_MAKE_ALONE = {"help", "hooks", "lock", "sbom", "clean"}


def tasks() -> ModuleType:
    spec = importlib.util.spec_from_file_location("tasks_script", ROOT / ".ci" / "tasks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_command_of_make_is_there_but_those_that_are_makes_own() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert set(re.findall(r"^([a-z-]+):", text, re.M)) - WITH_MAKE_ALONE == set(tasks().TASKS)
    told = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (line,) = [line for line in told.splitlines() if ".ci/tasks.py TASK" in line]
    assert all(f"`{name}`" in line for name in WITH_MAKE_ALONE - {"help"})


@pytest.mark.skipif(shutil.which("make") is None, reason="no make here")
@pytest.mark.parametrize("name", sorted(tasks().TASKS))
def test_a_task_runs_what_make_runs(name: str) -> None:
    there = ["-o", ".venv/.installed", "-o", ".venv/.developing"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
    told = subprocess.run(
        ["make", "--no-print-directory", "-n", *there, name],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    lines = [shlex.split(line) for line in told.splitlines() if ".venv/bin/" in line]
    ran = [[word for word in line if word != "NO_MKDOCS_2_WARNING=1"] for line in lines]
    wanted = [[f".venv/bin/{first}", *rest] for first, *rest in tasks().TASKS[name]]
    assert ran == wanted


def test_a_mark_is_older_than_what_was_changed_since(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = tasks()
    monkeypatch.setattr(module, "ROOT", tmp_path)
    lock, mark = tmp_path / "requirements.lock", tmp_path / ".installed"
    lock.touch()
    assert module.is_older(mark, "requirements.lock")
    mark.touch()
    os.utime(lock, (1, 1))
    assert not module.is_older(mark, "requirements.lock")
    os.utime(mark, (0, 0))
    assert module.is_older(mark, "requirements.lock")


def test_an_unknown_task_is_answered_with_the_known_ones() -> None:
    script = str(ROOT / ".ci" / "tasks.py")
    done = subprocess.run(
        [sys.executable, script, "tset"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "report" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_forge_runs_the_tests_on_every_system_and_python_that_the_lock_claims() -> None:
    flow = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_bytes())
    assert flow["permissions"] == {"contents": "read"}
    job = flow["jobs"]["test"]
    matrix = job["strategy"]["matrix"]
    assert {name.partition("-")[0] for name in matrix["os"]} == {"ubuntu", "macos", "windows"}
    assert matrix["python"] == ["3.11", "3.12", "3.13", "3.14"]
    assert any(".ci/tasks.py" in step.get("run", "") for step in job["steps"])
