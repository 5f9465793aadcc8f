"""What a pool's processes do in the tests: nothing that takes an import."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from gapwatch.fleet.jobs import MADE, StudyDone, StudyJob


def nothing() -> None:
    """A process that is ready at once."""


def note(job: StudyJob) -> StudyDone:
    """Leave a mark in the fleet's folder."""
    with (Path(job.folder) / job.id).open("a", encoding="utf-8") as file:
        file.write(f"{os.getpid()}\n")
    return StudyDone(job.id, MADE, f"{job.id}-release")


def note_unless_killed(job: StudyJob) -> StudyDone:
    """End at once, as when memory runs out: `always` every time, `once` the first time."""
    mark = Path(job.folder) / f"killed-{job.id}"
    if job.id == "always" or (job.id == "once" and not mark.exists()):
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return note(job)
