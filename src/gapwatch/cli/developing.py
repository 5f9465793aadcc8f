"""A command for whoever changes the report; hidden, since it answers no question of a user's."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Annotated

import typer

from gapwatch.cli.common import StudyOption, project_of

app = typer.Typer()
_SHOWN = 20


@app.command(hidden=True)
def preview(
    release: Annotated[
        Path | None,
        typer.Argument(help="Folder of a release; the newest of the study if not given."),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option("--to", help="Folder of the page; dist/preview in the project if not given."),
    ] = None,
    study: StudyOption = None,
) -> None:
    """Make the page of a release with today's words and charts, and say which lines differ.

    Its tables are taken as they are: nothing is measured, validated or published.
    """
    project = project_of(study)
    gc.disable()  # a short life: collecting garbage would cost a tenth of it
    from gapwatch import previewing

    made = previewing.preview(project, to or project.root / "dist" / "preview", release)
    for where, old, new in made.differences[:_SHOWN]:
        typer.echo(f"{where}\n  - {old}\n  + {new}")
    more = len(made.differences) - _SHOWN
    if more > 0:
        typer.echo(f"and {more} more")
    number = len(made.differences)
    lines = "1 line differs" if number == 1 else f"{number} lines differ"
    typer.echo(f"{made.release}: {lines if number else 'as released'}")
    typer.echo(f"Page: {made.path}")
