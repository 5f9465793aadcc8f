"""What passes between a fleet and its workers: a study to release, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gapwatch.audit.provenance import CodeState

MADE, KEPT, FAILED = "made", "already made", "failed"
PLACES, DATABASES = "places", "databases"
STATUSES = (MADE, KEPT, FAILED)


@dataclass(frozen=True)
class StudyJob:
    """A study to release: its file, its project's root and the fleet's folder, as whole paths.

    The root is found once, by whoever asks: a process elsewhere has another current folder. So is
    the state of the `code`, which is one for all studies of a fleet; without it a worker asks for
    itself. `with_site` lays out a site beside the releases as well, `with_database` makes a
    database; one that stands is kept up to date in any case.
    """

    id: str
    file: str
    root: str
    folder: str
    with_site: bool = False
    with_database: bool = False
    code: CodeState | None = None

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> StudyJob:
        """A job from what `dataclasses.asdict` makes of one."""
        from gapwatch.audit.provenance import CodeState  # noqa: PLC0415

        code = told["code"]
        return cls(**{**told, "code": code and CodeState(**code)})

    @property
    def releases(self) -> Path:
        """Where the study's releases are."""
        return Path(self.folder) / PLACES / self.id

    @property
    def databases(self) -> Path:
        """Where its database is, if it has one."""
        return Path(self.folder) / DATABASES / self.id


@dataclass(frozen=True)
class StudyDone:
    """What became of a study: `status` is one of STATUSES, `release` its name.

    `fault` says why there is no release, or why the site of one that stands couldn't be laid out.
    """

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
