"""summary.docx: two pages for a board paper."""

from __future__ import annotations

import io
from typing import Any

from docx import Document
from docx.document import Document as Opened
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor
from docx.table import Table as WordTable
from docx.text.paragraph import Paragraph

from gapwatch.reporting.document import Report, ReportTable
from gapwatch.reporting.kit import content
from gapwatch.reporting.kit.pack import repacked
from gapwatch.reporting.language.speech import spoken

_FONT = "Arial"
_WIDTH = Mm(174)
_CHARTS = (Mm(140), Mm(130), Mm(120), Mm(110))
"""How wide the chart is, the first that fits."""
_HIGH_BY_WIDE = 0.66
"""About the chart's height by its width."""
_POINTS_A_PAGE = (297 - 15 - 14) * 72 / 25.4
_POINTS_A_LINE = 174 * 72 / 25.4
_FIRST = 1.9
"""How much wider the first column of a table is than the others."""
_LETTER = 0.52
"""Width of a letter of Arial by its size, on average and a little over."""


def docx(report: Report, picture: bytes) -> bytes:
    """The summary; `picture` is Figure 1 as PNG."""
    document = Document()
    _settings(document, report)
    if report.demonstration:
        _notice(document.sections[0].header.paragraphs[0], report.demonstration)
    document.add_heading(report.title, level=0)
    known = f"As known at {report.known_at}."
    _paragraph(document, f"{known} {report.standing.draft}".strip(), soft=True)
    document.add_heading("Verdict", level=1)
    _paragraph(document, f"{report.banner.verdict}. {report.banner.headline}", bold=True)
    _paragraph(document, " ".join(report.banner.because))
    sentences, table, wide = _chosen(report)
    for said in content.answers(report, sentences):
        document.add_heading(said.heading, level=2)
        _paragraph(document, said.short, bold=True)
        for text in said.more:
            _paragraph(document, text)
    _figure(document, report, picture, wide)
    if table is not None:
        document.add_heading("The gap measured in other ways", level=1)
        _table(document, table)
    document.add_heading("The promise", level=1)
    _paragraph(document, content.promise(report))
    document.add_heading("Source and citation", level=1)
    _paragraph(document, content.source(report), soft=True, points=8.5)
    _paragraph(document, content.citation(report), soft=True, points=8.5)
    buffer = io.BytesIO()
    document.save(buffer)
    return repacked(buffer.getvalue())


def _chosen(report: Report) -> tuple[int, ReportTable | None, Length | None]:
    """How many sentences support each answer, the table, and the width of the chart that stands
    below them on the first page: as much as two pages hold.

    The width is None where the chart opens the second page.
    """
    table = content.measures(report)
    choices = [
        (sentences, held, wide)
        for sentences, held in ((2, table), (1, table), (2, None), (1, None))
        for wide in (*_CHARTS, None)
    ]
    room = _POINTS_A_PAGE * 0.97
    fitting = (one for one in choices if max(points_high(report, *one)) <= room)
    return next(fitting, choices[-1])


def points_high(
    report: Report, sentences: int, table: ReportTable | None, wide: Length | None
) -> tuple[float, float]:
    """About how high each page is, in points, with so many sentences, this table and this chart."""
    figure, banner = content.figure(report), report.banner
    first = _headings(report.title, "Verdict")
    normal = [banner.verdict + banner.headline, " ".join(banner.because)]
    for said in content.answers(report, sentences):
        normal += [said.heading, said.short, *said.more]
    first += sum(_high(text, 10) for text in normal)
    chart = _headings(figure.title) + _high(figure.subtitle, 9)
    chart += float((wide or _CHARTS[0]).pt) * _HIGH_BY_WIDE
    last = _headings("The promise", "Source and citation") + _high(content.promise(report), 10)
    last += sum(_high(text, 9) for text in (content.source(report), content.citation(report)))
    if table is not None:
        last += _table_high(table)
    return (first, chart + last) if wide is None else (first + chart, last)


def _headings(*texts: str) -> float:
    return sum(_high(text, 14) + 14 for text in texts)


def _table_high(table: ReportTable) -> float:
    high = 24 + _high(table.caption, 9) + _high(table.note, 9)
    wide = _POINTS_A_LINE / (len(table.columns) + _FIRST - 1) - 11
    for row in (tuple(column.label for column in table.columns), *table.rows):
        first, *others = row
        lines = [_high(first, 8.5, _FIRST * wide), *(_high(text, 8.5, wide) for text in others)]
        high += max(lines)
    return high


def _high(text: str, points: float, wide: float = _POINTS_A_LINE) -> float:
    lines = 1 + int(len(text) * _LETTER * points / wide)
    return lines * points * 1.2 + 3


