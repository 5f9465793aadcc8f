"""Names in any script: drawn by declared fonts, and set apart where they run from right to left."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
import typst
from fontTools.ttLib import TTFont
from matplotlib.figure import Figure
from pypdf import PdfReader
from tests.conftest import ROOT

from gapwatch.reporting.drawing.canvas import Canvas, drawn
from gapwatch.reporting.drawing.further import Typefaces, further_style
from gapwatch.reporting.drawing.wrap import lines
from gapwatch.reporting.formats.compiler import TEMPLATES, families, typefaces
from gapwatch.reporting.formats.pdf import STANDARDS
from gapwatch.reporting.language.apart import END, START, Apart, apart
from gapwatch.study.fonts import Typeface
from gapwatch.study.letters import printable

CUT = ROOT / "tests" / "fonts" / "NotoSansSC-Cut.otf"
HEBREW, ARABIC, CHINESE = "צפון הרובע", "وستمنستر", "西敏区公园"


def chinese() -> Typefaces:
    content = CUT.read_bytes()
    with TTFont(CUT) as font:
        letters = frozenset(map(chr, font.getBestCmap()))
    return (Typeface(CUT.name, hashlib.sha256(content).hexdigest(), content, letters),)


def isolate(name: str) -> str:
    return f"{START}{name}{END}"


def written(text: str) -> Callable[[Canvas], Figure]:
    def one(_: Canvas) -> Figure:
        figure = Figure(figsize=(4, 1))
        figure.text(0.05, 0.5, text, weight="semibold")
        return figure

    return one


def glyphs(chart: str) -> list[str]:
    """The glyphs of a chart's one text from left to right."""
    placed = re.findall(r'<use href="#([^"]+)"(?: x="(-?[\d.]+)")?', chart)
    # An isolate is a blank without width.
    seen = [one for one in placed if one[0] != "s1"]
    return [name for name, _ in sorted(seen, key=lambda one: float(one[1] or 0))]


# --- charts ---------------------------------------------------------------------------------------


def test_in_a_chart_the_number_after_a_name_stays_on_its_right() -> None:
    apart_from = glyphs(drawn(written(f"{isolate(HEBREW)} 81")).wide)
    number = glyphs(drawn(written("81")).wide)
    assert apart_from[-2:] == number
    # Without the isolate the line would run from right to left, the number on the name's left.
    assert glyphs(drawn(written(f"{HEBREW} 81")).wide)[:2] == number


def test_a_chart_joins_arabic_letters_as_the_font_says() -> None:
    alone = {glyph for letter in ARABIC for glyph in glyphs(drawn(written(letter)).wide)}
    together = glyphs(drawn(written(isolate(ARABIC))).wide)
    assert len(together) == len(ARABIC)
    assert len(set(together) - alone) >= 4


@pytest.mark.filterwarnings("error")
def test_a_chart_draws_a_declared_font_and_the_same_bytes_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    made = drawn(written(f"{CHINESE} 81"), fonts=chinese())
    assert made == drawn(written(f"{CHINESE} 81"), fonts=chinese())
    assert sum("NotoSans" in name for name in glyphs(made.wide)) == len(CHINESE)
    assert not caplog.records


def test_a_chart_without_such_letters_is_the_same_with_fonts_declared() -> None:
    assert drawn(written("Llŷn 81"), fonts=chinese()) == drawn(written("Llŷn 81"))


# --- page and PDF ---------------------------------------------------------------------------------


def test_a_page_holds_the_declared_letters_that_it_needs_and_no_other_font() -> None:
    style = further_style(f"{CHINESE} 81", chinese())
    assert style == further_style(CHINESE[::-1], chinese())
    (encoded,) = re.findall(r"base64,([^\"]+)", style)
    with TTFont(io.BytesIO(base64.b64decode(encoded))) as font:
        assert {chr(at) for at in font.getBestCmap()} == set(CHINESE)
    assert '"Gapwatch Sans", "Gapwatch Declared 1", sans-serif' in style
    assert further_style("Paddington", chinese()) == ""


def test_a_page_has_what_joins_arabic_letters() -> None:
    style = further_style(ARABIC)
    for encoded in re.findall(r"base64,([^\"]+)", style):
        with TTFont(io.BytesIO(base64.b64decode(encoded))) as font:
            tags = {record.FeatureTag for record in font["GSUB"].table.FeatureList.FeatureRecord}
            assert {"init", "medi", "fina"} <= tags
    assert len(style) < 60_000


