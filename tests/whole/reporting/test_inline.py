"""Charts inside the page: drawn with the same letters, and whole again when taken out of it."""

import io
import re
from functools import cache
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
import typst
from PIL import Image, ImageChops
from tests.unit.reporting import samples

from gapwatch.errors import IntegrityError
from gapwatch.reporting.build import build_report
from gapwatch.reporting.formats import published
from gapwatch.reporting.formats.html import to_html
from gapwatch.reporting.formats.inline import Drawings
from gapwatch.reporting.render import draw

FIGURE = (
    '<figure id="figure-a" aria-labelledby="t"><h3 id="t">Title</h3><p class="subtitle">Sub</p>{}'
    "</figure>"
)


@cache
def charts():
    return draw(samples.study(), samples.tables(), samples.facts())


@pytest.fixture(scope="module")
def page():
    report = build_report(samples.study(), samples.facts(), samples.tables())
    return to_html(report, charts()).decode()


def raster(svg):
    text = '#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes(sys.inputs.at("a")))'
    made = typst.Compiler(text.encode()).compile(format="png", ppi=72.0, sys_inputs={"a": svg})
    return Image.open(io.BytesIO(made)).convert("L")


def test_what_charts_are_drawn_with_stands_in_the_page_once(page):
    named = re.findall(r' id="([^"]+)"', page)
    assert len(named) == len(set(named))
    used = set(re.findall(r'<use href="#([^"]+)"', page)) | set(re.findall(r"url\(#([^)]+)", page))
    assert len(used) > 40
    assert used <= set(named)


def test_the_page_holds_each_chart_in_less_than_half_of_its_own_bytes(page):
    alone = sum(len(chart.wide) + len(chart.narrow) for chart in charts().values())
    inside = sum(map(len, re.findall(r"<svg.*?</svg>", page, re.DOTALL)))
    assert inside < alone / 2


def test_a_chart_taken_out_of_the_page_draws_what_it_drew(page):
    found = {one.id: one for one in published.read(page.encode(), "report.html")}
    assert set(found) == set(charts())
    for name, chart in charts().items():
        for ours, drawn in ((found[name].svg, chart.wide), (found[name].narrow, chart.narrow)):
            ET.fromstring(ours)  # noqa: S314 - our own
            differ = ImageChops.difference(raster(ours), raster(drawn)).histogram()
            # Coordinates are rounded to a hundredth of a point: seen in the grey of an edge alone.
            assert sum(differ[32:]) < 0.0005 * sum(differ), name


def test_two_things_of_one_name_are_kept_apart():
    drawings = Drawings()
    one, other = (
        drawings.add(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><defs>'
            f'<path id="r1" d="{path}"/></defs><use href="#r1"/></svg>',
            "wide",
        )
        for path in ("M0,0L1,1z", "M0,0L2,2z")
    )
    assert '<use href="#r1"/>' in one
    assert '<use href="#r1-2"/>' in other
    assert '<path id="r1" d="m0 0l1 1z"/>' in drawings.definitions
    assert '<path id="r1-2" d="m0 0l2 2z"/>' in drawings.definitions


def test_nothing_in_a_drawing_can_become_markup_of_the_page():
    hostile = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9&quot;&gt;&lt;script&gt;">'
        '<path d="&quot;/&gt;&lt;script&gt;"/></svg>'
    )
    made = str(Drawings().add(hostile, "wide"))
    assert "<script" not in made
    with pytest.raises(ET.ParseError):
        Drawings().add("<svg><g></svg>", "wide")


def test_pages_made_before_charts_were_elements_are_still_read():
    svg = '<svg xmlns="http://www.w3.org/2000/svg"/>'
    shown = (
        f'<picture><source srcset="data:image/svg+xml,{quote(svg)}">'
        f'<img src="data:image/svg+xml,{quote(svg)}" alt="A line."></picture>'
    )
    (one,) = published.read(FIGURE.format(shown).encode(), "report.html")
    assert (one.title, one.subtitle, one.alt) == ("Title", "Sub", "A line.")
    assert one.svg == one.narrow == svg


def test_a_chart_whose_letters_are_not_in_the_page_is_refused_by_name(page):
    without = re.sub('<path id="r1[^>]*>', "", page)
    with pytest.raises(IntegrityError, match="figure trajectory"):
        published.read(without.encode(), "report.html")


def test_a_figure_without_its_chart_is_refused_by_name():
    with pytest.raises(IntegrityError, match="figure a"):
        published.read(FIGURE.format("").encode(), "report.html")
