"""Three documents from one model: what stands where, how it is tagged, how full the pages are."""

from __future__ import annotations

import dataclasses
import io
import math
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image
from tests.unit.reporting import computed_samples as computed
from tests.unit.reporting import later_samples as later
from tests.unit.reporting import samples
from tests.unit.reporting.director import answers
from tests.unit.reporting.papers import bookmarks, opened, pictures, tree

from gapwatch.errors import OutputError
from gapwatch.reporting.build import build_report
from gapwatch.reporting.document import (
    Paragraph,
    Report,
    ReportFigure,
    ReportTable,
    Section,
    Subheading,
    TableColumn,
    annexed,
)
from gapwatch.reporting.formats.fitting import MOST_EMPTY, Fit, best, empty, fullest
from gapwatch.reporting.formats.pdf import to_pdfs
from gapwatch.reporting.formats.row_headers import with_row_headers
from gapwatch.reporting.papers import sections_of, table_numbers
from gapwatch.reporting.render import draw

DOCUMENTS = ("summary.pdf", "report.pdf", "annex.pdf")


@cache
def made(name: str) -> tuple[Report, dict[str, bytes]]:
    """Report and PDFs of a sample: published figures, later ones beside them, or our own."""
    too_old = samples.tables("cannot calculate", reason_code="V03")
    study, tables, facts = {
        "old": lambda: (samples.study(), too_old, samples.old_facts()),
        "later": lambda: (later.study(), later.tables(), samples.facts()),
        "computed": lambda: (computed.study(), computed.tables(), computed.facts()),
    }[name]()
    report = build_report(study, facts, tables)
    return report, to_pdfs(report, draw(study, tables, facts))


SAMPLES = pytest.mark.parametrize("name", ["old", "later", "computed"])


@SAMPLES
def test_every_row_of_a_table_has_a_header_and_every_table_a_caption(name: str) -> None:
    found = 0
    for document in DOCUMENTS:
        for table in tree(opened(made(name)[1][document])).every("/Table"):
            found += 1
            assert table.below[0].kind == "/Caption"
            (body,) = table.every("/TBody")
            for row in body.below:
                first, *others = row.below
                assert (first.kind, first.scope) == ("/TH", "/Row")
                assert {cell.kind for cell in others} <= {"/TD"}
            (head,) = table.every("/THead")
            assert {cell.scope for row in head.below for cell in row.below} == {"/Column"}
    assert found > 3


@SAMPLES
def test_every_figure_and_table_has_a_bookmark_and_every_picture_words(name: str) -> None:
    report, files = made(name)
    for paper in ("report", "annex"):
        reader = opened(files[f"{paper}.pdf"])
        told = [" ".join(title.split()) for title in bookmarks(reader)]
        blocks = [block for section in sections_of(report, paper) for block in section.blocks]
        for block in blocks:
            if isinstance(block, ReportFigure):
                assert " ".join(block.title.split()) in told
            if isinstance(block, ReportTable):
                assert any(" ".join(block.caption.split()) in title for title in told)
        pictures = list(tree(reader).every("/Figure"))
        assert len(pictures) == sum(isinstance(block, ReportFigure) for block in blocks)
        assert all(len(picture.alt) > 60 for picture in pictures)


@SAMPLES
def test_levels_of_headings_follow_one_another(name: str) -> None:
    for content in made(name)[1].values():
        levels = [
            int(tag.kind[2:]) for tag in tree(opened(content)).every("/H1", "/H2", "/H3", "/H4")
        ]
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))


@SAMPLES
def test_every_block_is_printed_once_and_no_section_is_empty(name: str) -> None:
    report, _ = made(name)
    printed = [sections_of(report, paper) for paper in ("report", "annex")]
    for sections in printed:
        for section in sections:
            assert any(not isinstance(block, Subheading) for block in section.blocks)
            assert not isinstance(section.blocks[-1], Subheading)
            kinds = [block.kind for block in section.blocks]
            assert ("heading", "heading") not in pairwise(kinds)
    held = [block for sections in printed for section in sections for block in section.blocks]
    for section in report.sections:
        for block in section.blocks:
            if not isinstance(block, Subheading):
                wanted = 0 if block.paper == "screen" else 1
                assert sum(one is block for one in held) == wanted, block
            if isinstance(block, ReportFigure):
                assert all(sum(one is table for one in held) == 1 for table in block.tables)


