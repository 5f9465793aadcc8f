"""What every command shares: its options, the project that is meant, JSON for programs."""

from __future__ import annotations

import datetime as dt
import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from gapwatch.project import Project

StudyOption = Annotated[
    Path | None,
    typer.Option(
        "--study", help="Study file; gapwatch.toml here or in a folder above if not given."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]
SnapshotOption = Annotated[
    str | None, typer.Option("--snapshot", help="Snapshot to use; the newest if not given.")
]
OutOption = Annotated[
    Path | None, typer.Option("--out", help="Folder of the releases; reports/ if not given.")
]
ReasonOption = Annotated[
    str, typer.Option("--reason", help="Why, in words, for whoever reads the record later.")
]
KnownAtOption = Annotated[
    dt.datetime | None,
    typer.Option(
        "--as-known-at",
        formats=["%Y-%m-%d"],
        metavar="DATE",
        help="Use the newest snapshot that was pinned by this date, such as 2026-11-30.",
    ),
]


def project_of(study: Path | None) -> Project:
    """The project around a study file, or around the current folder."""
    from gapwatch.project import find

    return find(study)


def project_begun(study: Path | None) -> Project:
    """The same, for what makes a report; in an empty folder the default study is begun first."""
    from gapwatch.errors import StudyError

    try:
        return project_of(study)
    except StudyError:
        if study is not None or any(Path().iterdir()):
            raise
    from gapwatch.starting.project import start

    started = start(None, Path())
    logging.getLogger("gapwatch").warning(
        "this folder was empty: the study that comes with gapwatch, of %s, was begun in it",
        started.place,
    )
    return project_of(None)


def date_of(known_at: dt.datetime | None) -> dt.date | None:
    """The date of the option."""
    return None if known_at is None else known_at.date()


def print_json(content: object) -> None:
    """JSON on standard output, as a program reads it."""
    typer.echo(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False))
