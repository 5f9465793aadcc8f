"""Checks tables against suites with Great Expectations; the only module that imports it.

It runs as a process of its own (`python -m gapwatch.quality.worker`), because importing the
library takes four seconds that the rest of a run can use. One JSON request a line on standard
input, one JSON answer a line on standard output; nothing else is ever printed there.

Great Expectations passes silently in five ways, and each is closed here: an expectation of an
unknown type, or of an unknown severity, is dropped with a log line; an empty suite succeeds; an
empty table passes checks of nulls and ranges, and so does a column without a value: such rows are
counted as not checked. So types and severities are checked first, every
suite must count rows, and what was asked for must equal what was evaluated.
"""

from __future__ import annotations

import contextlib
import difflib
import functools
import gc
import importlib
import importlib.util
import io
import json
import logging
import os
import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gapwatch.quality.by_study import PARAMETERS, resolved

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
# Of these a row that lacks what is compared is passed over, so it counts as not checked.
_COMPARES = {
    "expect_column_pair_values_a_to_be_greater_than_b": ("column_A", "column_B"),
    "expect_column_values_to_be_between": ("column",),
    "expect_column_values_to_be_in_set": ("column",),
    "expect_column_values_to_match_regex": ("column",),
    "expect_column_values_to_not_match_regex": ("column",),
}
_PLAIN = (str, int, float, bool)
_MAX_EXAMPLES = 5
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


def _implementation(where: str, number: int, item: dict[str, Any]) -> Any:
    from great_expectations.expectations import registry

    try:
        return registry.get_expectation_impl(item["type"])(
            **item["kwargs"], severity=item["severity"], meta={"number": number}
        )
    except Exception as error:  # the library raises many kinds for wrong arguments
        raise SuiteError(where, f"arguments of {item['type']}", str(error)) from error


