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
import functools
import gc
import importlib
import importlib.util
import io
import json
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gapwatch.quality.by_study import resolved
from gapwatch.quality.suites import SuiteError, read_suite

# Of these a row that lacks what is compared is passed over, so it counts as not checked.
_COMPARES = {
    "expect_column_pair_values_a_to_be_greater_than_b": ("column_A", "column_B"),
    "expect_column_values_to_be_between": ("column",),
    "expect_column_values_to_be_in_set": ("column",),
    "expect_column_values_to_match_regex": ("column",),
    "expect_column_values_to_not_match_regex": ("column",),
}
_MAX_EXAMPLES = 5
# By what is asked: graphs of what must be computed, and the expectations as they are evaluated.
_plans: dict[str, tuple[list[Any], list[Any]]] = {}
_MOST_PLANS = 500


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
    from great_expectations.execution_engine import pandas_execution_engine

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("run").add_dataframe_asset("table")
    # Above so many bytes the library takes no fingerprint of a table; nobody asks for one here.
    pandas_execution_engine.HASH_THRESHOLD = 0
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
    validator, asked = _validator(frame), json.dumps(items)
    outcomes = _evaluate(where, asked, validator, dict(enumerate(built, 1)), "BOOLEAN_ONLY")
    # To find which rows fail costs as much again, so only failures are looked at closely.
    failed = {number: built[number - 1] for number, one in outcomes.items() if not one.success}
    if failed:
        outcomes |= _evaluate(where, asked, validator, failed, "COMPLETE")
    return [
        _result(f"{where}, expectation {number}", item, outcomes[number], frame, key)
        for number, item in enumerate(items, 1)
    ]


def _validator(frame: Any) -> Any:
    """What a batch validates with; a batch that is asked for first has its rows hashed twice."""
    from great_expectations.validator.v1_validator import Validator

    return Validator(_batches(), batch_parameters={"dataframe": frame})


def _evaluate(
    where: str, asked: str, validator: Any, wanted: dict[int, Any], detail: str
) -> dict[int, Any]:
    """Outcomes of those `wanted` of all that are `asked`, by number; SuiteError if any is missing.

    A suite drops an expectation that it holds already, so each is numbered in its meta.
    """
    import great_expectations as gx

    suite = gx.ExpectationSuite(name="suite", expectations=list(wanted.values()))
    validator.result_format = detail
    with _configured_once(), _planned_once(validator, f"{detail} {sorted(wanted)} {asked}"):
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
def _planned_once(validator: Any, asked: str) -> Iterator[None]:
    """Have the library find what must be computed once for all tables that are asked the same.

    It finds it anew for each table, for a third of all its time, though it follows from what is
    asked alone. A process that checks the tables of many runs asks the same of each.
    """
    inner = validator._wrapped_validator
    usual = inner._generate_metric_dependency_subgraphs_for_each_expectation_configuration

    def planned(**given: Any) -> tuple[list[Any], list[Any], list[Any]]:
        if asked not in _plans:
            graphs, refused, configurations = usual(**given)
            if refused:
                return graphs, refused, configurations
            for one in graphs:
                one.graph._execution_engine = None  # which holds the table
            if len(_plans) >= _MOST_PLANS:
                _plans.clear()
            _plans[asked] = graphs, configurations
        graphs, configurations = _plans[asked]
        return [*graphs], [], [*configurations]

    inner._generate_metric_dependency_subgraphs_for_each_expectation_configuration = planned
    try:
        yield
    finally:
        del inner._generate_metric_dependency_subgraphs_for_each_expectation_configuration


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
    import numpy as np

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
    lacking = int(np.logical_or.reduce([frame[name].isna() for name in compared]).sum())
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
