"""The DuckDB database: its tables come from the contracts, and it is only ever seen whole.

The only module that opens DuckDB.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from gapwatch.contracts import TABLES, Check, Column, Table
from gapwatch.errors import OutputError, ValidationError

_TYPES = {"text": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN"}
_MAX_NAMED_ROWS = 5
# How DuckDB says that the disk is full or broken: a commit that can't be written is of the last.
_NO_ROOM = (duckdb.IOException, duckdb.FatalException, duckdb.TransactionException)


def ddl(table: Table) -> str:
    """The CREATE TABLE statement of a contract: types, NOT NULL, CHECKs and the primary key."""
    lines = [_column(column) for column in table.columns]
    lines += [f"CONSTRAINT {rule.name} CHECK ({rule.condition})" for rule in table.checks]
    lines.append(f"PRIMARY KEY ({', '.join(table.key)})")
    body = ",\n    ".join(lines)
    return f"CREATE TABLE {table.name} (\n    {body}\n)"


def _column(column: Column) -> str:
    rules = [] if column.nullable else ["NOT NULL"]
    if column.choices:
        listed = ", ".join(literal(choice) for choice in column.choices)
        rules.append(f"CHECK ({column.name} IN ({listed}))")
    if column.pattern:
        rules.append(f"CHECK (regexp_full_match({column.name}, {literal(column.pattern)}))")
    if column.minimum is not None:
        rules.append(f"CHECK ({column.name} >= {column.minimum:g})")
    if column.maximum is not None:
        rules.append(f"CHECK ({column.name} <= {column.maximum:g})")
    return " ".join([column.name, _TYPES[column.kind], *rules])


def literal(text: str) -> str:
    """Text as SQL has it, in quotes."""
    return "'" + text.replace("'", "''") + "'"


# It reads the files that it is told of and nothing else: no extension is fetched or loaded, none of
# the settings that a home directory may hold is used, and no column is made of a folder's name.
_SEALED: dict[str, Any] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_unsigned_extensions": False,
    "allow_persistent_secrets": False,
}
# A study's own tables are small: threads would wait for each other longer than they work.
_ALONE: dict[str, Any] = {"threads": 1}


def _seal(database: duckdb.DuckDBPyConnection) -> None:
    """From here on nothing outside the database is read or written, whatever a statement says."""
    database.execute("SET enable_external_access = false")
    database.execute("SET lock_configuration = true")


def check(frames: Mapping[str, pd.DataFrame], restricted: Collection[str] = ()) -> None:
    """Hold every table against the rules across its columns; raise ValidationError with the rows.

    The database has the same rules as constraints, but a constraint doesn't say which row. Of
    `restricted` tables no row is named or counted, and nothing is spilled to a disk.
    """
    ruled = {name: frame for name, frame in frames.items() if TABLES[name].checks}
    if not ruled:
        return
    with duckdb.connect(config={**_SEALED, **_ALONE, "temp_directory": ""}) as database:
        _seal(database)
        for name, frame in ruled.items():
            table = TABLES[name]
            database.register("frame", frame)
            broken = _broken(database, table)
            if broken:
                raise _refusal(database, table, broken[0], told=name not in restricted)
            database.unregister("frame")


def _broken(database: duckdb.DuckDBPyConnection, table: Table) -> list[Check]:
    """The rules that a row of `frame` breaks: one look at a table for all of them."""
    counts = ", ".join(f"count(*) FILTER (WHERE NOT ({rule.condition}))" for rule in table.checks)
    (found,) = database.execute(f"SELECT {counts} FROM frame").fetchall()  # noqa: S608
    return [rule for rule, rows in zip(table.checks, found, strict=True) if rows]


def _refusal(
    database: duckdb.DuckDBPyConnection, table: Table, rule: Check, *, told: bool
) -> ValidationError:
    """What to say of a rule that rows of `frame` break; of which ones, where they may be `told`."""
    where = f"{table.name}, rule {rule.name}"
    if not told:
        return ValidationError(
            where,
            expected=rule.meaning,
            found="rows that break it, which aren't told: the table is restricted",
            remedy="look at the restricted file itself; nothing was published",
        )
    # The condition and the key are the contract's own text, never data.
    query = f"SELECT {', '.join(table.key)} FROM frame WHERE NOT ({rule.condition})"  # noqa: S608
    rows = database.execute(f"{query} ORDER BY ALL").fetchall()
    named = "; ".join(" ".join(map(str, row)) for row in rows[:_MAX_NAMED_ROWS])
    more = f" and {len(rows) - _MAX_NAMED_ROWS} more" * (len(rows) > _MAX_NAMED_ROWS)
    return ValidationError(
        where,
        expected=rule.meaning,
        found=f"{len(rows)} rows that break it: {named}{more}",
        remedy="compare the rows with the publisher's file; nothing was published",
    )


def build(path: Path, frames: Mapping[str, pd.DataFrame]) -> None:
    """Write a database of the given canonical tables to `path`, which must not exist yet.

    Raises OutputError when it can't be written, which DuckDB says in errors of its own.
    """
    if path.exists():
        raise ValueError(f"{path}: expected no file yet")
    add(path, frames)


def add(path: Path, frames: Mapping[str, pd.DataFrame]) -> None:
    """Write further canonical tables to a database, as `build` does: all of them or none."""
    try:
        with duckdb.connect(str(path), config={**_SEALED, **_ALONE}) as database:
            _seal(database)
            # All at once: each transaction of its own would be written down, and waited for, twice.
            database.begin()
            for name, frame in frames.items():
                _insert(database, TABLES[name], frame)
            database.commit()
            database.execute("CHECKPOINT")
    except _NO_ROOM as error:
        raise OutputError(
            str(path),
            expected="room on the disk for the database",
            found=str(error).splitlines()[0],
            remedy="free some space and run again; the last release is untouched",
        ) from error


def _insert(database: duckdb.DuckDBPyConnection, table: Table, frame: pd.DataFrame) -> None:
    database.execute(ddl(table))
    database.register("frame", frame[list(table.names)])
    database.execute(f"INSERT INTO {table.name} SELECT * FROM frame ORDER BY ALL")  # noqa: S608
    database.unregister("frame")


@dataclass(frozen=True)
class Session:
    """A database that is open for statements of our own making: SQL in, rows or arrays out."""

    _database: duckdb.DuckDBPyConnection

    def run(self, sql: str) -> None:
        """Run a statement that answers nothing."""
        self._database.execute(sql)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Every row of the answer."""
        return self._database.execute(sql).fetchall()

    def arrays(self, sql: str) -> dict[str, npt.NDArray[Any]]:
        """Columns of the answer by name; ValueError where one holds a null."""
        columns = self._database.execute(sql).fetchnumpy()
        if any(np.ma.is_masked(column) for column in columns.values()):
            raise ValueError(f"a null in the answer to: {sql}")
        return {name: np.asarray(column) for name, column in columns.items()}

    def put(self, name: str, frame: pd.DataFrame) -> None:
        """Add the rows of a frame to a table, which is made when it isn't there."""
        self._database.register("frame", frame)
        self.run(f"CREATE TABLE IF NOT EXISTS {name} AS SELECT * FROM frame LIMIT 0")  # noqa: S608
        self.run(f"INSERT INTO {name} SELECT * FROM frame")  # noqa: S608
        self._database.unregister("frame")

    def read(self, sql: str, origin: str) -> None:
        """Run a statement that reads a file; ValidationError when the file can't be understood."""
        with _understood(origin):
            self.run(sql)

    def columns(self, source: str, origin: str) -> list[str]:
        """Names of the columns of a file; ValidationError when it can't be understood."""
        with _understood(origin):
            return [name for name, *_ in self.rows(f"DESCRIBE SELECT * FROM {source}")]  # noqa: S608


