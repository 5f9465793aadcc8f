"""Figure 1 by its boxes: no label meets another or leaves the picture, whatever was measured."""

import dataclasses
import datetime as dt
from functools import cache
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from tests.unit.reporting import computed_samples as computed

from gapwatch.codes import PROVISIONAL
from gapwatch.gap.trend.trajectory import project
from gapwatch.reporting.chapters.trajectory.chart import gap_figure
from gapwatch.reporting.chapters.trajectory.chart_windows import sharing_none
from gapwatch.reporting.drawing.canvas import drawn
from gapwatch.reporting.drawing.places import box, spread
from gapwatch.reporting.evidence.rows import LimitedValue, Window

KNOWN = dt.date(2026, 11, 29)


@dataclasses.dataclass(frozen=True)
class World:
    """Windows of one length, every year or two, on a straight line; its target and deadline."""

    first: int = 2001
    last: int = 2025
    length: int = 5
    start: float = 13.0
    slope: float = -0.3
    half: float = 2.0
    share: float = 0.5
    deadline: int = 2035
    break_at: int = 0
    late: bool = False
    baseline: tuple[int, int] = ()

    def windows(self):
        ends = range(self.first + self.length - 1, self.last + 1)
        return tuple(self._window(end, late=self.late and end == self.last) for end in ends)

    def _window(self, end, *, late):
        value = self.start + self.slope * (end - self.first) + 0.4 * np.sin(3.0 * end)
        return Window(
            start=end - self.length + 1,
            end=end,
            segment=1 if end < self.break_at else 2,
            gap=LimitedValue(value, value - self.half, value + self.half),
            worse=None,
            better=None,
            relative=None,
            naive=None,
            reason="",
            flags=(PROVISIONAL,) if late else (),
        )

    def judged(self):
        """The path and the verdict, by the fit that a release rests on."""
        used = [w for w in self.windows() if w.segment == 2 and not w.provisional]
        base = used[0]
        first, last = self.baseline or (base.start, base.end)
        target = self.share * base.gap.value
        found = project(
            [w.start for w in used],
            [w.end for w in used],
            [w.gap.value for w in used],
            [self.half / 1.96] * len(used),
            year=self.deadline,
            target=target,
        )
        path = found.path
        middle = (first + last) / 2
        line = base.gap.value + (target - base.gap.value) * (path.year - middle) / (
            self.deadline - middle
        )
        frame = pd.DataFrame(
            {
                "year": path.year,
                "is_projected": path.year > found.newest_year,
                "mean_years": path.mean,
                "target_line_years": np.where(path.year >= middle, line, np.nan),
                **{
                    f"{side}{level}_years": getattr(path, f"{side}{level}")
                    for level in (50, 80, 95)
                    for side in ("lower", "upper")
                },
            }
        )
        verdict = dataclasses.replace(
            computed.case().verdict,
            baseline_start=first,
            baseline_end=last,
            baseline_gap_years=base.gap.value,
            target_gap_years=target,
            target_year=self.deadline,
        )
        return frame, verdict


WORLDS = {
    "halving": World(),
    "no change": World(slope=0.0),
    "widening": World(slope=0.35),
    "narrowing fast": World(slope=-0.6),
    "years of one": World(length=1, half=1.2),
    "sixty years": World(first=1962, last=2021, length=1),
    "sixty windows": World(first=1958, last=2021),
    "three windows": World(first=2016, last=2022),
    "a break": World(break_at=2012),
    "a break beside the day of the figures": World(last=2028, break_at=2026, deadline=2040),
    "a provisional year": World(length=1, late=True),
    "the deadline is near": World(deadline=2027),
    "the deadline is past the next ten": World(deadline=2042),
    "a negative gap": World(start=2.0, slope=-0.4),
    "a gap of hundreds": World(start=230.0, half=60.0),
    "a very small gap": World(start=0.4, slope=-0.01, half=0.1),
    "wide intervals": World(half=9.0),
    "the target is where the path ends": World(slope=-0.19),
    "a baseline of more years": World(length=1, baseline=(2001, 2006)),
    "before the pandemic": World(last=2018),
}


def texts_of(figure):
    """Every text that is seen, with its box."""
    (axes,) = figure.axes
    ticks = [label for axis in (axes.xaxis, axes.yaxis) for label in axis.get_ticklabels()]
    low, high = axes.get_ylim()
    seen = [
        label
        for label in ticks
        if label.axes
        and (label not in axes.get_yticklabels() or low <= label.get_position()[1] <= high)
    ]
    every = [*axes.texts, *figure.texts, *seen, axes.xaxis.label]
    return [(text.get_text(), box(text)) for text in every if text.get_text()]


@cache
def both(world, *, old):
    """The figure for a page and for a phone, drawn as a report draws them; no test changes one."""
    path, verdict = world.judged()
    figures = []

    def draw(canvas):
        figures.append(gap_figure(canvas, world.windows(), path, verdict, KNOWN, old=old))
        return figures[-1]

    drawn(draw)
    return figures


