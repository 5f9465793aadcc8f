"""What the board kit says: the report's own words, figures and tables, never reworded."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from gapwatch.reporting.document import Report, ReportFigure, ReportTable
from gapwatch.reporting.language.numbers import sentence
from gapwatch.reporting.language.speech import respelled

# Of a property of a document.
MOST_LETTERS = 250
INK, SOFT, BLUE, WARNING = "0B0C0C", "484949", "12436D", "801650"
_SENTENCE = re.compile(r"(?<=[.!?”])\s+(?=[A-Z“])")


@dataclass(frozen=True)
class KitText:
    """A heading and the sentences under it."""

    heading: str
    short: str
    more: tuple[str, ...] = ()


def figure(report: Report) -> ReportFigure:
    """Figure 1: the gap over time, which every report has."""
    return next(
        block
        for section in report.sections
        for block in section.blocks
        if isinstance(block, ReportFigure) and block.number == 1
    )


def measures(report: Report) -> ReportTable | None:
    """The promise's own sex, measured in every way the study names; None where there is none."""
    found = (table for table in tables(report) if table.id.startswith("table-measures"))
    return next(found, None)


def tables(report: Report) -> Iterator[ReportTable]:
    """Every table of figures, in reading order: not those of sources and checks."""
    for section in report.sections:
        if section.id not in ("quality", "making"):
            for block in section.blocks:
                if isinstance(block, ReportTable):
                    yield block
                elif isinstance(block, ReportFigure):
                    yield from block.tables


def answers(report: Report, sentences: int) -> tuple[KitText, ...]:
    """The report's answers, each with at most so many sentences of what supports it."""
    return tuple(
        KitText(one.question, one.short, tuple(first(one.more, sentences)))
        for one in report.answers
    )


def first(texts: tuple[str, ...], sentences: int) -> Iterator[str]:
    """Whole sentences of some paragraphs, as many as asked; none is cut."""
    left = sentences
    for text in texts:
        parts = _SENTENCE.split(text)[:left]
        left -= len(parts)
        if parts:
            yield " ".join(parts)


def promise(report: Report) -> str:
    """The promise and who made it, as sentences."""
    return f"{sentence(report.promise)} Made by {report.made_by}."


def source(report: Report) -> str:
    """Attributions and licences, as the report ends with them."""
    return " ".join(report.licence_lines)


def citation(report: Report) -> str:
    """How to name the release."""
    return f"{report.title}, as known at {report.known_at}. Release {report.release_id}."


def moment(report: Report) -> dt.datetime:
    """The release's day: the only date that a document tells of itself."""
    return dt.datetime.combine(dt.date.fromisoformat(report.date), dt.time())


def subject(report: Report) -> str:
    """What a document is about, whole: the verdict, or its name where a property has no room."""
    told = report.message.verdict
    short = f"{report.title}: {respelled(report.label)}"[:MOST_LETTERS]
    return told if len(told) <= MOST_LETTERS else short


def stem(figure_id: str) -> str:
    """An id as a name inside a document."""
    return re.sub(r"[^A-Za-z0-9]+", "_", figure_id).strip("_")
