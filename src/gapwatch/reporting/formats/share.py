"""A chart as a picture to share: 1200 by 630, with what was found, its source and its citation.

Both forms come from one template of the PDF compiler, with our own fonts and no other: letters are
paths in the SVG, and the PNG has the size that social networks and chat programs show.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version

from gapwatch.reporting.drawing.canvas import FONT_FOLDER
from gapwatch.reporting.drawing.further import Typefaces
from gapwatch.reporting.formats.compiler import TEMPLATES, Compiler
from gapwatch.study.tongue import BRITISH

TEMPLATE = TEMPLATES / "share.typ"
_WHAT = "a picture of a chart"
WIDTH, HEIGHT = 1200, 630


@dataclass(frozen=True)
class ShareWords:
    """The words around a chart, and their language; `mark` says that figures are invented, "" where
    they are not."""

    title: str
    subtitle: str
    source: str
    citation: str
    mark: str = ""
    language: str = BRITISH.tag


def drawn_from(words: ShareWords, chart: str, fonts: Typefaces = ()) -> str:
    """A hash of all that decides a picture: words, chart, template, fonts, compiler."""
    declared = [font.sha256 for font in fonts]
    told = json.dumps(
        [asdict(words), chart, _fixed(), *declared], sort_keys=True, ensure_ascii=False
    )
    return hashlib.sha256(told.encode()).hexdigest()


def shared(words: ShareWords, chart: str, fonts: Typefaces = ()) -> tuple[bytes, bytes]:
    """The picture as SVG and as PNG of 1200 by 630 pixels.

    Raises OutputError when the compiler refuses the chart.
    """
    inputs = {
        "picture": json.dumps(asdict(words), ensure_ascii=False, sort_keys=True),
        "chart": chart,
    }
    compiler = Compiler(TEMPLATE.name, _WHAT, fonts)
    return (
        compiler.one(inputs, format="svg", ppi=72.0),
        compiler.one(inputs, format="png", ppi=72.0),
    )


def png(chart: str, pixels_per_inch: float = 220.0) -> bytes:
    """A chart alone as PNG, for documents that hold no SVG."""
    return Compiler("chart.typ", _WHAT).one({"chart": chart}, format="png", ppi=pixels_per_inch)


@cache
def _fixed() -> str:
    digest = hashlib.sha256(TEMPLATE.read_bytes())
    for path in sorted(FONT_FOLDER.glob("*.ttf")):
        digest.update(path.read_bytes())
    return f"{version('typst')} {digest.hexdigest()}"
