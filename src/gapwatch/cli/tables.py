"""Tables for people at a terminal, and the same rows for programs."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gapwatch.audit.revisions.ledger import counts

if TYPE_CHECKING:
    from gapwatch.audit.revisions.since import Since
    from gapwatch.pulls.checked import CheckedSources, SourceCheck

_PIPE_COLUMNS, _WIDE_COLUMNS = 160, 110
_GAP_HEADINGS = {
    "measure": "Measure",
    "sex": "Sex",
    "period_start": "From",
    "period_end": "To",
    "worse_years": "Worse off",
    "better_years": "Better off",
    "gap_years": "Gap",
    "lower95_years": "95% from",
    "upper95_years": "to",
    "relative_gap": "Ratio",
    "reason": "Withheld",
    "flags": "Flags",
}


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
        title="Life expectancy and its gap, in years",
        title_justify="left",
        box=box.SIMPLE,
        pad_edge=False,
        show_edge=False,
        caption="An empty line inside a measure and sex is a break: never compare across it.",
        caption_justify="left",
    )
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


def print_checked(found: CheckedSources, console: Console | None = None) -> None:
    """Print a row a source; what is wrong stands in the row, or below the table if it is narrow."""
    # A pipe has no width: never cut a sentence off there.
    console = console or Console(width=None if sys.stdout.isatty() else _PIPE_COLUMNS)
    wide = console.width >= _WIDE_COLUMNS
    table = Table(box=box.SIMPLE, pad_edge=False, show_edge=False)
    for heading, share in (("Source", 3), ("Publisher", 3)):
        table.add_column(heading, overflow="fold", ratio=share, min_width=12)
    for heading in ("Answered", "Rows", "Newest"):
        table.add_column(heading, justify="right" if heading == "Rows" else "left", no_wrap=True)
    table.add_column(
        "What is wrong, and what to do" if wide else "Fault",
        overflow="fold",
        ratio=8 if wide else None,
        no_wrap=not wide,
    )
    faulty = [row for row in found.sources if row.problem]
    for row in found.sources:
        number = f"{faulty.index(row) + 1}" if row in faulty else "-"
        told = _wrong(found, row) if wide and row in faulty else number
        cells = (
            row.id,
            row.publisher or "-",
            "-" if row.answered is None else "yes" if row.answered else "no",
            "-" if row.rows is None else f"{row.rows:,}",
            row.newest or "-",
            told,
        )
        table.add_row(*map(Text, cells))
    console.print(table)
    for place, row in enumerate([] if wide else faulty, 1):
        console.print(Text(f"\n{place}. {row.id}: {_wrong(found, row)}"))
    console.print(Text(f"\n{_summed(found, len(faulty))}"))


def _wrong(found: CheckedSources, row: SourceCheck) -> str:
    spare = row.publisher is not None and row.id not in found.required
    context = " (Not required: a pull goes on without it.)" if spare else ""
    return f"{row.problem}. To do: {row.remedy}.{context}"


def _summed(found: CheckedSources, faults: int) -> str:
    number = f"{faults or 'No'} {'fault' if faults == 1 else 'faults'}"
    will = "A pull would go on" if found.ok else "A pull would stop"
    return f"{number}. {will}. Nothing was pinned."
