"""The command that shows releases to the world: the site that stands beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gapwatch.cli.common import JsonOption, StudyOption, print_json, project_of

app = typer.Typer()


@app.command()
def site(
    study: StudyOption = None,
    releases: Annotated[
        Path | None,
        typer.Option("--releases", help="Folder of the releases; reports/ if not given."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="Folder for the site and every release that stands, for any server of files; "
            "beside the releases if not given.",
        ),
    ] = None,
    json_: JsonOption = False,
) -> None:
    """Lay out the site of releases: index, latest, archive, feed, charts to share, citations.

    A run does so by itself. Do it again when the address of the study has changed, or to have the
    site in a folder of its own.
    """
    project = project_of(study)
    if out is not None:
        project.require_apart(out)
    from gapwatch import study as study_file
    from gapwatch.site import laying

    loaded, _ = study_file.load(project.study_file)
    held = releases or project.reports
    if out is None:
        found = laying.beside(held, project.raw, loaded.site.base)
    else:
        found = laying.exported(held, project.raw, loaded.site.base, out)
    if json_:
        print_json(
            {
                "path": str(found.path),
                "written": found.written,
                "removed": found.removed,
                "standing": found.site.standing,
                "retired": found.site.retired,
                "newest": found.site.newest,
            }
        )
        return
    typer.echo(f"Site:    {found.path / 'index.html'}")
    typer.echo(f"         {len(found.site.standing)} releases, {len(found.site.retired)} withdrawn")
    typer.echo(f"         {found.written} files written, {found.removed} removed")
