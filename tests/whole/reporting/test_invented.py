"""An invented place says so on every page, in every view and under every chart."""

import io
import re
from functools import cache
from xml.etree import ElementTree as ET

import pypdf
import pytest
from tests.unit.reporting import computed_samples as computed
from tests.whole.reporting import test_layout
from tests.whole.reporting.test_files import squeeze

from gapwatch.reporting.build import build_report
from gapwatch.reporting.drawing.canvas import WARNING
from gapwatch.reporting.formats.html import css_text
from gapwatch.reporting.render import draw, render


@cache
def made(invented):
    study = computed.study(invented=invented)
    facts, tables = computed.facts(demonstration=invented), computed.tables()
    charts = draw(study, tables, facts)
    return charts, render(build_report(study, facts, tables), charts)


@pytest.fixture(scope="module")
def page():
    return made(computed.INVENTED)[1]["report.html"].decode()


def test_the_page_keeps_the_banner_in_view_and_repeats_it_on_paper(page):
    assert f"<p>{computed.INVENTED}</p></aside>" in page
    assert re.search(r"\.demonstration \{ position: sticky; top: 0;", page)
    assert "@top-center { content: " + css_text(computed.INVENTED) in page
    assert "BANNER" not in page
    # What is scrolled to is not hidden under the banner.
    assert "scroll-padding-top: 5rem" in page


def test_every_page_of_the_pdf_says_it_and_the_first_one_in_its_text_too():
    reader = pypdf.PdfReader(io.BytesIO(made(computed.INVENTED)[1]["report.pdf"]))
    counts = [squeeze(p.extract_text()).count(squeeze(computed.INVENTED)) for p in reader.pages]
    assert counts == [2] + [1] * (len(counts) - 1)
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_every_chart_carries_a_mark_below_it_and_a_real_one_none():
    marked, plain = made(computed.INVENTED)[0], made("")[0]
    assert set(marked) == set(plain)
    for name, chart in marked.items():
        for ours, theirs in ((chart.wide, plain[name].wide), (chart.narrow, plain[name].narrow)):
            assert WARNING in ours
            assert WARNING not in theirs
            assert height(ours) == pytest.approx(height(theirs) + 72 * 0.22, abs=0.1)
            ET.fromstring(ours)  # noqa: S314 - our own


def height(svg):
    return float(svg.split('viewBox="', 1)[1].split('"', 1)[0].split()[3])


def test_a_real_report_carries_none_of_it():
    text = made("")[1]["report.html"].decode()
    for word in ("<aside", "sticky; top: 0; z-index", "@top-center", "scroll-padding"):
        assert word not in text


@pytest.mark.parametrize(
    "text", ['"; } body { display: none', "</style><script>", "\\", "Zoë’s\nplace", "*/ @import x"]
)
def test_no_words_of_a_banner_can_become_style(text):
    shown = css_text(text)
    assert shown[0] == shown[-1] == '"'
    assert re.fullmatch(r"([A-Za-z0-9]|\\[0-9A-F]{6})*", shown[1:-1])
    back = re.sub(r"\\([0-9A-F]{6})", lambda found: chr(int(found[1], 16)), shown[1:-1])
    assert back == text


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_mark_is_legible_on_white_and_white_on_it():
    assert 1.05 / (luminance(WARNING) + 0.05) > 7


LONG = " ".join([computed.INVENTED] * 3)


@pytest.fixture(scope="module")
def long_pages():
    reader = pypdf.PdfReader(io.BytesIO(made(LONG)[1]["report.pdf"]))
    return [test_layout.lines_of(page) for page in reader.pages]


@pytest.mark.long
def test_a_banner_of_several_lines_stands_on_every_page_clear_of_the_text(long_pages):
    for number, lines in enumerate(long_pages):
        head = [y for _, y, size, _ in lines if size == pytest.approx(8.5) and y > 700]
        body = [y for _, y, size, _ in lines if size != pytest.approx(8.5)]
        assert len(set(head)) >= 2, number
        assert min(head) > max(body), number


@pytest.mark.long
def test_no_two_lines_of_such_a_report_stand_on_each_other(long_pages):
    test_layout.test_no_text_stands_below_the_margin_but_the_footer(long_pages)
    runs = [
        (x + test_layout.width(text, size), text)
        for lines in long_pages
        for x, _, size, text in lines
    ]
    assert [text for end, text in runs if end > test_layout.RIGHT + 2] == []
    test_layout.test_no_two_lines_of_a_page_stand_on_each_other(long_pages)