def pdf(words: str, fonts: Typefaces) -> PdfReader:
    template = (TEMPLATES / "paper.typ").read_text(encoding="utf-8")
    found = (line.strip() for line in template.splitlines())
    (setting,) = (line for line in found if line.startswith("set text(font"))
    setting = "#" + setting.replace("fill: ink, ", "")
    spoken = '#let report = (tongue: (tag: "en-GB"))\n#let fit = (text: 1)\n#let given = sys.inputs'
    made = typst.Compiler(
        f"{spoken}\n{setting}\n{words}\n".encode(), font_paths=typefaces(fonts)
    ).compile(
        format="pdf",
        pdf_standards=STANDARDS[:1],
        sys_inputs={"fonts": families(fonts)},
        timestamp=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )
    assert isinstance(made, bytes)
    return PdfReader(io.BytesIO(made))


def test_text_out_of_a_pdf_has_every_word_in_the_order_of_its_letters() -> None:
    page = pdf(f"{isolate(HEBREW)} 81; {isolate(ARABIC)} 7; {CHINESE} 3; 😀", chinese()).pages[0]
    words = page.extract_text()
    for word in (*HEBREW.split(), ARABIC, CHINESE, "😀", "81"):
        assert word in words
    fonts = {one.get_object()["/BaseFont"] for one in page["/Resources"]["/Font"].values()}
    used = {name.partition("+")[2].partition("-")[0] for name in fonts}
    assert used == {"DejaVuSans", "GapwatchSans", "NotoSansCJKsc"}


def test_a_pdf_is_refused_rather_than_printed_with_a_box() -> None:
    with pytest.raises(typst.TypstError, match="could not be displayed"):
        pdf(CHINESE, ())


# --- names set apart ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    title: str
    notes: tuple[str, ...]


def test_each_name_is_an_isolate_of_its_own_in_every_text() -> None:
    told = Told(f"{HEBREW} and {ARABIC}, 2035", ("Paddington", "Київ"))
    frame = pd.DataFrame({"area_name": ["אזור 2", "Paddington"], "years": [81.0, 79.0]})
    names = apart(told, {"gap": frame}, ())
    assert names is not None
    assert names.all(told) == Told(
        f"{isolate(HEBREW)} and {isolate(ARABIC)}, 2035", ("Paddington", "Київ")
    )
    assert list(names.all({"gap": frame})["gap"]["area_name"]) == [isolate("אזור 2"), "Paddington"]
    assert names.text("In אזור 2 it is 81") == f"In {isolate('אזור 2')} it is 81"
    versus = f"{HEBREW} v {ARABIC}"
    assert Apart([versus]).text(versus) == f"{isolate(HEBREW)} v {isolate(ARABIC)}"


def test_a_number_or_a_comma_between_two_names_is_in_neither() -> None:
    text = Apart(()).text(f"{ARABIC} 7.1, {HEBREW} (3.2), שדה")
    assert text == f"{isolate(ARABIC)} 7.1, {isolate(HEBREW)} (3.2), {isolate('שדה')}"


def test_a_sentence_that_holds_a_name_is_no_name() -> None:
    note = f"Renamed {HEBREW} 2011 by order"
    names = apart(Told(note, ()), {}, ())
    assert names is not None
    assert names.text(note) == f"Renamed {isolate(HEBREW)} 2011 by order"


def test_nothing_is_set_apart_where_all_is_left_to_right() -> None:
    frame = pd.DataFrame({"area_name": [CHINESE, "Київ"]})
    assert apart(Told("Llŷn", (CHINESE,)), {"gap": frame}, ()) is None


def test_a_name_over_two_lines_is_an_isolate_on_each() -> None:
    assert lines(isolate(HEBREW), 8) == [isolate("צפון"), isolate("הרובע")]
    assert lines(f"{isolate(HEBREW)} 81", 60) == [f"{isolate(HEBREW)} 81"]


def test_a_declared_font_lets_its_letters_in_and_no_other() -> None:
    (font,) = chinese()
    assert printable(f"{CHINESE} 2", font.letters) == f"{CHINESE} 2"
    with pytest.raises(ValueError, match="U\\+8C93"):
        printable("貓", font.letters)


def test_the_test_font_is_small() -> None:
    assert Path(CUT).stat().st_size < 20_000
