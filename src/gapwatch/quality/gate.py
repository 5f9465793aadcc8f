"""The gate: what a table must pass before anything is published."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import pandas as pd

from gapwatch import tables
from gapwatch.contracts import Table
from gapwatch.errors import ValidationError
from gapwatch.quality.checker import Checker

# Not the area: a row that stands out is a death, and one of a small area.
_TOLD_OF_RESTRICTED = ("geography", "year", "period_start", "period_end")
_OBSERVED = "observed "


class Gate:
    """Checks tables in a process of its own while the run goes on; `findings` waits for it.

    Use as a context manager. `check` hands a table over; `findings` returns the table
    `validation`, or raises ValidationError when a critical expectation fails or a suite can't be
    trusted. The caller publishes nothing before that.
    """

    def __init__(self, expectations: Path, workspace: Path, checker: Checker | None = None) -> None:
        self._expectations = expectations
        self._workspace = workspace
        self._checker = checker or Checker()
        self._suites: list[str] = []
        self._restricted: set[str] = set()

    def __enter__(self) -> Gate:
        self._checker.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._checker.__exit__(kind, error, trace)

    def check(self, table: Table, frame: pd.DataFrame, *, restricted: bool = False) -> None:
        """Hand a canonical table over to be checked against expectations/<table>.json.

        Of a `restricted` table the findings tell geography and period of what fails, and no more;
        its rows go through a pipe and are in no file, not even for the length of a check.
        """
        content = tables.to_csv(table, frame)
        self._suites.append(table.name)
        request: dict[str, Any] = {
            "suite": str(self._expectations / f"{table.name}.json"),
            "kinds": {column.name: column.kind for column in table.columns},
            "key": [n for n in table.key if not restricted or n in _TOLD_OF_RESTRICTED],
        }
        if restricted:
            self._restricted.add(table.name)
            self._checker.ask_last({**request, "text": content.decode("utf-8")})
            return
        path = self._workspace / f"{table.name}.csv"
        path.write_bytes(content)
        self._checker.ask({**request, "csv": str(path)})

    def findings(self) -> pd.DataFrame:
        """Wait for every answer; return the table `validation`; stop on what is critical."""
        rows = []
        # As they were asked: the restricted ones last.
        asked = sorted(self._suites, key=lambda name: name in self._restricted)
        told = dict(zip(asked, self._checker.answers(len(asked)), strict=True))
        for suite in self._suites:
            answer = told[suite]
            if "results" not in answer:
                hidden = "a fault, which isn't told: the table is restricted"
                raise ValidationError(
                    answer["where"], expected=answer["expected"],
                    found=hidden if suite in self._restricted else answer["found"],
                    remedy="correct the suite; nothing was published",
                )  # fmt: skip
            for number, found in enumerate(answer["results"], 1):
                rows.append(_row(suite, number, found, restricted=suite in self._restricted))
        _stop_on_critical(rows)
        return pd.DataFrame(rows)


def _row(
    suite: str, number: int, found: Mapping[str, object], *, restricted: bool
) -> dict[str, object]:
    examples = found["examples"] if isinstance(found["examples"], list) else []
    if restricted:
        # What was observed of a whole table, such as its least count, is told of no other.
        seen = [example for example in examples if not example.startswith(_OBSERVED)]
        examples = list(dict.fromkeys(seen)) or ["the table is restricted"]
        # A sparse extract has a row a death, so a number of rows is a number of deaths.
        found = {**found, "rows_checked": None, "rows_unexpected": None}
    return {
        "suite": suite,
        "position": number,
        "expectation": found["says"],
        "severity": found["severity"],
        "rows_checked": found["rows_checked"],
        "rows_unexpected": 0 if found["success"] else found["rows_unexpected"],
        "examples": "" if found["success"] else " | ".join(examples),
    }


def counted(unexpected: object, checked: object) -> str:
    """How many rows are not as expected, in words; rows of a restricted table aren't counted."""
    if unexpected is None or pd.isna(unexpected):  # type: ignore[call-overload]
        return "rows that are not told of"
    return f"{unexpected} of {checked} rows"


def unmet(validation: pd.DataFrame) -> pd.DataFrame:
    """Rows of the table `validation` whose expectation isn't met; a blank number is some."""
    return validation[validation["rows_unexpected"].fillna(1) > 0]


def _stop_on_critical(rows: list[dict[str, object]]) -> None:
    failed = [row for row in rows if row["severity"] == "critical" and row["rows_unexpected"] != 0]
    if failed:
        first = failed[0]
        others = f" (and {len(failed) - 1} more critical expectations)" * (len(failed) > 1)
        raise ValidationError(
            f"{first['suite']}, expectation {first['position']}",
            expected=str(first["expectation"]),
            found=f"{counted(first['rows_unexpected'], first['rows_checked'])}: "
            f"{first['examples']}{others}",
            remedy="compare these rows with the publisher's; nothing was published",
        )
