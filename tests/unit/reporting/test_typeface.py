"""What a study may be named: exactly the characters that the report's typeface has."""

from __future__ import annotations

import pytest
from fontTools.ttLib import TTFont
from tests.conftest import ROOT

from gapwatch.study.base import PRINTED, printable

FONTS = ROOT / "src" / "gapwatch" / "reporting" / "fonts"


def test_every_cut_of_the_typeface_has_each_character_that_is_let_in_and_no_other() -> None:
    cuts = [set(TTFont(path).getBestCmap()) for path in sorted(FONTS.glob("*.ttf"))]
    shared = set.intersection(*cuts)
    let_in = {at for first, last in PRINTED for at in range(first, last + 1)}
    assert let_in == {at for at in shared if at >= 0x20 and not 0x7F <= at <= 0x9F}


@pytest.mark.parametrize("name", ["Llŷn", "Caerẁys Ẅ", "Kraków", "Țara", "Ystradgynlais’s"])
def test_names_of_these_islands_and_their_neighbours_are_let_in(name: str) -> None:
    assert printable(name) == name


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("وستمنستر", "'و' (U+0648)"),
        ("西敏", "'西' (U+897F), '敏' (U+654F)"),
        ("Pad\u202edington", "(U+202E)"),
        ("Ward 🙂", "(U+1F642)"),
        ("Ə", "'Ə' (U+018F)"),
        ("Nëw\x7f", "(U+007F)"),
    ],
)
def test_a_name_that_would_print_as_boxes_is_refused_with_the_characters(
    name: str, told: str
) -> None:
    with pytest.raises(ValueError, match="Latin letters") as caught:
        printable(name)
    assert told in str(caught.value)
