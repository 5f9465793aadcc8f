"""The PDFs on paper: nothing below the margin, beyond the edge or on top of something else."""

from __future__ import annotations

import dataclasses
import io
import re
from functools import cache

import pypdf
import pytest
from matplotlib.ft2font import FT2Font
from tests.unit.reporting import later_samples as later
from tests.unit.reporting import samples

from gapwatch.reporting.build import build_report
from gapwatch.reporting.document import Report, ReportTable, Section, TableColumn
from gapwatch.reporting.drawing.canvas import FONT_FOLDER
from gapwatch.reporting.formats.pdf import to_pdfs
from gapwatch.reporting.render import draw

MM = 72 / 25.4
LEFT, RIGHT, BOTTOM, FOOTER = 20 * MM, 190 * MM, 22 * MM, 15 * MM
LONG = (
    "https://example.org/FeatureServer/0/query?where=MSOA21CD+IN+%28"
    + "%2C".join(f"%27E0200{n}%27" for n in range(1000, 1030))
    + "%29&outFields=%2A&f=geojson"
)
Line = tuple[float, float, float, str]


def tall_table(name: str, *, folded: bool) -> ReportTable:
    """Many rows, each of two lines."""
    words = "North of the borough v Knightsbridge and Belgravia, on areas of another kind"
    rows = tuple((f"{words} {n}", "withheld: a value is missing", str(n)) for n in range(40))
    columns = (TableColumn("Measure"), TableColumn("Gap"), TableColumn("Number", numeric=True))
    return ReportTable(
        name, "A long table", columns, rows, note="The note of a long table.", folded=folded
    )


@cache
def made() -> tuple[Report, dict[str, bytes]]:
    study, tables = later.study(), later.tables()
    pin = dataclasses.replace(samples.old_facts().pins[0], url=LONG, title=f"{samples.NAMES} " * 2)
    facts = samples.old_facts(pins=(pin,))
    report = build_report(study, facts, tables)
    more = Section(
        "more", "More", (tall_table("open", folded=False), tall_table("folded", folded=True))
    )
    report = dataclasses.replace(report, sections=(*report.sections, more))
    return report, to_pdfs(report, draw(study, tables, facts))


def lines_of(page: pypdf.PageObject) -> list[Line]:
    """Left end, baseline, size and text of every run of letters."""
    found: list[Line] = []

    def visit(text: str, cm: list[float], tm: list[float], _: object, size: float) -> None:
        if text.strip():
            x, y = cm[4] + tm[4] * cm[0], cm[5] + tm[4] * cm[1] + tm[5] * cm[3]
            found.append((x, y, size, text.strip()))

    page.extract_text(visitor_text=visit)
    return found


@cache
def font() -> FT2Font:
    return FT2Font(str(FONT_FOLDER / "GapwatchSans-Regular.ttf"))


def width(text: str, size: float) -> float:
    # Large, as hinting rounds the widths of small letters.
    font().set_size(1000, 72)
    font().set_text(text.replace("\u200b", ""))
    return float(font().get_width_height()[0]) / 64 * size / 1000


@pytest.fixture(scope="module")
def pages() -> list[list[Line]]:
    return [
        lines_of(page)
        for content in made()[1].values()
        for page in pypdf.PdfReader(io.BytesIO(content)).pages
    ]


def test_no_text_stands_below_the_margin_but_the_footer(pages: list[list[Line]]) -> None:
    for lines in pages:
        footers = [line for line in lines if line[1] < BOTTOM - 0.1]
        # The release, that it is a draft, and the page.
        assert len(footers) == 3, footers
        assert all(y < FOOTER for _, y, _, _ in footers)


def test_no_text_runs_off_the_paper(pages: list[list[Line]]) -> None:
    runs = [(line, line[0] + width(line[3], line[2])) for lines in pages for line in lines]
    assert sum("example.org" in line[3] for line, _ in runs) >= 1
    assert [line for line, end in runs if line[0] < LEFT - 4 or end > RIGHT + 2] == []


def test_no_two_lines_of_a_page_stand_on_each_other(pages: list[list[Line]]) -> None:
    for lines in pages:
        for place, (x, y, size, text) in enumerate(lines):
            end = x + width(text, size)
            for other_x, other_y, _, other in lines[place + 1 :]:
                near = abs(other_y - y) < 0.6 * size and (other_x, other_y) != (x, y)
                assert not (near and x < other_x < end - 1), (text, other)


def test_a_table_of_several_pages_repeats_its_header_and_keeps_every_row(
    pages: list[list[Line]],
) -> None:
    heads = sum(line[3] == "Measure" for lines in pages for line in lines)
    assert heads >= 4
    numbers = [line[3] for lines in pages for line in lines]
    assert all(numbers.count(str(n)) >= 2 for n in range(20, 40))


def test_a_figure_names_the_table_of_the_annex_that_holds_its_values(
    pages: list[list[Line]],
) -> None:
    text = " ".join(line[3] for lines in pages for line in lines).replace("  ", " ")
    (place,) = re.findall(r"Table (A\d+)\. Life expectancy at birth of every ward", text)
    assert f"Table {place} of the annex holds the values" in text
