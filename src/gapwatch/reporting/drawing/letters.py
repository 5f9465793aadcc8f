"""Lines of letters, laid out once for all charts: the same names and numbers stand in most of them.

A chart exists twice, and a borough's areas stand in five of them. How a line is set depends on its
letters and its typeface alone, in a hundredth of its size; only its place and size differ.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.colors import rgb2hex
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.textpath import TextToPath

if TYPE_CHECKING:
    from matplotlib.backend_bases import GraphicsContextBase
    from matplotlib.figure import Figure
    from matplotlib.text import Text

DPI = 72
# Lines of a few studies: a process that reports on hundreds holds no more of them.
REMEMBERED = 4096
_SETTER = TextToPath()
_FONT_UNITS = 64  # of FreeType, in a unit of an outline as matplotlib gives it
_SCALED = f"scale({1 / _FONT_UNITS:g})"
_HELD = re.compile(r'<use xlink:href="#@(\d+)"/>')


Face = tuple[tuple[str, ...], str, str | int, str | int]


@dataclass(frozen=True)
class Lettering:
    """A line's letters as SVG text, and their names, each once."""

    letters: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Outlines:
    """Outlines of the letters of a typeface that were met so far: as drawn, and as SVG text."""

    drawn: dict[str, Any] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)


def _face(prop: FontProperties) -> Face:
    """What tells one typeface from another, its size apart."""
    return tuple(prop.get_family()), prop.get_style(), prop.get_weight(), prop.get_stretch()


def _sized(face: Face) -> FontProperties:
    given = dict(zip(("family", "style", "weight", "stretch"), face, strict=True))
    return FontProperties(size=_SETTER.FONT_SCALE, **given)  # type: ignore[arg-type]


@cache
def _outlines(face: Face) -> Outlines:  # noqa: ARG001 - a place for each
    return Outlines()


@lru_cache(REMEMBERED)
def _extent(text: str, face: Face) -> tuple[float, float, float]:
    """Width, height and descent of a line whose size is `TextToPath.FONT_SCALE`."""
    return _SETTER.get_text_width_height_descent(text, _sized(face), ismath=False)


@cache
def _heights(face: Face) -> tuple[int, int, int, int]:
    """Ascent, descent, gap between lines and units of an em, as the typeface itself says."""
    font = _SETTER._get_font(_sized(face))  # type: ignore[attr-defined]
    told, units = font.get_sfnt_table("OS/2"), font.get_sfnt_table("head")["unitsPerEm"]
    return told["sTypoAscender"], -told["sTypoDescender"], told["sTypoLineGap"], units


@lru_cache(REMEMBERED)
def _line(text: str, face: Face) -> Lettering:
    font = _SETTER._get_font(_sized(face))  # type: ignore[attr-defined]
    placed, _, _ = _SETTER.get_glyphs_with_font(font, text, _outlines(face).drawn)
    letters = "\n".join(
        f'<use xlink:href="#{name}"{_advance(across, up)}/>' for name, across, up, _ in placed
    )
    return Lettering(letters, tuple(dict.fromkeys(name for name, *_ in placed)))


def _advance(across: float, up: float) -> str:
    if not across and not up:
        return ""
    return f' transform="translate({_number(across)} {_number(up)})"'


def _number(value: float) -> str:
    return f"{value:f}".rstrip("0").rstrip(".")


def painted(figure: Figure) -> str:
    """The figure as SVG text, 72 dots an inch; it keeps that resolution."""
    figure.dpi = DPI
    _place_nothing(figure)
    width, height = figure.get_size_inches() * DPI
    renderer = Renderer(float(width), float(height))
    figure.draw(renderer)
    return renderer.text()


def _place_nothing(figure: Figure) -> None:
    """Say where labels without a word stand: else every tick is measured to find out."""
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            if not axis.get_label_text():
                axis.set_label_coords(0.0, 0.0)


class Renderer(RendererSVG):
    """Draws as matplotlib draws SVG, but lays no line out twice.

    Lines are held back while a figure is drawn; `text` puts them in.
    """

    def __init__(self, width: float, height: float) -> None:
        """`width` and `height` in points."""
        self._drawn = io.StringIO()
        self._lines: list[str] = []
        nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
        super().__init__(width, height, self._drawn, image_dpi=DPI, metadata=nothing)  # type: ignore[no-untyped-call]
        self._out: Any = self.writer

    def text(self) -> str:
        """What was drawn."""
        self.finalize()  # type: ignore[no-untyped-call]
        return _HELD.sub(lambda found: self._lines[int(found[1])], self._drawn.getvalue())

    def get_text_width_height_descent(
        self,
        s: str,
        prop: FontProperties,
        ismath: Any,  # noqa: ARG002 - our texts hold none
    ) -> tuple[float, float, float]:
        """Of a line, in points."""
        scale = prop.get_size_in_points() / _SETTER.FONT_SCALE
        width, height, descent = _extent(s, _face(prop))
        return width * scale, height * scale, descent * scale

    def _get_font_height_metrics(self, prop: FontProperties) -> tuple[float, float, float]:
        """How far a line reaches up and down, and the gap to the next, in points.

        Every text asks for them to lay itself out, and matplotlib finds the typeface anew for each
        unless its renderer knows.
        """
        ascent, descent, gap, units = _heights(_face(prop))
        scale = 1 / units * prop.get_size_in_points() * DPI / 72
        return ascent * scale, descent * scale, gap * scale

    def draw_text(
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        s: str,
        prop: FontProperties,
        angle: float,
        ismath: Any = False,  # noqa: ARG002 - our texts hold none
        mtext: Text | None = None,  # noqa: ARG002 - nor features of a typeface
    ) -> None:
        """A line at `x` and `y` in points, `angle` in degrees against the clock."""
        clips = self._get_clip_attrs(gc)  # type: ignore[no-untyped-call]
        if clips:
            self._out.start("g", clips)
        face = _face(prop)
        line = _line(s, face)
        alpha = gc.get_alpha() if gc.get_forced_alpha() else gc.get_rgb()[3]
        colour, size = rgb2hex(gc.get_rgb()), prop.get_size_in_points() / _SETTER.FONT_SCALE
        style = [] if colour == "#000000" else [f"fill: {colour}"]
        style += [] if alpha == 1 else [f"opacity: {_number(alpha)}"]
        place = f"translate({_number(x)} {_number(y)})" if x or y else ""
        turn = f" rotate({_number(-angle)})" if angle else ""
        scale = f" scale({_number(size)} {_number(-size)})"
        self._out.start("g", {"style": "; ".join(style), "transform": f"{place}{turn}{scale}"})
        self._define(line.names, _outlines(face))
        if line.letters:
            self._out.element("use", attrib={"xlink:href": f"#@{len(self._lines)}"})
            self._lines.append(line.letters)
        self._out.end("g")
        if clips:
            self._out.end("g")

    def _define(self, names: tuple[str, ...], outlines: Outlines) -> None:
        """Outlines of the letters that this drawing hasn't had so far."""
        new = [name for name in names if name not in self._glyph_map]
        if not new:
            return
        self._out.start("defs")
        for name in new:
            if name not in outlines.told:
                corners, codes = outlines.drawn[name]
                path = Path(corners * _FONT_UNITS, codes)
                outlines.told[name] = self._convert_path(path, simplify=False)  # type: ignore[no-untyped-call]
            self._out.element("path", id=name, d=outlines.told[name], transform=_SCALED)
            self._glyph_map[name] = outlines.drawn[name]
        self._out.end("defs")