@contextlib.contextmanager
def _understood(origin: str) -> Iterator[None]:
    try:
        yield
    except (duckdb.OutOfMemoryException, *_NO_ROOM):
        raise
    except duckdb.Error as error:  # some of Parquet have no class of their own
        raise ValidationError(
            origin,
            expected="a whole file: CSV in UTF-8 with commas, or Parquet",
            found=" ".join(str(error).split("\n\n")[0].splitlines()[:3]),
            remedy="compare the file with the publisher's; nothing was published from it",
        ) from error


@contextlib.contextmanager
def session(
    path: Path, *, threads: int, memory_bytes: int, files: Collection[Path] = ()
) -> Iterator[Session]:
    """Open a database file of its own, with a limit to threads and memory; made when not there.

    No statement can reach a file but those of `files`. What memory can't hold goes to the disk
    beside the database. Rows keep no order: ask for one. Raises
    OutputError when memory or the disk is too small.
    """
    settings: dict[str, Any] = {
        "threads": threads,
        "memory_limit": f"{memory_bytes}B",
        "temp_directory": str(path.with_suffix(".spilled")),
        "preserve_insertion_order": False,
        **_SEALED,
    }
    try:
        with duckdb.connect(str(path), config=settings) as database:
            allowed = ", ".join(literal(str(file)) for file in files)
            database.execute(f"SET allowed_paths = [{allowed}]")
            database.execute("SET enable_external_access = false")
            yield Session(database)
    except (duckdb.OutOfMemoryException, *_NO_ROOM) as error:
        raise OutputError(
            str(path),
            expected=f"room for the database, with {memory_bytes / 1e9:g} GB of memory",
            found=str(error).splitlines()[0],
            remedy="free some space on the disk, or allow more memory",
        ) from error
