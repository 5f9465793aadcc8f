"""The command that deletes what nothing kept needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gapwatch.cli.common import JsonOption, OutOption, StudyOption, print_json, project_of

if TYPE_CHECKING:
    from gapwatch.pruning import Pruning

app = typer.Typer()
_MEGABYTE = 1_000_000


@app.command()
def prune(
    keep: Annotated[
        int | None,
        typer.Option(
            "--keep",
            help="How many of the study's newest releases to keep, with all that they need; other "
            "releases and snapshots go.",
        ),
    ] = None,
    release: Annotated[
        list[str] | None, typer.Option("--release", help="A release to delete; may be repeated.")
    ] = None,
    snapshot: Annotated[
        list[str] | None, typer.Option("--snapshot", help="A snapshot to delete; may be repeated.")
    ] = None,
    prefect: Annotated[
        bool,
        typer.Option("--prefect", help="Delete Prefect's own database below .prefect/ here."),
    ] = False,
    reason: Annotated[
        str, typer.Option("--reason", help="Why, in words, for whoever reads the record later.")
    ] = "retention",
    yes: Annotated[
        bool, typer.Option("--yes", help="Delete; without it, only say what would be deleted.")
    ] = False,
    study: StudyOption = None,
    out: OutOption = None,
    json_: JsonOption = False,
) -> None:
    """Delete old releases and snapshots, never what a kept release needs; a dry run without --yes.

    A record of each stays, with its hash and the reason. Releases of restricted deaths always stay.
    """
    project = project_of(study)
    from gapwatch import pruning, retiring

    asked = pruning.Asked(keep, tuple(release or ()), tuple(snapshot or ()), prefect)
    if yes:
        found = pruning.prune(project, asked, reason, on=retiring.today(), out=out)
    else:
        found = pruning.plan(project, asked, out)
    if json_:
        print_json({**vars(found.plan), "bytes": found.bytes, "done": found.done})
        return
    _tell(found, prefect=prefect)


def _tell(found: Pruning, *, prefect: bool) -> None:
    verb = "Deleted" if found.done else "Would delete"
    for kind, names in (("release", found.plan.releases), ("snapshot", found.plan.snapshots)):
        for name in names:
            typer.echo(f"{verb}: {kind} {name}")
    if prefect:
        typer.echo(f"{verb}: Prefect's database")
    stays = {**found.plan.releases_kept, **found.plan.snapshots_kept}
    for name, why in stays.items():
        if why == "not named":
            continue
        typer.echo(f"Stays: {name} ({why})")
    size = sum(found.bytes.values()) / _MEGABYTE
    typer.echo(f"{verb} {size:.1f} MB.{'' if found.done else ' Nothing was: add --yes to do it.'}")
