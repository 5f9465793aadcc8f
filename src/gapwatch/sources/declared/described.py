"""Whether a source's description fills the columns of its table: each once, and no others."""

from __future__ import annotations

import re
from typing import NoReturn

from gapwatch.contracts import Table
from gapwatch.errors import StudyError
from gapwatch.sources.declared.cells import PSEUDO, measured, require_units
from gapwatch.study.sources import FileSource


def require_known(source: FileSource, table: Table) -> bool:
    """Raise StudyError unless the description fills the contract's columns and no others.

    Returns whether the file tells the quantities of one key apart, each in a cell of its own.
    """
    groups = set(re.compile(source.wide).groupindex) if source.wide else set()
    cells = {"value"} if source.wide else set()
    constants = set(source.constants).union(*source.sheets.values(), of_source(source, table))
    given = constants | set(source.columns) | groups | cells
    described = given | set(source.values) | set(source.factors) | set(source.units)
    pseudo = set(PSEUDO)
    if "age_start_years" not in table.names:
        pseudo -= {"age", "age_unit"}
    if not {"period_start", "year"} & set(table.names):
        pseudo.discard("period")
    if "month" not in table.names:
        pseudo.discard("date")
    own = set(table.names) & {"period", "value"}
    for name in sorted(described - set(table.names) - pseudo):
        _describe(source, f"a column of {table.name}, or one of {', '.join(PSEUDO)}", repr(name))
    files = set(source.columns)
    if "date" in given and given & {"year", "month", "period"}:
        _describe(source, "a date, or year and month", "both")
    twice = (files & constants) | (groups & (files | constants)) | (cells & (files | groups))
    if twice:
        _describe(source, "each column described once", ", ".join(sorted(twice)))
    if "value" not in own and ("value" in given) != ("measure" in given):
        _describe(source, "value and measure together", "one without the other")
    maps = dict(source.values)
    measures = {source.constants.get("measure", ""), *maps.get("measure", {}).values()}
    measures |= {words.get("measure", "") for words in source.sheets.values()}
    require_units(source, table, given | measures)
    filled = _filled(table, given - own) | (given & own)
    # The file itself may name its quantities, by `measure`; each row is checked for them later.
    lacking = [
        c.name
        for c in table.columns
        if not c.nullable
        and not c.may_be_empty
        and c.name not in filled
        and not (measured(c) and "measure" in given)
    ]
    if lacking:
        _describe(source, f"a description of {', '.join(lacking)}", "none")
    return "measure" in given


def of_source(source: FileSource, table: Table) -> dict[str, str]:
    """Columns that the source itself fills: its kind of year, the name of its register."""
    filled = {"year_ends": source.year_ends, "register": source.id, "areas_chosen": "not-stated"}
    told = {*source.columns, *source.constants}
    return {name: word for name, word in filled.items() if name in table.names and name not in told}


def _filled(table: Table, given: set[str]) -> set[str]:
    filled = set(given)
    if "period" in given:
        filled |= {"period_start", "period_end", "year"}
    if "date" in given:
        filled |= {"year", "month"}
    if "age" in given:
        filled |= {"age_start_years", "age_end_years"}
    return filled & set(table.names)


def _describe(source: FileSource, expected: str, found: str) -> NoReturn:
    raise StudyError(
        f"sources, {source.id}",
        expected=expected,
        found=found,
        remedy="correct the source's description in the study",
    )
