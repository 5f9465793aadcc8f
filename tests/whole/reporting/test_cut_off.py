"""No letter of any chart is cut off by the edge of its picture, on a page or on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from tests.unit.reporting import computed_samples as computed
from tests.unit.reporting import later_samples as later
from tests.unit.reporting import samples

from gapwatch.reporting.chapters.priorities.chart import sides_figure
from gapwatch.reporting.chapters.priorities.chart_places import places_figure
from gapwatch.reporting.chapters.priorities.drawn import Block
from gapwatch.reporting.chapters.priorities.rows import LocalityRow
from gapwatch.reporting.charts import draw_all
from gapwatch.reporting.drawing import canvas
from gapwatch.reporting.drawing.letters import DPI
from gapwatch.reporting.drawing.places import box
from gapwatch.reporting.evidence.case import Case

LONG = "Tackling racism, discrimination and digital inclusion"
CASES: dict[str, Callable[[], Case]] = {
    "published": lambda: samples.case(samples.study(), samples.facts(), samples.tables()),
    "our own": computed.case,
    "later areas": later.case,
}


def cut(figure: Figure) -> list[str]:
    """Texts that reach over an edge of their figure; ticks beyond an axis aren't drawn."""
    figure.set_dpi(DPI)
    width, height = figure.get_size_inches() * DPI
    ticks = {
        label
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for label in (*axis.get_ticklabels(), *axis.get_ticklabels(minor=True))
    }
    found = []
    for text in figure.findobj(Text):
        if not isinstance(text, Text) or text in ticks or not text.get_text():
            continue
        one = box(text)
        if one.x0 < -0.6 or one.y0 < -0.6 or one.x1 > width + 0.6 or one.y1 > height + 0.6:
            found.append(f"{width:.0f} points wide: {text.get_text()}")
    return found


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is cut off in charts drawn from now on."""
    told: list[str] = []
    usual = canvas.svg

    def looked_at(figure: Figure, below: float = 0.0) -> str:
        made = usual(figure, below)
        told.extend(cut(figure))
        return made

    monkeypatch.setattr(canvas, "svg", looked_at)
    return told


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_letter_of_every_chart_is_inside_its_picture(
    case: Callable[[], Case], drawn: list[str]
) -> None:
    assert len(draw_all(case())) > 3
    assert drawn == []


def test_a_long_name_of_a_priority_is_broken_over_lines(drawn: list[str]) -> None:
    canvas.drawn(lambda held: sides_figure(held, [Block(LONG, ())], ("West", "East")))
    assert drawn == []


LONG_SIDES = (
    "Saint Bartholomew the Great with Upper Wharfside and Meadows",
    "Holborn, Bloomsbury, Kentish Town and the Heath as they were",
)


@pytest.mark.parametrize("names", [("West", "East"), LONG_SIDES], ids=["short", "long"])
def test_names_of_sides_stay_in_the_key_and_apart(names: tuple[str, str], drawn: list[str]) -> None:
    row = LocalityRow(
        **dict.fromkeys(LocalityRow.__dataclass_fields__, 1.0)  # type: ignore[arg-type]
        | {"area": "A", "area_name": "A", "zone": "west"}
    )
    figures = []

    def sides(held: canvas.Canvas) -> Figure:
        figures.append(sides_figure(held, [Block("Housing", ())], names))
        return figures[-1]

    def places(held: canvas.Canvas) -> Figure:
        zones = dict(zip(("west", "east"), names, strict=True))
        figures.append(places_figure(held, [row], [], zones, "west"))
        return figures[-1]

    canvas.drawn(sides)
    canvas.drawn(places)
    assert drawn == []
    for figure in figures:
        figure.set_dpi(DPI)
        texts = [*figure.texts, *(text for axes in figure.axes for text in axes.texts)]
        one, other = (box(t) for n in names for t in texts if t.get_text().split() == n.split())
        assert one.x1 < other.x0 or one.y0 >= other.y1 - 0.5
        below = [box(t).y1 for t in texts if t.get_text() in ("Housing", "A")]
        assert max(below) < other.y0 + 0.5


def test_the_axis_of_excess_deaths_is_named_in_full_on_a_phone(drawn: list[str]) -> None:
    row = LocalityRow(
        **dict.fromkeys(LocalityRow.__dataclass_fields__, 1.0)  # type: ignore[arg-type]
        | {"area": "A", "area_name": LONG, "zone": "west"}
    )
    sides = {"west": "North of the borough and its river", "east": "Rest of the borough as well"}
    figures = []

    def draw(held: canvas.Canvas) -> Figure:
        figures.append(places_figure(held, [row] * 4, [], sides, "west"))
        return figures[-1]

    canvas.drawn(draw)
    assert drawn == []
    for figure in figures:
        (below,) = figure.texts
        assert box(figure.axes[0].xaxis.label).y0 > box(below).y1


def test_a_letter_over_the_edge_is_found() -> None:
    figure = Figure(figsize=(1, 1))
    figure.text(0.5, 0.5, "A label that is far too long for an inch")
    assert len(cut(figure)) == 1
