"""A place that is no English borough: no word of England, another language, names of any length."""

from __future__ import annotations

import ast
import datetime as dt
import re
from functools import cache
from pathlib import Path

import pytest
from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from tests import claims
from tests.conftest import ROOT
from tests.unit.reporting import elsewhere, samples

from gapwatch.reporting import kit
from gapwatch.reporting.build import build_report
from gapwatch.reporting.document import Report
from gapwatch.reporting.formats.html import to_html
from gapwatch.reporting.formats.pdf import to_pdf
from gapwatch.reporting.language import numbers
from gapwatch.reporting.language.speech import Speech, respelled, speaking, spoken
from gapwatch.reporting.language.spelling import AMERICAN, American
from gapwatch.reporting.language.texts import all_texts
from gapwatch.reporting.render import draw
from gapwatch.study.tongue import TONGUES
from gapwatch.study.words import Words

WORLDS = ("published", "without a verdict", "computed", "later")
BRITISH = re.compile(
    r"\b(?:\w+(?:isation|ise|ised|ising|yse|ysed|ogue|elled|elling|entre|entred|itre|etres?)"
    r"|\w*(?:[b-df-hj-np-tv-z]our|hbours?|hbouring|vour|viour|lour|lours)|licences?|grey|programmes?|noughts)\b",
    re.IGNORECASE,
)
# Of both spellings.
SHARED = re.compile(
    r"four|hour|your|raise|otherwise|promise|rise|precise|wise|noise|exercise|revise|advise|arise"
    r"|likewise|surprise|comprise|concise|franchise|size|dialogue|spelled|telling|selling|dwelling"
    r"|foretelling|spelling|apprise|premise|mitre",
    re.IGNORECASE,
)


@cache
def reported(which: str) -> Report:
    study, facts, tables = elsewhere.world(which)
    return build_report(study, facts, tables)


@pytest.mark.parametrize("which", WORLDS)
def test_no_string_of_the_report_holds_a_word_of_england(which: str) -> None:
    told = [text for text in all_texts(reported(which)) if text]
    assert len(told) > 300
    assert [text for text in told if elsewhere.ENGLISH.search(text)] == []


@pytest.mark.parametrize("which", WORLDS)
def test_no_string_of_the_report_is_spelled_as_in_britain(which: str) -> None:
    report = reported(which)
    names = " ".join(samples.NAMES).lower()
    found = {
        word.group().lower()
        for text in all_texts(report)
        for word in BRITISH.finditer(text)
        if not SHARED.search(word.group()) and word.group().lower() not in names
    }
    assert found == set()
    assert "Harbour" in names.title()


def test_pages_papers_and_kit_hold_none_either_and_say_their_language() -> None:
    study, facts, tables = elsewhere.world("without a verdict")
    report, charts = reported("without a verdict"), draw(study, tables, facts)
    annex, page = to_pdf(report, charts, "annex"), to_html(report, charts)
    made = {"annex.pdf": annex, "report.html": page, **kit.make(report, charts)}
    for name, content in made.items():
        told = claims.of(name, content)
        assert told
        assert [text for text in told if elsewhere.ENGLISH.search(text)] == []
    assert b"/Lang (en-US)" in annex or b"en-US" in annex
    assert '<html lang="en-US">' in page.decode()
    assert 'content="en_US"' in page.decode()


def test_the_study_names_place_areas_and_offices() -> None:
    report = reported("without a verdict")
    told = "\n".join(all_texts(report))
    assert "Where in the city" in told
    assert "2010 community areas" in told
    assert "A community area counts as" in told
    assert "To: the state's registrar of deaths, or the commissioner of health for" in told
    assert "Deaths by census tract, sex and age in Riverton" in told
    assert "November 23, 2026" in told
    assert "2020 tracts (of about 4,000 people)" in "\n".join(all_texts(reported("later")))


