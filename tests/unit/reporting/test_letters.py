"""Lines of letters: drawn as matplotlib draws them, without its laying each of them out again."""

import io
import re

import pytest
from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.figure import Figure

from gapwatch.reporting.drawing import canvas
from gapwatch.reporting.drawing.letters import DPI, Renderer, painted

NOTHING = {"Date": None, "Creator": None, "Format": None, "Type": None}
LINES = [
    "Church Street",
    "8.3 years (6.4 to 10.1)",
    "AVATAR To fi ffl é ç ß",
    "ʼs-Gravenhage",
    "غزة and רמת גן",
    "e\u0301 and x\u0304",
    "cost $5 and 100%_done^2 & <b>",
    " ",
    "two\nlines",
]


def figure() -> Figure:
    """Every line twice: upright and turned, in several sizes, weights, colours and opacities."""
    made = Figure(figsize=(7, 6))
    axes = made.add_axes((0.1, 0.1, 0.8, 0.8))
    axes.plot([0, 1], [0, 1], marker="o")
    axes.set_xlabel("Year")
    axes.set_clip_on(True)
    for place, line in enumerate(LINES):
        made.text(0.1, place / 12, line, fontsize=8 + place / 3)
        made.text(0.5, place / 12, line, rotation=30, weight="semibold", color="#12436d")
        axes.text(0.2, place / 12, line, style="italic", alpha=0.4, clip_on=True)
        made.text(0.8, place / 12, line, color="black", ha="right", va="center")
    return made


def told(svg: str) -> list[str]:
    """The lines of an SVG, without the comments in which matplotlib repeats each text."""
    return [line.strip() for line in re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL).split("\n")]


def drawn_by_matplotlib(made: Figure) -> str:
    buffer = io.StringIO()
    FigureCanvasSVG(made).print_svg(buffer, metadata=NOTHING)
    return buffer.getvalue()


def test_a_figure_is_what_matplotlib_would_draw_to_the_last_letter() -> None:
    with canvas._style(()):
        ours = [line for line in told(painted(figure())) if line]
        theirs = [line for line in told(drawn_by_matplotlib(figure())) if line]
    assert len([line for line in theirs if line.startswith("<use")]) > 250
    assert ours == theirs


@pytest.mark.parametrize("titles", [{}, {"label": "Gap, years"}, {"label": "Gap", "loc": "left"}])
def test_titles_and_labels_stand_where_matplotlib_puts_them(titles: dict[str, str]) -> None:
    def labelled() -> Figure:
        made = Figure(figsize=(6, 4))
        for place, (across, up) in enumerate([("", ""), ("Year", ""), ("", "Years"), ("X", "Y")]):
            axes = made.add_axes((0.1 + 0.45 * (place % 2), 0.1 + 0.45 * (place // 2), 0.3, 0.3))
            axes.plot([0, 1000], [0, 12.5])
            axes.set_xlabel(across)
            axes.set_ylabel(up)
            axes.xaxis.set_ticks_position("top" if place == 1 else "bottom")
            if titles:
                axes.set_title(**titles)
        return made

    with canvas._style(()):
        ours = [line for line in told(painted(labelled())) if line]
        theirs = [line for line in told(drawn_by_matplotlib(labelled())) if line]
    assert ours == theirs


@pytest.mark.parametrize("line", [line for line in LINES if "\n" not in line])
def test_a_line_is_as_long_and_as_high_as_matplotlib_says(line: str) -> None:
    ours, theirs = Renderer(100, 100), RendererSVG(100, 100, io.StringIO(), image_dpi=DPI)
    with canvas._style(()):
        for text in figure().texts:
            prop = text.get_fontproperties()
            expected = theirs.get_text_width_height_descent(line, prop, ismath=False)
            assert ours.get_text_width_height_descent(line, prop, ismath=False) == expected
