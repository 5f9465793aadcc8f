"""How large letters, charts and spaces are in a PDF, so that no page is left mostly empty.

A document ends where it ends, and a chart that no longer fits goes to the next page. Slightly
larger or smaller letters, charts and spaces move both. So a few sizes are tried, each on small
pictures of the pages without charts, and the first that leaves every page full enough is taken.
How long a document gets with its sizes is nearly a straight line, so the second is mostly right.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import ClassVar

import numpy as np
from PIL import Image

MOST_EMPTY = 0.25
# What a page of a trial may have of it: where a field of grey stands, a chart has some white of its
# own; a page without one lacks nothing but fine lines.
TRIAL_EMPTY, PLAIN_EMPTY = 0.21, 0.24
# The grey of such a field, how near to it a pixel is, and what part of a page is no text's grey.
GREY, NEAR_GREY, LEAST_GREY = 178, 4, 0.02
# The part of a page between its header and its footer, and what counts as a gap there.
TOP, BOTTOM, GAP = 22 / 297, 277 / 297, 12 / 297
PAPER = 250
# How many pages are laid out in trials of one kind, so that a short document, in which a page is
# much, has more trials than a long one; and how full the last page is to be.
LAID_OUT, FULL = 120, 0.9
# How far letters follow charts and spaces: a third of the way; where that doesn't help, not at all.
FOLLOWING = (0.3, 0.0)
# By what share a document gets longer for a share by which charts and spaces do.
LONGER = 0.6
# Scales that still look alike; how far one is asked for by a length, and how far from those tried.
OTHERS = (0.98, 1.07, 0.93, 0.86, 1.11, 0.82, 1.04, 0.9, 1.15, 1.25, 0.76, 1.4, 0.7)
LEAST, MOST, APART = 0.8, 1.25, 0.008
# How near to good a summary must have been with one size to be tried with the next.
NEAR = 0.05


@dataclass(frozen=True)
class Fit:
    """Sizes relative to the usual ones: 1 for each is what a reader is used to.

    `text` is that of letters; `first` is how many points of the summary stand on its first page.
    """

    charts: float = 1.0
    spaces: float = 1.0
    first: int = 0
    text: float = 1.0
    PPI: ClassVar[float] = 18.0

    @classmethod
    def of(cls, scale: float, following: float = 0.0) -> Fit:
        """Charts and spaces by one scale, letters after them; a chart fits its column always."""
        text = 1 + following * (scale - 1)
        return cls(round(min(1.0, scale), 3), round(scale, 3), text=round(text, 4))


@dataclass(frozen=True)
class Tried:
    """What a scale gives: how many pages, how empty the worst is, how long all of it is."""

    scale: float
    pages: int
    worst: float
    length: float


def best(pages: Callable[[Fit], list[bytes]], most_pages: int | None) -> Fit:
    """The first sizes with pages full enough, and no more of them than asked; else the fullest."""
    tried: list[tuple[Tried, Fit]] = []
    for following in FOLLOWING:
        if most_pages is None and sum(one.pages for one, _ in tried) >= LAID_OUT:
            break  # nothing is asked of its length, and a long document takes seconds
        found: list[Tried] = []
        scale: float | None = 1.0
        while scale is not None and sum(one.pages for one in found) < LAID_OUT:
            fit = Fit.of(scale, following)
            made = pages(fit)
            gaps = [empty(page) for page in made]
            found.append(Tried(scale, len(gaps), max(gaps), len(gaps) - gaps[-1]))
            tried.append((found[-1], fit))
            if _good(gaps, most_pages, made):
                return fit
            scale = _next(found, most_pages)
    return min(tried, key=lambda one: _worse(one[0], most_pages))[1]


def fullest(
    pages: Callable[[Fit], list[bytes]],
    sizes: Sequence[Fit],
    firsts: Iterable[int],
    most_pages: int,
) -> Fit:
    """The first of `sizes` that is good with any of `firsts`; where none is, the fullest.

    What was far from good with one size isn't tried with the next.
    """
    tried: list[tuple[Tried, Fit]] = []
    left = list(firsts)
    for size in sizes:
        found: list[tuple[Tried, Fit]] = []
        for first in left:
            fit = replace(size, first=first)
            made = pages(fit)
            gaps = [empty(page) for page in made]
            found.append((Tried(fit.spaces, len(gaps), max(gaps), 0.0), fit))
            if _good(gaps, most_pages, made):
                return fit
        found.sort(key=lambda one: _worse(one[0], most_pages))
        tried += found
        near = [fit for one, fit in found if _worse(one, most_pages) <= (0, TRIAL_EMPTY + NEAR)]
        left = [fit.first for fit in near or [found[0][1]]]
    return min(tried, key=lambda one: _worse(one[0], most_pages))[1]


def _good(gaps: Sequence[float], most_pages: int | None, made: Sequence[bytes]) -> bool:
    if len(gaps) > (most_pages or len(gaps)) or max(gaps) > PLAIN_EMPTY:
        return False
    return not any(
        gap > TRIAL_EMPTY and _has_field(page) for gap, page in zip(gaps, made, strict=True)
    )


def _has_field(page: bytes) -> bool:
    """Whether a grey field stands for a chart on a page, which is a PNG."""
    with Image.open(io.BytesIO(page)) as picture:
        away = np.abs(np.asarray(picture.convert("L"), dtype=np.int16) - GREY)
    return bool((away <= NEAR_GREY).mean() > LEAST_GREY)


def _worse(one: Tried, most_pages: int | None) -> tuple[int, float]:
    return max(0, one.pages - (most_pages or one.pages)), one.worst


def _next(found: Sequence[Tried], most_pages: int | None) -> float | None:
    """The scale nearest to 1 at which the last page should be full; else one not tried."""
    most = most_pages or max(one.pages for one in found) + 1
    ends = (whole + FULL for whole in range(most))
    scales = [scale for end in ends for scale in _reaching(found, end) if LEAST <= scale <= MOST]
    scales.sort(key=lambda scale: abs(scale - 1))
    # Too many pages: only smaller ones.
    over = most_pages is not None and min(one.pages for one in found) > most_pages
    others = [scale for scale in OTHERS if scale < 1] if over else OTHERS
    for scale in (*scales, *others):
        if all(abs(scale - one.scale) >= APART for one in found):
            return round(float(scale), 3)
    return None


def _reaching(found: Sequence[Tried], end: float) -> list[float]:
    """Scales at which a document should be `end` pages long: between two tried, or beyond all."""
    ordered = sorted(found, key=lambda one: one.scale)
    scales = [
        one.scale + (end - one.length) / (other.length - one.length) * (other.scale - one.scale)
        for one, other in pairwise(ordered)
        if min(one.length, other.length) < end < max(one.length, other.length)
    ]
    least, most = ordered[0], ordered[-1]
    if end < least.length:
        scales.append(least.scale * (1 - (1 - end / least.length) / LONGER))
    if end > most.length:
        scales.append(most.scale * (1 + (end / most.length - 1) / LONGER))
    return scales


def empty(page: bytes) -> float:
    """The share of a page's height, header and footer apart, that lies in gaps; of a PNG."""
    with Image.open(io.BytesIO(page)) as picture:
        rows = np.asarray(picture.convert("L")).min(axis=1) < PAPER
    height = len(rows)
    body = rows[round(TOP * height) : round(BOTTOM * height)]
    gaps = np.diff(np.flatnonzero(np.concatenate(([True], body, [True])))) - 1
    return float(gaps[gaps > GAP * height].sum() / len(body))
