"""slides.pptx: the verdict, Figure 1, and what to know before using it."""

from __future__ import annotations

import io
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_AUTO_SIZE, MSO_VERTICAL_ANCHOR
from pptx.presentation import Presentation as Opened
from pptx.slide import Slide
from pptx.text.text import TextFrame
from pptx.util import Inches, Length, Pt

from gapwatch.reporting.document import Report
from gapwatch.reporting.kit import content
from gapwatch.reporting.kit.pack import repacked
from gapwatch.reporting.language.speech import spoken

_FONT = "Arial"
_TITLE_ONLY = 5
_COLOUR: Any = RGBColor  # without types, as much of the library
_WIDE, _HIGH = Inches(13.333), Inches(7.5)
_LEFT, _ROOM = Inches(0.7), Inches(11.93)
_CHART_INCHES = (8.6, 5.2)
_SUPPORT = 1
_LETTER, _BOLD_LETTER = 0.52, 0.58
"""Width of a letter of Arial by its size, on average and a little over."""
_LONG_TITLE = 75
"""Letters from which a title is set smaller."""
Line = tuple[str, float, bool, str]
"""Text, points, bold, colour."""


def pptx(report: Report, picture: bytes, ratio: float) -> bytes:
    """The slides; `picture` is Figure 1 as PNG, `ratio` its width by its height."""
    show = Presentation()
    show.slide_width, show.slide_height = _WIDE, _HIGH
    _properties(show, report)
    _verdict(show, report)
    _figure(show, report, picture, ratio)
    _limits(show, report)
    buffer = io.BytesIO()
    show.save(buffer)
    return repacked(buffer.getvalue())


def _properties(show: Opened, report: Report) -> None:
    package = show.part.package
    for key in [key for key, one in package._rels.items() if one.reltype.endswith("/thumbnail")]:
        package._rels.pop(key)
    told = show.core_properties
    told.title, told.author, told.language = report.title, "gapwatch", spoken().tongue.tag
    told.subject, told.keywords, told.comments = content.subject(report), "", ""
    told.last_modified_by, told.revision = "gapwatch", 1
    told.created = told.modified = content.moment(report)


def _verdict(show: Opened, report: Report) -> None:
    slide = _slide(show, report, report.banner.headline)
    why = " ".join((f"{report.banner.verdict}.", *report.banner.because))
    lines: list[Line] = [
        ("Verdict", 15, True, content.SOFT),
        (why, 18, False, content.INK),
    ]
    size, way = report.answers[0], report.answers[1]
    for answer in (size, way):
        more = " ".join(content.first(answer.more, _SUPPORT))
        lines += [
            (answer.question, 15, True, content.SOFT),
            (f"{answer.short} {more}".strip(), 18, False, content.INK),
        ]
    _text(slide, lines, Inches(1.75), Inches(4.95))
    _foot(slide, content.citation(report))


def _figure(show: Opened, report: Report, picture: bytes, ratio: float) -> None:
    figure = content.figure(report)
    slide = _slide(show, report, figure.title)
    wide = min(_CHART_INCHES[0], _CHART_INCHES[1] * ratio)
    shape = slide.shapes.add_picture(
        io.BytesIO(picture), _LEFT, Inches(1.6), width=Inches(wide), height=Inches(wide / ratio)
    )
    shape.name = f"Figure {figure.number}"
    element: Any = shape._element
    element.nvPicPr.cNvPr.set("descr", figure.alt)
    beside = Inches(0.7 + wide + 0.3)
    _text(
        slide,
        [(figure.subtitle, 14, False, content.SOFT)],
        Inches(1.7),
        Inches(4.9),
        beside,
        Length(_WIDE - beside - Inches(0.5)),
    )
    _foot(slide, content.source(report))


def _limits(show: Opened, report: Report) -> None:
    slide = _slide(show, report, "What is needed, and what has changed")
    lines: list[Line] = []
    for answer in report.answers[2:]:
        more = " ".join(content.first(answer.more, 2))
        lines += [
            (answer.question, 15, True, content.SOFT),
            (f"{answer.short} {more}".strip(), 18, False, content.INK),
        ]
    lines += [
        ("The promise", 15, True, content.SOFT),
        (content.promise(report), 18, False, content.INK),
    ]
    _text(slide, lines, Inches(1.75), Inches(4.95))
    _foot(slide, content.citation(report))


def _slide(show: Opened, report: Report, title: str) -> Slide:
    slide: Slide = show.slides.add_slide(show.slide_layouts[_TITLE_ONLY])
    held = slide.shapes.title
    if held is None:
        raise LookupError("the library's own layout has no title")
    high = Inches(1.15)
    held.left, held.top, held.width, held.height = _LEFT, Inches(0.45), _ROOM, high
    held.text_frame.word_wrap = True
    held.text_frame.vertical_anchor = MSO_VERTICAL_ANCHOR.TOP
    points = 30 if len(title) < _LONG_TITLE else 24
    small = _scale([(title, points, True, content.BLUE)], _ROOM / Inches(1) - 0.2, high / Inches(1))
    _line(held.text_frame, 0, (title, round(points * small, 1), True, content.BLUE))
    if report.demonstration:
        _text(
            slide,
            [(report.demonstration, 12, True, content.WARNING)],
            Inches(0.08),
            Inches(0.35),
        )
    return slide


def _text(
    slide: Slide,
    lines: list[Line],
    top: Length,
    height: Length,
    left: Length = _LEFT,
    width: Length = _ROOM,
) -> None:
    box = slide.shapes.add_textbox(left, top, width, height)
    box.name = "Text"
    frame = box.text_frame
    frame.word_wrap, frame.auto_size = True, MSO_AUTO_SIZE.TEXT_TO_FIT_SHAPE
    # Long words of a long study are set smaller, so that all of them stay on the slide.
    small = _scale(lines, width / Inches(1), height / Inches(1))
    for number, (text, points, bold, colour) in enumerate(lines):
        _line(frame, number, (text, max(10.0, round(points * small, 1)), bold, colour))


def _scale(lines: list[Line], wide: float, high: float) -> float:
    """By how much to shrink lines so that they fit into a box of so many inches."""
    for tenths in range(10, 3, -1):
        small = tenths / 10
        used = 0.0
        for text, points, bold, _ in lines:
            size = points * small
            letters = max(1.0, wide * 72 / ((_BOLD_LETTER if bold else _LETTER) * size))
            used += (1 + int(len(text) / letters)) * size * 1.22 + 6
        if used <= high * 72:
            return small
    return 0.4


def _line(held: TextFrame, number: int, line: Line) -> None:
    frame: Any = held  # half of the library has no types
    text, points, bold, colour = line
    paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
    paragraph.alignment = 1
    paragraph.space_after = Pt(2 if bold else 8)
    run = paragraph.add_run()
    run.text = text
    run.font.name, run.font.size, run.font.bold = _FONT, Pt(points), bold
    run.font.color.rgb = _COLOUR(*bytes.fromhex(colour))
    run._r.get_or_add_rPr().set("lang", spoken().tongue.tag)


def _foot(slide: Slide, text: str) -> None:
    _text(slide, [(text, 11, False, content.SOFT)], Inches(6.8), Inches(0.6))