def test_a_heading_goes_where_something_under_it_goes() -> None:
    section = Section(
        "one",
        "One",
        (
            Subheading("Both"),
            Paragraph("Here."),
            *annexed([Paragraph("There.")]),
            Subheading("Nothing"),
            Subheading("Annex alone"),
            *annexed([Paragraph("There too.")]),
        ),
    )
    report = dataclasses.replace(made("old")[0], sections=(section,))
    told = {
        paper: [block.text for block in sections_of(report, paper)[0].blocks]
        for paper in ("report", "annex")
    }
    assert told == {
        "report": ["Both", "Here."],
        "annex": ["Both", "There.", "Annex alone", "There too."],
    }


def test_a_section_whose_tables_are_all_in_the_annex_says_which_they_are() -> None:
    def table(name: str, *, folded: bool = True) -> ReportTable:
        return ReportTable(name, "Caption", (TableColumn("One"),), (("1",),), folded=folded)

    one, two, three = table("one"), table("two"), table("three")
    sections = (
        Section("a", "A", (Paragraph("Text."), one)),
        Section("b", "B", (Paragraph("Text."), table("shown", folded=False), table("more"))),
        Section("c", "C", (Paragraph("Text."), two, three)),
        Section("d", "D", tuple(annexed([Paragraph("There."), table("there")]))),
    )
    report = dataclasses.replace(made("old")[0], sections=sections)
    told = {
        section.id: [block.text for block in section.blocks if isinstance(block, Paragraph)]
        for section in sections_of(report, "report")
    }
    assert told == {
        "a": ["Text.", "The table of this section, A1, is in the annex."],
        "b": ["Text."],
        "c": ["Text.", "The tables of this section, A3 and A4, are in the annex."],
    }


def test_tables_of_the_annex_are_numbered_in_their_order() -> None:
    report, _ = made("later")
    held = [
        block.id
        for section in sections_of(report, "annex")
        for block in section.blocks
        if isinstance(block, ReportTable)
    ]
    assert table_numbers(report) == {name: place for place, name in enumerate(held, 1)}


@SAMPLES
def test_the_summary_is_two_pages_of_few_words_and_the_report_at_most_eight(name: str) -> None:
    files = made(name)[1]
    summary = opened(files["summary.pdf"])
    assert len(summary.pages) <= 2
    assert sum(len(page.extract_text().split()) for page in summary.pages) <= 350
    assert len(files["summary.pdf"]) < 200_000
    assert len(opened(files["report.pdf"]).pages) <= 8


@SAMPLES
def test_no_page_is_more_than_a_quarter_empty(name: str) -> None:
    for document, content in made(name)[1].items():
        gaps = [empty(page) for page in pictures(content)]
        assert len(gaps) == len(opened(content).pages)
        assert max(gaps) <= MOST_EMPTY, (document, gaps)


def picture(*inked: tuple[int, int]) -> bytes:
    """A page of 297 rows, white but for these bands of rows."""
    rows = np.full((297, 210), 255, dtype=np.uint8)
    for start, end in inked:
        rows[start:end, 40:60] = 0
    buffer = io.BytesIO()
    Image.fromarray(rows).save(buffer, format="png")
    return buffer.getvalue()


def test_how_empty_a_page_is_counts_what_lies_in_gaps_between_header_and_footer() -> None:
    assert empty(picture((22, 277))) == 0
    assert empty(picture((22, 149))) == pytest.approx(128 / 255, abs=0.02)
    assert empty(picture((0, 10), (285, 290))) == 1
    # Gaps as between paragraphs are no emptiness.
    assert empty(picture(*((at, at + 4) for at in range(22, 277, 10)))) == 0


def document(length: float) -> list[bytes]:
    """Pages of which the last ends where a document of this length ends."""
    whole = math.ceil(length) - 1
    return [picture((22, 277))] * whole + [picture((22, 22 + round(255 * (length - whole))))]


def test_a_page_on_which_a_field_stands_for_a_chart_has_to_be_fuller() -> None:
    plain = picture((22, 220))  # 22% of it is empty
    with Image.open(io.BytesIO(plain)) as drawn:
        rows = np.array(drawn)
    rows[60:120, 30:180] = round(0.7 * 255)
    buffer = io.BytesIO()
    Image.fromarray(rows).save(buffer, format="png")
    assert best(lambda _: [plain], None) == Fit()
    shown = {1.0: [buffer.getvalue()]}
    chosen = best(lambda fit: shown.get(fit.spaces, document(1.0)), None)
    assert chosen.spaces != 1.0


def test_usual_sizes_are_kept_where_every_page_is_full_enough() -> None:
    assert best(lambda _: document(3.9), None) == Fit()


