"""Which of the report's blocks stand in which PDF, and the numbers of the annex's tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from gapwatch.reporting.document import (
    Block,
    Report,
    ReportFigure,
    ReportTable,
    Section,
    Subheading,
)

Printed = Literal["report", "annex"]


def sections_of(report: Report, paper: Printed) -> tuple[Section, ...]:
    """The sections of a PDF, each with what stands there; none is empty.

    In the annex the tables of a figure stand where the figure is.
    """
    told = (
        replace(section, blocks=_headed(list(_blocks(section, paper))))
        for section in report.sections
    )
    return tuple(section for section in told if section.blocks)


def table_numbers(report: Report) -> dict[str, int]:
    """The place of every table of the annex, by its id."""
    held = [
        block
        for section in sections_of(report, "annex")
        for block in section.blocks
        if isinstance(block, ReportTable)
    ]
    return {table.id: place for place, table in enumerate(held, 1)}


def _blocks(section: Section, paper: Printed) -> Iterator[Block]:
    for block in section.blocks:
        if isinstance(block, Subheading) or _paper(block) == paper:
            yield block
        if isinstance(block, ReportFigure) and paper == "annex":
            yield from block.tables


def _paper(block: Block) -> str:
    if isinstance(block, Subheading):
        return ""
    if isinstance(block, ReportTable) and block.folded and block.paper == "report":
        return "annex"
    return block.paper


def _headed(blocks: list[Block]) -> tuple[Block, ...]:
    """Without headings that nothing follows."""
    kept: list[Block] = []
    for block in reversed(blocks):
        if not isinstance(block, Subheading) or (kept and not isinstance(kept[-1], Subheading)):
            kept.append(block)
    return tuple(reversed(kept))
