"""Commands that make a release, and those that answer from what is pinned."""

from __future__ import annotations

import gc
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gapwatch.cli.common import (
    JsonOption,
    KnownAtOption,
    OutOption,
    ReasonOption,
    SnapshotOption,
    StudyOption,
    date_of,
    print_json,
    project_begun,
    project_of,
)
from gapwatch.errors import NOT_EVERYTHING, SourceError

if TYPE_CHECKING:
    from gapwatch.project import Project
    from gapwatch.pulling import Pulled

app = typer.Typer()
_SHOWN_CHANGES = 20


@app.command()
def run(
    study: StudyOption = None,
    snapshot: SnapshotOption = None,
    as_known_at: KnownAtOption = None,
    out: OutOption = None,
    kit: Annotated[
        bool,
        typer.Option(
            "--kit",
            help="Make a Word summary, three slides and a workbook too.",
        ),
    ] = False,
    json_: JsonOption = False,
) -> None:
    """Make a release from a pinned snapshot: check, measure, judge, report."""
    gc.disable()  # a short life: collecting garbage would cost a tenth of it
    project = project_begun(study)
    if out is not None:
        project.require_apart(out)
    from gapwatch.quality.checker import Checker

    with Checker() as checker:  # the slowest import of all goes on while ours do
        from gapwatch import pipeline

        found = pipeline.run(
            project,
            snapshot_id=snapshot,
            out=out,
            known_at=date_of(as_known_at),
            checker=checker,
            with_kit=kit,
        )
    if json_:
        print_json({**vars(found), "path": str(found.path)})
        return
    for warning in found.warnings:
        logging.getLogger("gapwatch").warning(warning)
    typer.echo(f"Verdict: {found.label}. {found.sentence}")
    typer.echo(f"Report:  {found.path / 'report.html'}")
    typer.echo(f"         {found.path / 'summary.pdf'}, report.pdf, annex.pdf")
    page = found.path.parent / "pages" / found.release
    typer.echo(f"Page:    {page / 'index.html'}")
    if kit:
        typer.echo(f"Kit:     {page / 'kit'}")


@app.command()
def pull(
    accept_revisions: Annotated[
        bool,
        typer.Option(
            "--accept-revisions", help="Pin figures that a publisher changed without a word."
        ),
    ] = False,
    root: Annotated[
        Path | None,
        typer.Option(
            "--root",
            help="Folder that holds the files named by path; the study's own if not given.",
        ),
    ] = None,
    allow_local: Annotated[
        bool,
        typer.Option(
            "--allow-local",
            help="Let addresses lead to this machine and private networks: for tests and replicas.",
        ),
    ] = False,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Ask every source, tell every fault in one table, pin nothing; 4 when a required "
            "source has one.",
        ),
    ] = False,
    study: StudyOption = None,
    json_: JsonOption = False,
) -> None:
    """Pin what the study's sources send now as a new snapshot; say when nothing is new.

    A source that isn't required (`required = false`, or context such as maps) may fail: its last
    figures stand, and the exit code is 6.
    """
    gc.disable()  # a short life, as of `run`
    project = project_begun(study)
    from dataclasses import asdict

    if check:
        _check(project, accept_revisions, root, allow_local, json_)
        return
    from gapwatch import pulling

    found = pulling.pull_now(
        project, accept_revisions=accept_revisions, root=root, allow_local=allow_local
    )
    if json_:
        print_json(asdict(found))
    else:
        _print_pulled(found)
    if found.carried:
        raise typer.Exit(NOT_EVERYTHING)


def _check(
    project: Project, accept_revisions: bool, root: Path | None, allow_local: bool, json_: bool
) -> None:
    from gapwatch import checking
    from gapwatch.cli import tables as terminal

    found = checking.check_now(
        project, accept_revisions=accept_revisions, root=root, allow_local=allow_local
    )
    if json_:
        print_json(found.content())
    else:
        terminal.print_checked(found)
    if not found.ok:
        raise typer.Exit(SourceError.exit_code)


def _print_pulled(found: Pulled) -> None:
    for lost in found.carried:
        typer.echo(str(lost))
        typer.echo(f"  to do: {lost.remedy}")
    for path in found.mended:
        typer.echo(f"Mended: {path}, which didn't hold what was pinned")
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
    as_known_at: KnownAtOption = None,
    json_: JsonOption = False,
) -> None:
    """Print the gap by measure, sex and window, from a pinned snapshot."""
    project = project_of(study)
    from gapwatch import queries
    from gapwatch.cli import tables as terminal

    frame = queries.gaps(
        project, snapshot_id=snapshot, known_at=date_of(as_known_at), measure=measure, sex=sex
    )
    if json_:
        print_json(terminal.records(frame[queries.GAP_COLUMNS]))
        return
    terminal.print_gaps(frame)


