"""A whole project of the invented borough: study, suites, a snapshot pulled from the replica."""

from __future__ import annotations

import datetime as dt
import logging
import shutil
from pathlib import Path

from gapwatch import pulling, shipped
from gapwatch.demo.replica import Replica
from gapwatch.demo.twin.counted import Twin
from gapwatch.demo.twin.folder import require_free
from gapwatch.demo.twin.routing import RoutedClient
from gapwatch.demo.twin.study import study
from gapwatch.demo.twin.world import world
from gapwatch.project import STUDY_FILE, Project
from gapwatch.publishing import told
from gapwatch.quality.checker import Checker
from gapwatch.shipped import SUITES

log = logging.getLogger(__name__)
ADDRESS = "https://ravensholt.example/"
# The day of the pull, invented like the place: the clock is in no byte of a demonstration.
TODAY = dt.date(2026, 11, 2)
_MADE = ("data", "expectations", "reports")


def make_project(twin: Twin, seed: int, folder: Path, checker: Checker | None = None) -> Project:
    """Write the project into `folder` and pull its snapshot; an earlier demonstration gives way.

    `checker` checks what is pulled, when it runs already.
    Raises UsageError for a folder that holds anything else, OutputError where the folder can't be
    written or no suites came with gapwatch, and all that a pull raises.
    """
    require_free(folder)
    project = Project(folder.resolve(), folder.resolve() / STUDY_FILE)
    with told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        # First, so that a demonstration that was stopped is known for one.
        project.study_file.write_text(study(twin, seed, ADDRESS), encoding="utf-8")
        for name in _MADE:
            shutil.rmtree(folder / name, ignore_errors=True)
        shutil.copytree(shipped.suites(), folder / SUITES)
        for made in (project.raw, project.curated, project.reports):
            made.mkdir(parents=True)
    log.info("drawing the deaths of %s, seed %d ...", twin.scenario.name, seed)
    with (
        Replica(world(twin, seed)) as replica,
        RoutedClient(ADDRESS, replica.address) as client,
    ):
        pulling.pull(project, today=TODAY, client=client, checker=checker)
    return project
