"""Commands that begin a study, and those that help to write it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gapwatch.cli.common import JsonOption, StudyOption, print_json, project_of

if TYPE_CHECKING:
    from gapwatch.starting.project import StartedProject

app = typer.Typer()


@app.command()
def init(
    place: Annotated[
        str | None,
        typer.Argument(
            help="Code or name of an English district, such as E09000030 or 'Tower Hamlets'; "
            "the study that comes with gapwatch if not given."
        ),
    ] = None,
    into: Annotated[
        Path | None, typer.Option("--into", help="Empty or new folder; this one if not given.")
    ] = None,
    offline: Annotated[
        bool,
        typer.Option("--offline", help="Don't ask where the areas lie: tiles go by name."),
    ] = False,
    json_: JsonOption = False,
) -> None:
    """Begin a project in an empty folder: study, suites, folders, README and a CI file.

    Sides, measures and promise are proposed, and marked so in the study.
    """
    from gapwatch.starting.project import start

    started = start(place, into or Path(), offline=offline)
    if json_:
        print_json({**vars(started), "study_file": str(started.study_file)})
        return
    _tell(started)


def _tell(started: StartedProject) -> None:
    typer.echo(f"Study:    {started.study_file}")
    typer.echo(
        f"Place:    {started.place} ({started.area_code}), {started.areas} areas"
        f"{', tiles by where they lie' if started.mapped else ''}"
    )
    if started.proposed:
        typer.echo("Proposed: promise, sides and measures; replace them before you publish")
    for name in started.wanted:
        typer.echo(f"Put here: {name}")
    typer.echo(f"Then:     {'gapwatch pull, then ' if started.wanted else ''}gapwatch run")


studies = typer.Typer(no_args_is_help=True, help="Check a study file, or print what it may say.")
app.add_typer(studies, name="study")


@studies.command()
def check(study: StudyOption = None, json_: JsonOption = False) -> None:
    """Read the study and the suites as a run would, and say what is missing; nothing is written."""
    project = project_of(study)
    from gapwatch import study as study_file
    from gapwatch.quality.gate import require_suites
    from gapwatch.starting.project import lacking

    found, sha256 = study_file.load(project.study_file)
    require_suites(project.expectations)
    wanted = lacking(found, project.study_file)
    told = {
        "study": found.study.id,
        "place": found.study.place,
        "sha256": sha256,
        "areas": len(found.geography.areas),
        "zones": len(found.zones),
        "measures": len(found.measures),
        "sources": len(found.sources),
        "files_not_there": wanted,
    }
    if json_:
        print_json(told)
        return
    typer.echo(
        f"{found.study.id}: {told['areas']} areas, {told['zones']} zones, {told['measures']} "
        f"measures, {told['sources']} sources; each key is as it should be."
    )
    for name in wanted:
        typer.echo(f"Not there yet: {name}")


@studies.command()
def schema() -> None:
    """Print the study's keys as a JSON Schema, for an editor that checks as you type."""
    from gapwatch.study.schema import schema as made

    print_json(made())
