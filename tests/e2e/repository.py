"""A small git repository that holds the code and the shipped project, and gapwatch run from it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from gapwatch.project import Project
from tests.command import gapwatch
from tests.conftest import ROOT

PARTS = (
    "src/gapwatch",
    "expectations",
    "data/raw",
    "gapwatch.toml",
    "pyproject.toml",
    "requirements.lock",
)
AUTHOR = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.org")
# The half-widths of all intervals come from this line.


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *AUTHOR, *arguments], cwd=folder, check=True, capture_output=True)


def commit(root: Path) -> None:
    """Put the code, the suites, the shipped snapshot, study and lock into a new repository."""
    ignore = shutil.ignore_patterns("__pycache__")
    for name in PARTS:
        source, target = ROOT / name, root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=ignore)
        else:
            shutil.copy(source, target)
    (root / ".gitignore").write_text("__pycache__/\nreports/\ndata/curated/\n", encoding="utf-8")
    git(root, "init", "--quiet")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "All of it")


def edit(path: Path, change: Callable[[str], str]) -> None:
    """Change a text for another."""
    before = path.read_text(encoding="utf-8")
    after = change(before)
    assert after != before, "the change must change something"
    path.write_text(after, encoding="utf-8")


def by_code_in(
    root: Path, project: Project, *arguments: str, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run gapwatch from the code below `root`."""
    return gapwatch(
        project, *arguments, cwd=cwd, **{"PYTHONPATH": str(root / "src"), **environment}
    )
