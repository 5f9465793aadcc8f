"""Deaths and residents of a country held against each other: every cell once, none missing.

A cell is a block, sex, year and age band. Files are dense: a count of zero is a row. The checks
group rows by block, sex and year, with the set of bands as bits, so that they cost a twentieth of
what comparing cells would; only an error looks at cells.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from gapwatch.contracts import SLUG
from gapwatch.counting.national.rows import CountFile, examples
from gapwatch.warehouse import Session, literal

_LEAVE_OUT = "complete the files, or leave the blocks or years that they don't share out of all"


@dataclass(frozen=True)
class Extent:
    """What two files that agree hold: years without a hole, a base for each, and bands.

    `starts` are the first ages of the bands in which both can be summed; the last is open.
    """

    years: tuple[int, ...]
    bases: tuple[str, ...]
    starts: tuple[int, ...]


def check(
    database: Session, deaths: CountFile, population: CountFile, age_starts: Sequence[int]
) -> Extent:
    """Hold the loaded files against each other and the lookup's blocks; what they hold.

    Raises ValidationError, with a row of the file as an example, for: more than one geography or
    base of a year; bands that overlap, leave a hole or straddle one of `age_starts`; a cell that
    comes twice; a band, sex or year that a block lacks; deaths without residents, and the reverse;
    a year that is missing in the middle; a block of the lookup without counts.
    """
    files = (deaths, population)
    geographies = {file.name: _geography(database, file) for file in files}
    if len(set(geographies.values())) > 1:
        population.refuse(
            "column geography",
            f"{geographies['deaths']}, as in {deaths.path.name}",
            geographies["population"],
            "take both from blocks of one vintage",
        )
    bands = {file.name: _bands(database, file) for file in files}
    for file in files:
        _each_cell_once(database, file, bands[file.name])
    years = [_years(database, file) for file in files]
    _every_group(database, deaths, population, "deaths without residents")
    _every_group(database, population, deaths, "residents without deaths")
    _whole_blocks(database, deaths, sorted({*years[0], *years[1]}))
    top = min(bands["deaths"][-1], bands["population"][-1])
    starts = tuple(age for age in age_starts if age <= top)
    if len(starts) < 2:  # noqa: PLR2004 - a life table needs an age that ends
        deaths.refuse(
            "",
            f"bands from one of the ages {', '.join(map(str, age_starts[1:]))} on",
            f"an open band from {top} in one of the two files",
            "take files of finer bands",
        )
    for file in files:
        _inside(database, file, bands[file.name], starts)
    return Extent(tuple(years[0]), _bases(database, population), starts)


def _geography(database: Session, file: CountFile) -> str:
    least, most = database.rows(f"SELECT min(geography), max(geography) FROM {file.name}")[0]  # noqa: S608
    if least != most or not re.fullmatch(SLUG, most):
        row, key, _ = examples(database, file, f"geography = {literal(most)}")[0]
        file.refuse(
            f"row {row}, column geography",
            "one kind and vintage, such as lsoa2021",
            f"{most!r} ({key})" + (f" beside {least!r}" if least != most else ""),
            "take counts of one kind of block",
        )
    return str(most)


def _bands(database: Session, file: CountFile) -> tuple[int, ...]:
    """First ages of the file's bands, which must follow one another from 0 to an open one."""
    found = database.rows(
        f"""SELECT age_start, age_end, count(*) FROM {file.name}
        GROUP BY ALL ORDER BY age_start, age_end"""  # noqa: S608
    )
    for at, (start, end, _) in enumerate(found):
        following = found[at + 1][0] if at + 1 < len(found) else None
        begins = at > 0 or start == 0
        if not begins or end != (None if following is None else following - 1):
            pair = found[at : at + 2]
            odd = min(pair, key=lambda band: int(band[2]))
            ends = "age_end IS NULL" if odd[1] is None else f"age_end = {odd[1]}"
            row, key, _ = examples(database, file, f"age_start = {odd[0]} AND {ends}")[0]
            file.refuse(
                f"row {row}",
                "age bands that follow one another from 0 to an open one, the same "
                "for each block and year",
                f"{' beside '.join(_words(*band[:2]) for band in pair)} ({key})",
                "bring the counts to one set of bands first",
            )
    return tuple(int(start) for start, _, _ in found)


def _words(start: int, end: int | None) -> str:
    return f"{start} and over" if end is None else f"{start} to {end}"


