"""Commands for whoever keeps a schedule running."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from gapwatch.cli.common import JsonOption, StudyOption, print_json, project_of

app = typer.Typer()


@app.command()
def overdue(
    cron: Annotated[
        str, typer.Option("--cron", help="When the run is due, as `gapwatch serve` was told.")
    ] = "0 6 1 * *",
    grace_hours: Annotated[
        float, typer.Option("--grace-hours", min=0, max=8760, help="How long a run may take.")
    ] = 6.0,
    study: StudyOption = None,
    json_: JsonOption = False,
) -> None:
    """Say whether a scheduled run has ended well since it was due; exit 4 and tell if none has."""
    project = project_of(study)
    from gapwatch import overdue as switch

    now = dt.datetime.now(tz=dt.UTC)
    found = switch.attendance(project, cron, dt.timedelta(hours=grace_hours), now)
    if json_:
        print_json(found.as_json())
    if found.overdue:
        raise switch.tell(project, found)
    if not json_:
        ended = found.finished.isoformat() if found.finished else ""
        typer.echo(f"In time: due {found.due.isoformat()}, ended {ended} ({found.release}).")
