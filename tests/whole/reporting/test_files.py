"""The page and the three PDFs: self-contained, accessible, reproducible, the same words."""

import html
import io
import os
import re
import subprocess
import sys
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise

import pypdf
import pytest
from tests.unit.reporting import samples

from gapwatch.reporting.build import build_report
from gapwatch.reporting.document import Items, Paragraph, ReportFigure, Subheading
from gapwatch.reporting.render import draw, render

HOSTILE = '<script>alert(1)</script> "#panic()" $x$ *bold* & \\ `raw`'


def make(facts=None, **changes):
    study, tables = samples.study(), samples.tables(**changes)
    facts = facts or samples.old_facts()
    report = build_report(study, facts, tables)
    return report, render(report, charts())


@cache
def charts():
    """Charts depend on the tables and the date alone, which all tests here share."""
    return draw(samples.study(), samples.tables(), samples.old_facts())


@pytest.fixture(scope="module")
def made():
    return make(verdict="cannot calculate", reason_code="V03", reason="old")


@pytest.fixture(scope="module")
def page(made):
    return made[1]["report.html"].decode()


@pytest.fixture(scope="module")
def pdfs(made):
    names = ("summary.pdf", "report.pdf", "annex.pdf")
    return {name: pypdf.PdfReader(io.BytesIO(made[1][name])) for name in names}


@pytest.fixture(scope="module", params=["summary.pdf", "report.pdf", "annex.pdf"])
def pdf(pdfs, request):
    return pdfs[request.param]


