"""What passes between a fleet and its workers: a study to release, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

MADE, KEPT, FAILED = "made", "already made", "failed"
PLACES, DATABASES = "places", "databases"
STATUSES = (MADE, KEPT, FAILED)


@dataclass(frozen=True)
class StudyJob:
    """A study to release: its file, its project's root and the fleet's folder, as whole paths.

    The root is found once, by whoever asks: a process elsewhere has another current folder.
    `with_site` lays out a site beside its releases as well.
    """

    id: str
    file: str
    root: str
    folder: str
    with_site: bool = False

    @property
    def releases(self) -> Path:
        """Where the study's releases are."""
        return Path(self.folder) / PLACES / self.id

    @property
    def databases(self) -> Path:
        """Where its database is."""
        return Path(self.folder) / DATABASES / self.id


@dataclass(frozen=True)
class StudyDone:
    """What became of a study: `status` is one of STATUSES, `release` its name, `fault` why not."""

    id: str
    status: str
    release: str = ""
    fault: str = ""


def make(job: StudyJob) -> StudyDone:
    """`making.make`, whose imports take seconds: they are the worker's, not the fleet's."""
    from gapwatch.fleet import making  # noqa: PLC0415

    return making.make(job)


def ready() -> None:
    """`making.begin`, likewise."""
    from gapwatch.fleet import making  # noqa: PLC0415

    making.begin()
