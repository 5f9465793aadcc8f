"""One undisturbed run of the shipped snapshot, which every other run is held against."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gapwatch.project import Project
from tests.command import contents, gapwatch
from tests.conftest import ROOT


@dataclass(frozen=True)
class Undisturbed:
    """What `gapwatch run --json` said, and every file of its release."""

    project: Project
    said: dict[str, Any]
    stderr: str
    release: Path
    files: dict[str, bytes]


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    root = tmp_path_factory.mktemp("undisturbed") / "project"
    for name in ("data/raw", "expectations"):
        shutil.copytree(ROOT / name, root / name)
    for name in ("gapwatch.toml", "requirements.lock"):
        shutil.copy(ROOT / name, root / name)
    project = Project(root, root / "gapwatch.toml")
    done = gapwatch(project, "run", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    release = Path(said["path"])
    return Undisturbed(project, said, done.stderr, release, contents(release))


@pytest.fixture
def released(undisturbed: Undisturbed, tmp_path: Path) -> Project:
    """A copy of a project in which a good release has been made, to be broken."""
    root = tmp_path / "project"
    shutil.copytree(undisturbed.project.root, root)
    return Project(root, root / "gapwatch.toml")
