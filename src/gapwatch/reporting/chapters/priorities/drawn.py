"""Which indicators each chart of both sides shows, before any is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gapwatch.reporting.chapters.priorities.rows import ComparisonRow

MOST_ROWS = 22


@dataclass(frozen=True)
class Block:
    """One priority in the chart: its name, and title and comparison of each indicator."""

    name: str
    rows: tuple[tuple[str, ComparisonRow], ...]


def parts(blocks: Sequence[Block], most: int = MOST_ROWS) -> list[tuple[Block, ...]]:
    """The blocks in as few figures as hold at most so many rows each, in order."""
    found: list[list[Block]] = []
    for block in blocks:
        held = sum(len(each.rows) for each in found[-1]) if found else most
        if not found or held + len(block.rows) > most:
            found.append([])
        found[-1].append(block)
    return [tuple(each) for each in found]
