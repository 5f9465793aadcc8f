"""How large charts and spaces are in a PDF, so that no page is left mostly empty.

A document ends where it ends, and a chart that no longer fits goes to the next page. Slightly
larger or smaller charts and spaces move both. So a few sizes are tried, each on small pictures of
the pages without charts, and the first that leaves every page full enough is taken.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np
from PIL import Image

MOST_EMPTY = 0.25
# What a trial may have of it: where a field of grey stands, a chart has some white of its own.
TRIAL_EMPTY = 0.21
# The part of a page between its header and its footer, and what counts as a gap there.
TOP, BOTTOM, GAP = 22 / 297, 277 / 297, 12 / 297
PAPER = 250
# How many pages are laid out in trials of letters of one size, so that a short document, in which
# a page is much, has more trials than a long one; and how full the last page is to be.
LAID_OUT, FULL = 80, 0.9
# Letters as usual; a little smaller or larger where nothing else does.
LETTERS = (1.0, 0.95, 1.08)
# How many sizes are tried at a time.
TOGETHER = 2
# How empty the last page is when a little less is enough, how much that is, and how often.
ALMOST, LITTLE, LITTLES = 0.8, 0.02, 3
# Scales that still look alike, and those that differ by less than can be told apart.
OTHERS = (1.07, 0.93, 0.86, 1.11, 0.82, 1.04, 0.9, 1.15, 1.25, 0.76, 1.4, 0.7)
APART = 0.008


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
    def of(cls, scale: float, text: float = 1.0) -> Fit:
        """Charts and spaces by one scale; a chart is never wider than its column."""
        return cls(round(min(1.0, scale), 3), round(scale, 3), text=text)


@dataclass(frozen=True)
class Tried:
    """What a scale gives: how many pages, how empty the worst is, how long all of it is."""

    scale: float
    pages: int
    worst: float
    length: float


def best(pages: Callable[[Fit], list[bytes]], most_pages: int | None) -> Fit:
    """The first sizes with pages full enough, and no more of them than asked; else the fullest.

    Two are laid out at a time, in threads of their own; which is taken doesn't depend on that.
    """
    tried: list[tuple[Tried, Fit]] = []
    with ThreadPoolExecutor(TOGETHER) as pool:
        for text in LETTERS:
            if most_pages is None and sum(one.pages for one, _ in tried) >= LAID_OUT:
                break  # nothing is asked of its length, and a long document takes seconds
            found: list[Tried] = []
            scales = [1.0, 1.0 - LITTLE]
            while scales and sum(one.pages for one in found) < LAID_OUT:
                fits = [Fit.of(scale, text) for scale in scales]
                for scale, fit, made in zip(scales, fits, pool.map(pages, fits), strict=True):
                    gaps = [empty(page) for page in made]
                    found.append(Tried(scale, len(gaps), max(gaps), len(gaps) - gaps[-1]))
                    tried.append((found[-1], fit))
                    if max(gaps) <= TRIAL_EMPTY and len(gaps) <= (most_pages or len(gaps)):
                        return fit
                scales = _next(found, most_pages)
    return min(tried, key=lambda one: _worse(one[0], most_pages))[1]


def fullest(pages: Callable[[Fit], list[bytes]], fits: Iterable[Fit], most_pages: int) -> Fit:
    """The first of these with pages full enough, and no more of them than asked; else the fullest.

    `fits` has at least one.
    """
    found: list[tuple[Tried, Fit]] = []
    for fit in fits:
        gaps = [empty(page) for page in pages(fit)]
        found.append((Tried(fit.spaces, len(gaps), max(gaps), 0.0), fit))
        if max(gaps) <= TRIAL_EMPTY and len(gaps) <= most_pages:
            break
    return min(found, key=lambda one: _worse(one[0], most_pages))[1]


def _worse(one: Tried, most_pages: int | None) -> tuple[int, float]:
    return max(0, one.pages - (most_pages or one.pages)), one.worst


def _next(found: list[Tried], most_pages: int | None) -> list[float]:
    """Scales between two that were tried at which the last page should be full; else new ones."""
    ordered = sorted(found, key=lambda one: one.scale)
    most = most_pages or max(one.pages for one in found)
    between = [
        one.scale + (end - one.length) / (other.length - one.length) * (other.scale - one.scale)
        for one, other in pairwise(ordered)
        for end in (whole + FULL for whole in range(most))
        if min(one.length, other.length) < end < max(one.length, other.length)
    ]
    between.sort(key=lambda scale: abs(scale - 1))
    # Too many pages: smaller ones first.
    over = most_pages is not None and min(one.pages for one in found) > most_pages
    others = [scale for scale in OTHERS if scale < 1] if over else OTHERS
    alone = [one for one in found[-LITTLES:] if one.pages - one.length > ALMOST]
    last = found[-1]
    if last in alone and len(alone) < LITTLES:
        # A few lines alone: a little smaller takes them back.
        between.insert(0, last.scale - LITTLE)
    new: list[float] = []
    for scale in (*between, *others):
        if all(abs(scale - one) >= APART for one in [*new, *(one.scale for one in found)]):
            new.append(round(scale, 3))
    return new[:TOGETHER]


def empty(page: bytes) -> float:
    """The share of a page's height, header and footer apart, that lies in gaps; of a PNG."""
    with Image.open(io.BytesIO(page)) as picture:
        rows = np.asarray(picture.convert("L")).min(axis=1) < PAPER
    height = len(rows)
    body = rows[round(TOP * height) : round(BOTTOM * height)]
    gaps = np.diff(np.flatnonzero(np.concatenate(([True], body, [True])))) - 1
    return float(gaps[gaps > GAP * height].sum() / len(body))
