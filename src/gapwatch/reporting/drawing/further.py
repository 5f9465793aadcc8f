"""Letters that our own typeface lacks, from DejaVu Sans, which comes with matplotlib.

Its version is locked, so every machine makes the same bytes. A report without such letters holds
nothing of it.
"""

from __future__ import annotations

import base64
import io
from pathlib import Path

import matplotlib as mpl
from fontTools import subset
from fontTools.ttLib import TTFont

from gapwatch.study.base import FURTHER_LETTERS

FURTHER_NAME = "Gapwatch Further"
FURTHER_FOLDER = Path(mpl.get_data_path()) / "fonts" / "ttf"
# Bold takes the place of semi-bold, which DejaVu Sans hasn't.
FURTHER_FACES = ((400, "DejaVuSans.ttf"), (600, "DejaVuSans-Bold.ttf"))


def further_style(text: str) -> str:
    """A stylesheet with the letters of `text` that our own typeface lacks; "" where it lacks none.

    It holds the letters of both weights and no others, and goes behind our own stylesheet.
    """
    letters = sorted(FURTHER_LETTERS & set(text))
    if not letters:
        return ""
    faces = "".join(
        f'@font-face {{ font-family: "{FURTHER_NAME}"; font-weight: {weight}; src: '
        f'url("data:font/ttf;base64,{base64.b64encode(_cut(name, letters)).decode("ascii")}"); }}\n'
        for weight, name in FURTHER_FACES
    )
    return f'{faces}body {{ font-family: "Gapwatch Sans", "{FURTHER_NAME}", sans-serif; }}\n'


def _cut(name: str, letters: list[str]) -> bytes:
    """The font with these letters alone, without hinting; the same bytes each time."""
    options = subset.Options(hinting=False, layout_features=[], notdef_outline=True)
    options.drop_tables += ["FFTM"]  # of the program that drew it; there is nothing to cut down
    with TTFont(FURTHER_FOLDER / name, recalcTimestamp=False) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(text="".join(letters))
        cutter.subset(font)
        into = io.BytesIO()
        font.save(into)
    return into.getvalue()
