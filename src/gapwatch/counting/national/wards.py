"""A country's deaths and residents by block: loaded, checked, and summed to wards exactly."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from gapwatch.contracts import DEATHS, POPULATION, SEXES
from gapwatch.counting.counts import Counts, FloatArray
from gapwatch.counting.national import places
from gapwatch.counting.national.complete import Extent, check
from gapwatch.counting.national.rows import MICRO, CountFile, load
from gapwatch.errors import UsageError
from gapwatch.study.computed import STANDARD_AGES
from gapwatch.warehouse import Session, session

MEMORY_BYTES = 3_000_000_000
THREADS = 2


@dataclass(frozen=True, eq=False)
class Wards:
    """Counts of A wards, with what places them.

    `boroughs` (A,) codes; `deprivation` (A,) mean score of the blocks' residents over all years,
    NaN where nobody lives, higher is more deprived. `names` are those of wards and boroughs by
    code, as far as the lookup has any.
    """

    counts: Counts
    boroughs: tuple[str, ...]
    deprivation: FloatArray
    names: Mapping[str, str] = field(default_factory=dict)


def ward_counts(
    deaths: Path,
    population: Path,
    lookup: Path,
    *,
    database: Path | None = None,
    threads: int = THREADS,
    memory_bytes: int = MEMORY_BYTES,
    age_starts: Sequence[int] = STANDARD_AGES,
) -> Wards:
    """Deaths and residents of every ward by sex, year and band, from a country's files of blocks.

    Parameters
    ----------
    deaths, population : CSV or Parquet in the shape of the contracts DEATHS and POPULATION; names
        of areas aren't needed, other columns are passed over. Dense: a count of zero is a row
    lookup : CSV in the shape of the contract `block_lookup`
    database : file to keep the loaded tables in, new; a temporary one if None
    threads, memory_bytes : what DuckDB may use; the answer is the same for any
    age_starts : first age of each band wanted, ascending from 0. The open top band is the last of
        them that both files can be summed to

    Sums are made of whole millionths of persons and of weights, so they are exact, in any order: a
    block's people are all in its wards, and no rounding depends on the threads.

    Errors
    ------
    UsageError for files that aren't there, a database that is, ages that don't ascend from 0.
    ValidationError, with a row as an example, as `rows.load`, `complete.check`
    and `tables.read_csv` describe, and for a lookup that contradicts itself. OutputError when
    memory or the disk is too small.
    """
    ages = list(age_starts)
    if ages[:1] != [0] or ages != sorted(set(ages)) or len(ages) < 2:  # noqa: PLR2004
        raise UsageError(
            "first ages of the bands",
            expected="two or more, ascending from 0",
            found=", ".join(map(str, ages)),
            remedy="such as 0,1,5,10",
        )
    held = places.read(lookup)
    files = CountFile(deaths, DEATHS), CountFile(population, POPULATION)
    with (
        _room(database) as path,
        session(
            path, threads=threads, memory_bytes=memory_bytes, files=[file.path for file in files]
        ) as room,
    ):
        room.put("blocks", held.blocks)
        room.put("links", held.links)
        for file in files:
            load(room, file)
        extent = check(room, *files, ages)
        arrays = [_sums(room, file, extent, len(held.wards)) for file in files]
        deprivation, reassigned = held.ward_means(_residents(room, len(held.blocks)))
    years = np.array(extent.years, dtype=np.int64)
    counts = Counts(
        geography="ward",
        areas=held.wards,
        years=years,
        bases=extent.bases,
        age_starts=np.array(extent.starts, dtype=np.int64),
        deaths=arrays[0],
        person_years=arrays[1],
        provisional=np.zeros(len(years), dtype=bool),
        reassigned=np.nan_to_num(reassigned),
    )
    return Wards(counts, held.boroughs, deprivation, held.names)


@contextmanager
def _room(database: Path | None) -> Iterator[Path]:
    """Path of a database to be: one to keep, removed again after an error, or a temporary one."""
    if database is None:
        with tempfile.TemporaryDirectory(prefix="gapwatch-") as folder:
            yield Path(folder) / "counts.duckdb"
        return
    if database.exists():
        raise UsageError(
            str(database),
            expected="the name of a new file",
            found="one that is there",
            remedy="name another one, or remove it",
        )
    try:
        yield database
    except BaseException:
        for left in (database, database.with_name(f"{database.name}.wal")):
            left.unlink(missing_ok=True)
        raise


def _sums(room: Session, file: CountFile, extent: Extent, wards: int) -> FloatArray:
    """Persons by ward, sex, year and band of the extent, (A, 2, Y, K)."""
    shape = (wards, len(SEXES), len(extent.years), len(extent.starts))
    bands = ", ".join(str(start) for start in extent.starts)
    # Both factors are whole, so the sum is; it is split before it turns into a float.
    unit = MICRO * MICRO
    found = room.arrays(
        f"""SELECT cell, (total // {unit})::BIGINT AS persons, (total % {unit})::BIGINT AS rest
        FROM (
            SELECT ((ward::BIGINT * 2 + male::INTEGER) * {shape[2]} + year - {extent.years[0]})
                * {shape[3]} + band AS cell, sum(micropersons * weight) AS total
            FROM {file.name} JOIN links USING (block) JOIN (
                SELECT DISTINCT age_start, len(list_filter([{bands}], lambda a: a <= age_start)) - 1
                    AS band FROM {file.name}
            ) USING (age_start)
            GROUP BY cell
        )"""  # noqa: S608
    )
    sums = np.zeros(shape)
    sums.ravel()[found["cell"]] = found["persons"] + found["rest"] / unit
    return sums


def _residents(room: Session, blocks: int) -> FloatArray:
    """Person-years of each block (B,), over all years."""
    found = room.arrays(
        "SELECT block, sum(micropersons)::BIGINT AS total FROM population GROUP BY block"
    )
    residents = np.zeros(blocks)
    residents[found["block"]] = found["total"] / MICRO
    return residents