@pytest.mark.parametrize(
    "old", [False, pytest.param(True, marks=pytest.mark.long)], ids=["newest", "old"]
)
@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_no_label_meets_another_or_leaves_the_picture(world, old):
    for figure in both(world, old=old):
        width, height = figure.get_size_inches() * 72
        found = texts_of(figure)
        for words, one in found:
            assert one.x0 > -0.5, words
            assert one.y0 > -0.5, words
            assert one.x1 < width + 0.5, words
            assert one.y1 < height + 0.5, words
        for (words, one), (others, other) in combinations(found, 2):
            across = min(one.x1, other.x1) - max(one.x0, other.x0)
            up = min(one.y1, other.y1) - max(one.y0, other.y0)
            assert min(across, up) < 0.7, (words, others)


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_all_that_decides_is_named_on_a_phone_too(world):
    for figure in both(world, old=False):
        told = [words for words, _ in texts_of(figure)]
        for begins in ("Baseline ", "Newest ", "Target:", "Expected", "Deadline", "95% range"):
            assert sum(words.startswith(begins) for words in told) == 1, begins
        # The deadline has a tick, and the diamond there is whole.
        (axes,) = figure.axes
        assert axes.get_xticklabels()[-1].get_text() == str(world.deadline)
        (diamond,) = [line for line in axes.lines if line.get_marker() == "D"]
        assert not diamond.get_clip_on()
        assert figure.bbox.width - diamond.get_window_extent().x1 > 2


@pytest.mark.parametrize("narrow", [False, True])
def test_the_path_runs_through_the_years_with_figures_into_the_fan(narrow):
    path, _ = WORLDS["halving"].judged()
    (axes,) = both(WORLDS["halving"], old=False)[narrow].axes
    solid = [
        line for line in axes.lines if line.get_linestyle() == "-" and line.get_zorder() == 3.5
    ]
    (line,) = solid
    given = path[~path["is_projected"]]
    assert list(line.get_xdata()) == list(given["year"] + 0.5)
    assert list(line.get_ydata()) == list(given["mean_years"])
    dashed = [line for line in axes.lines if line.get_linestyle() == "--"]
    assert any(line.get_xdata()[0] == given["year"].iloc[-1] + 0.5 for line in dashed)


@pytest.mark.parametrize("narrow", [False, True])
def test_without_a_path_there_is_neither_a_target_nor_a_range_to_name(narrow):
    world = WORLDS["a break"]
    path, verdict = world.judged()
    figures = []

    def draw(canvas):
        figures.append(gap_figure(canvas, world.windows(), path[:0], verdict, KNOWN, old=True))
        return figures[-1]

    drawn(draw)
    told = [words.split()[0] for words, _ in texts_of(figures[narrow])]
    assert {"Baseline", "Newest", "Deadline", "Break"} <= {word.strip(":") for word in told}
    assert not {"Target:", "Expected", "95%", "Grey:"} & set(told)
    assert not [line for line in figures[narrow].axes[0].lines if line.get_marker() == "D"]


def test_bold_windows_share_no_year_and_hold_the_newest_and_the_baseline():
    windows = WORLDS["halving"].windows()
    bold = sharing_none(windows, (2006, 2010))
    assert [(w.start, w.end) for w in bold] == [
        (2001, 2005),
        (2006, 2010),
        (2011, 2015),
        (2016, 2020),
        (2021, 2025),
    ]
    # A baseline that shares years with the newest window gives way to it.
    assert [(w.start, w.end) for w in sharing_none(windows[:3], (2001, 2005))] == [(2003, 2007)]
    assert sharing_none((), (2001, 2005)) == ()
    single = WORLDS["years of one"].windows()
    assert sharing_none(single, (2001, 2001)) == single


def test_bold_windows_are_drawn_larger_than_those_between_them():
    (axes,) = both(WORLDS["halving"], old=False)[0].axes
    dots = {
        len(line.get_xdata()): line.get_markersize()
        for line in axes.lines
        if line.get_marker() == "o"
    }
    assert dots == {5: 7, 16: 3.2}


@pytest.mark.parametrize(
    ("wanted", "heights", "found"),
    [
        ([10.0, 50.0], [10.0, 10.0], [10.0, 50.0]),
        ([20.0, 20.0], [10.0, 10.0], [15.0, 25.0]),
        ([1.0, 2.0, 60.0], [10.0, 10.0, 10.0], [5.0, 15.0, 60.0]),
        ([99.0, 99.0, 84.0], [10.0, 10.0, 10.0], [75.0, 85.0, 95.0]),
        ([], [], []),
    ],
)
def test_labels_that_would_meet_are_spread_in_their_order(wanted, heights, found):
    assert spread(wanted, heights, 0.0, 100.0) == pytest.approx(found)