def _settings(document: Opened, report: Report) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(18)
    page.top_margin, page.bottom_margin = Mm(15), Mm(14)
    page.header_distance = page.footer_distance = Mm(7)
    _without_thumbnail(document)
    told = document.core_properties
    told.title, told.author, told.language = report.title, "gapwatch", spoken().tongue.tag
    told.subject, told.keywords, told.comments = content.subject(report), "", ""
    told.last_modified_by, told.revision = "gapwatch", 1
    told.created = told.modified = content.moment(report)
    sizes = (
        ("Normal", 10.0, content.INK, 3.0),
        ("Title", 20.0, content.INK, 2.0),
        ("Heading 1", 13.0, content.BLUE, 2.0),
        ("Heading 2", 10.5, content.SOFT, 1.0),
        ("Caption", 9.0, content.SOFT, 3.0),
    )
    for name, points, colour, after in sizes:
        style = document.styles[name]
        style.font.name, style.font.size = _FONT, Pt(points)
        style.font.color.rgb = RGBColor.from_string(colour)
        style.font.bold = name.startswith(("Title", "Heading"))
        style.paragraph_format.space_after = Pt(after)
        style.paragraph_format.space_before = Pt(8 if name == "Heading 1" else 4 * (after == 1.0))
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for at in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{at}"), None)
        fonts.set(qn("w:hAnsi"), _FONT)
    for rule in document.styles["Title"].element.iter(qn("w:pBdr")):
        rule.getparent().remove(rule)
        break
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), spoken().tongue.tag)


def _without_thumbnail(document: Opened) -> None:
    """The template's own preview shows another document."""
    relations = document.part.package.rels
    for key in [key for key, one in relations.items() if one.reltype.endswith("/thumbnail")]:
        del relations[key]


def _notice(paragraph: Paragraph, text: str) -> None:
    run = paragraph.add_run(text)
    run.bold = True
    run.font.color.rgb = RGBColor.from_string(content.WARNING)
    run.font.size = Pt(9)


def _paragraph(
    document: Opened, text: str, *, bold: bool = False, soft: bool = False, points: float = 10.0
) -> None:
    run = document.add_paragraph().add_run(text)
    run.bold = bold
    run.font.size = Pt(points)
    if soft:
        run.font.color.rgb = RGBColor.from_string(content.SOFT)


def _figure(document: Opened, report: Report, picture: bytes, wide: Length | None) -> None:
    figure = content.figure(report)
    heading = document.add_heading(figure.title, level=1)
    # Left to the program, a heading can stay behind when its chart goes to the next page.
    if wide is None:
        heading.paragraph_format.page_break_before = True
    held = document.add_paragraph()
    held.paragraph_format.keep_with_next = True
    shape = held.add_run().add_picture(io.BytesIO(picture), width=wide or _CHARTS[0])
    told: Any = shape._inline.docPr
    told.set("name", f"Figure {figure.number}")
    told.set("descr", figure.alt)
    named: Any = shape._inline.graphic.graphicData.pic.nvPicPr.cNvPr
    named.set("name", f"Figure {figure.number}")
    named.set("descr", figure.alt)
    document.add_paragraph(f"Figure {figure.number}. {figure.subtitle}", style="Caption")


def _table(document: Opened, table: ReportTable) -> None:
    caption = document.add_paragraph(table.caption, style="Caption")
    caption.paragraph_format.keep_with_next = True
    made = document.add_table(rows=1, cols=len(table.columns), style="Table Grid")
    made.alignment = WD_TABLE_ALIGNMENT.LEFT
    _describe(made, table)
    for cell, column in zip(made.rows[0].cells, table.columns, strict=True):
        _cell(cell.paragraphs[0], column.label, bold=True, flush=column.numeric)
    properties = made.rows[0]._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:tblHeader"))
    for row in table.rows:
        added = made.add_row()
        added._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, text, column in zip(added.cells, row, table.columns, strict=True):
            _cell(cell.paragraphs[0], text, flush=column.numeric)
    parts = [1.0 if number else _FIRST for number in range(len(table.columns))]
    # Programs differ in whether they go by the columns or by the cells.
    made.autofit = False
    for column_made, part in zip(made.columns, parts, strict=True):
        column_made.width = Length(int(_WIDTH * part / sum(parts)))
    for row_made in made.rows:
        for cell, part in zip(row_made.cells, parts, strict=True):
            cell.width = int(_WIDTH * part / sum(parts))
    if table.note:
        _paragraph(document, table.note, soft=True, points=8.5)


def _describe(made: WordTable, table: ReportTable) -> None:
    """Header row and column for a reader of the screen, with caption and description."""
    properties = made._tbl.tblPr
    look = properties.find(qn("w:tblLook"))
    if look is not None:
        for name, value in (("firstRow", "1"), ("firstColumn", "1"), ("noHBand", "1")):
            look.set(qn(f"w:{name}"), value)
    for name, text in (("w:tblCaption", table.caption), ("w:tblDescription", table.note)):
        if text:
            told = OxmlElement(name)
            told.set(qn("w:val"), text)
            properties.append(told)


def _cell(paragraph: Paragraph, text: str, *, bold: bool = False, flush: bool = False) -> None:
    run = paragraph.add_run(text)
    run.bold, run.font.size = bold, Pt(8.5)
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(1)
    # A table isn't parted by the end of a page, nor from its note.
    paragraph.paragraph_format.keep_with_next = True
    if flush:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
