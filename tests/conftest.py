"""What every test may use: the shipped project, and copies of it that can be broken."""

from __future__ import annotations

import atexit
import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from gapwatch import snapshots
from gapwatch.project import Project
from gapwatch.quality import checker
from tests import warm

# Replicas of publishers are on this machine; what is refused without this has tests of its own.
os.environ["GAPWATCH_ALLOW_LOCAL"] = "1"

# How long an example takes says how busy the machine is, or that coverage is measured.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_collection_finish() -> None:
    """Thousands of tests and the libraries stay: going through them again costs a tenth.

    What tests leave is frames and reports, mostly without circles: to look for some every seven
    hundred objects, as is usual, costs another tenth.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)
    # What libraries hold is freed in their order; not before pytest's own last collections.
    atexit.register(gc.unfreeze)


ROOT = Path(__file__).resolve().parent.parent
STAGES = (
    "read study",
    "read snapshot",
    "take provenance",
    "read disclosures",
    "load",
    "close years",
    "check",
    "measure",
    "bridge",
    "judge",
    "test verdict",
    "find ages",
    "compare priorities",
    "tabulate",
    "follow initiatives",
    "hold against earlier",
    "compare",
    "draw",
    "store",
    "set out",
    "validate",
    "render",
    "publish",
)


@pytest.fixture(scope="session")
def shipped() -> Project:
    """The project as it is shipped; never written to."""
    return Project(ROOT, ROOT / "gapwatch.toml")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A copy of the shipped study, its newest snapshot and the suites, to be broken."""
    root = tmp_path / "project"
    for name in ("data/raw", "expectations"):
        shutil.copytree(ROOT / name, root / name)
    for older in snapshots.ids(root / "data" / "raw")[:-1]:
        shutil.rmtree(root / "data" / "raw" / "snapshots" / older)
    for name in ("gapwatch.toml", "requirements.lock"):
        shutil.copy(ROOT / name, root / name)
    return Project(root, root / "gapwatch.toml")


@pytest.fixture(scope="session")
def warm_worker() -> Iterator[None]:
    """Have validation workers of this process forked from one that has its library already."""
    usual = checker.COMMAND
    if warm.available():
        checker.COMMAND = tuple(warm.worker_command())
    yield
    checker.COMMAND = usual
