"""The command that lists what is done about the gap."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from gapwatch.cli.common import (
    JsonOption,
    KnownAtOption,
    SnapshotOption,
    StudyOption,
    date_of,
    print_json,
    project_of,
)

app = typer.Typer()


class Order(StrEnum):
    """What initiatives are listed by."""

    PLACE = "place"
    THEME = "theme"
    TIME = "time"


@app.command()
def initiatives(
    by: Annotated[Order, typer.Option("--by", help="What to list them by.")] = Order.PLACE,
    study: StudyOption = None,
    snapshot: SnapshotOption = None,
    as_known_at: KnownAtOption = None,
    json_: JsonOption = False,
) -> None:
    """List what is done, by place, theme or time: overlaps, needs without any, what can be seen."""
    project = project_of(study)
    from gapwatch import queries
    from gapwatch.cli.register import print_register

    found = queries.initiatives(project, snapshot_id=snapshot, known_at=date_of(as_known_at))
    if json_:
        print_json(found)
    else:
        print_register(found, by=by.value)
