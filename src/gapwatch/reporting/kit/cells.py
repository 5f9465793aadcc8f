"""A report's printed cells as a workbook has them: one number a cell, at its printed precision."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from gapwatch.reporting.document import ReportTable
from gapwatch.reporting.language.numbers import MINUS, MISSING, SPACE, unmarked

NOT_AVAILABLE, NOT_APPLICABLE = "[x]", "[z]"
SHORT = {MISSING: NOT_AVAILABLE, "–": NOT_APPLICABLE, "": NOT_AVAILABLE}
_NUMBER = rf"[{MINUS}+-]?[0-9][0-9,]*(?:\.[0-9]+)?"
_LIMIT = rf"{_NUMBER}|just above 0|just below 0"
_PLAIN = re.compile(rf"(?P<value>{_NUMBER})(?P<percent>%?)")
_ESTIMATE = re.compile(rf"(?P<value>{_NUMBER}) \((?P<lower>{_LIMIT}) to (?P<upper>{_LIMIT})\)")
_RANGE = re.compile(rf"(?P<lower>{_LIMIT}) to (?P<upper>{_LIMIT})")
_INTERVAL = re.compile(r"\s*\((?P<level>[0-9]+%) interval\)")


@dataclass(frozen=True)
class KitNumber:
    """A number as it was printed: its value, its decimals, whether it is a percentage."""

    value: Decimal
    decimals: int
    percent: bool = False

    @property
    def form(self) -> str:
        """Its number format in a workbook."""
        digits = f".{'0' * self.decimals}" if self.decimals else ""
        return f"0{digits}%" if self.percent else f"#,##0{digits}"

    @property
    def held(self) -> float:
        """Its value in a workbook, which holds a percentage as a share."""
        return float(self.value / 100 if self.percent else self.value)


Cell = KitNumber | str


@dataclass(frozen=True)
class KitSheet:
    """A table of a workbook: labels, and rows of cells; the first column heads the rows."""

    labels: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def sheet(table: ReportTable) -> KitSheet:
    """The table with values and their limits in columns of their own."""
    labels: list[str] = []
    columns: list[list[Cell]] = []
    for place, column in enumerate(table.columns):
        printed = [row[place].replace(SPACE, " ") for row in table.rows]
        if column.numeric:
            printed = [unmarked(text) for text in printed]
        told = column.label.replace(SPACE, " ")
        for label, cells in _split(told, printed, numeric=column.numeric):
            labels.append(label)
            columns.append(cells)
    return KitSheet(_distinct(labels), tuple(zip(*columns, strict=True)))


def _split(label: str, printed: list[str], *, numeric: bool) -> list[tuple[str, list[Cell]]]:
    if not numeric:
        return [(label, [SHORT.get(text, text) for text in printed])]
    estimates = [_ESTIMATE.fullmatch(text) for text in printed]
    ranges = [_RANGE.fullmatch(text) for text in printed]
    if any(estimates) and all(
        found or _PLAIN.fullmatch(text) or text in SHORT
        for found, text in zip(estimates, printed, strict=True)
    ):
        level = _INTERVAL.search(label)
        stem = _INTERVAL.sub("", label)
        limits = f"{level['level']} limit" if level else "limit"
        values = [
            _cell(found["value"] if found else text)
            for found, text in zip(estimates, printed, strict=True)
        ]
        return [
            (stem, values),
            (f"{stem}, lower {limits}", _limits(estimates, printed, "lower")),
            (f"{stem}, upper {limits}", _limits(estimates, printed, "upper")),
        ]
    if any(ranges) and all(
        found or text in SHORT for found, text in zip(ranges, printed, strict=True)
    ):
        return [(f"{label}, {end}", _limits(ranges, printed, end)) for end in ("lower", "upper")]
    return [(label, [_cell(text) for text in printed])]


def _limits(found: list[re.Match[str] | None], printed: list[str], end: str) -> list[Cell]:
    return [
        _cell(match[end]) if match else SHORT.get(text, NOT_AVAILABLE)
        for match, text in zip(found, printed, strict=True)
    ]


def _cell(text: str) -> Cell:
    found = _PLAIN.fullmatch(text)
    if found is None:
        return SHORT.get(text, text)
    digits = found["value"].replace(",", "").replace(MINUS, "-")
    _, _, after = digits.partition(".")
    return KitNumber(Decimal(digits), len(after), bool(found["percent"]))


def _distinct(labels: list[str]) -> tuple[str, ...]:
    """Labels of a workbook's table must differ."""
    seen: dict[str, int] = {}
    found = []
    for label in labels:
        seen[label.lower()] = seen.get(label.lower(), 0) + 1
        count = seen[label.lower()]
        found.append(label if count == 1 else f"{label} ({count})")
    return tuple(found)
