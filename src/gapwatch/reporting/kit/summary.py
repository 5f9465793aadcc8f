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
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table as WordTable
from docx.text.paragraph import Paragraph

from gapwatch.reporting.document import Report, ReportTable
from gapwatch.reporting.kit import content
from gapwatch.reporting.kit.pack import repacked
from gapwatch.reporting.language.speech import spoken

_FONT = "Arial"
_WIDTH = Mm(174)
_CHART = Mm(140)
_PAGES = 2
_POINTS_A_PAGE = (297 - 15 - 14) * 72 / 25.4
_POINTS_A_LINE = 174 * 72 / 25.4
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
    sentences, table = _chosen(report)
    for said in content.answers(report, sentences):
        document.add_heading(said.heading, level=2)
        _paragraph(document, said.short, bold=True)
        for text in said.more:
            _paragraph(document, text)
    _figure(document, report, picture)
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


def _chosen(report: Report) -> tuple[int, ReportTable | None]:
    """How many sentences support each answer, and the table: as much as two pages hold."""
    table = content.measures(report)
    choices = [(2, table), (1, table), (2, None), (1, None)]
    room = _PAGES * _POINTS_A_PAGE * 0.94
    fitting = (one for one in choices if points_high(report, *one) <= room)
    return next(fitting, choices[-1])


def points_high(report: Report, sentences: int, table: ReportTable | None) -> float:
    """About how high the document is, in points, with so many sentences and this table."""
    figure, banner = content.figure(report), report.banner
    headings = [report.title, "Verdict", figure.title, "The promise", "Source and citation"]
    normal = [banner.verdict + banner.headline, " ".join(banner.because), content.promise(report)]
    for said in content.answers(report, sentences):
        normal += [said.heading, said.short, *said.more]
    small = [figure.subtitle, content.source(report), content.citation(report)]
    high = sum(_high(text, 14) + 14 for text in headings) + sum(_high(text, 10) for text in normal)
    high += sum(_high(text, 9) for text in small) + float(_CHART.pt) * 0.66
    if table is not None:
        high += 24 + _high(table.caption, 9) + _high(table.note, 9)
        wide = _POINTS_A_LINE / (len(table.columns) + 0.9) - 11
        for row in (tuple(column.label for column in table.columns), *table.rows):
            first, *others = row
            lines = [_high(first, 8.5, 1.9 * wide), *(_high(text, 8.5, wide) for text in others)]
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


def _figure(document: Opened, report: Report, picture: bytes) -> None:
    figure = content.figure(report)
    document.add_heading(figure.title, level=1)
    held = document.add_paragraph()
    held.paragraph_format.keep_with_next = True
    shape = held.add_run().add_picture(io.BytesIO(picture), width=_CHART)
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
    first = 1.9
    parts = [first if not number else 1.0 for number in range(len(table.columns))]
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
    paragraph.paragraph_format.space_after = Pt(0)
    if flush:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
