"""Projects that every test file shares, made once: what is held against them is only copied."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import filelock
import pytest

from gapwatch.demo.replica import Replica, World
from gapwatch.project import Project
from tests.command import contents, gapwatch
from tests.conftest import ROOT
from tests.replicated import ask_replica, require_every_source, world_of
from tests.small_replica import ask_small_replica, small_world

Once = Callable[[str, Callable[[Path], None]], Path]


@dataclass(frozen=True)
class Undisturbed:
    """What `gapwatch run --json` said, and every file of its release."""

    project: Project
    said: dict[str, Any]
    stderr: str
    release: Path
    files: dict[str, bytes]


@dataclass(frozen=True)
class Chain:
    """A project with two releases of one snapshot, the second of a study with another target.

    `seconds` is what the run took that made the second.
    """

    project: Project
    first: Path
    second: Path
    seconds: float = 0.0


@pytest.fixture(scope="session", autouse=True)
def quick_validation(warm_worker: None) -> None:
    """Every test here validates, and few are about how its worker starts."""


def project_in(root: Path) -> Project:
    return Project(root, root / "gapwatch.toml")


def copied(project: Project, root: Path) -> Project:
    """A copy of a project, to be broken."""
    shutil.copytree(project.root, root)
    return project_in(root)


def run(project: Project, *arguments: str, **environment: str) -> Path:
    """The release that a run makes."""
    done = gapwatch(project, "run", "--json", *arguments, **environment)
    assert done.returncode == 0, done.stderr
    return Path(json.loads(done.stdout)["path"])


def change_share(project: Project, share: str) -> None:
    """Have the promise ask for another share of the gap."""
    text = project.study_file.read_text(encoding="utf-8")
    assert "share_of_baseline = 0.5\n" in text
    text = text.replace("share_of_baseline = 0.5\n", f"share_of_baseline = {share}\n")
    project.study_file.write_text(text, encoding="utf-8")


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Makes a folder once for all processes of the session, and gives it."""
    mine = tmp_path_factory.getbasetemp()
    shared = (mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine) / "shared"
    shared.mkdir(exist_ok=True)

    def make(name: str, work: Callable[[Path], None]) -> Path:
        folder, made = shared / name, shared / f"{name}.made"
        with filelock.FileLock(shared / f"{name}.lock"):
            if not made.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                work(folder)
                made.touch()
        return folder

    return make


@pytest.fixture(scope="session")
def undisturbed(once: Once) -> Undisturbed:
    """One undisturbed run of the shipped snapshot, which every other run is held against."""

    def work(folder: Path) -> None:
        root = folder / "project"
        for name in ("data/raw", "expectations"):
            shutil.copytree(ROOT / name, root / name)
        for name in ("gapwatch.toml", "requirements.lock"):
            shutil.copy(ROOT / name, root / name)
        done = gapwatch(project_in(root), "run", "--json")
        assert done.returncode == 0, done.stderr
        (folder / "said.json").write_text(done.stdout, encoding="utf-8")
        (folder / "stderr").write_text(done.stderr, encoding="utf-8")

    folder = once("undisturbed", work)
    said = json.loads((folder / "said.json").read_text(encoding="utf-8"))
    release = Path(said["path"])
    stderr = (folder / "stderr").read_text(encoding="utf-8")
    return Undisturbed(project_in(folder / "project"), said, stderr, release, contents(release))


@pytest.fixture(scope="session")
def chain(undisturbed: Undisturbed, once: Once) -> Chain:
    """Two releases of one study, which is edited between them."""

    def work(folder: Path) -> None:
        project = copied(undisturbed.project, folder / "project")
        change_share(project, "0.6")
        started = time.monotonic()
        told = f"{run(project).name} {time.monotonic() - started}"
        (folder / "second").write_text(told, encoding="utf-8")

    folder = once("chain", work)
    project = project_in(folder / "project")
    second, seconds = (folder / "second").read_text(encoding="utf-8").split()
    first = project.reports / undisturbed.release.name
    return Chain(project, first, project.reports / second, float(seconds))


@pytest.fixture(scope="session")
def kept(chain: Chain, once: Once) -> Chain:
    """The same project, which has pulled a snapshot from a replica of the publishers since."""

    def work(folder: Path) -> None:
        project = copied(chain.project, folder / "project")
        with Replica(small_world(project)) as replica:
            ask_small_replica(project, replica)
            done = gapwatch(project, "pull")
        assert done.returncode == 0, done.stderr

    project = project_in(once("kept", work) / "project")
    releases = (project.reports / path.name for path in (chain.first, chain.second))
    return Chain(project, *releases)


@pytest.fixture(scope="session")
def bundle(chain: Chain, once: Once) -> Path:
    """The second release in one file, with the first, which it follows."""

    def work(folder: Path) -> None:
        done = gapwatch(chain.project, "bundle", chain.second.name, str(folder / "release.zip"))
        assert done.returncode == 0, done.stderr

    return once("bundle", work) / "release.zip"


@pytest.fixture
def released(undisturbed: Undisturbed, tmp_path: Path) -> Project:
    """A copy of a project in which a good release has been made, to be broken."""
    return copied(undisturbed.project, tmp_path / "project")


@pytest.fixture(scope="session")
def world(shipped: Project) -> World:
    return small_world(shipped)


@pytest.fixture(scope="session")
def served(world: World) -> Iterator[Replica]:
    with Replica(world) as replica:
        yield replica


@pytest.fixture(scope="session")
def pulled(served: Replica, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with the small borough's study that has pulled once, by the command."""
    project = copy_of_shipped(tmp_path_factory.mktemp("replica") / "project")
    ask_small_replica(project, served)
    assert len(pull_by_command(project)) == 8
    return project


@pytest.fixture(scope="session")
def shipped_world(shipped: Project) -> World:
    """Westminster's own areas with invented figures, in the real workbooks."""
    return world_of(shipped)


@pytest.fixture(scope="session")
def shipped_pull(shipped_world: World, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with the study that ships, unchanged but for addresses, that has pulled once."""
    project = copy_of_shipped(tmp_path_factory.mktemp("westminster") / "project")
    with Replica(shipped_world) as replica:
        ask_replica(project, replica)
        assert len(pull_by_command(project)) == 25
    return project


def copy_of_shipped(root: Path) -> Project:
    for name in ("data/raw", "expectations"):
        shutil.copytree(ROOT / name, root / name)
    for name in ("gapwatch.toml", "requirements.lock"):
        shutil.copy(ROOT / name, root / name)
    return project_in(root)


def pull_by_command(project: Project) -> list[str]:
    """Pull for the first time, and give the sources that are new."""
    done = gapwatch(project, "pull", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["new"] is True
    changed: list[str] = said["changed_sources"]
    return changed


@pytest.fixture
def again(pulled: Project, served: Replica, tmp_path: Path) -> Iterator[tuple[Project, Replica]]:
    """A copy of that project, each fault of whose sources stops a pull, and the replica."""
    root = tmp_path / "project"
    shutil.copytree(pulled.root, root, ignore=shutil.ignore_patterns("reports", "curated"))
    project = Project(root, root / "gapwatch.toml")
    require_every_source(project)
    yield project, served
    served.clear()
