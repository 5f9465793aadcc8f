"""Commands for whoever trusts nobody: verify, replay, bundle, diff."""

from __future__ import annotations

import contextlib
import gc
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gapwatch import stopping
from gapwatch.cli.common import (
    JsonOption,
    OutOption,
    ReasonOption,
    StudyOption,
    print_json,
    project_of,
)
from gapwatch.errors import GapwatchError, IntegrityError, StudyError

if TYPE_CHECKING:
    from gapwatch.project import Project

app = typer.Typer()
_SHOWN = 20
ReleaseArgument = Annotated[str, typer.Argument(help="A release's name, its folder, or a bundle.")]


@app.command()
def verify(
    release: Annotated[
        str | None,
        typer.Argument(help="One release or bundle; everything that is held if not given."),
    ] = None,
    study: StudyOption = None,
    require_restricted: Annotated[
        bool,
        typer.Option(
            "--require-restricted", help="Fail where a restricted file isn't on this machine."
        ),
    ] = False,
    out: OutOption = None,
    json_: JsonOption = False,
) -> None:
    """Hold snapshots, releases and their chain against their hashes; name every file that's off."""
    if release is not None:
        _verify_one(release, study, out, json_=json_, require_restricted=require_restricted)
        return
    from gapwatch.audit.custody import check_all

    project = project_of(study)
    found = check_all(project.raw, out or project.reports, require_restricted=require_restricted)
    if json_:
        problems = [_problem(error) for error in found.problems]
        print_json({**vars(found), "problems": problems})
    else:
        for error in found.problems:
            typer.echo(str(error), err=True)
        for name in found.elsewhere:
            typer.echo(f"{name}: restricted, not on this machine, so it isn't checked")
        typer.echo(
            f"{found.snapshots} snapshots, {found.pins} pins, {found.objects} objects, "
            f"{found.releases} releases{_older(found.older_releases)}: "
            f"{_verdict(len(found.problems))}"
        )
    if found.problems:
        raise typer.Exit(IntegrityError.exit_code)


def _verify_one(
    release: str, study: Path | None, out: Path | None, *, json_: bool, require_restricted: bool
) -> None:
    """One release with its snapshot and the release before; each file that's off is named."""
    from gapwatch import replaying

    found, elsewhere = replaying.problems_of(
        release, _maybe_project(study), out, require_restricted=require_restricted
    )
    if json_:
        problems = [_problem(error) for error in found]
        print_json({"release": release, "problems": problems, "elsewhere": elsewhere})
    else:
        for name in elsewhere:
            typer.echo(f"{name}: restricted, not on this machine, so it isn't checked")
        for error in found:
            typer.echo(str(error), err=True)
        typer.echo(f"{release}: {_verdict(len(found))}")
    if found:
        raise typer.Exit(IntegrityError.exit_code)


def _verdict(problems: int) -> str:
    if not problems:
        return "each byte is as it was pinned or released."
    return f"{problems} file{'' if problems == 1 else 's'} not as they should be."


def _older(number: int) -> str:
    return f" ({number} more of an older schema, not checked)" if number else ""


def _problem(error: GapwatchError) -> dict[str, str]:
    return {
        "where": error.where,
        "expected": error.expected,
        "found": error.found,
        "to_do": error.remedy,
    }


@app.command()
def replay(
    release: ReleaseArgument,
    as_then: Annotated[
        bool,
        typer.Option(
            "--as-then",
            help="Use the release's own code and packages, which are fetched and kept.",
        ),
    ] = False,
    with_current_code: Annotated[
        bool,
        typer.Option("--with-current-code", help="Use this gapwatch (the default)."),
    ] = False,
    study: StudyOption = None,
    out: OutOption = None,
    json_: JsonOption = False,
) -> None:
    """Make a release again and compare every file: identical, or exactly what differs and why."""
    if as_then and with_current_code:
        raise typer.BadParameter("choose one of --as-then and --with-current-code")
    from gapwatch.quality.checker import Checker

    gc.disable()
    with contextlib.nullcontext() if as_then else Checker() as checker:
        from gapwatch import replaying

        project = _maybe_project(study)
        found = replaying.replay(release, project, out=out, as_then=as_then, checker=checker)
    if json_:
        print_json(replaying.as_json(found))
    else:
        typer.echo(replaying.in_words(found, _SHOWN))
    if not found.identical:
        raise typer.Exit(IntegrityError.exit_code)


