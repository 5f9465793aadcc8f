"""figures.xlsx: every table of figures, a sheet each, as the Analysis Function asks for.

One table a sheet, marked up as one; a cover, a list of sheets and notes; no merged, empty or
coloured cell that means anything; shorthand in square brackets; text that is never a formula.
"""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter

from gapwatch.reporting.document import Report, ReportTable
from gapwatch.reporting.kit import content
from gapwatch.reporting.kit.cells import NOT_APPLICABLE, NOT_AVAILABLE, KitNumber, sheet
from gapwatch.reporting.kit.pack import repacked
from gapwatch.reporting.language.speech import respelled, spoken

_FONT = {"font_name": "Arial", "font_size": 12}
_LONGEST_NAME = 31
_CORE = "docProps/core.xml"
_TABLE_AT = 4
NOTES = (
    ("[x]", "The figure is not available: withheld, or not to be calculated. It is never zero."),
    ("[z]", "Not applicable: there is no such figure for this row."),
    ("95% limits", "The true value plausibly lies between the lower and the upper limit."),
    ("Rounding", "Figures are rounded for reading. The CSV files of the release have all digits."),
)


def xlsx(report: Report) -> bytes:
    """The workbook."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties(
        {
            "title": report.title,
            "subject": content.subject(report),
            "author": "gapwatch",
            "comments": content.citation(report)[:250],
            "created": content.moment(report),
        }
    )
    forms = _Forms(book)
    tables = tuple(content.tables(report))
    names = _names(tables)
    _cover(book, forms, report)
    _contents(book, forms, tables, names)
    _notes(book, forms, report)
    for table, name in zip(tables, names, strict=True):
        _sheet(book, forms, report, table, name)
    book.close()
    return repacked(buffer.getvalue(), {_CORE: _with_language})


class _Forms:
    """The formats of cells, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._numbers: dict[str, Any] = {}
        self.text = book.add_format({**_FONT, "text_wrap": True, "valign": "top"})
        self.title = book.add_format({**_FONT, "font_size": 16, "bold": True})
        self.heading = book.add_format({**_FONT, "font_size": 14, "bold": True})
        self.label = book.add_format({**_FONT, "bold": True, "text_wrap": True, "bottom": 1})
        self.flush = book.add_format(
            {**_FONT, "bold": True, "text_wrap": True, "bottom": 1, "align": "right"}
        )
        self.warning = book.add_format(
            {**_FONT, "bold": True, "font_color": f"#{content.WARNING}", "text_wrap": True}
        )
        # Above a table a line runs on over empty cells: wrapped, it would make its column tall.
        self.line = book.add_format(_FONT)
        self.short = book.add_format({**_FONT, "align": "right", "valign": "top"})
        self.link = book.add_format({**_FONT, "font_color": "#1D4F91", "underline": 1})

    def number(self, form: str) -> Any:
        if form not in self._numbers:
            told = {**_FONT, "num_format": form, "valign": "top"}
            self._numbers[form] = self._book.add_format(told)
        return self._numbers[form]


def _names(tables: tuple[ReportTable, ...]) -> tuple[str, ...]:
    """A name for each sheet, such as `1_gap`: short, and the same in every release."""
    return tuple(
        f"{number}_{content.stem(table.id.removeprefix('table-'))}"[:_LONGEST_NAME]
        for number, table in enumerate(tables, start=1)
    )


def _cover(book: Any, forms: _Forms, report: Report) -> None:
    made = book.add_worksheet("Cover")
    made.set_column(0, 0, 100)
    lines = [(report.title, forms.title)]
    if report.demonstration:
        lines.append((report.demonstration, forms.warning))
    lines += [
        (f"As known at {report.known_at}. Release {report.release_id}.", forms.text),
        ("Verdict", forms.heading),
        (report.sentence, forms.text),
        ("The promise", forms.heading),
        (content.promise(report), forms.text),
        (respelled("Source and licence"), forms.heading),
        *((line, forms.text) for line in report.licence_lines),
        ("How to cite", forms.heading),
        (content.citation(report), forms.text),
    ]
    for row, (text, form) in enumerate(lines):
        made.write_string(row, 0, text, form)
    made.activate()


