"""Commands that count for themselves, outside any study."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gapwatch.cli.common import JsonOption, print_json
from gapwatch.errors import UsageError

if TYPE_CHECKING:
    from gapwatch.counting.national.wards import Wards

app = typer.Typer()


@app.command()
def boroughs(
    deaths: Annotated[Path, typer.Argument(help="Deaths by block, sex, year and age band.")],
    population: Annotated[Path, typer.Argument(help="Residents, likewise.")],
    lookup: Annotated[Path, typer.Argument(help="CSV: block to ward to borough, deprivation.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="CSV to write; standard output if not given.")
    ] = None,
    window_years: Annotated[
        int, typer.Option("--window-years", min=1, max=20, help="Length of the rolling windows.")
    ] = 5,
    age_starts: Annotated[
        str | None,
        typer.Option("--age-starts", help="First ages of the bands; 0,1,5,10 ... 90 if not given."),
    ] = None,
    database: Annotated[
        Path | None, typer.Option("--database", help="DuckDB file to keep what was loaded in.")
    ] = None,
    threads: Annotated[
        int, typer.Option("--threads", min=1, max=256, help="Threads of DuckDB.")
    ] = 2,
    memory_gb: Annotated[
        float,
        typer.Option(
            "--memory-gb", min=0.5, max=4096, help="Memory of DuckDB; the rest takes 1 GB."
        ),
    ] = 3.0,
    studies: Annotated[
        Path | None,
        typer.Option(
            "--studies",
            help="Folder for a study of every borough, each with its own counts, for "
            "`gapwatch fleet`.",
        ),
    ] = None,
    attribution: Annotated[
        str,
        typer.Option("--attribution", help="What the licences of the files ask to be said."),
    ] = "State here what the licences of the national files ask for.",
    json_: JsonOption = False,
) -> None:
    """Give the gap inside every borough of a country, from files of deaths and residents.

    With --studies it begins a study of each, too. Their sides and the promise are proposals, to be
    replaced before anything is published.
    """
    ages = _ages(age_starts)
    inputs = {file.resolve() for file in (deaths, population, lookup)}
    for name, file in (("--out", out), ("--database", database)):
        if file is not None and file.resolve() in inputs:
            raise UsageError(
                name,
                expected="a file of its own",
                found=f"{file}, which is read",
                remedy="name another file; nothing was written",
            )
    from gapwatch.cli import tables as terminal
    from gapwatch.counting.national import boroughs as gaps
    from gapwatch.counting.national import wards as national
    from gapwatch.study.computed import STANDARD_AGES

    wards = national.ward_counts(
        deaths,
        population,
        lookup,
        database=database,
        threads=threads,
        memory_bytes=round(memory_gb * 1e9),
        age_starts=ages or STANDARD_AGES,
    )
    found = gaps.borough_gaps(wards, window_years=window_years)
    content = gaps.as_csv(found)
    if studies is not None:
        _write_studies(wards, (deaths, population, lookup), attribution, studies, window_years)
    if out is not None:
        gaps.write(out, content)
    if json_:
        print_json(terminal.records(found))
    elif out is None:
        typer.echo(content.decode("utf-8"), nl=False)
    else:
        typer.echo(f"{out}: {gaps.summary(found)}")


def _write_studies(
    wards: Wards, files: tuple[Path, ...], attribution: str, folder: Path, window_years: int
) -> None:
    from gapwatch.starting.country import NationalFiles, write_studies

    # The one clock: it dates the snapshots, as that of a pull does.
    today = dt.datetime.now(tz=dt.UTC).date()
    given = NationalFiles(tuple(file.name for file in files), attribution, today)
    made = write_studies(wards, given, folder, window_years=window_years)
    typer.echo(f"Studies: {len(made.studies)} in {folder}", err=True)
    for code, why in made.left_out.items():
        typer.echo(f"  none of {code}: {why}", err=True)


def _ages(text: str | None) -> tuple[int, ...]:
    try:
        return tuple(int(age) for age in text.split(",")) if text else ()
    except ValueError:
        raise typer.BadParameter(f"ages with commas between them, not {text}") from None
