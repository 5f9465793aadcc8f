"""Commands that count for themselves, outside any study."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gapwatch.cli.common import JsonOption, print_json
from gapwatch.errors import UsageError

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
    json_: JsonOption = False,
) -> None:
    """Give the gap inside every borough of a country, from files of deaths and residents."""
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
    if out is not None:
        gaps.write(out, content)
    if json_:
        print_json(terminal.records(found))
    elif out is None:
        typer.echo(content.decode("utf-8"), nl=False)
    else:
        typer.echo(f"{out}: {gaps.summary(found)}")


def _ages(text: str | None) -> tuple[int, ...]:
    try:
        return tuple(int(age) for age in text.split(",")) if text else ()
    except ValueError:
        raise typer.BadParameter(f"ages with commas between them, not {text}") from None
