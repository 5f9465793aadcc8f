"""The command that shows gapwatch at work on a place that doesn't exist."""

from __future__ import annotations

import contextlib
import gc
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from gapwatch import stopping
from gapwatch.cli.common import JsonOption, print_json

app = typer.Typer()


@app.command()
def demo(
    scenario: Annotated[
        str,
        typer.Option(
            "--scenario",
            help="halving, no-change, widening, levelling-down, pandemic or undercount.",
        ),
    ] = "halving",
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the drawn deaths.")] = 1,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder to make; gapwatch-demo/<scenario> if not given."),
    ] = None,
    study: Annotated[
        Path | None,
        typer.Option(
            "--study",
            help="Rehearse this study instead, pull to report, on invented figures: "
            "no-change, halving, widening or pandemic.",
        ),
    ] = None,
    json_: JsonOption = False,
) -> None:
    """Invent a borough, pull its figures over HTTP on this machine, and make its report."""
    if study is not None:
        _rehearse(study, scenario, seed, out or Path("gapwatch-demo") / "study", json_=json_)
        return
    from gapwatch.demo.twin.counted import make
    from gapwatch.demo.twin.folder import require_free
    from gapwatch.quality.checker import Checker

    twin, folder = make(scenario), out or Path("gapwatch-demo") / scenario
    require_free(folder)  # before anything takes time
    for library in ("httpx", "gapwatch.sources.http"):  # forty addresses say less than the sources
        logging.getLogger(library).setLevel(logging.WARNING)
    gc.disable()  # a short life, as of `run`
    # One for the pull and one for the run: the slowest import of all goes on while ours do.
    with _cleared(folder), Checker() as of_pull, Checker() as of_run:
        from gapwatch import pipeline
        from gapwatch.demo.twin.making import make_project

        project = make_project(twin, seed, folder, of_pull)
        found = pipeline.run(project, checker=of_run)
    if json_:
        print_json({**vars(found), "path": str(found.path)})
        return
    for warning in found.warnings:
        logging.getLogger("gapwatch").warning(warning)
    typer.echo(f"Verdict: {found.label}. {found.sentence}")
    typer.echo(
        f"Truth:   the gap {twin.scenario.path}; the verdict it deserves: {twin.scenario.label}."
    )
    typer.echo(f"Report:  {found.path / 'report.html'}")
    typer.echo(f"         {found.path / 'summary.pdf'}, report.pdf, annex.pdf")
    typer.echo(f"Study:   {project.study_file}")


def _rehearse(study: Path, scenario: str, seed: int, folder: Path, *, json_: bool) -> None:
    """Pull and release a study from the replica of its publishers."""
    from gapwatch.demo.rehearsal import BANNER, rehearse
    from gapwatch.demo.twin.folder import require_free
    from gapwatch.project import find
    from gapwatch.quality.checker import Checker

    require_free(folder)
    for library in ("httpx", "gapwatch.sources.http"):
        logging.getLogger(library).setLevel(logging.WARNING)
    gc.disable()
    with _cleared(folder), Checker() as of_pull, Checker() as of_run:
        from gapwatch import pipeline

        project = rehearse(study, find(study).raw, scenario, seed, folder, of_pull)
        found = pipeline.run(project, checker=of_run)
    if json_:
        print_json({**vars(found), "path": str(found.path)})
        return
    for warning in found.warnings:
        logging.getLogger("gapwatch").warning(warning)
    typer.echo(BANNER)
    typer.echo(f"Verdict: {found.label}. {found.sentence}")
    typer.echo(f"Newest window: to {found.newest_end}")
    typer.echo(f"Report:  {found.path / 'report.html'}")
    typer.echo(f"         {found.path / 'summary.pdf'}, report.pdf, annex.pdf")


@contextlib.contextmanager
def _cleared(folder: Path) -> Iterator[None]:
    """Leave nothing of a demonstration that is stopped; what was there gave way at its start."""
    new = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        yield
    except stopping.Stopped:
        shutil.rmtree(folder, ignore_errors=True)
        if folder not in new:
            folder.mkdir()
        with contextlib.suppress(OSError):
            for path in new[1:]:
                path.rmdir()
        stopping.leaves(f"nothing of the demonstration was left in {folder}")
        raise
