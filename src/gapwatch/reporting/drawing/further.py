"""Letters that our own typeface lacks: from DejaVu Sans, then from fonts that the study declares.

DejaVu Sans comes with matplotlib, whose version is locked, and a declared font has its hash in the
study, so every machine makes the same bytes. A report without such letters holds nothing of either.
"""

from __future__ import annotations

import base64
import io
import logging
import shutil
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import matplotlib as mpl

from gapwatch.study.fonts import Typeface
from gapwatch.study.letters import FURTHER, JOINERS, PRINTED, SHAPED

Typefaces = tuple[Typeface, ...]
FURTHER_NAME = "Gapwatch Further"
FURTHER_FOLDER = Path(mpl.get_data_path()) / "fonts" / "ttf"
# Bold takes the place of semi-bold, which DejaVu Sans hasn't.
FURTHER_FACES = ((400, "DejaVuSans.ttf"), (600, "DejaVuSans-Bold.ttf"))
_FAMILY = (
    "DejaVuSans.ttf",
    "DejaVuSans-Bold.ttf",
    "DejaVuSans-Oblique.ttf",
    "DejaVuSans-BoldOblique.ttf",
)
# It tells each table that it cuts.
logging.getLogger("fontTools").setLevel(logging.WARNING)


@cache
def _room() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="gapwatch-fonts-")


@cache
def kept(font: Typeface) -> Path:
    """A file with the font, alone in a folder under its hash, as long as this process lives.

    The drawing libraries read files and folders, and keep what they read of one by its name.
    """
    path = Path(_room().name) / font.sha256 / Path(font.file).with_stem("font").name
    path.parent.mkdir()
    path.write_bytes(font.content)
    return path


@cache
def further_folder() -> Path:
    """A folder with DejaVu Sans alone: beside it in its own lies one that has boxes for the rest,
    which a compiler would rather take than refuse."""
    folder = Path(_room().name) / "further"
    folder.mkdir()
    for name in _FAMILY:
        shutil.copyfile(FURTHER_FOLDER / name, folder / name)
    return folder


def further_style(text: str, fonts: Typefaces = ()) -> str:
    """A stylesheet with the letters of `text` that our own typeface lacks; "" where it lacks none.

    It holds the letters of both weights of DejaVu Sans, and those of declared fonts, and no others,
    and goes behind our own stylesheet.
    """
    used = set(text)
    letters = used & (FURTHER | SHAPED)
    joiners = used & JOINERS
    features = ["*"] if letters & SHAPED else []
    faces, names = [], []
    if letters:
        names.append(FURTHER_NAME)
        for weight, name in FURTHER_FACES:
            cut = _cut(FURTHER_FOLDER / name, letters | (joiners if features else set()), features)
            faces.append(_face(FURTHER_NAME, str(weight), cut))
    left = used - PRINTED - letters
    for number, font in enumerate(fonts, 1):
        own = left & font.letters
        if own:
            left -= own
            names.append(f"Gapwatch Declared {number}")
            cut = _cut(io.BytesIO(font.content), own | joiners, ["*"])
            faces.append(_face(names[-1], "100 900", cut))
    if not faces:
        return ""
    listed = ", ".join(f'"{name}"' for name in names)
    return f'{"".join(faces)}body {{ font-family: "Gapwatch Sans", {listed}, sans-serif; }}\n'


def _face(name: str, weight: str, font: bytes) -> str:
    encoded = base64.b64encode(font).decode("ascii")
    return (
        f'@font-face {{ font-family: "{name}"; font-weight: {weight}; src: '
        f'url("data:font/ttf;base64,{encoded}"); }}\n'
    )


def _cut(source: Path | io.BytesIO, letters: Iterable[str], features: list[str]) -> bytes:
    """The font with these letters alone, without hinting; the same bytes each time."""
    # Slow to import, and few places have names that our own fonts lack.
    from fontTools import subset  # noqa: PLC0415
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    options = subset.Options(hinting=False, layout_features=features, notdef_outline=True)
    options.drop_tables += ["FFTM"]  # of the program that drew it; there is nothing to cut down
    with TTFont(source, recalcTimestamp=False) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(text="".join(sorted(letters)))
        cutter.subset(font)
        into = io.BytesIO()
        font.save(into)
    return into.getvalue()
