"""Suites as they are written: read, and refused where one would check less than it seems to.

Imports the standard library alone: a suite can be read without the library that evaluates it.
"""

from __future__ import annotations

import difflib
import json
import re
from pathlib import Path
from typing import Any

from gapwatch.quality.by_study import PARAMETERS

SEVERITIES = ("critical", "warning")
ROW_COUNTS = ("expect_table_row_count_to_be_between", "expect_table_row_count_to_equal")
# What a suite may ask. A suite is data, and may come with somebody else's release; the library
# takes conditions on rows that it evaluates as a program, so those and all else are refused.
ARGUMENTS = {
    "expect_column_pair_values_a_to_be_greater_than_b": {
        "column_A",
        "column_B",
        "or_equal",
        "ignore_row_if",
    },
    "expect_column_values_to_be_between": {"column", "min_value", "max_value"},
    "expect_column_values_to_be_in_set": {"column", "value_set"},
    "expect_column_values_to_match_regex": {"column", "regex"},
    "expect_column_values_to_not_be_null": {"column"},
    "expect_column_values_to_not_match_regex": {"column", "regex"},
    "expect_compound_columns_to_be_unique": {"column_list"},
    "expect_table_row_count_to_be_between": {"min_value", "max_value"},
    "expect_table_row_count_to_equal": {"value"},
}
_PLAIN = (str, int, float, bool)
_LEFT_OPEN = re.compile(r"\{[a-z_]+\}")
_KEYS = {"type", "kwargs", "severity", "says"}


class SuiteError(Exception):
    """A suite that can't be trusted to check anything: expected, found."""

    def __init__(self, where: str, expected: str, found: str) -> None:
        super().__init__(where, expected, found)
        self.where, self.expected, self.found = where, expected, found


def read_suite(path: Path) -> list[dict[str, Any]]:
    """Read a suite and refuse one that would check less than it seems to. Needs no library."""
    where = f"expectations/{path.name}"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise SuiteError(where, "a suite in JSON", str(error)[:200]) from error
    expectations = content.get("expectations") if isinstance(content, dict) else None
    if not expectations or not isinstance(expectations, list):
        raise SuiteError(where, "at least one expectation", "an empty suite, which checks nothing")
    for number, item in enumerate(expectations, 1):
        place = f"{where}, expectation {number}"
        if not isinstance(item, dict) or set(item) != _KEYS:
            found = ", ".join(sorted(item)) if isinstance(item, dict) else repr(item)
            raise SuiteError(place, f"the keys {', '.join(sorted(_KEYS))}", found)
        if item["severity"] not in SEVERITIES:
            raise SuiteError(place, f"severity {' or '.join(SEVERITIES)}", repr(item["severity"]))
        _require_plain(place, item)
    if not any(item["type"] in ROW_COUNTS for item in expectations):
        raise SuiteError(
            where,
            f"one of {' or '.join(ROW_COUNTS)}",
            "no count of rows, so an empty table would pass",
        )
    return expectations


def _require_plain(place: str, item: dict[str, Any]) -> None:
    """Refuse a type or an argument beyond those of ARGUMENTS, and a value that isn't plain."""
    if not isinstance(item["says"], str):
        raise SuiteError(place, "words in says", repr(item["says"])[:80])
    if not isinstance(item["type"], str) or item["type"] not in ARGUMENTS:
        near = difflib.get_close_matches(str(item["type"]), ARGUMENTS, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise SuiteError(place, "a known type of expectation", f"{item['type']!r}{hint}"[:200])
    known = ARGUMENTS[item["type"]]
    kwargs = item["kwargs"]
    if not isinstance(kwargs, dict) or not set(kwargs) <= known:
        found = ", ".join(sorted(set(kwargs) - known)) if isinstance(kwargs, dict) else repr(kwargs)
        raise SuiteError(place, f"arguments among {', '.join(sorted(known))}", found[:200])
    for name, value in kwargs.items():
        parts = value if isinstance(value, list) else [value]
        if not all(part is None or isinstance(part, _PLAIN) for part in parts):
            raise SuiteError(f"{place}, {name}", "plain values", repr(value)[:80])
        if _LEFT_OPEN.fullmatch(str(value)) and value not in PARAMETERS:
            known_ones = ", ".join(PARAMETERS)
            raise SuiteError(f"{place}, {name}", f"a value, or one of {known_ones}", repr(value))
