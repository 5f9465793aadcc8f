"""Pages of the documentation that a report names: links where a study says where it is."""

from __future__ import annotations

import re

import pytest
import yaml
from tests.conftest import ROOT
from tests.unit.reporting import samples
from tests.unit.reporting.papers import opened
from tests.whole.reporting.test_files import charts

from gapwatch.reporting.build import build_report
from gapwatch.reporting.document import Report
from gapwatch.reporting.formats.html import to_html
from gapwatch.reporting.formats.pdf import to_pdf
from gapwatch.reporting.language.texts import all_texts
from gapwatch.study.site import Site
from gapwatch.study.words import Words

WHERE = "https://example.org/our-programme/docs"
NAMED = {"docs/how-to/deaths-and-residents.md", "docs/methods.md"}
LED = {f"{WHERE}/{name.removeprefix('docs/').removesuffix('.md')}.html" for name in NAMED}


def reported(site: Site, words: Words | None = None) -> Report:
    told = {"verdict": "cannot calculate", "reason_code": "V03", "reason": "old"}
    study = samples.study().model_copy(update={"site": site, "words": words or Words()})
    return build_report(study, samples.old_facts(), samples.tables(**told))


def links(page: str) -> set[str]:
    return set(re.findall(r'<a href="(https://example\.org/our[^"]*)"', page))


def test_every_page_that_is_named_is_one_of_the_documentation() -> None:
    """The addresses are those that MkDocs gives: a page a file, so that it reads from a folder."""
    told = "\n".join(all_texts(reported(Site())))
    assert set(re.findall(r"docs/\S+\.md", told)) == NAMED
    assert all((ROOT / name).is_file() for name in NAMED)
    made = re.sub(r"(?m)^\s*-? *!.*$", "", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    assert yaml.safe_load(made)["use_directory_urls"] is False


@pytest.mark.parametrize("docs", [WHERE, f"{WHERE}/"])
def test_it_is_a_link_in_the_page_where_the_study_says_where(docs: str) -> None:
    bare, page = (to_html(reported(site), charts()).decode() for site in (Site(), Site(docs=docs)))
    assert links(page) == LED
    assert links(bare) == set()
    # Nothing but the links differs.
    assert re.sub(r'<a href="https://example\.org/our[^"]*">([^<]*)</a>', r"\1", page) == bare


def test_an_address_is_not_respelled() -> None:
    report = reported(Site(docs=WHERE, address=WHERE), Words(language="en-US"))
    assert report.docs == report.address == f"{WHERE}/"


def test_it_is_a_link_on_paper_too() -> None:
    made = to_pdf(reported(Site(docs=WHERE)), charts(), "report")
    notes = [note for page in opened(made).pages for note in page.get("/Annots", [])]
    led = {note.get_object()["/A"].get("/URI") for note in notes if "/A" in note.get_object()}
    assert led >= LED
