"""Files of millions of counts: each row held against its contract as it is read into DuckDB."""

from __future__ import annotations

import csv
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from gapwatch.contracts import CALENDAR_YEAR, Column, Table
from gapwatch.errors import UsageError, ValidationError
from gapwatch.warehouse import Session, literal

_log = logging.getLogger(__name__)

# Counts are kept in whole millionths, so that sums are exact in any order. A cell of a block is far
# below this, and its millionths times millionths of a weight still fit into 64 bits.
MICRO = 1_000_000
MOST_PERSONS = 1_000_000
_PARTS_OF_A_COUNT = ("month", "cause")
_OPTIONAL = (*_PARTS_OF_A_COUNT, "year_ends")
_PATTERNS = set("*?[]{}")
_REMEDY = "compare the file with the publisher's; nothing was published from it"


@dataclass(frozen=True)
class CountFile:
    """A file of deaths or of residents by block, sex, year and age band, as its contract says."""

    path: Path
    table: Table

    @property
    def name(self) -> str:
        """Name of its table in the database: deaths or population."""
        return self.table.name

    @property
    def needed(self) -> tuple[Column, ...]:
        """Columns that it must have; the last one is the count."""
        unused = {"area_name", *_OPTIONAL}
        return tuple(column for column in self.table.columns if column.name not in unused)

    def refuse(self, place: str, expected: str, found: str, remedy: str = _REMEDY) -> NoReturn:
        """Raise the ValidationError of a place in this file."""
        where = f"{self.path.name}, {place}" if place else self.path.name
        raise ValidationError(where, expected=expected, found=found, remedy=remedy)


@dataclass(frozen=True)
class _Rule:
    """What a cell must be, in words, and SQL that is true where it is something else."""

    column: str
    broken: str
    expected: str
    remedy: str = _REMEDY


def load(database: Session, file: CountFile) -> None:
    """Read a file into a table of its name: see `_projection` for its columns.

    The table `blocks` (block_code, block) must be there. Raises UsageError for a file that isn't,
    ValidationError for one that can't be read, lacks a column, or has a row that breaks a rule: the
    first such row is named by its number, as a spreadsheet counts, and by its key.
    """
    projection = _projection(database, file)
    database.read(f"CREATE TABLE {file.name} AS {projection}", file.path.name)
    rows, broken = database.rows(f"SELECT count(*), count_if(fault > 0) FROM {file.name}")[0]  # noqa: S608
    if not rows:
        file.refuse("", f"rows of {file.name}", "a header alone")
    if broken:
        _refuse_first_fault(database, file, broken)
    database.run(f"ALTER TABLE {file.name} DROP COLUMN fault")
    _log.info("%s: %s rows of %s", file.path.name, f"{rows:,}", file.name)


def examples(
    database: Session, file: CountFile, condition: str, columns: str = "NULL"
) -> list[tuple[Any, ...]]:
    """Number, key in words and `columns` of the first two rows that meet a condition, in order.

    The condition is on the columns of the file's table. This reads the file again, front to back:
    only an error can afford it.
    """
    database.run("SET preserve_insertion_order = true")
    return database.rows(
        f"""SELECT row, concat_ws(', ', r_area_code, r_sex, r_year, 'age ' || r_age_start_years),
            {columns}
        FROM ({_projection(database, file, numbered=True)}) WHERE {condition}
        ORDER BY row LIMIT 2"""  # noqa: S608
    )


def _refuse_first_fault(database: Session, file: CountFile, broken: int) -> NoReturn:
    rules = _rules(file)
    whichever = " ".join(
        f"WHEN {at} THEN CAST(r_{rule.column} AS VARCHAR)"
        for at, rule in enumerate(rules, 1)
        if rule.column not in _OPTIONAL
    )
    row, key, (fault, cell) = examples(
        database, file, "fault > 0", f"(fault, CASE fault {whichever} END)"
    )[0]
    rule = rules[fault - 1]
    more = f"; {broken - 1:,} more rows break a rule" if broken > 1 else ""
    file.refuse(
        f"row {row}, column {rule.column}",
        rule.expected,
        f"{repr(cell) if cell else 'a blank'} ({key}){more}",
        rule.remedy,
    )


