"""The board kit: the report's own words and numbers, readable by everyone, the same bytes."""

from __future__ import annotations

import base64
import io
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from decimal import Decimal
from functools import cache
from itertools import pairwise
from xml.etree import ElementTree as ET

import pandas as pd
import pytest
from tests.conftest import ROOT
from tests.printed import Held, texts, tokens, values
from tests.unit.reporting import computed_samples, doubtful, samples

from gapwatch import tables
from gapwatch.contracts import EXTRA_INPUTS, INPUTS, OUTPUTS
from gapwatch.errors import UsageError
from gapwatch.reporting import kit
from gapwatch.reporting.build import build_report
from gapwatch.reporting.document import Report, ReportTable, TableColumn
from gapwatch.reporting.kit import content
from gapwatch.reporting.kit.cells import KitNumber, sheet
from gapwatch.reporting.render import draw

docx = pytest.importorskip("docx")
pptx = pytest.importorskip("pptx")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LIMITS = ("gap_years", "lower95_years", "upper95_years")
KINDS = (*INPUTS, *EXTRA_INPUTS, *OUTPUTS)
# Sums of rows of the data, and intervals from standard errors in them: their own chapters' tests.
DERIVED = ("table-age-groups", "table-series")
INVENTED = "Invented figures: no place is like this."
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
)
DOCUMENTS = ("figures.xlsx", "slides.pptx", "summary.docx")


@cache
def reported(which: str) -> tuple[Report, dict[str, bytes], dict[str, pd.DataFrame]]:
    """A report, its kit, and the tables that it was made from."""
    if which == "computed":
        study, facts = computed_samples.study(), computed_samples.facts()
        found = computed_samples.tables()
    else:
        invented = INVENTED if which == "invented" else ""
        study, facts = samples.study(), samples.facts(demonstration=invented)
        found = samples.tables(*([] if which in ("plain", "invented") else [which]))
        found |= {
            "sensitivity": doubtful.sensitivity(),
            "flip": doubtful.flip(),
            "selection": doubtful.selection(),
        }
    report = build_report(study, facts, found)
    return report, kit.make(report, draw(study, found, facts)), found


EVERY = ("plain", "computed", "invented", "off track", "on track", "cannot calculate")


