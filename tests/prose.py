"""Sentences in the tables of a release, where only codes, names and words of codes may stand."""

from __future__ import annotations

import csv
from pathlib import Path

from gapwatch.contracts import TABLES, VALIDATION, Table

# What a study, a publisher or a suite wrote itself, or a resident said.
WRITTEN = {
    "area_name",
    "accepted_reason",
    "finest_available",
    "highest_name",
    "lowest_name",
    "missing",
    "period",
    "quote",
    "unit",
    "wanted_from",
}
MOST_WORDS = 2


def prose(release: Path, tables: tuple[Table, ...]) -> list[str]:
    """Cells of three words or more in columns that hold no words of a code."""
    found = []
    for table in tables:
        path = release / f"data/{table.name}.csv"
        if table is VALIDATION or not path.exists():
            continue
        coded = {
            column.name
            for column in TABLES[table.name].columns
            if column.kind == "text" and not column.words_of and not column.choices
        }
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                found += [
                    f"{table.name}.{name}: {row[name]}"
                    for name in sorted(coded - WRITTEN)
                    if len([w for w in row[name].split() if w.isalpha()]) > MOST_WORDS
                ]
    return found
