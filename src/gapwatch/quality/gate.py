"""The gate: what a table must pass before anything is published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import pandas as pd

from gapwatch import tables
from gapwatch.contracts import Table
from gapwatch.errors import ValidationError
from gapwatch.quality.by_study import CODE, RANKING, SEXES, THREE_WINDOWS
from gapwatch.quality.checker import Checker
from gapwatch.quality.suites import SuiteError, read_suite
from gapwatch.study import Study

# Not the area: a row that stands out is a death, and one of a small area.
_TOLD_OF_RESTRICTED = ("geography", "year", "period_start", "period_end")
_OBSERVED = "observed "
_REMEDIES = {
    "plausibility": "compare these rows with the publisher's; a figure that is right is accepted "
    "by [[accepted]] in the study, with rule, geography, area_code, sex, year and reason",
}
_CORRECT_SUITE = "correct the suite; nothing was published"


def require_suites(expectations: Path) -> None:
    """Refuse every suite that can't be trusted, also of a table that isn't in this run.

    Raises ValidationError for a suite without expectations, or with one that is unknown.
    """
    for path in sorted(expectations.glob("*.json")):
        try:
            read_suite(path)
        except SuiteError as error:
            raise ValidationError(
                error.where, expected=error.expected, found=error.found, remedy=_CORRECT_SUITE
            ) from error


class Gate:
    """Checks tables in a process of its own while the run goes on; `findings` waits for it.

    Use as a context manager. `check` hands a table over; `findings` returns the table
    `validation`, or raises ValidationError when a critical expectation fails. A suite that can't be
    trusted is refused on entering. The caller publishes nothing before that.
    """

    def __init__(self, expectations: Path, workspace: Path, checker: Checker | None = None) -> None:
        self._expectations = expectations
        self._workspace = workspace
        self._checker = checker or Checker()
        self._suites: list[str] = []
        self._restricted: set[str] = set()
        self._advisory: set[str] = set()
        self._notes: list[dict[str, object]] = []
        self._told: dict[str, Any] = {}

    def hold_to(self, study: Study) -> None:
        """Check tables that are handed over from here on by what a study says of itself.

        A suite that leaves the form of codes, the sexes or the ranking open is about those of the
        study.
        """
        by = study.geography.ranked_by
        self._told = {
            CODE: study.area_codes.any_form,
            SEXES: list(study.sexes),
            THREE_WINDOWS: 3 * len(study.sexes),
            RANKING: by.column if by is not None else None,
        }

    def __enter__(self) -> Gate:
        require_suites(self._expectations)
        self._checker.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._checker.__exit__(kind, error, trace)

    def check(
        self, table: Table, frame: pd.DataFrame, *, restricted: bool = False, advisory: bool = False
    ) -> None:
        """Hand a canonical table over to be checked against expectations/<table>.json.

        Of a `restricted` table the findings tell geography and period of what fails, and no more;
        its rows go through a pipe and are in no file, not even for the length of a check. Of an
        `advisory` one, on which nothing rests, whatever fails is a warning.
        """
        content = tables.to_csv(table, frame)
        self._suites.append(table.name)
        request: dict[str, Any] = {
            "suite": str(self._expectations / f"{table.name}.json"),
            "kinds": {column.name: column.kind for column in table.columns},
            "key": [n for n in table.key if not restricted or n in _TOLD_OF_RESTRICTED],
            "told": self._told,
        }
        if advisory:
            self._advisory.add(table.name)
        if restricted:
            self._restricted.add(table.name)
            self._checker.ask_last({**request, "text": content.decode("utf-8")})
            return
        path = self._workspace / f"{table.name}.csv"
        path.write_bytes(content)
        self._checker.ask({**request, "csv": str(path)})

    def note(self, suite: str, says: str, examples: list[str], *, checked: int) -> None:
        """Add a warning that was found while the tables were read, as a row of `validation`."""
        self._notes.append(
            {
                "suite": suite,
                "position": 0,
                "expectation": says,
                "severity": "warning",
                "outcome": "not met",
                "rows_checked": checked,
                "rows_not_checked": 0,
                "rows_unexpected": len(examples),
                "examples": " | ".join(examples),
            }
        )

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
                    answer["where"],
                    expected=answer["expected"],
                    found=hidden if suite in self._restricted else answer["found"],
                    remedy=_CORRECT_SUITE,
                )
            for number, found in enumerate(answer["results"], 1):
                row = _row(suite, number, found, restricted=suite in self._restricted)
                if suite in self._advisory and row["rows_unexpected"] != 0:
                    row["severity"] = "warning"
                rows.append(row)
        _stop_on_critical(rows)
        return pd.DataFrame([*rows, *_numbered(rows, self._notes)])


def _numbered(
    rows: list[dict[str, object]], notes: list[dict[str, object]]
) -> list[dict[str, object]]:
    """Notes with their positions, which go on where those of the suite of that name end."""
    last = Counter(row["suite"] for row in rows)
    numbered = []
    for note in notes:
        last[note["suite"]] += 1
        numbered.append({**note, "position": last[note["suite"]]})
    return numbered


def _row(
    suite: str, number: int, found: Mapping[str, object], *, restricted: bool
) -> dict[str, object]:
    examples = found["examples"] if isinstance(found["examples"], list) else []
    outcome = _outcome(found)
    if restricted:
        # What was observed of a whole table, such as its least count, is told of no other.
        seen = [example for example in examples if not example.startswith(_OBSERVED)]
        examples = list(dict.fromkeys(seen)) or ["the table is restricted"]
        # A sparse extract has a row a death, so a number of rows is a number of deaths.
        found = {**found, **dict.fromkeys(("rows_checked", "rows_not_checked", "rows_unexpected"))}
    return {
        "suite": suite,
        "position": number,
        "expectation": found["says"],
        "severity": found["severity"],
        "outcome": outcome,
        "rows_checked": found["rows_checked"],
        "rows_not_checked": found["rows_not_checked"],
        "rows_unexpected": 0 if found["success"] else found["rows_unexpected"],
        "examples": "" if found["success"] else " | ".join(examples),
    }


def _outcome(found: Mapping[str, object]) -> str:
    if not found["success"]:
        return "not met"
    nothing = found["rows_checked"] == 0 and found["rows_not_checked"] != 0
    return "not checked" if nothing else "met"


def counted(unexpected: object, checked: object) -> str:
    """How many rows are not as expected, in words; rows of a restricted table aren't counted."""
    if unexpected is None or pd.isna(unexpected):  # type: ignore[call-overload]
        return "rows that are not told of"
    return f"{unexpected} of {checked} rows"


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
            remedy=_REMEDIES.get(
                str(first["suite"]),
                "compare these rows with the publisher's; nothing was published",
            ),
        )