def test_no_chapter_knows_a_word_of_england_but_the_one_that_may() -> None:
    """Static: every string of the package that could reach a reader, docstrings left out."""
    folder, found = ROOT / "src" / "gapwatch", set()
    for part in ("reporting", "site", "alerting.py", "targets.py"):
        where = folder / part
        for path in sorted(where.rglob("*.py")) if where.is_dir() else [where]:
            for text in _strings(path):
                if elsewhere.ENGLISH.search(text) and text != numbers.WHOLE:
                    found.add(path.relative_to(folder).as_posix())
    allowed = {
        "reporting/language/country.py",
        "reporting/language/glossary.py",
        "reporting/language/numbers.py",
        # Keys of tables, never printed.
        "reporting/evidence/areas.py",
    }
    assert found <= allowed
    for template in folder.rglob("templates/*"):
        if template.suffix in (".j2", ".typ") and "starting" not in template.parts:
            assert not elsewhere.ENGLISH.search(template.read_text(encoding="utf-8")), template


def test_every_british_word_of_ours_has_an_american_one() -> None:
    found = set()
    for part in ("reporting", "site"):
        for path in sorted((ROOT / "src" / "gapwatch" / part).rglob("*.py")):
            if path.name == "spelling.py":
                continue
            for text in _strings(path):
                found |= {word.group().lower() for word in BRITISH.finditer(text)}
    unknown = {word for word in found if not SHARED.search(word)} - set(AMERICAN)
    assert unknown == set()
    assert len(found & set(AMERICAN)) > 8


def _strings(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return [c.value for c in constants if isinstance(c.value, str) and id(c) not in docs]


@pytest.mark.parametrize("tag", TONGUES)
def test_numbers_and_dates_are_those_of_cldr(tag: str) -> None:
    """Babel, which holds the CLDR, as an oracle: it is no part of what runs."""
    locale, day = Locale.parse(tag, sep="-"), dt.date(2026, 11, 3)
    with speaking(Speech(TONGUES[tag])):
        assert numbers.number(12345.6) == format_decimal(12345.6, "#,##0.0", locale=locale)
        assert numbers.date(day) == format_date(day, "long", locale=locale)
        assert numbers.date_of("2026-11-03") == numbers.date(day)


@pytest.mark.parametrize(
    ("words", "printed"),
    [
        ({"decimal": ",", "thousands": "."}, "12.345,6"),
        ({"decimal": ",", "thousands": " "}, "12\N{NARROW NO-BREAK SPACE}345,6"),
        ({"thousands": "’"}, "12’345.6"),
        ({"thousands": ""}, "12345.6"),
    ],
)
def test_a_study_may_declare_its_own_marks(words: dict[str, str], printed: str) -> None:
    with speaking(Speech(Words.model_validate(words).tongue)):
        assert numbers.number(12345.6) == printed
        assert numbers.unmarked(f"{printed} (1 to 2)") in ("12,345.6 (1 to 2)", "12345.6 (1 to 2)")
        assert numbers.percent(0.7996, 0.8) == f"just under {numbers.line(0.8)}"


def test_names_keep_their_own_spelling() -> None:
    american = American(["Grey Street Centre", "The Grey"])
    told = american.text("In grey: Grey Street Centre and the grey. Levelling down in the centre.")
    assert told == "In gray: Grey Street Centre and the grey. Leveling down in the center."
    assert american.text("See data/levelling_down.csv and levelling.md") == (
        "See data/levelling_down.csv and levelling.md"
    )


def test_outside_of_a_study_all_is_british() -> None:
    with speaking(Speech(TONGUES["en-US"])):
        assert respelled(("a grey line",)) == ("a gray line",)
    assert spoken().tongue.tag == "en-GB"
    assert respelled(("a grey line",)) == ("a grey line",)
    report = build_report(samples.study(), samples.facts(), samples.tables())
    assert report.known_at == "23 November 2016"


LONG = "neighbourhood improvement and community development district"
ARABIC = "المناطق المجتمعية في المدينة"


@pytest.mark.parametrize(("one", "many"), [(LONG, f"{LONG[:-1]}s"[:60]), (ARABIC, ARABIC)])
def test_words_of_sixty_letters_or_from_right_to_left_leave_no_sentence_hanging(
    one: str, many: str
) -> None:
    words = {**elsewhere.WORDS, "whole": one, "area": one, "areas": many}
    study, facts, tables = elsewhere.world("published", words)
    report = build_report(study, facts, tables)
    texts = [text for text in all_texts(report) if text]
    assert any(one in text.replace("\u2067", "").replace("\u2069", "") for text in texts)
    for text in texts:
        assert "  " not in text
        assert not re.search(r" [.,;:]|\(\)|\bNone\b", text), text
