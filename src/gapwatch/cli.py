"""The command line: thin, and quick to answer --help, so heavy imports wait inside commands."""

from __future__ import annotations

import gc
import json
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gapwatch.errors import GapwatchError, OutputError

if TYPE_CHECKING:
    from gapwatch.project import Project

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Is the promise to close a life-expectancy gap being kept?",
    epilog="Exit codes: 0 fine, 1 cannot write, 2 usage or study, 3 validation, "
    "4 source unavailable, 5 integrity.",
)

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


_SHOWN_CHANGES = 20


@app.callback()
def options(
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Log warnings only.")] = False,
) -> None:
    """Is the promise to close a life-expectancy gap being kept?"""
    logging.basicConfig(
        stream=sys.stderr, format="%(levelname)s %(message)s", force=True,
        level=logging.WARNING if quiet else logging.INFO,
    )  # fmt: skip


@app.command()
def run(
    study: StudyOption = None,
    snapshot: SnapshotOption = None,
    out: OutOption = None,
    json_: JsonOption = False,
) -> None:
    """Make a release from a pinned snapshot: check, measure, judge, report."""
    project = _project(study)
    from gapwatch.quality.checker import Checker

    gc.disable()  # a short life: collecting garbage would cost a tenth of it
    with Checker() as checker:  # the slowest import of all goes on while ours do
        from gapwatch import pipeline

        found = pipeline.run(project, snapshot_id=snapshot, out=out, checker=checker)
    if json_:
        _print_json({**vars(found), "path": str(found.path)})
        return
    for warning in found.warnings:
        logging.getLogger("gapwatch").warning(warning)
    typer.echo(f"Verdict: {found.verdict}. {found.sentence}")
    typer.echo(f"Report:  {found.path / 'report.html'}")
    typer.echo(f"         {found.path / 'report.pdf'}")


@app.command()
def pull(
    accept_revisions: Annotated[
        bool,
        typer.Option(
            "--accept-revisions", help="Pin figures that a publisher changed without a word."
        ),
    ] = False,
    study: StudyOption = None,
    json_: JsonOption = False,
) -> None:
    """Pin what the study's sources send now as a new snapshot; say when nothing is new."""
    project = _project(study)
    from dataclasses import asdict

    from gapwatch import pulling

    found = pulling.pull_now(project, accept_revisions=accept_revisions)
    if json_:
        _print_json(asdict(found))
        return
    if not found.new:
        typer.echo(f"Nothing new since snapshot {found.snapshot}.")
        return
    typer.echo(f"Snapshot: {found.snapshot}")
    for source in found.changed_sources:
        typer.echo(f"  new: {source}")
    for change in found.changes[:_SHOWN_CHANGES]:
        typer.echo(f"  {change}")
    if len(found.changes) > _SHOWN_CHANGES:
        typer.echo(
            f"  and {len(found.changes) - _SHOWN_CHANGES} more: see `gapwatch snapshots diff`"
        )


@app.command()
def gap(
    measure: Annotated[
        str | None, typer.Option("--measure", help="One measure of the study; all if not given.")
    ] = None,
    sex: Annotated[
        str | None, typer.Option("--sex", help="female or male; both if not given.")
    ] = None,
    study: StudyOption = None,
    snapshot: SnapshotOption = None,
    json_: JsonOption = False,
) -> None:
    """Print the gap by measure, sex and window, from a pinned snapshot."""
    project = _project(study)
    from gapwatch import queries, terminal

    frame = queries.gaps(project, snapshot_id=snapshot, measure=measure, sex=sex)
    if json_:
        _print_json(terminal.records(frame[queries.GAP_COLUMNS]))
        return
    terminal.print_gaps(frame)


@app.command()
def status(
    study: StudyOption = None,
    out: OutOption = None,
    json_: JsonOption = False,
) -> None:
    """Say what the newest release says, and whether a newer snapshot waits for a run."""
    project = _project(study)
    from gapwatch import queries

    found = queries.status(project, out=out)
    if json_:
        _print_json(found)
        return
    for name, value in found.items():
        typer.echo(f"{name.replace('_', ' ') + ':':18} {'none' if value is None else value}")


pinned = typer.Typer(help="List the snapshots and their pins; every object is verified.")
app.add_typer(pinned, name="snapshots")


@pinned.command()
def diff(
    one: Annotated[str, typer.Argument(help="Id of the earlier snapshot.")],
    other: Annotated[str, typer.Argument(help="Id of the later snapshot.")],
    study: StudyOption = None,
    json_: JsonOption = False,
) -> None:
    """Tell which areas, periods and values differ between two snapshots."""
    project = _project(study)
    from gapwatch import queries

    found = queries.snapshot_changes(project, one, other)
    if json_:
        _print_json([vars(change) for change in found])
        return
    for change in found:
        typer.echo(str(change))
    typer.echo(f"{len(found) or 'No'} difference{'' if len(found) == 1 else 's'}.")


@pinned.callback(invoke_without_command=True)
def snapshots(
    context: typer.Context,
    study: StudyOption = None,
    json_: JsonOption = False,
) -> None:
    """List the snapshots and their pins; every object is verified."""
    if context.invoked_subcommand is not None:
        return
    project = _project(study)
    from gapwatch import queries

    listed = queries.snapshot_list(project)
    if json_:
        _print_json(listed)
        return
    for snapshot in listed:
        typer.echo(f"{snapshot['id']}  {snapshot['title']}, as known at {snapshot['as_known_at']}")
        for pin in snapshot["pins"]:
            typer.echo(f"  {pin['id']}: {pin['title']}")
            typer.echo(f"    {pin['publisher']}; {pin['licence']}")
            typer.echo(f"    {pin['obtained']} {pin['obtained_on']}, {pin['bytes']} bytes, "
                       f"sha256 {pin['sha256']}")  # fmt: skip


@app.command()
def serve(
    cron: Annotated[
        str, typer.Option("--cron", help="When to run, as a cron expression.")
    ] = "0 6 1 * *",
    study: StudyOption = None,
) -> None:
    """Schedule the monthly flow on a Prefect server; refuse when none answers."""
    project = _project(study)
    from gapwatch import scheduling

    raise typer.Exit(scheduling.serve(project, cron))


def main() -> None:
    """Run the command line; a named error is printed on standard error, with its exit code."""
    try:
        app()
        sys.stdout.flush()
    except GapwatchError as error:
        typer.echo(str(error), err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        typer.echo("Stopped; nothing half-made was left.", err=True)
        sys.exit(130)
    except BrokenPipeError:  # the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        told = OutputError(
            "standard output", expected="a place to print to", found=str(error),
            remedy="print somewhere else",
        )  # fmt: skip
        typer.echo(str(told), err=True)
        os._exit(told.exit_code)  # a second try to flush would only fail again


def _project(study: Path | None) -> Project:
    from gapwatch.project import find

    return find(study)


def _print_json(content: object) -> None:
    typer.echo(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False))


if __name__ == "__main__":
    main()
