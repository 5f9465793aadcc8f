"""The DuckDB database: its tables come from the contracts, and it is only ever seen whole.

The only module that opens DuckDB.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pandas as pd

from gapwatch.contracts import TABLES, Column, Table
from gapwatch.errors import OutputError, ValidationError

_TYPES = {"text": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN"}
_MAX_NAMED_ROWS = 5


def ddl(table: Table) -> str:
    """The CREATE TABLE statement of a contract: types, NOT NULL, CHECKs and the primary key."""
    lines = [_column(column) for column in table.columns]
    lines += [f"CONSTRAINT {check.name} CHECK ({check.condition})" for check in table.checks]
    lines.append(f"PRIMARY KEY ({', '.join(table.key)})")
    body = ",\n    ".join(lines)
    return f"CREATE TABLE {table.name} (\n    {body}\n)"


def _column(column: Column) -> str:
    rules = [] if column.nullable else ["NOT NULL"]
    if column.choices:
        listed = ", ".join(_literal(choice) for choice in column.choices)
        rules.append(f"CHECK ({column.name} IN ({listed}))")
    if column.pattern:
        rules.append(f"CHECK (regexp_full_match({column.name}, {_literal(column.pattern)}))")
    if column.minimum is not None:
        rules.append(f"CHECK ({column.name} >= {column.minimum:g})")
    if column.maximum is not None:
        rules.append(f"CHECK ({column.name} <= {column.maximum:g})")
    return " ".join([column.name, _TYPES[column.kind], *rules])


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def check(frames: Mapping[str, pd.DataFrame]) -> None:
    """Hold every table against the rules across its columns; raise ValidationError with the rows.

    The database has the same rules as constraints, but a constraint doesn't say which row.
    """
    with duckdb.connect() as database:
        for name, frame in frames.items():
            table = TABLES[name]
            database.register("frame", frame)
            for rule in table.checks:
                # The condition and the key are the contract's own text, never data.
                query = f"SELECT {', '.join(table.key)} FROM frame WHERE NOT ({rule.condition})"  # noqa: S608
                rows = database.execute(f"{query} ORDER BY ALL").fetchall()
                if rows:
                    named = "; ".join(" ".join(map(str, row)) for row in rows[:_MAX_NAMED_ROWS])
                    more = f" and {len(rows) - _MAX_NAMED_ROWS} more" * (
                        len(rows) > _MAX_NAMED_ROWS
                    )
                    raise ValidationError(
                        f"{name}, rule {rule.name}", expected=rule.meaning,
                        found=f"{len(rows)} rows that break it: {named}{more}",
                        remedy="compare the rows with the publisher's file; nothing was published",
                    )  # fmt: skip
            database.unregister("frame")


def build(path: Path, frames: Mapping[str, pd.DataFrame]) -> None:
    """Write a database of the given canonical tables to `path`, which must not exist yet.

    Raises OutputError when it can't be written, which DuckDB says in errors of its own.
    """
    try:
        with duckdb.connect(str(path)) as database:
            for name, frame in frames.items():
                _insert(database, TABLES[name], frame)
            database.execute("CHECKPOINT")
    except (duckdb.IOException, duckdb.FatalException) as error:
        raise OutputError(
            str(path), expected="room on the disk for the database",
            found=str(error).splitlines()[0],
            remedy="free some space and run again; the last release is untouched",
        ) from error  # fmt: skip


def _insert(database: duckdb.DuckDBPyConnection, table: Table, frame: pd.DataFrame) -> None:
    database.execute(ddl(table))
    database.register("frame", frame[list(table.names)])
    database.execute(f"INSERT INTO {table.name} SELECT * FROM frame ORDER BY ALL")  # noqa: S608
    database.unregister("frame")
