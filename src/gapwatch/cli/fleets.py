"""The command for many studies at once."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gapwatch.cli.common import JsonOption, print_json
from gapwatch.errors import NOT_EVERYTHING, UsageError

if TYPE_CHECKING:
    from gapwatch.fleet.running import FleetOutcome

app = typer.Typer()
_SHOWN = 10


@app.command()
def fleet(
    studies: Annotated[
        list[str],
        typer.Argument(
            metavar="STUDIES...",
            help="Study files, folders that hold them, or patterns such as 'places/*'.",
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", help="Folder of the league and of each study's releases.")
    ] = Path("fleet"),
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            min=1,
            max=512,
            help="Processes here, up to 1.6 GB each; as many as processors if not given.",
        ),
    ] = None,
    dask: Annotated[
        str | None,
        typer.Option(
            "--dask",
            metavar="ADDRESS",
            help="Run on a Dask cluster instead, by its scheduler, such as tcp://10.0.0.1:8786.",
        ),
    ] = None,
    sites: Annotated[
        bool,
        typer.Option(
            "--sites",
            help="Lay out a site beside each study's releases too, with charts to share.",
        ),
    ] = False,
    databases: Annotated[
        bool,
        typer.Option(
            "--databases",
            help="Make a DuckDB database of each study's tables too, 16 MB each.",
        ),
    ] = False,
    json_: JsonOption = False,
) -> None:
    """Make every study's release, and a league page over all of them.

    A study whose release of the same inputs stands isn't made again. One that fails doesn't stop
    the others: it stands on the page with its error, and the exit code is 6.
    """
    if workers is not None and dask is not None:
        raise UsageError(
            "--workers and --dask",
            expected="one of them",
            found="both",
            remedy="leave --workers out: a cluster's own workers are all used",
        )
    from gapwatch.fleet.finding import find_studies
    from gapwatch.fleet.running import on_this_machine, run_fleet

    found = find_studies(studies)
    if dask is None:
        schedule = on_this_machine(workers)
    else:
        from gapwatch.cli.clusters import on_a_cluster

        schedule = on_a_cluster(dask)
    ended = run_fleet(found, out, schedule, with_sites=sites, with_databases=databases)
    _print(ended, json_)


def _print(ended: FleetOutcome, json_: bool) -> None:
    from gapwatch.fleet.jobs import FAILED

    if json_:
        print_json(
            {
                "studies": [asdict(one) for one in ended.done],
                "counts": ended.counts,
                "page": str(ended.page),
                "table": str(ended.table),
            }
        )
    else:
        told = ", ".join(f"{count} {status}" for status, count in ended.counts.items())
        typer.echo(f"Studies: {len(ended.done)} ({told})")
        for one in ended.failed[:_SHOWN]:
            what = "failed" if one.status == FAILED else "site not laid out"
            typer.echo(f"  {what}: {one.id}: {one.fault.splitlines()[0]}")
        if len(ended.failed) > _SHOWN:
            typer.echo(f"  and {len(ended.failed) - _SHOWN} more: see the page")
        typer.echo(f"League:  {ended.page}")
        typer.echo(f"         {ended.table}")
    if ended.failed:
        raise typer.Exit(NOT_EVERYTHING)
