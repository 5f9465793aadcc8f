"""Every target that a release was judged against, and what each says, for a terminal or a program.

A run has them from its tables and `gapwatch status` from the release's files, in one shape.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from gapwatch.codes import CANNOT
from gapwatch.contracts import TARGET, VERDICT
from gapwatch.reporting.language.chance import chance
from gapwatch.reporting.language.numbers import number

BASELINE = "baseline"


def targets_of(tables: Mapping[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """One entry a measure, sex and target, from the table `verdict` and, where there is one,
    `target`.

    Each holds `measure`, `sex`, `target` ("stated" or "baseline"), `target_gap_years`, `verdict`,
    `label` (what that is called), `p_target` (None where it can't be given) and `heads`, whether
    the report's verdict is this one. The headline's measure comes first, what heads before what
    doesn't. Where published figures decide there is one target a measure and sex, the baseline's.
    """
    verdict = tables[VERDICT.name]
    primary = set(verdict.loc[verdict["is_primary"].astype(bool), "measure"])
    if TARGET.name in tables:
        frame = tables[TARGET.name]
    else:
        frame = verdict.assign(target=BASELINE, heads=True)
    found = [
        {
            "measure": str(row["measure"]),
            "sex": str(row["sex"]),
            "target": str(row["target"]),
            "target_gap_years": _number(row["target_gap_years"]),
            "verdict": str(row["verdict"]),
            "label": str(row.get("label") or row["verdict"]),
            "p_target": _chance(row),
            "heads": bool(row["heads"]),
        }
        for row in frame.to_dict("records")
    ]
    return sorted(
        found,
        key=lambda one: (
            one["measure"] not in primary,
            one["measure"],
            one["sex"],
            not one["heads"],
            one["target"],
        ),
    )


def newest_end(verdict: pd.DataFrame, sex: str) -> int | None:
    """Last year of the newest window of the headline's measure; None where there is none."""
    mine = verdict[verdict["is_primary"].astype(bool) & (verdict["sex"] == sex)]
    ends = mine["newest_end"].dropna()
    return int(ends.iloc[0]) if len(ends) else None


def read_targets(release: Path) -> list[dict[str, Any]]:
    """`targets_of` of a release's files; a release of older code has no table `target`."""
    return targets_of(
        {
            table.name: _read(release / "data" / f"{table.name}.csv")
            for table in (VERDICT, TARGET)
            if (release / "data" / f"{table.name}.csv").is_file()
        }
    )


def _read(path: Path) -> pd.DataFrame:
    """A table as any code wrote it: a release is verified before, and columns may have been added
    since."""
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    for name in {"is_primary", "heads"} & set(frame.columns):
        frame[name] = frame[name].str.lower() == "true"
    for name in {"target_gap_years", "p_target", "newest_end"} & set(frame.columns):
        frame[name] = pd.to_numeric(frame[name], errors="coerce")
    return frame


def in_words(one: Mapping[str, Any]) -> str:
    """One target as a line: `stated, males: 7.0 years or less; off track (12%)`."""
    aim, p_target = one["target_gap_years"], one["p_target"]
    wanted = "no target" if aim is None else f"{number(aim)} years or less"
    wanted = "zero or below" if aim == 0 else wanted
    told = one["label"] if p_target is None else f"{one['label']} ({chance(p_target)})"
    heads = ", heads the report" if one["heads"] else ""
    return f"{one['target']}, {one['sex']}s: {wanted}; {told}{heads}"


def _chance(row: Mapping[Any, Any]) -> float | None:
    """The chance of a target that was judged: what figures come to that can't be is none."""
    return None if row["verdict"] == CANNOT else _number(row["p_target"])


def _number(value: object) -> float | None:
    found = float(value)  # type: ignore[arg-type]
    return None if pd.isna(found) else found