@pytest.mark.parametrize("usual", [6.2, 16.4, 17.03, 30.5])
@pytest.mark.parametrize("longer", [0.4, 0.6, 0.8])
def test_the_length_of_a_document_tells_the_sizes_that_fill_its_last_page(
    usual: float, longer: float
) -> None:
    asked = []

    def pages(fit: Fit) -> list[bytes]:
        asked.append(fit)
        return document(usual * (1 + longer * (fit.spaces - 1)))

    chosen = best(pages, None)
    assert max(map(empty, pages(chosen))) <= MOST_EMPTY
    assert len(asked) - 1 <= 4
    # A change that no reader sees: letters follow charts and spaces a third of the way.
    assert abs(chosen.text - 1) < 0.045
    assert chosen.text == pytest.approx(1 + 0.3 * (chosen.spaces - 1), abs=1e-3)
    assert chosen.charts == min(1, chosen.spaces)


def test_a_document_that_is_too_long_gets_shorter_and_never_longer() -> None:
    asked = []

    def pages(fit: Fit) -> list[bytes]:
        asked.append(fit.spaces)
        return document(8.74 * (1 + 0.7 * (fit.spaces - 1)))

    assert len(pages(best(pages, 8))) == 8
    assert max(asked) == 1


def test_a_gap_within_a_document_is_tried_away_with_other_sizes() -> None:
    def pages(fit: Fit) -> list[bytes]:
        return [picture((22, 277 if fit.spaces == 1.07 else 120)), picture((22, 277))]

    assert best(pages, None).spaces == 1.07


def test_where_no_size_is_good_the_one_with_fewest_pages_and_least_empty_is_taken() -> None:
    def pages(fit: Fit) -> list[bytes]:
        many = 3 if fit.spaces >= 1 else 2
        return [picture((22, 60 + round(100 * fit.spaces)))] * many

    assert best(pages, 2).spaces < 1
    assert fullest(pages, (Fit(1, 1), Fit(1, 0.8), Fit(1, 0.9)), (3,), 2) == Fit(1, 0.9, 3)


def test_letters_are_as_usual_where_no_size_with_other_letters_does() -> None:
    asked = []

    def pages(fit: Fit) -> list[bytes]:
        asked.append(fit)
        good = fit.text == 1 and fit.spaces != 1
        return [picture((22, 277 if good else 120))] * 3

    chosen = best(pages, 8)
    assert (chosen.text, chosen.spaces) == (1, 0.98)
    # A short document has more trials than a long one, and neither has them without end.
    few = len(asked)
    asked.clear()
    best(lambda fit: [*pages(fit)] * 10, None)
    assert len(asked) < few < 60


def test_what_was_far_from_good_in_a_summary_is_not_tried_with_the_next_size() -> None:
    asked = []
    ends = {3: 120, 2: 214, 1: 211, 0: 150}

    def pages(fit: Fit) -> list[bytes]:
        asked.append((fit.spaces, fit.first))
        return [picture((22, 277)), picture((22, ends[fit.first] + 10 * (fit.spaces == 1.3)))]

    sizes = (Fit(), Fit(1, 0.9), Fit(1, 1.3))
    assert fullest(pages, sizes, (3, 2, 1, 0), 2) == Fit(1, 1.3, 2)
    assert asked == [(1, 3), (1, 2), (1, 1), (1, 0), (0.9, 2), (0.9, 1), (1.3, 2)]


def test_a_file_that_is_built_otherwise_is_refused() -> None:
    with pytest.raises(OutputError, match="no cross-reference table"):
        with_row_headers(b"%PDF-1.7\n%%EOF")


@SAMPLES
def test_the_text_of_the_summary_answers_ten_questions_by_rule(name: str) -> None:
    pages = opened(made(name)[1]["summary.pdf"]).pages
    told = answers("\n".join(page.extract_text() for page in pages))
    assert len(told) == 10
    assert [question for question, answer in told.items() if not answer] == []


def test_the_answers_are_those_of_the_figures() -> None:
    study, tables, facts = samples.study(), samples.tables(), samples.facts()
    facts = dataclasses.replace(
        facts,
        people=(
            ("contact", "gap@riverton.example"),
            ("analysed_by", "A. Reader"),
            ("approved_by", "B. Writer"),
        ),
    )
    report = build_report(study, facts, tables)
    files = to_pdfs(report, draw(study, tables, facts))
    text = "\n".join(page.extract_text() for page in opened(files["summary.pdf"]).pages)
    told = answers(text)
    gap = tables["gap"]
    mine = gap[(gap["measure"] == study.primary.id) & (gap["sex"] == "male")]
    newest = mine.sort_values("period_end").iloc[-1]
    assert told["by when"] == "2030"
    assert told["how big"] == f"{newest['gap_years']:.1f} years"
    assert told["whom to ask"] == "gap@riverton.example"
    assert "DRAFT" not in text.upper()
    assert "A. Reader" in text
