"""Hands the schedule to flows/, where Prefect lives, as a program of its own."""

from __future__ import annotations

import subprocess
import sys

from gapwatch.errors import UsageError
from gapwatch.project import Project

FLOWS = ("monthly", "replay")


def serve(project: Project, flow: str, cron: str) -> int:
    """Keep a flow of a project on a schedule until stopped; return its exit code.

    Raises UsageError for a flow that there isn't.
    """
    if flow not in FLOWS:
        raise UsageError(
            "--flow", expected=" or ".join(FLOWS), found=repr(flow), remedy="name one of these"
        )
    program = project.root / "flows" / f"{flow}.py"
    if not program.is_file():
        raise UsageError(
            str(program), expected="the project's flows", found="no such file",
            remedy="run in a checkout of gapwatch: an installed package alone has no flows",
        )  # fmt: skip
    command = [sys.executable, str(program), "--cron", cron, "--study", str(project.study_file)]
    try:
        # Our own interpreter and our own program; no shell.
        return subprocess.run(command, cwd=project.root, check=False).returncode  # noqa: S603
    except KeyboardInterrupt:
        return 0