class Outline(HTMLParser):
    """Tags and headings in order."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.ids = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id"]


def test_sizes_stay_within_their_limits(made):
    assert len(made[1]["report.html"]) < 750_000
    assert len(made[1]["summary.pdf"]) < 200_000
    every = [len(content) for name, content in made[1].items() if name.endswith(".pdf")]
    assert sum(every) < 2_000_000


def test_made_in_turn_the_files_are_those_that_are_made_side_by_side(made):
    """A fleet makes them in turn: every processor has a worker."""
    report, files = made
    assert render(report, charts(), side_by_side=False) == files


def test_the_page_needs_no_script_and_asks_for_nothing(page):
    tags = Outline(page).tags
    assert "script" not in {tag for tag, _ in tags}
    for tag, attrs in tags:
        for name in ("src", "srcset", "href", "poster", "action"):
            value = attrs.get(name, "")
            allowed = value.startswith(("data:", "#")) or (tag == "a" and name == "href")
            assert not value or allowed, (tag, name, value[:40])
    assert "default-src 'none'" in page
    assert not re.search(r"url\((?!\"data:|#)", page)


def test_the_page_has_its_language_one_main_heading_and_no_skipped_level(page):
    tags = Outline(page).tags
    assert dict(tags)["html"]["lang"] == "en-GB"
    levels = [int(tag[1]) for tag, _ in tags if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_identifiers_are_unique_and_links_inside_the_page_arrive(page):
    found = Outline(page)
    assert len(found.ids) == len(set(found.ids))
    inside = [a["href"][1:] for tag, a in found.tags if tag == "a" and a["href"].startswith("#")]
    assert set(inside) <= set(found.ids)


def test_every_table_has_a_caption_and_scopes_and_every_image_an_alt_text(page):
    tags = Outline(page).tags
    names = [tag for tag, _ in tags]
    assert names.count("caption") == names.count("table") > 3
    assert all(attrs.get("scope") in ("col", "row") for tag, attrs in tags if tag == "th")
    drawn = [attrs for _, attrs in tags if attrs.get("role") == "img"]
    assert len(drawn) == names.count("figure") > 3
    assert all(len(attrs["aria-label"]) > 60 for attrs in drawn)
    assert all(attrs["aria-hidden"] == "true" for tag, attrs in tags if tag == "svg")
    assert "img" not in names


def test_hostile_text_is_printed_as_it_stands():
    facts = samples.old_facts(changed_sentence=HOSTILE)
    _, files = make(facts)
    page = files["report.html"].decode()
    assert "<script" not in page
    assert html.escape(HOSTILE, quote=False).split()[0] in page
    text = words_of(pypdf.PdfReader(io.BytesIO(files["report.pdf"])))
    assert squeeze('"#panic()" $x$ *bold* & \\ `raw`') in text


def squeeze(text):
    """Letters alone: PDF text extraction has its own idea of spaces."""
    return re.sub(r"[\s\u00a0\u200b\u2060\u00ad]+", "", text)


def words_of(reader):
    return squeeze("".join(page.extract_text() for page in reader.pages))


def test_the_page_and_the_pdfs_say_the_same_words(made, page, pdfs):
    report, _ = made
    # A term's first use is a link to what it means, a file one to itself; the words are the same.
    unlinked = re.sub(r'<a (?:class="term"|href="data/)[^>]*>([^<]*)</a>', r"\1", page)
    printed = words_of(pdfs["report.pdf"]) + words_of(pdfs["annex.pdf"])
    shown = squeeze(html.unescape(unlinked))
    texts = [report.banner.headline, *report.banner.because]
    for answer in report.answers:
        texts += [answer.question, answer.short, *answer.more]
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, Paragraph | Subheading):
                texts.append(block.text)
            elif isinstance(block, Items):
                texts += block.items
            elif isinstance(block, ReportFigure):
                texts += [block.title, block.subtitle, *block.notes]
                texts += [cell for table in block.tables for row in table.rows for cell in row]
    for text in texts:
        assert squeeze(text) in shown, text
        # A line that ends in a page break carries the next page's header in between.
        assert squeeze(text)[:60] in printed, text


def test_the_pdf_is_tagged_titled_and_in_british_english(pdf, made):
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "The life-expectancy gap in Riverton" in pdf.metadata.title
    xmp = pdf.xmp_metadata.stream.get_data().decode()
    assert re.search(r"pdfuaid:part>?=?\"?1", xmp)
    assert re.search(r"pdfaid:part>?=?\"?2", xmp)


def test_the_pdf_holds_only_our_fonts_embedded(pdf):
    fonts = set()
    for page in pdf.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            inner = font.get_object()
            fonts.add(str(inner["/BaseFont"]))
            below = inner["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            assert {"/FontFile2", "/FontFile3"} & set(below)
    assert fonts
    assert all("GapwatchSans" in name for name in fonts)


def test_the_date_of_the_pdf_is_that_of_the_snapshot(pdf):
    assert pdf.metadata.creation_date.date().isoformat() == "2026-11-23"


def test_a_demonstration_says_so_on_every_page():
    note = "Invented figures: a demonstration."
    _, files = make(samples.old_facts(demonstration=note))
    assert note in files["report.html"].decode()
    for name in ("summary.pdf", "report.pdf", "annex.pdf"):
        for page in pypdf.PdfReader(io.BytesIO(files[name])).pages:
            assert squeeze(note) in squeeze(page.extract_text()), name


SCRIPT = """
import hashlib
from tests.whole.reporting.test_files import make
for name, content in sorted(make()[1].items()):
    print(name, hashlib.sha256(content).hexdigest())
"""


@pytest.mark.long
def test_the_same_bytes_in_another_folder_time_zone_and_language(tmp_path):
    outputs = []
    for zone, language, folder in (("UTC", "C.UTF-8", None), ("Asia/Tokyo", "de_DE", tmp_path)):
        environment = os.environ | {
            "TZ": zone,
            "LANG": language,
            "LC_ALL": language,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "PYTHONHASHSEED": str(len(outputs)),
        }
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=180,
        )
        outputs.append(done.stdout)
    assert outputs[0] == outputs[1]
    assert "report.pdf" in outputs[0]


def test_a_table_on_screen_alone_is_in_the_page_and_not_on_paper(page, pdfs):
    caption = "Every check, and how many rows failed it"
    assert caption in page
    sheets = [sheet for pdf in pdfs.values() for sheet in pdf.pages]
    paper = " ".join(" ".join(sheet.extract_text().split()) for sheet in sheets)
    assert caption not in paper
    assert "Each check, with how many rows failed it, is in data/validation.csv." in paper


def test_the_answer_and_the_contents_are_one_page_of_the_report(pdfs):
    first = " ".join(pdfs["report.pdf"].pages[0].extract_text().split())
    assert "1. The answer" in first
    assert "In this report" in first
    assert "How it was made" in first