@app.command()
def bundle(
    release: ReleaseArgument,
    file: Annotated[Path, typer.Argument(help="The file to write, such as release.zip.")],
    include_restricted: Annotated[
        list[str] | None,
        typer.Option(
            "--include-restricted", help="A restricted source whose file goes along; repeatable."
        ),
    ] = None,
    study: StudyOption = None,
    out: OutOption = None,
    json_: JsonOption = False,
) -> None:
    """Write a release and all that it rests on as one file, a BagIt bag that any tool can check."""
    from gapwatch import replaying
    from gapwatch.audit.bundle import release as bundles

    stopping.leaves(f"{file} wasn't written")
    project = _maybe_project(study)
    if project is not None:
        project.require_apart(file, str(file), study=False)
    with replaying.located(release, project, out) as held:
        bundles.require_free(file, held.told)
        included = include_restricted or []
        bundles.write(held, file, include_restricted=included)
        why = bundles.own_code(held.told)[1]
        left_out = sorted(set(bundles.restricted_sources(held)) - set(included))
    told = {
        "release": held.told.release,
        "file": str(file),
        "bytes": file.stat().st_size,
        "without_code_because": why or None,
        "restricted_left_out": left_out,
    }
    if json_:
        print_json(told)
        return
    typer.echo(f"{file}: {told['bytes']} bytes. Check and make again: gapwatch replay {file}")
    if why:
        typer.echo(f"It holds no code of its own: {why}.", err=True)
    if left_out:
        typer.echo(
            f"Restricted and left out: {', '.join(left_out)}. It can be checked without, but not "
            "made again; --include-restricted puts one in.",
            err=True,
        )


@app.command()
def diff(
    one: Annotated[str, typer.Argument(help="Name of the earlier release.")],
    other: Annotated[str, typer.Argument(help="Name of the later release.")],
    study: StudyOption = None,
    out: OutOption = None,
    json_: JsonOption = False,
) -> None:
    """Tell which published numbers moved between two releases, by how much, and why."""
    project = project_of(study)
    from gapwatch import replaying
    from gapwatch.cli import tables as terminal

    found = replaying.difference(one, other, project, out)
    if json_:
        print_json(terminal.records(found.moved))
        return
    for line in terminal.revision_lines(found, _SHOWN):
        typer.echo(line)


released = typer.Typer(help="List the releases of the study; set one aside.")
app.add_typer(released, name="releases")


@released.command()
def retire(
    release: Annotated[str, typer.Argument(help="Name of the release.")],
    reason: ReasonOption,
    study: StudyOption = None,
    out: OutOption = None,
    json_: JsonOption = False,
) -> None:
    """Set a release aside for good: the newest that stands takes its place; the reason is recorded.

    The release stays, is verified and can be made again.
    """
    project = project_of(study)
    from gapwatch import retiring

    found = retiring.retire_release(project, release, reason, on=retiring.today(), out=out)
    if json_:
        print_json(found)
        return
    typer.echo(f"Retired:  release {release}")
    typer.echo(f"Newest:   release {found['newest_release'] or 'none'}")


@released.callback(invoke_without_command=True)
def releases(
    context: typer.Context,
    study: StudyOption = None,
    out: OutOption = None,
    json_: JsonOption = False,
) -> None:
    """List the releases of the study: verdict, snapshot, and which one is the newest."""
    if context.invoked_subcommand is not None:
        return
    project = project_of(study)
    from gapwatch import retiring

    listed = retiring.release_list(project, out)
    if json_:
        print_json(listed)
        return
    for item in listed:
        newest = " (newest)" if item["newest"] else ""
        typer.echo(f"{item['release']}{newest}: {item['label'] or 'not as it was; see verify'}")
        if item["retired"] is not None:
            typer.echo(f"  retired on {item['retired']['retired_on']}: {item['retired']['reason']}")


def _maybe_project(study: Path | None) -> Project | None:
    """The project here, if there is one: a bundle needs none."""
    try:
        return project_of(study)
    except StudyError:
        if study is not None:
            raise
        return None
