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
from pathlib import Path
from typing import Literal

import typst

from gapwatch.errors import OutputError
from gapwatch.reporting.drawing.canvas import FONT_FOLDER
from gapwatch.reporting.drawing.further import Typefaces
from gapwatch.reporting.formats.pdf import families, typefaces
from gapwatch.study.tongue import BRITISH

TEMPLATE = Path(__file__).parent.parent / "templates" / "share.typ"
WIDTH, HEIGHT = 1200, 630
_CHART = (
    '#let chart = bytes(sys.inputs.at("chart"))\n'
    "#set page(width: auto, height: auto, margin: 0pt, fill: white)\n"
    '#image(chart, format: "svg")\n'
)


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
        "fonts": families(fonts),
    }
    template = TEMPLATE.read_bytes()
    return (
        _compiled(template, inputs, "svg", 72.0, fonts),
        _compiled(template, inputs, "png", 72.0, fonts),
    )


def png(chart: str, pixels_per_inch: float = 220.0) -> bytes:
    """A chart alone as PNG, for documents that hold no SVG."""
    return _compiled(_CHART.encode(), {"chart": chart}, "png", pixels_per_inch)


def _compiled(
    template: bytes,
    inputs: dict[str, str],
    form: Literal["svg", "png"],
    pixels_per_inch: float,
    fonts: Typefaces = (),
) -> bytes:
    try:
        # A compiler of a template in memory compiles once.
        compiler = typst.Compiler(template, font_paths=typefaces(fonts))
        made = compiler.compile(format=form, ppi=pixels_per_inch, sys_inputs=inputs)
    except typst.TypstError as error:
        raise OutputError(
            "a picture of a chart",
            expected="a chart that the compiler accepts",
            found=error.diagnostic,
            remedy="report this with the release: template and chart disagree",
        ) from error
    if not isinstance(made, bytes):
        raise OutputError(
            "a picture of a chart",
            expected="one picture",
            found=type(made).__name__,
            remedy="install the locked version of typst with make",
        )
    return made


@cache
def _fixed() -> str:
    digest = hashlib.sha256(TEMPLATE.read_bytes())
    for path in sorted(FONT_FOLDER.glob("*.ttf")):
        digest.update(path.read_bytes())
    return f"{version('typst')} {digest.hexdigest()}"