@functools.cache
def _batches() -> Any:
    """One context in memory for all tables: a context in files would scatter its own."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("run").add_dataframe_asset("table")
    return asset.add_batch_definition_whole_dataframe("all")


def check(
    suite_path: Path,
    csv: Path | io.StringIO,
    kinds: dict[str, str],
    key: list[str],
    told: dict[str, Any] | None = None,
) -> list[Any]:
    """Check one table against its suite; one result an expectation, in the suite's order.

    The table is a file, or its text, which then is in no file. `told` is what the study says by
    parameter (quality.by_study).
    """
    import pandas as pd

    from gapwatch.tables import DTYPES

    items = resolved(read_suite(suite_path), told)
    where = f"expectations/{suite_path.name}"
    built = [
        _implementation(f"{where}, expectation {number}", number, item)
        for number, item in enumerate(items, 1)
    ]
    frame = pd.read_csv(
        csv,
        dtype={name: DTYPES[kind] for name, kind in kinds.items()},
        keep_default_na=False,
        na_values={name: [""] for name, kind in kinds.items() if kind != "text"},
        encoding="utf-8",
    )
    validator = _validator(frame)
    outcomes = _evaluate(where, validator, dict(enumerate(built, 1)), "BOOLEAN_ONLY")
    # To find which rows fail costs as much again, so only failures are looked at closely.
    failed = {number: built[number - 1] for number, one in outcomes.items() if not one.success}
    if failed:
        outcomes |= _evaluate(where, validator, failed, "COMPLETE")
    return [
        _result(f"{where}, expectation {number}", item, outcomes[number], frame, key)
        for number, item in enumerate(items, 1)
    ]


def _validator(frame: Any) -> Any:
    """What a batch validates with; a batch that is asked for first has its rows hashed twice."""
    from great_expectations.validator.v1_validator import Validator

    return Validator(_batches(), batch_parameters={"dataframe": frame})


def _evaluate(where: str, validator: Any, wanted: dict[int, Any], detail: str) -> dict[int, Any]:
    """Outcomes by number; as many as were asked for, or SuiteError.

    A suite drops an expectation that it holds already, so each is numbered in its meta.
    """
    import great_expectations as gx

    suite = gx.ExpectationSuite(name="suite", expectations=list(wanted.values()))
    validator.result_format = detail
    with _configured_once():
        evaluated = validator.validate_expectation_suite(suite).results
    outcomes = {
        outcome.expectation_config.meta["number"]: outcome
        for outcome in evaluated
        if outcome.expectation_config is not None
    }
    if len(evaluated) != len(wanted) or set(outcomes) != set(wanted):
        raise SuiteError(where, f"{len(wanted)} expectations evaluated", str(len(evaluated)))
    return outcomes


@contextlib.contextmanager
def _configured_once() -> Iterator[None]:
    """Have the library make the configuration of an expectation once.

    It makes one anew for each argument that it looks up, eighty times an expectation and a third of
    all its time. Nothing changes an expectation, or a configuration of one, while it is evaluated.
    """
    from great_expectations.expectations.expectation import Expectation

    every: Any = Expectation
    usual = every.configuration
    # With the expectation itself, which must live as long as its identity is a key.
    made: dict[int, tuple[Any, Any]] = {}

    def configuration(expectation: Any) -> Any:
        if id(expectation) not in made:
            made[id(expectation)] = expectation, usual.__get__(expectation)
        return made[id(expectation)][1]

    every.configuration = property(configuration)
    try:
        yield
    finally:
        every.configuration = usual


def _result(where: str, item: dict[str, Any], outcome: Any, frame: Any, key: list[str]) -> Any:
    raised = outcome.exception_info or {}
    if raised.get("raised_exception") or any(
        isinstance(part, dict) and part.get("raised_exception") for part in raised.values()
    ):
        told = raised.get("exception_message") or next(
            (part["exception_message"] for part in raised.values() if isinstance(part, dict)), ""
        )
        raise SuiteError(where, f"{item['type']} evaluated", str(told)[:300])
    found = outcome.result or {}
    rows = [int(row) for row in found.get("unexpected_index_list") or []]
    examples = ["; ".join(f"{name} {frame[name].iloc[row]}" for name in key) for row in rows]
    unexpected = len(rows) or int(found.get("unexpected_count") or 0)
    if not outcome.success and not unexpected:
        unexpected = 1
        examples = [f"observed {found.get('observed_value')}"]
    compared = [item["kwargs"][name] for name in _COMPARES.get(item["type"], ())]
    lacking = int(frame[compared].isna().any(axis=1).sum()) if compared else 0
    return {
        "says": item["says"],
        "severity": item["severity"],
        "success": bool(outcome.success),
        "rows_checked": len(frame) - lacking,
        "rows_not_checked": lacking,
        "rows_unexpected": unexpected,
        "examples": examples[:_MAX_EXAMPLES],
    }


def _load_when_used(name: str) -> None:
    """Import a module at its first use: the library imports scipy.stats, and we never use it.

    That saves a fifth of the import. An expectation that does need the module still gets it.
    """
    package = importlib.import_module(name.rpartition(".")[0])
    spec = importlib.util.find_spec(name)
    if spec is None or spec.loader is None:
        return
    loader = importlib.util.LazyLoader(spec.loader)
    spec.loader = loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    loader.exec_module(module)
    setattr(package, name.rpartition(".")[2], module)


def import_library() -> None:
    """Import Great Expectations, silently; an import that fails is told by the first request."""
    gc.disable()  # a short life: collecting garbage would cost a sixth of the import
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    if "great_expectations" in sys.modules:
        return
    with contextlib.redirect_stdout(sys.stderr):
        _load_when_used("scipy.stats")
        with contextlib.suppress(Exception):
            import great_expectations  # noqa: F401


def main() -> None:
    """Answer requests until standard input ends."""
    answers = sys.stdout
    import_library()
    gc.freeze()  # a library is no garbage, and is large to go through between two runs
    with contextlib.redirect_stdout(sys.stderr):
        for line in sys.stdin:
            request = json.loads(line)
            if request.get("collect"):
                gc.collect()  # between two runs of many, whose process lives on
                continue
            try:
                answer: dict[str, Any] = {
                    "results": check(
                        Path(request["suite"]),
                        io.StringIO(request["text"]) if "text" in request else Path(request["csv"]),
                        request["kinds"],
                        request["key"],
                        request.get("told"),
                    )
                }
            except SuiteError as error:
                answer = {"where": error.where, "expected": error.expected, "found": error.found}
            except Exception as error:  # every failure must reach the run as a refusal
                answer = {
                    "where": Path(request["suite"]).name,
                    "expected": "a table checked",
                    "found": f"{type(error).__name__}: {error}",
                }
            answers.write(json.dumps(answer) + "\n")
            answers.flush()


if __name__ == "__main__":
    # No telemetry leaves: this is read when the library is imported.
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    main()
    # Taking a large library apart piece by piece would keep the run waiting for half a second.
    os._exit(0)
