"""What a study may be named: exactly the characters that the report's typefaces have."""

from __future__ import annotations

import base64
import datetime as dt
import io
import re
import unicodedata
from collections.abc import Callable

import pytest
import typst
from fontTools.ttLib import TTFont
from matplotlib.figure import Figure
from pypdf import PdfReader
from tests.conftest import ROOT

from gapwatch.reporting.drawing.canvas import Canvas, drawn
from gapwatch.reporting.drawing.further import FURTHER_FOLDER, further_style
from gapwatch.reporting.formats.compiler import TEMPLATES, typefaces
from gapwatch.reporting.formats.pdf import STANDARDS
from gapwatch.study.letters import FURTHER, PRINTED, SHAPED, printable

FONTS = ROOT / "src" / "gapwatch" / "reporting" / "fonts"


def test_every_cut_of_the_typeface_has_each_character_that_is_let_in_and_no_other() -> None:
    cuts = [set(TTFont(path).getBestCmap()) for path in sorted(FONTS.glob("*.ttf"))]
    shared = set.intersection(*cuts)
    let_in = set(map(ord, PRINTED))
    assert let_in == {at for at in shared if at >= 0x20 and not 0x7F <= at <= 0x9F}


def test_every_further_letter_is_in_the_locks_fonts_and_is_set_from_left_to_right() -> None:
    cuts = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSans-Oblique.ttf")
    shared = set.intersection(*(set(TTFont(FURTHER_FOLDER / cut).getBestCmap()) for cut in cuts))
    assert set(map(ord, FURTHER)) <= shared
    assert not FURTHER & PRINTED
    for letter in FURTHER:
        assert unicodedata.category(letter) in {"Lu", "Ll", "Lt", "Lo"}, letter
        assert unicodedata.bidirectional(letter) == "L", letter


def test_every_shaped_character_is_in_both_weights_of_the_locks_font_and_is_seen() -> None:
    cuts = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
    shared = set.intersection(*(set(TTFont(FURTHER_FOLDER / cut).getBestCmap()) for cut in cuts))
    assert set(map(ord, SHAPED)) <= shared
    assert not SHAPED & (PRINTED | FURTHER)
    assert {unicodedata.category(character)[0] for character in SHAPED} <= set("LMNPS")


@pytest.mark.parametrize(
    "name",
    [
        "Łódź",
        "Hà Nội",
        "Αθήνα",
        "Київ",
        "Երևան",
        "თბილისი",
        "Ə",
        "وستمنستر",
        "שכונה (צפון) 2",
        "ὁδός",
        "ວຽງຈັນ",
        "Ward 😀",
        "❤️",
        "می‌خواهم",
    ],
)
def test_names_in_other_scripts_are_let_in(name: str) -> None:
    assert printable(name) == name


def test_a_page_holds_the_further_letters_that_it_needs_and_nothing_for_none() -> None:
    assert further_style("Ystradgynlais’s Ẅ, 70.1 ≤ π") == ""
    style = further_style("Київ, Ward 3")
    assert further_style("3 Київ Київ") == style
    for encoded in re.findall(r"base64,([^\"]+)", style):
        font = TTFont(io.BytesIO(base64.b64decode(encoded)))
        assert {chr(at) for at in font.getBestCmap()} == set("Київ")
    assert len(re.findall("@font-face", style)) == len(re.findall("base64", style)) == 2
    assert len(style) < 12_000


@pytest.mark.parametrize("name", ["Llŷn", "Caerẁys Ẅ", "Kraków", "Țara", "Ystradgynlais’s"])
def test_names_of_these_islands_and_their_neighbours_are_let_in(name: str) -> None:
    assert printable(name) == name


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("西敏", "'西' (U+897F), '敏' (U+654F)"),
        ("Pad\u200cdington", "(U+200C)"),
        ("\u2067שכונה", "(U+2067)"),
        ("Pad\u202edington", "(U+202E)"),
        ("Ward 🫠", "(U+1FAE0)"),
        ("वार्ड", "'व' (U+0935)"),
        ("Ё\u0301", "(U+0301)"),
        ("Nëw\x7f", "(U+007F)"),
    ],
)
def test_a_name_that_would_print_as_boxes_is_refused_with_the_characters(
    name: str, told: str
) -> None:
    with pytest.raises(ValueError, match="or a font under") as caught:
        printable(name)
    assert told in str(caught.value)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("weight", ["normal", "semibold"])
def test_a_chart_draws_further_letters_and_looks_for_no_other_font(
    weight: str, caplog: pytest.LogCaptureFixture
) -> None:
    def draw(name: str) -> Callable[[Canvas], Figure]:
        def one(_: Canvas) -> Figure:
            figure = Figure(figsize=(3, 1))
            figure.text(0.1, 0.5, name, weight=weight)
            return figure

        return one

    made = drawn(draw("Київ Αθήνα Երևան თბილისი")).wide
    assert drawn(draw("Київ Αθήνα Երևան თბილისი")).wide == made
    assert "DejaVuSans" in made
    assert "DejaVuSans" not in drawn(draw("Llŷn")).wide
    assert not caplog.records


def test_a_pdf_has_further_letters_from_the_locks_font_alone() -> None:
    template = (TEMPLATES / "paper.typ").read_text(encoding="utf-8")
    lines = (line.strip() for line in template.splitlines())
    (setting,) = (line for line in lines if line.startswith("set text(font"))
    setting = "#" + setting.replace("fill: ink, ", "")
    spoken = (
        '#let report = (tongue: (tag: "en-GB"))\n#let fit = (text: 1)\n#let given = (fonts: "[]")'
    )
    made = typst.Compiler(
        f"{spoken}\n{setting}\nКиїв *Київ*\n".encode(), font_paths=typefaces()
    ).compile(
        format="pdf", pdf_standards=STANDARDS[:1], timestamp=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    )
    page = PdfReader(io.BytesIO(made)).pages[0]
    assert page.extract_text().split() == ["Київ", "Київ"]
    names = {font.get_object()["/BaseFont"] for font in page["/Resources"]["/Font"].values()}
    # The blank between them is of our own typeface.
    used = {name.partition("+")[2] for name in names}
    assert used == {"DejaVuSans", "DejaVuSans-Bold", "GapwatchSans-Regular"}