def _projection(database: Session, file: CountFile, *, numbered: bool = False) -> str:
    """SQL of the file's rows as its table holds them.

    Columns: block (number), male, year, age_start, age_end (null when open), micropersons,
    geography, base (empty for deaths), and fault: the place of the first broken rule, or 0. Where
    numbered also row (number in the file) and every cell as it stands (`r_` and its name).
    """
    source, columns = _source(database, file)
    missing = [column.name for column in file.needed if column.name not in columns]
    if missing:
        wanted = ", ".join(column.name for column in file.needed)
        file.refuse("header", wanted, f"no {', '.join(missing)}")
    kept = [column.name for column in file.needed]
    absent = [name for name in _OPTIONAL if name not in columns]
    cells = [f"{name} AS r_{name}" for name in (*kept, *_OPTIONAL) if name in columns]
    cells += [f"NULL AS r_{name}" for name in absent]
    number = ", row_number() OVER () + 1 AS row" if numbered else ""
    broken = " ".join(f"WHEN {rule.broken} THEN {at}" for at, rule in enumerate(_rules(file), 1))
    return f"""SELECT coalesce(block, 0)::UINTEGER AS block, {_text("sex")} = 'male' AS male,
            TRY_CAST({_number("year")} AS SMALLINT) AS year,
            TRY_CAST({_number("age_start_years")} AS UTINYINT) AS age_start,
            TRY_CAST({_number("age_end_years")} AS UTINYINT) AS age_end,
            TRY_CAST(round({_number(kept[-1])} * {MICRO}) AS BIGINT) AS micropersons,
            {_text("geography")} AS geography, {_text("base") if "base" in kept else "''"} AS base,
            CAST(CASE {broken} ELSE 0 END AS UTINYINT) AS fault
            {", row, COLUMNS('^r_')" if numbered else ""}
        FROM (SELECT {", ".join(cells)}{number} FROM {source})
        LEFT JOIN blocks ON block_code = {_text("area_code")}"""  # noqa: S608


def _text(name: str) -> str:
    return f"CAST(r_{name} AS VARCHAR)"


def _number(name: str) -> str:
    return f"TRY_CAST(r_{name} AS DOUBLE)"


def _rules(file: CountFile) -> list[_Rule]:
    """The contract's rules of one row, as SQL; patterns are held against the few that occur."""
    found = [_rule_of(column) for column in file.needed]
    found += [
        _Rule(
            name,
            f"coalesce({_text(name)}, '') <> ''",
            "a count of the whole year, all causes",
            "sum the counts over months and causes first",
        )
        for name in _PARTS_OF_A_COUNT
        if name in file.table.names
    ]
    if "year_ends" in file.table.names:
        found.append(
            _Rule(
                "year_ends",
                f"coalesce({_text('year_ends')}, '') NOT IN ('', {literal(CALENDAR_YEAR)})",
                f"deaths by calendar year ({CALENDAR_YEAR})",
                "count the deaths by calendar year: the residents here are those of its middle",
            )
        )
    unknown = _Rule(
        "area_code",
        "block IS NULL",
        "a block that the lookup leads to a ward",
        "complete the lookup, or take one of the same vintage as the counts",
    )
    return [*found, unknown]


def _rule_of(column: Column) -> _Rule:
    name = column.name
    if column.choices:
        listed = ", ".join(literal(choice) for choice in column.choices)
        return _Rule(
            name,
            f"coalesce({_text(name)} NOT IN ({listed}), true)",
            f"one of {', '.join(column.choices)}",
            "write out the sexes as the contract does",
        )
    if column.kind == "text":
        return _Rule(name, f"coalesce({_text(name)}, '') = ''", column.meaning)
    least = column.minimum or 0
    most = MOST_PERSONS if column.maximum is None else column.maximum
    right = f"{_number(name)} BETWEEN {least:g} AND {most!r}"
    whole = "a number"
    if column.kind == "integer":
        right += f" AND {_number(name)} = trunc({_number(name)})"
        whole = "a whole number"
    broken = f"NOT coalesce({right}, false)"
    if column.nullable:
        broken = f"r_{name} IS NOT NULL AND {broken}"
    return _Rule(name, broken, f"{whole} from {least:g} to {most:,.0f}")


def _source(database: Session, file: CountFile) -> tuple[str, list[str]]:
    """SQL that reads the file, cells of a CSV as text, and the names of its columns."""
    path, kind = file.path, file.path.suffix.lower()
    if kind not in {".csv", ".parquet"} or _PATTERNS & set(str(path)) or not path.is_file():
        raise UsageError(
            str(path),
            expected="a file that ends in .csv or .parquet, with none of "
            f"{' '.join(sorted(_PATTERNS))} in its name",
            found="no such file",
            remedy="see that the path is right",
        )
    if kind == ".parquet":
        # Of the file alone: a folder's name such as base=census1801 would become a column.
        source = f"read_parquet({literal(str(path))}, hive_partitioning=false)"
        return source, database.columns(source, path.name)
    columns = _csv_columns(file)
    types = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in columns)
    # Nothing is left to be guessed: a wrong guess at the dialect drops rows without a word.
    return (
        f"read_csv({literal(str(path))}, auto_detect=false, header=true, delim=',', quote='\"', "
        f"escape='\"', strict_mode=true, hive_partitioning=false, columns={{{types}}})"
    ), columns


def _csv_columns(file: CountFile) -> list[str]:
    with file.path.open("rb") as raw:
        raw.seek(0, 2)
        size = raw.tell()
        raw.seek(max(size - 1, 0))
        if raw.read() != b"\n":
            file.refuse("", "a last line that ends", "a file that stops in the middle of a line")
    try:
        with file.path.open(encoding="utf-8-sig", newline="") as text:
            columns = next(csv.reader(text, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        file.refuse("", "CSV in UTF-8", str(error))
    if len({name.lower() for name in columns}) != len(columns) or "" in columns:
        file.refuse("header", "each column once, with a name", ", ".join(columns))
    return columns