def _each_cell_once(database: Session, file: CountFile, bands: Sequence[int]) -> None:
    """Make the table of groups (block, sex, year); refuse a cell that comes twice or not at all."""
    groups = f"{file.name}_groups"
    database.run(
        f"""CREATE TABLE {groups} AS SELECT block, male, year, count(*) AS cells,
            bit_or(1::HUGEINT << age_start) AS ages
        FROM {file.name} GROUP BY ALL"""  # noqa: S608
    )
    repeated, cells, wanted = database.rows(
        f"""SELECT count_if(cells <> bit_count(ages)), sum(cells - bit_count(ages)),
            count_if(bit_count(ages) <> {len(bands)}) FROM {groups}"""  # noqa: S608
    )[0]
    if repeated:
        cell = database.rows(
            f"""SELECT block, male, year, age_start FROM {file.name}
            SEMI JOIN (FROM {groups} WHERE cells <> bit_count(ages)) USING (block, male, year)
            GROUP BY ALL HAVING count(*) > 1 ORDER BY ALL LIMIT 1"""  # noqa: S608
        )[0]
        condition = "block = {} AND male = {} AND year = {} AND age_start = {}".format(*cell)
        (first, key, _), (second, *_) = examples(database, file, condition)
        file.refuse(
            f"rows {first} and {second}",
            "each block, sex, year and band once",
            f"{key} again; {cells:,} row{'s' if cells > 1 else ''} too many",
            "see whether a file was added to itself",
        )
    if wanted:
        full = sum(1 << age for age in bands)
        block, male, year, ages = database.rows(
            f"""SELECT block_code, male, year, ages FROM {groups} JOIN blocks USING (block)
            WHERE ages <> {full} ORDER BY ALL LIMIT 1"""  # noqa: S608
        )[0]
        lost = next(age for age in bands if not ages >> age & 1)
        file.refuse(
            _named(block, male, year),
            "every band of the file, zeros too",
            f"no age {lost}",
            "write zeros out where they are zeros; what is unknown can't be counted",
        )


def _named(block: str, male: bool, year: int) -> str:
    return f"{block}, {'male' if male else 'female'}, {year}"


def _years(database: Session, file: CountFile) -> list[int]:
    found = database.rows(f"SELECT DISTINCT year FROM {file.name}_groups ORDER BY year")  # noqa: S608
    years = [int(year) for (year,) in found]
    for earlier, later in pairwise(years):
        if later != earlier + 1:
            row, key, _ = examples(database, file, f"year = {later}")[0]
            file.refuse(
                f"row {row}",
                "every year from the first to the last",
                f"none of {earlier + 1}: {later} follows {earlier} ({key})",
                "add the year; a window can't reach over a hole",
            )
    return years


def _every_group(database: Session, file: CountFile, other: CountFile, what: str) -> None:
    """Refuse a block, sex and year of one file that the other lacks."""
    lost = database.rows(
        f"""SELECT block, male, year, count(*) OVER () FROM {file.name}_groups
        ANTI JOIN {other.name}_groups USING (block, male, year) ORDER BY ALL LIMIT 1"""  # noqa: S608
    )
    for block, male, year, number in lost:
        row, key, _ = examples(
            database, file, f"block = {block} AND male = {male} AND year = {year}"
        )[0]
        file.refuse(
            f"row {row}",
            f"the same block, sex and year in {other.path.name}",
            f"{what}: {key}, one of {number:,} such groups",
            _LEAVE_OUT,
        )


def _whole_blocks(database: Session, file: CountFile, years: Sequence[int]) -> None:
    """Refuse a block of the lookup that lacks a sex or a year in both files."""
    lost = database.rows(
        f"""SELECT block_code, male, year FROM (
            SELECT block, block_code, male, year FROM blocks,
                (VALUES (false), (true)) AS sexes(male),
                range({years[0]}, {years[-1] + 1}) AS every(year)
        ) ANTI JOIN {file.name}_groups USING (block, male, year) ORDER BY ALL LIMIT 1"""  # noqa: S608
    )
    for block, male, year in lost:
        file.refuse(
            _named(block, male, year),
            "counts of each block of the lookup, both sexes, every year",
            "none",
            _LEAVE_OUT,
        )


def _inside(
    database: Session, file: CountFile, bands: Sequence[int], starts: Sequence[int]
) -> None:
    """Refuse a band of the file that lies on both sides of a band's first age."""
    for start, following in pairwise(bands):
        for age in starts:
            if start < age < following:
                row, key, _ = examples(database, file, f"age_start = {start}")[0]
                file.refuse(
                    f"row {row}",
                    f"bands that do not straddle age {age}",
                    f"{_words(start, following - 1)} ({key})",
                    "ask for wider bands by their first ages: --age-starts 0,5,10,...",
                )


def _bases(database: Session, file: CountFile) -> tuple[str, ...]:
    found = database.rows(
        f"SELECT year, min(base), max(base) FROM {file.name} GROUP BY year ORDER BY year"  # noqa: S608
    )
    for year, one, other in found:
        if one != other or not re.fullmatch(SLUG, other):
            row, key, _ = examples(database, file, f"year = {year} AND base = {literal(other)}")[0]
            file.refuse(
                f"row {row}, column base",
                f"one base of {year}, such as census2021",
                f"{other!r} ({key})" + (f" beside {one!r}" if one != other else ""),
                "leave one base of each year in the file",
            )
    return tuple(base for _, base, _ in found)