@app.command()
def status(
    study: StudyOption = None,
    out: OutOption = None,
    json_: JsonOption = False,
) -> None:
    """Say what the newest release says, and whether a newer snapshot waits for a run."""
    project = project_of(study)
    from gapwatch import queries

    found = queries.status(project, out=out)
    if json_:
        print_json(found)
        return
    targets, message = found.pop("targets"), found.pop("message")
    # For people a verdict goes by its label, and the message says more than the sentence.
    found["verdict"] = found.pop("label")
    if message:
        found.pop("sentence")
    for name, value in found.items():
        typer.echo(f"{name.replace('_', ' ') + ':':18} {'none' if value is None else value}")
    for number, line in enumerate((message or {}).values()):
        typer.echo(f"{'' if number else 'message:':18} {line}")
    from gapwatch.targets import in_words

    headline = [one for one in targets if one["measure"] == targets[0]["measure"]]
    for number, one in enumerate(headline):
        typer.echo(f"{'targets:' if not number else '':18} {in_words(one)}")


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
    project = project_of(study)
    from gapwatch import queries

    found = queries.snapshot_changes(project, one, other)
    if json_:
        print_json([vars(change) for change in found])
        return
    for change in found:
        typer.echo(str(change))
    typer.echo(f"{len(found) or 'No'} difference{'' if len(found) == 1 else 's'}.")


@pinned.command()
def retire(
    snapshot: Annotated[str, typer.Argument(help="Id of the snapshot.")],
    reason: ReasonOption,
    study: StudyOption = None,
    out: OutOption = None,
    json_: JsonOption = False,
) -> None:
    """Set a snapshot aside for good: no run or pull takes it, or a release made from it, as newest.

    The reason is recorded beside the snapshots. Snapshot and releases stay, are verified and can
    be made again.
    """
    project = project_of(study)
    from gapwatch import retiring

    found = retiring.retire_snapshot(project, snapshot, reason, on=retiring.today(), out=out)
    if json_:
        print_json(found)
        return
    typer.echo(f"Retired:  snapshot {snapshot}")
    for release in found["releases_retired"]:
        typer.echo(f"          release {release}, which was made from it")
    for other in found["followed_by"]:
        typer.echo(f"Stays:    snapshot {other}, which was pulled after it")
    typer.echo(f"Newest:   snapshot {found['newest_snapshot'] or 'none'}")
    typer.echo(f"          release {found['newest_release'] or 'none'}")


@pinned.callback(invoke_without_command=True)
def snapshots(
    context: typer.Context,
    study: StudyOption = None,
    json_: JsonOption = False,
) -> None:
    """List the snapshots and their pins; every object is verified."""
    if context.invoked_subcommand is not None:
        return
    project = project_of(study)
    from gapwatch import queries

    listed = queries.snapshot_list(project)
    if json_:
        print_json(listed)
        return
    for snapshot in listed:
        typer.echo(f"{snapshot['id']}  {snapshot['title']}, as known at {snapshot['as_known_at']}")
        if (retired := snapshot.get("retired")) is not None:
            typer.echo(f"  retired on {retired['retired_on']}: {retired['reason']}")
        for source, missed in snapshot.get("missed", {}).items():
            typer.echo(f"  {source}: not renewed since {missed['since']} ({missed['why']})")
        for pin in snapshot["pins"]:
            typer.echo(f"  {pin['id']}: {pin['title']}")
            typer.echo(f"    {pin['publisher']}; {pin['licence']}")
            digest = (
                f"hmac_sha256 {pin['hmac_sha256']}"
                if "hmac_sha256" in pin
                else f"{pin['bytes']} bytes, sha256 {pin['sha256']}"
            )
            typer.echo(f"    {pin['obtained']} {pin['obtained_on']}, {digest}")
            if pin.get("restricted"):
                here = "" if pin.get("on_this_machine", True) else ", not on this machine"
                typer.echo(f"    restricted{here}")


@app.command()
def serve(
    cron: Annotated[
        str, typer.Option("--cron", help="When to run, as a cron expression.")
    ] = "0 6 1 * *",
    flow: Annotated[
        str, typer.Option("--flow", help="monthly: pull and report; replay: make past ones again.")
    ] = "monthly",
    password_file: Annotated[
        Path | None,
        typer.Option(
            "--password-file",
            help="File of mode 0600 with user:password of the server; else the variable "
            "PREFECT_API_AUTH_STRING.",
        ),
    ] = None,
    study: StudyOption = None,
) -> None:
    """Keep a flow on the schedule of a Prefect server until stopped; refuse when none answers."""
    project = project_begun(study)
    from gapwatch.cli import scheduling

    raise typer.Exit(scheduling.serve(project, flow, cron, password_file))
