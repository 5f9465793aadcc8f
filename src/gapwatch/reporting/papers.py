"""Which of the report's blocks stand in which PDF, and the numbers of the annex's tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Literal

from gapwatch.reporting.document import (
    Block,
    Paragraph,
    Report,
    ReportFigure,
    ReportTable,
    Section,
    Subheading,
)

Printed = Literal["report", "annex"]


def sections_of(report: Report, paper: Printed) -> tuple[Section, ...]:
    """The sections of a PDF, each with what stands there; none is empty.

    In the annex the tables of a figure stand where the figure is. A section that has all its
    tables there says so in the report, since its sentences speak of them.
    """
    told = [
        replace(section, blocks=_headed(list(_blocks(section, paper))))
        for section in report.sections
    ]
    if paper == "report":
        numbers = table_numbers(report)
        told = [
            replace(section, blocks=(*section.blocks, *_elsewhere(whole, section, numbers)))
            for whole, section in zip(report.sections, told, strict=True)
        ]
    return tuple(section for section in told if section.blocks)


def _elsewhere(whole: Section, printed: Section, numbers: Mapping[str, int]) -> Iterator[Paragraph]:
    """Where the tables of a section are that is printed without any."""
    shown = any(isinstance(block, ReportTable | ReportFigure) for block in printed.blocks)
    held = [
        numbers[block.id]
        for block in _blocks(whole, "annex")
        if isinstance(block, ReportTable) and block.id in numbers
    ]
    if shown or not printed.blocks or not held:
        return
    first, last = held[0], held[-1]
    upto = "and" if len(held) == 2 else "to"  # noqa: PLR2004
    yield Paragraph(
        f"The table of this section, A{first}, is in the annex."
        if first == last
        else f"The tables of this section, A{first} {upto} A{last}, are in the annex."
    )


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