@pytest.fixture(params=EVERY)
def which(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def parts(document: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(document)) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_it_is_three_documents(which: str) -> None:
    assert sorted(reported(which)[1]) == sorted(DOCUMENTS)


def test_every_sentence_is_the_reports_own(which: str) -> None:
    report, made, _ = reported(which)
    own = _words(report)
    ours = {
        "Verdict",
        "The promise",
        "Source and citation",
        "The gap measured in other ways",
        "What is needed, and what has changed",
        content.citation(report),
        content.promise(report),
        content.source(report),
        f"As known at {report.known_at}",
        report.standing.draft or "As known at",
    }
    for name in ("summary.docx", "slides.pptx"):
        for text in texts(made[name], name[-4:]):
            left = text
            for known in sorted(own | ours, key=len, reverse=True):
                left = left.replace(known, "")
            assert not left.strip(" .:"), (name, text, left)


def _words(report: Report) -> set[str]:
    figure, table = content.figure(report), content.measures(report)
    found = {report.title, report.banner.verdict, report.banner.headline, *report.banner.because}
    for answer in report.answers:
        for text in (answer.question, answer.short, *answer.more):
            found |= {text, *content.first((text,), 9)}
            found |= set(content._SENTENCE.split(text))
    found |= {figure.title, figure.subtitle, figure.alt, f"Figure {figure.number}"}
    if table is not None:
        found |= {table.caption, table.note, *(column.label for column in table.columns)}
        found |= {cell for row in table.rows for cell in row}
    return {text for text in (*found, report.demonstration) if text}


def test_every_number_is_one_of_the_data(which: str) -> None:
    report, made, found = reported(which)
    held, stated = _held(found), _stated(report)
    number = 0
    for name in ("summary.docx", "slides.pptx"):
        for text in texts(made[name], name[-4:]):
            for token in tokens(text):
                number += 1
                assert token in held or token in stated, (name, token, text)
    assert number > 60


def _csv(kind: tables.Table, frame: pd.DataFrame) -> bytes:
    """The table as a release has it; samples lack columns that no chapter reads."""
    return tables.to_csv(kind, frame.reindex(columns=list(kind.names)))


def _held(found: dict[str, pd.DataFrame]) -> Held:
    """The numbers of the gap, the verdict and the sides, as the release's CSV files have them."""
    kinds = {kind.name: kind for kind in KINDS}
    files = {
        name: _csv(kinds[name], frame)
        for name, frame in found.items()
        if name in ("gap", "verdict")
    }
    return Held(values(files))


def _stated(report: Report) -> set[str]:
    """Numbers of the study's own text and rules, and dates: they are in no table."""
    whole = " ".join((report.promise, report.made_by, content.source(report), report.known_at))
    ways = {str(len(table.rows)) for table in content.tables(report) if "measures" in table.id}
    rules = {"95%", "80%", "20%", "50%", "10%", "6", "3", "1", "12"}
    return {*tokens(whole), *tokens(report.date), *ways, *rules, *report.date.split("-")}


def test_a_number_that_is_off_by_one_digit_is_found() -> None:
    _, _, found = reported("plain")
    held = _held({"verdict": found["verdict"]})
    assert "5.0" in held
    assert "5.3" not in held
    assert "35%" in held
    assert "36%" not in held
    every = [f"{tenths / 10:.1f}" for tenths in range(200)]
    assert sum(text in _held(found) for text in every) < 60, "most wrong numbers are told"


def test_the_workbook_holds_the_numbers_of_the_reports_tables(which: str) -> None:
    report, made, found = reported(which)
    kinds = {kind.name: kind for kind in KINDS}
    files = {name: _csv(kinds[name], f) for name, f in found.items() if name in kinds}
    held = Held(values(files))
    book = _sheets(made["figures.xlsx"])
    assert list(book)[:3] == ["Cover", "Contents", "Notes"]
    number = 0
    for table, (_, rows) in zip(content.tables(report), list(book.items())[3:], strict=True):
        wanted = sheet(table)
        header, *body = rows[4:]
        assert tuple(header) == wanted.labels
        assert len(body) == len(wanted.rows)
        for got, row in zip(body, wanted.rows, strict=True):
            for cell, expected in zip(got, row, strict=True):
                if isinstance(expected, str):
                    assert cell == expected
                    continue
                assert cell == expected.held
                number += 1
                text = f"{expected.value:.{expected.decimals}f}{'%' if expected.percent else ''}"
                assert text in held or table.id.startswith(DERIVED), (table.id, text)
    assert number > 40


def test_the_gap_of_each_window_is_that_of_its_row(which: str) -> None:
    report, _, found = reported(which)
    table = next(one for one in content.tables(report) if one.id == "table-gap")
    primary = found["verdict"].loc[lambda frame: frame["is_primary"]].iloc[0]["measure"]
    rows = found["gap"].loc[lambda f: (f["measure"] == primary) & (f["sex"] == "male")]
    rows = rows.sort_values("period_start")
    made = sheet(table)
    assert made.labels[1:4] == (
        "Gap, years",
        "Gap, years, lower 95% limit",
        "Gap, years, upper 95% limit",
    )
    for row, (_, told) in zip(made.rows, rows.iterrows(), strict=True):
        for cell, column in zip(row[1:4], LIMITS, strict=True):
            if pd.isna(told[column]):
                assert cell == "[x]"
            else:
                assert isinstance(cell, KitNumber)
                assert abs(cell.value - Decimal(repr(float(told[column])))) <= Decimal("0.05")


def _sheets(document: bytes) -> dict[str, list[list[object]]]:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(document))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_nothing_in_a_zip_tells_of_a_clock_or_a_machine(which: str) -> None:
    report, made, _ = reported(which)
    for document in made.values():
        with zipfile.ZipFile(io.BytesIO(document)) as package:
            assert {info.date_time for info in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            names = package.namelist()
            assert names == sorted(names, key=lambda name: (name != "[Content_Types].xml", name))
            core = package.read("docProps/core.xml").decode()
            assert core.count(f"{report.date}T00:00:00Z") == 2
            assert "<dc:language>en-GB</dc:language>" in core
            assert f"<dc:title>{report.title}</dc:title>" in core
            assert not [name for name in names if "thumbnail" in name.lower()]


@pytest.mark.long
def test_another_process_on_another_day_makes_the_same_bytes() -> None:
    code = (
        "import sys, hashlib; sys.path.insert(0, '.')\n"
        "from tests.whole.reporting.test_kit import reported\n"
        "print([hashlib.sha256(c).hexdigest() for _, c in sorted(reported('plain')[1].items())])"
    )
    import hashlib

    told = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "TZ": "Pacific/Auckland", "LC_ALL": "C", "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    made = reported("plain")[1]
    ours = [hashlib.sha256(document).hexdigest() for _, document in sorted(made.items())]
    assert told.stdout.strip() == str(ours)


class TestWord:
    def test_headings_language_and_the_tables_header_are_marked(self, which: str) -> None:
        report, made, _ = reported(which)
        opened = docx.Document(io.BytesIO(made["summary.docx"]))
        styles = [one.style.name for one in opened.paragraphs]
        assert styles[0] == "Title"
        assert styles.count("Heading 1") >= 4
        levels = [int(name[-1]) for name in styles if name.startswith("Heading")]
        assert all(below - above <= 1 for above, below in pairwise(levels))
        inside = parts(made["summary.docx"])
        languages = {
            one.get(f"{W}val")
            for one in ET.fromstring(inside["word/styles.xml"]).iter(f"{W}lang")  # noqa: S314
        }
        assert languages == {"en-GB"}
        root = ET.fromstring(inside["word/document.xml"])  # noqa: S314
        for table in root.iter(f"{W}tbl"):
            rows = list(table.iter(f"{W}tr"))
            assert [row.find(f"{W}trPr/{W}tblHeader") is not None for row in rows[:2]] == [
                True,
                False,
            ]
            assert table.find(f"{W}tblPr/{W}tblCaption") is not None
        pictures = [one for one in root.iter() if one.tag.endswith("}docPr")]
        assert [one.get("descr") for one in pictures] == [content.figure(report).alt]

    def test_it_is_two_pages_by_the_measure_of_its_letters(self, which: str) -> None:
        from gapwatch.reporting.kit import summary

        report, _, _ = reported(which)
        chosen = summary._chosen(report)
        assert max(summary.points_high(report, *chosen)) <= summary._POINTS_A_PAGE
        opened = docx.Document(io.BytesIO(reported(which)[1]["summary.docx"]))
        assert sum(len(one.text.split()) for one in opened.paragraphs) < 650

    def test_a_chart_that_the_first_page_lacks_room_for_is_smaller_or_opens_the_second(
        self,
    ) -> None:
        from gapwatch.reporting.kit import summary

        report, _, _ = reported("plain")
        found = {}
        for words in range(0, 260, 20):
            banner = replace(report.banner, because=("Word. " * words,))
            longer = replace(report, banner=banner)
            sentences, table, wide = summary._chosen(longer)
            pages = summary.points_high(longer, sentences, table, wide)
            assert max(pages) <= summary._POINTS_A_PAGE
            made = docx.Document(io.BytesIO(summary.docx(longer, PNG)))
            (chart,) = made.inline_shapes
            title = content.figure(report).title
            (heading,) = (one for one in made.paragraphs if one.text == title)
            assert heading.paragraph_format.page_break_before == (True if wide is None else None)
            found[wide is None] = found.get(wide is None, set()) | {chart.width.mm}
        assert len(found[False]) > 1
        assert found[True] == {max(found[False])}

    def test_a_table_stays_whole_and_as_wide_as_its_columns(self, which: str) -> None:
        (table,) = docx.Document(io.BytesIO(reported(which)[1]["summary.docx"])).tables
        cells = [(cell, place) for row in table.rows for place, cell in enumerate(row.cells)]
        kept = {one.paragraph_format.keep_with_next for cell, _ in cells for one in cell.paragraphs}
        assert kept == {True}
        assert all(cell.width == table.columns[place].width for cell, place in cells)

    def test_an_invented_place_says_so_on_each_page(self) -> None:
        opened = docx.Document(io.BytesIO(reported("invented")[1]["summary.docx"]))
        assert opened.sections[0].header.paragraphs[0].text == INVENTED


class TestSlides:
    def test_there_are_three_with_titles_that_differ(self, which: str) -> None:
        report, made, _ = reported(which)
        show = pptx.Presentation(io.BytesIO(made["slides.pptx"]))
        titles = [slide.shapes.title.text_frame.text for slide in show.slides]
        assert titles[0] == report.banner.headline
        assert titles[1] == content.figure(report).title
        assert len(set(titles)) == 3

    def test_the_picture_has_a_text_and_every_run_a_language(self, which: str) -> None:
        report, made, _ = reported(which)
        show = pptx.Presentation(io.BytesIO(made["slides.pptx"]))
        pictures = [s for slide in show.slides for s in slide.shapes if s.shape_type == 13]
        assert [s._element.nvPicPr.cNvPr.get("descr") for s in pictures] == [
            content.figure(report).alt
        ]
        for slide in show.slides:
            for shape in slide.shapes:
                if shape.has_text_frame:
                    for paragraph in shape.text_frame.paragraphs:
                        for run in paragraph.runs:
                            assert run._r.rPr.get("lang") == "en-GB"
                            assert run.font.size.pt >= 10

    def test_nothing_lies_outside_a_slide_or_over_another_thing(self, which: str) -> None:
        show = pptx.Presentation(io.BytesIO(reported(which)[1]["slides.pptx"]))
        for slide in show.slides:
            boxes = [(s.left, s.top, s.left + s.width, s.top + s.height) for s in slide.shapes]
            for box in boxes:
                assert min(box) >= 0
                assert box[2] <= show.slide_width
                assert box[3] <= show.slide_height
            for number, one in enumerate(boxes):
                for other in boxes[:number]:
                    apart = one[2] <= other[0] or other[2] <= one[0]
                    assert apart or one[3] <= other[1] or other[3] <= one[1]

    def test_a_title_of_any_length_stays_in_its_box(self) -> None:
        from gapwatch.reporting.kit import slides

        report, _, _ = reported("plain")
        sizes = []
        for words in (5, 12, 20, 40):
            banner = replace(report.banner, headline="expectancy " * words)
            made = slides.pptx(replace(report, banner=banner), PNG, 1.0)
            held = pptx.Presentation(io.BytesIO(made)).slides[0].shapes.title
            points = held.text_frame.paragraphs[0].runs[0].font.size.pt
            # In Arial Bold these letters are 0.52 of their size wide on average, by its metrics.
            lines = 1 + len(banner.headline) * 0.56 * points // (held.width.pt - 14.4)
            assert lines * points * 1.2 <= held.height.pt
            sizes.append(points)
        assert sizes == sorted(sizes, reverse=True)
        assert sizes[0] == 30
        assert sizes[-1] < 20

    def test_an_invented_place_says_so_on_each_slide(self) -> None:
        show = pptx.Presentation(io.BytesIO(reported("invented")[1]["slides.pptx"]))
        for slide in show.slides:
            assert INVENTED in [s.text_frame.text for s in slide.shapes if s.has_text_frame]


class TestWorkbook:
    def test_each_sheet_has_a_title_and_one_table_with_a_header(self, which: str) -> None:
        inside = parts(reported(which)[1]["figures.xlsx"])
        sheets = [name for name in inside if name.startswith("xl/worksheets/sheet")]
        marked = [name for name in inside if name.startswith("xl/tables/table")]
        assert len(marked) == len(sheets) - 1, "all but the cover"
        for name in marked:
            root = ET.fromstring(inside[name])  # noqa: S314
            assert root.get("headerRowCount", "1") == "1"
            assert root.find(f"{S}autoFilter") is None
        for name in sheets:
            root = ET.fromstring(inside[name])  # noqa: S314
            assert root.find(f"{S}mergeCells") is None
            assert not list(root.iter(f"{S}f")), "no formula"

    def test_an_invented_place_says_so_on_each_sheet(self) -> None:
        for name, rows in _sheets(reported("invented")[1]["figures.xlsx"]).items():
            if name != "Contents":
                assert any(INVENTED in row for row in rows), name

    def test_text_that_looks_like_a_formula_stays_text(self) -> None:
        import dataclasses

        from gapwatch.reporting.kit.workbook import xlsx

        report = dataclasses.replace(reported("plain")[0], title="=1+1", sentence="@SUM(A1)")
        made = xlsx(report)
        assert _sheets(made)["Cover"][0][0] == "=1+1"
        assert b"<f>" not in b"".join(parts(made).values())


def test_cells_are_split_into_a_value_and_its_limits() -> None:
    columns = (
        TableColumn("Window"),
        TableColumn("Gap, years (95% interval)", True),
        TableColumn("Range", True),
    )
    rows = (
        ("2001", "8.9 (−1.0 to 12.5)", "9.1 to 11.3"),
        ("2002", "not available", "–"),
        ("2003", "1,234.5", "just above 0 to 2.0"),
    )
    made = sheet(ReportTable("table-x", "X", columns, rows))
    assert made.labels == (
        "Window",
        "Gap, years",
        "Gap, years, lower 95% limit",
        "Gap, years, upper 95% limit",
        "Range, lower",
        "Range, upper",
    )
    one = [KitNumber(Decimal(text), 1) for text in ("8.9", "-1.0", "12.5", "9.1", "11.3")]
    assert made.rows[0] == ("2001", *one)
    assert made.rows[1] == ("2002", "[x]", "[x]", "[x]", "[z]", "[z]")
    assert made.rows[2][1:] == (
        KitNumber(Decimal("1234.5"), 1),
        "[x]",
        "[x]",
        "just above 0",
        KitNumber(Decimal("2.0"), 1),
    )


def test_without_the_extra_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kit, "find_spec", lambda name: None if name == "pptx" else object())
    with pytest.raises(UsageError, match=r"no python-pptx") as caught:
        kit.require()
    assert "gapwatch[kit]" in caught.value.remedy
    assert caught.value.exit_code == 2
