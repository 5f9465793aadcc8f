"""The real command, as a process of its own, and what a folder holds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from gapwatch.project import Project
from tests import warm

COMMAND = [sys.executable, "-m", "gapwatch.cli"]


def gapwatch(
    project: Project, *arguments: str, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run `gapwatch` in a project, or in another folder, with parts of the environment changed.

    A new interpreter where the environment is changed, since much of it is read at the start; else
    a fork of a process that has its libraries already (tests.warm).
    """
    if not environment and warm.available():
        return warm.run(arguments, cwd or project.root, os.environ, timeout=300)
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=cwd or project.root,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=300,
        check=False,
    )


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by its relative name; locks are no content."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }
