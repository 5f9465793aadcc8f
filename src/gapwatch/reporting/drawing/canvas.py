"""Charts as SVG: drawn in the style of the Government Analysis Function, with our own font.

Every chart exists twice: wide, for paper and large screens, and narrow, for phones. Charts carry
no titles: the report says in words what each one shows. Nothing here reads the clock, the
machine's fonts or its settings, so the same tables give the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
from afcharts.af_colours import get_af_colours
from matplotlib import font_manager, patheffects
from matplotlib.text import Text

from gapwatch.reporting.drawing.further import (
    FURTHER_FACES,
    FURTHER_FOLDER,
    FURTHER_NAME,
    Typefaces,
    kept,
)
from gapwatch.reporting.drawing.letters import painted
from gapwatch.reporting.language.speech import respelled, spoken

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FONT = "Gapwatch Sans"
FONT_FOLDER = Path(__file__).parent.parent / "fonts"

# The duo palette, used the same way in every chart: dark blue for the better-off side and for the
# gap, orange for the worse-off side and for the target. Orange is 3:1 on white, so never for text.
BLUE, ORANGE = get_af_colours("duo")
WARNING = "#801650"  # of the banner that says that figures are invented
INK, SOFT_INK, GREY, LIGHT = "#0b0c0c", "#484949", "#767676", "#f2f2f2"

# Letters that cross a line stay legible on a white rim.
RIM_POINTS = 3
HALO = (patheffects.withStroke(linewidth=RIM_POINTS, foreground="white"),)

# Our font is tall in itself: matplotlib's own line spacing would tear a label's lines apart.
TIGHT = 0.92

WIDE_INCHES = 7.1
NARROW_INCHES = 2.95
STRIP_INCHES = 0.22


@dataclass(frozen=True)
class Chart:
    """One chart as SVG text: for wide pages and for phones."""

    wide: str
    narrow: str


Charts = Mapping[str, Chart]


@dataclass(frozen=True)
class Canvas:
    """What a drawing function is told about its space."""

    narrow: bool

    @property
    def width(self) -> float:
        """Width in inches."""
        return NARROW_INCHES if self.narrow else WIDE_INCHES


def drawn(draw_one: Callable[[Canvas], Figure], mark: str = "", fonts: Typefaces = ()) -> Chart:
    """Both versions of one chart, over a strip with the `mark` where there is one.

    `fonts` are the study's own, for what our typefaces lack.
    """
    with _style(fonts):
        figures = (draw_one(Canvas(narrow=narrow)) for narrow in (False, True))
        wide, narrow = (svg(_respelled(figure), _strip(figure, mark)) for figure in figures)
    return Chart(wide=wide, narrow=narrow)


def _respelled(figure: Figure) -> Figure:
    """The figure with its words as the language spells them."""
    if spoken().spelling is None:  # British English is what they are written in
        return figure
    for text in figure.findobj(Text):
        if isinstance(text, Text) and (said := respelled(text.get_text())) != text.get_text():
            text.set_text(said)
    return figure


def _strip(figure: Figure, mark: str) -> float:
    """Write the mark below the figure; the inches that it takes."""
    if not mark:
        return 0.0
    width, height = figure.get_size_inches()
    figure.text(
        0.06 / width,
        -0.5 * STRIP_INCHES / height,
        mark,
        fontsize=9,
        weight="semibold",
        color=WARNING,
        ha="left",
        va="center",
    )
    return STRIP_INCHES


@cache
def _register_fonts() -> None:
    for path in sorted(FONT_FOLDER.glob("*.ttf")):
        font_manager.fontManager.addfont(path)
    # Under a name of our own, by the weights of our typeface: nothing is left to a nearest match.
    font_manager.fontManager.ttflist.extend(
        font_manager.FontEntry(
            fname=str(FURTHER_FOLDER / name), name=FURTHER_NAME, style="normal", weight=weight
        )
        for weight, name in FURTHER_FACES
    )


@cache
def _registered(fonts: Typefaces) -> tuple[str, ...]:
    """The names under which declared fonts are known, by their hash; each serves every weight."""
    names = []
    for font in fonts:
        names.append(f"Gapwatch {font.sha256}")
        font_manager.fontManager.ttflist.extend(
            font_manager.FontEntry(
                fname=str(kept(font)), name=names[-1], style="normal", weight=weight
            )
            for weight, _ in FURTHER_FACES
        )
    return tuple(names)


@cache
def _published_style(file: Path) -> mpl.RcParams:
    return mpl.rc_params_from_file(file, use_default_template=False)


@contextmanager
def _style(fonts: Typefaces) -> Iterator[None]:
    """Matplotlib's own defaults, the style file, then ours: never the reader's matplotlibrc."""
    spec = find_spec("afcharts")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("afcharts is not installed: run make to install the lock")
    _register_fonts()
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_published_style(Path(spec.origin).with_name("afcharts.mplstyle")))
        mpl.rcParams.update(
            {
                "text.parse_math": False,  # a dollar sign in a name is a dollar sign
                "font.family": [FONT, FURTHER_NAME, *_registered(fonts)],
                "font.size": 10,
                "text.color": INK,
                "axes.labelcolor": INK,
                "xtick.labelcolor": INK,
                "ytick.labelcolor": INK,
                "axes.edgecolor": GREY,
                "xtick.color": GREY,
                "ytick.color": GREY,
                "grid.color": "#d9d9d9",
                "svg.fonttype": "path",
                "svg.hashsalt": "gapwatch",
                "hatch.linewidth": 0.6,
            }
        )
        yield


_COMMENT = re.compile(r"<!--.*?-->\s*", re.DOTALL)
_COORDINATES = re.compile(r'(?<= d=")[^"]*')
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_AROUND_LETTERS = re.compile(r"\s*([A-Za-z])\s*")
_ADVANCE = re.compile(r'transform="translate\((-?\d+(?:\.\d{1,2})?)\d*(?: 0)?\)"')
_GROUP = re.compile(r'<g id="[^"]*">')
# The lines of a text with a rim: each has its fill, where it stands, its size and its letters.
_RIM = "rim"
_RIMMED = re.compile(rf'<g id="{_RIM}">(?:\s*<g style="[^>]*>.*?</g>)+', re.DOTALL)
_LINE = re.compile(
    r'<g style="fill: ([^";]+)" transform="([^"]+ scale\(([\d.]+) [^"]+)">(.*?)</g>', re.DOTALL
)
_HEIGHT = re.compile(r'width="([\d.]+)pt" height="([\d.]+)pt"([^>]*?)viewBox="[^"]*"')
_DEFINED = re.compile("<defs>.*?</defs>", re.DOTALL)
_FONT_UNIT = 1 / 64  # of matplotlib's outlines of letters, whose size is a hundred points
# Names of glyphs and groups, long numbers and indentation are half of the file.
_SHORTER = (
    ("GapwatchSans-Regular-", "r"),
    ("GapwatchSans-SemiBold-", "s"),
    ("GapwatchSans-Italic-", "i"),
    ("xlink:href", "href"),
    ("; ", ";"),
    (": ", ":"),
)


def _rounded(match: re.Match[str]) -> str:
    text = f"{float(match.group()):.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


# Outlines of letters and markers come again in every chart; those of areas are long, and don't.
@lru_cache(512)
def _shorter(path: str) -> str:
    short = _AROUND_LETTERS.sub(r"\1", _LONG_NUMBER.sub(_rounded, path.strip()))
    return short.replace(" ", ",")


def _rimmed(line: re.Match[str]) -> str:
    """The letters of a line in white with a rim, then again in their colour."""
    fill, place, scale, letters = line.groups()
    width = RIM_POINTS / (float(scale) * _FONT_UNIT)
    white = f"fill: #ffffff; stroke: #ffffff; stroke-width: {width:.0f}"
    again = _DEFINED.sub("", letters)
    return (
        f'<g style="{white}" transform="{place}">{letters}</g>'
        f'<g style="fill: {fill}" transform="{place}">{again}</g>'
    )


def _rims(figure: Figure) -> None:
    """Mark texts with a rim: left to matplotlib, their letters would be drawn as outlines, twice,
    and take ten times the bytes."""
    for text in (*figure.texts, *(text for axes in figure.axes for text in axes.texts)):
        if text.get_path_effects():
            text.set_path_effects([])
            text.set_gid(_RIM)


def _taller(found: re.Match[str], points: float) -> str:
    width, height, between = found.groups()
    taller = f"{float(height) + points:g}"
    return f'width="{width}pt" height="{taller}pt"{between}viewBox="0 0 {width} {taller}"'


def svg(figure: Figure, below: float = 0.0) -> str:
    """The figure as compact SVG text without a date, a version or comments.

    `below` adds inches under the figure. Coordinates of paths keep two decimals of a point, letters
    those of a hundredth of their size.
    """
    _rims(figure)
    text = _COMMENT.sub("", painted(figure))
    text = _RIMMED.sub(lambda held: _LINE.sub(_rimmed, held.group()), text)
    text = _COORDINATES.sub(lambda path: _shorter(path.group()), text)
    text = _GROUP.sub("<g>", _ADVANCE.sub(r'x="\1"', text))
    for name, short in _SHORTER:
        text = text.replace(name, short)
    if below:
        text = _HEIGHT.sub(lambda found: _taller(found, 72 * below), text, count=1)
    return "\n".join(line.strip() for line in text.splitlines())