def _contents(
    book: Any, forms: _Forms, tables: tuple[ReportTable, ...], names: tuple[str, ...]
) -> None:
    made = book.add_worksheet("Contents")
    made.write_string(0, 0, "Contents", forms.title)
    made.write_string(1, 0, "This worksheet contains one table: the sheets.", forms.line)
    rows = [("Cover", respelled("Verdict, source and licence")), ("Notes", "Shorthand and notes")]
    rows += [(name, table.caption) for name, table in zip(names, tables, strict=True)]
    made.add_table(
        2,
        0,
        2 + len(rows),
        1,
        {
            "name": "contents",
            "style": None,
            "autofilter": False,
            "columns": [
                {"header": "Sheet", "header_format": forms.label},
                {"header": "What it holds", "header_format": forms.label},
            ],
        },
    )
    for row, (name, text) in enumerate(rows, start=3):
        made.write_url(row, 0, f"internal:'{name}'!A1", forms.link, name)
        made.write_string(row, 1, text, forms.text)
    made.set_column(0, 0, 34)
    made.set_column(1, 1, 90)


def _notes(book: Any, forms: _Forms, report: Report) -> None:
    made = book.add_worksheet("Notes")
    made.write_string(0, 0, "Notes", forms.title)
    made.write_string(1, 0, "This worksheet contains one table: the notes.", forms.line)
    rows = [*NOTES]
    if report.demonstration:
        rows.append(("Invented figures", report.demonstration))
    made.add_table(
        2,
        0,
        2 + len(rows),
        1,
        {
            "name": "notes",
            "style": None,
            "autofilter": False,
            "columns": [
                {"header": "Note", "header_format": forms.label},
                {"header": "Meaning", "header_format": forms.label},
            ],
        },
    )
    for row, (name, text) in enumerate(rows, start=3):
        made.write_string(row, 0, name, forms.text)
        made.write_string(row, 1, text, forms.text)
    made.set_column(0, 0, 24)
    made.set_column(1, 1, 90)


def _sheet(book: Any, forms: _Forms, report: Report, table: ReportTable, name: str) -> None:
    held = sheet(table)
    made = book.add_worksheet(name)
    made.write_string(0, 0, table.caption, forms.title)
    about = "This worksheet contains one table. Some cells hold shorthand: see the sheet Notes."
    made.write_string(1, 0, about, forms.line)
    made.write_string(2, 0, table.note or content.citation(report), forms.line)
    made.write_string(3, 0, report.demonstration or f"As known at {report.known_at}.", forms.line)
    numeric = [
        any(isinstance(row[place], KitNumber) for row in held.rows)
        for place in range(len(held.labels))
    ]
    columns = [
        {"header": label, "header_format": forms.flush if flush else forms.label}
        for label, flush in zip(held.labels, numeric, strict=True)
    ]
    if held.rows:
        made.add_table(
            _TABLE_AT,
            0,
            _TABLE_AT + len(held.rows),
            len(held.labels) - 1,
            {
                "name": f"t_{name}",
                "style": None,
                "autofilter": False,
                "first_column": True,
                "columns": columns,
            },
        )
    for row_number, row in enumerate(held.rows, start=_TABLE_AT + 1):
        for place, cell in enumerate(row):
            if isinstance(cell, KitNumber):
                made.write_number(row_number, place, cell.held, forms.number(cell.form))
            else:
                short = cell in (NOT_AVAILABLE, NOT_APPLICABLE)
                made.write_string(row_number, place, cell, forms.short if short else forms.text)
    widest = max((len(row[0]) for row in held.rows if isinstance(row[0], str)), default=10)
    made.set_column(0, 0, min(60, max(18, widest + 2)))
    made.set_column(1, max(1, len(held.labels) - 1), 17)
    made.freeze_panes(_TABLE_AT + 1, 1)


def _with_language(core: bytes) -> bytes:
    """The document's language, which the library has no word for."""
    end = b"</cp:coreProperties>"
    return core.replace(end, f"<dc:language>{spoken().tongue.tag}</dc:language>".encode() + end)
