"""Where the names of a chart's key stand, so that none leaves the picture, however long it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from gapwatch.reporting.drawing.letters import DPI
from gapwatch.reporting.drawing.places import box
from gapwatch.reporting.drawing.wrap import lines

# Inches: from the edge to the first mark, from a mark to its name, between two names, of a line,
# and from the middle of the first line to the top.
EDGE, NAME, BETWEEN, LINE, ABOVE = 0.08, 0.12, 0.34, 0.17, 0.1


@dataclass(frozen=True)
class KeyName:
    """A name of the key over its lines; its mark at `x` and `below` inches from left and top."""

    x: float
    below: float
    text: str


def key_names(
    names: Sequence[str], size: float, width: float, left: float, *, stacked: bool
) -> tuple[tuple[KeyName, ...], float]:
    """The names of a key beside each other, or below each other where they don't fit so.

    `left` is where they begin beside each other, `width` that of the picture, both in inches, and
    `size` that of the letters in points. With them comes how far the key reaches down, in inches.
    """
    long = [NAME + _width(name, size) for name in names]
    taken = sum(long) + BETWEEN * (len(names) - 1)
    begin = next((x for x in (left, EDGE) if x + taken <= width - EDGE), None)
    if not stacked and begin is not None:
        starts = [begin + sum(long[:place]) + BETWEEN * place for place in range(len(names))]
        found = tuple(KeyName(x, ABOVE, name) for x, name in zip(starts, names, strict=True))
        return found, ABOVE + LINE / 2
    told, below = [], ABOVE
    for name in names:
        held = _broken(name, size, width - 2 * EDGE - NAME)
        told.append(KeyName(EDGE, below + LINE * (len(held) - 1) / 2, "\n".join(held)))
        below += LINE * len(held)
    return tuple(told), below - LINE / 2


def _width(text: str, size: float) -> float:
    figure = Figure(dpi=DPI)
    return float(box(figure.text(0, 0, text, fontsize=size)).width) / DPI


def _broken(name: str, size: float, room: float) -> list[str]:
    """The name over as few lines as fit the room, by what its letters take."""
    for letters in range(len(name), 0, -1):
        held = lines(name, letters)
        if max(_width(line, size) for line in held) <= room:
            return held
    return [name]
