"""One undisturbed run of the shipped snapshot, and one pull from a replica of the publishers."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gapwatch.demo.replica import Replica, World
from gapwatch.project import Project
from tests.command import contents, gapwatch
from tests.conftest import ROOT
from tests.replicated import ask_replica, world_of


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


@pytest.fixture(scope="session")
def world(shipped: Project) -> World:
    return world_of(shipped)


@pytest.fixture(scope="session")
def served(world: World) -> Iterator[Replica]:
    with Replica(world) as replica:
        yield replica


@pytest.fixture(scope="session")
def pulled(served: Replica, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project that has pulled once, by the command."""
    root = tmp_path_factory.mktemp("replica") / "project"
    for name in ("data/raw", "expectations"):
        shutil.copytree(ROOT / name, root / name)
    for name in ("gapwatch.toml", "requirements.lock"):
        shutil.copy(ROOT / name, root / name)
    project = Project(root, root / "gapwatch.toml")
    ask_replica(project, served)
    done = gapwatch(project, "pull", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["new"] is True
    assert len(said["changed_sources"]) == 8
    return project


@pytest.fixture
def again(pulled: Project, served: Replica, tmp_path: Path) -> Iterator[tuple[Project, Replica]]:
    """A copy of that project, and the replica that it asks."""
    root = tmp_path / "project"
    shutil.copytree(pulled.root, root, ignore=shutil.ignore_patterns("reports", "curated"))
    yield Project(root, root / "gapwatch.toml"), served
    served.clear()
