"""The gate: what a table must pass before anything is published."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import pandas as pd

from gapwatch import tables
from gapwatch.contracts import Table
from gapwatch.errors import ValidationError

_PATIENCE_SECONDS = 300


class Gate:
    """Checks tables in a process of its own while the run goes on; `findings` waits for it.

    Use as a context manager. `check` hands a table over; `findings` returns the table
    `validation`, or raises ValidationError when a critical expectation fails or a suite can't be
    trusted. The caller publishes nothing before that.
    """

    def __init__(self, expectations: Path, workspace: Path) -> None:
        self._expectations = expectations
        self._workspace = workspace
        self._suites: list[str] = []
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Gate:
        # Our own interpreter and module; nothing of the data reaches the command line.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "gapwatch.quality.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, "GX_ANALYTICS_ENABLED": "false", "PYTHONUTF8": "1"},
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    def check(self, table: Table, frame: pd.DataFrame) -> None:
        """Hand a canonical table over to be checked against expectations/<table>.json."""
        path = self._workspace / f"{table.name}.csv"
        path.write_bytes(tables.to_csv(table, frame))
        request = {
            "suite": str(self._expectations / f"{table.name}.json"),
            "csv": str(path),
            "kinds": {column.name: column.kind for column in table.columns},
            "key": list(table.key),
        }
        self._suites.append(table.name)
        requests = self._running().stdin
        try:
            if requests is not None:
                requests.write(json.dumps(request) + "\n")
                requests.flush()
        except OSError as error:
            raise self._gone(str(error)) from error

    def findings(self) -> pd.DataFrame:
        """Wait for every answer; return the table `validation`; stop on what is critical."""
        process = self._running()
        try:
            output, told = process.communicate(timeout=_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise self._gone(f"no answer in {_PATIENCE_SECONDS} seconds") from error
        answers = [json.loads(line) for line in output.splitlines()]
        if len(answers) != len(self._suites):
            raise self._gone(told.strip()[-500:] or f"exit code {process.returncode}")
        rows = []
        for suite, answer in zip(self._suites, answers, strict=True):
            if "results" not in answer:
                raise ValidationError(
                    answer["where"], expected=answer["expected"], found=answer["found"],
                    remedy="correct the suite; nothing was published",
                )  # fmt: skip
            rows += [
                _row(suite, number, found) for number, found in enumerate(answer["results"], 1)
            ]
        _stop_on_critical(rows)
        return pd.DataFrame(rows)

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None:
            raise self._gone("the gate is not open")
        return self._process

    @staticmethod
    def _gone(why: str) -> ValidationError:
        return ValidationError(
            "validation", expected="every table checked", found=f"the checker stopped: {why}",
            remedy="run again; if it stops again, run `python -m gapwatch.quality.worker` alone",
        )  # fmt: skip


def _row(suite: str, number: int, found: Mapping[str, object]) -> dict[str, object]:
    examples = found["examples"] if isinstance(found["examples"], list) else []
    return {
        "suite": suite,
        "position": number,
        "expectation": found["says"],
        "severity": found["severity"],
        "rows_checked": found["rows_checked"],
        "rows_unexpected": 0 if found["success"] else found["rows_unexpected"],
        "examples": "" if found["success"] else " | ".join(examples),
    }


def _stop_on_critical(rows: list[dict[str, object]]) -> None:
    failed = [row for row in rows if row["severity"] == "critical" and row["rows_unexpected"]]
    if failed:
        first = failed[0]
        others = f" (and {len(failed) - 1} more critical expectations)" * (len(failed) > 1)
        raise ValidationError(
            f"{first['suite']}, expectation {first['position']}",
            expected=str(first["expectation"]),
            found=f"{first['rows_unexpected']} of {first['rows_checked']} rows: "
            f"{first['examples']}{others}",
            remedy="compare these rows with the publisher's; nothing was published",
        )
