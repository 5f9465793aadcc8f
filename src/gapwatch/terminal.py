"""Tables for people at a terminal, and the same rows for programs."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table

from gapwatch.audit.ledger import counts

if TYPE_CHECKING:
    from gapwatch.audit.since import Since

_GAP_HEADINGS = {
    "measure": "Measure", "sex": "Sex", "period_start": "From", "period_end": "To",
    "worse_years": "Worse off", "better_years": "Better off", "gap_years": "Gap",
    "lower95_years": "95% from", "upper95_years": "to", "relative_gap": "Ratio",
    "reason": "Withheld", "flags": "Flags",
}  # fmt: skip


def records(frame: pd.DataFrame) -> list[Mapping[str, Any]]:
    """Rows as JSON objects: a missing number is null."""
    return [
        {
            name: None if pd.isna(value) else value
            for name, value in zip(frame.columns, row, strict=True)
        }
        for row in frame.astype(object).itertuples(index=False)
    ]


def print_gaps(frame: pd.DataFrame) -> None:
    """Print the gap as a table, one block a comparable run of windows."""

    table = Table(
        title="Life expectancy and its gap, in years", title_justify="left", box=box.SIMPLE,
        pad_edge=False, show_edge=False,
        caption="An empty line inside a measure and sex is a break: never compare across it.",
        caption_justify="left",
    )  # fmt: skip
    for name, heading in _GAP_HEADINGS.items():
        numeric = pd.api.types.is_numeric_dtype(frame[name])
        table.add_column(heading, justify="right" if numeric else "left", no_wrap=True)
    for _, run_of_windows in frame.groupby(["measure", "sex", "segment"], sort=False):
        for row in run_of_windows[list(_GAP_HEADINGS)].astype(object).itertuples(index=False):
            cells = zip(_GAP_HEADINGS, row, strict=True)
            table.add_row(*(_cell(name, value) for name, value in cells))
        table.add_section()
    # A pipe has no width: never cut a figure off there.
    Console(width=None if sys.stdout.isatty() else 160).print(table)


def _cell(name: str, value: Any) -> str:
    if pd.isna(value):
        return "-"
    if isinstance(value, float):
        return f"{value:.3f}" if name == "relative_gap" else f"{value:.1f}"
    return str(value)


def revision_lines(found: Since, shown: int) -> list[str]:
    """What moved since another release: counts by kind, then each number with its steps."""
    if found.moved.empty:
        return [f"No published number has changed since {found.release}."]
    moved = ", ".join(f"{number} by {kind}" for kind, number in counts(found.moved).items())
    lines = [f"Since {found.release}: {moved or 'no number changed its value'}."]
    for row in records(found.moved)[:shown]:
        named = (row["table_name"], row["geography"], row["measure"], row["sex"], row["period"])
        change = "" if row["change"] is None else f" ({row['change']:+g} {row['unit']})"
        lines.append(
            f"  {' '.join(str(part) for part in named if part)}, {row['figure']}: "
            f"{_short(row['from_value'])} -> {_short(row['to_value'])}{change}, by {row['kind']}"
        )
    if len(found.moved) > shown:
        lines.append(f"  and {len(found.moved) - shown} more: see --json")
    return lines


def _short(text: str) -> str:
    return text[:60] or "none"
