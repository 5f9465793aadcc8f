"""Published life expectancy that stands again: a window's as another's, an area's as another's.

Values are rounded, so that two are the same now and then; how often follows from their intervals.
The difference of two values is normal, with the standard errors that they are published with, and
its density is nowhere higher than at zero: that, times the step of rounding, is the chance at most.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from gapwatch.counting.plausibility.repeated import COPY_CHANCE
from gapwatch.errors import ValidationError
from gapwatch.intervals import WIDTH_SE
from gapwatch.study import Study

FloatArray = npt.NDArray[np.float64]
LEAST_WINDOWS = 6
_VALUES = ["life_expectancy_years", "lower95_years", "upper95_years"]
_STEPS = (1.0, 0.5, 0.1, 0.01)
# A difference that is spread over so many steps is as likely to round one way as the other.
_MANY_STEPS = 3


def require_own_windows(study: Study, life: pd.DataFrame) -> None:
    """Refuse two windows with the same values and limits in every area of the study and sex.

    Of windows that overlap the years that they don't share make the difference. Refused is what
    chance does in fewer than one of a million studies, by areas and sexes taken as independent, so
    that few areas are never enough. Raises ValidationError.
    """
    known = _of_areas(study, life)
    step = _step(known)
    spans = sorted(set(zip(known["period_start"], known["period_end"], strict=True)))
    least = math.log(max(math.comb(len(spans), 2), 1) / COPY_CHANCE)
    by_span = {
        span: rows.set_index(["area_code", "sex"])[_VALUES].sort_index()
        for span, rows in known.groupby(["period_start", "period_end"], sort=True)
    }
    for one, other in itertools.combinations(spans, 2):
        first, second = by_span[one], by_span[other]
        if not first.index.equals(second.index) or (first != second).to_numpy().any():
            continue
        shared = _shared(one, other)
        error = _errors(first) * math.sqrt(2 * (1 - shared))
        if shared < 1 and _surprise(error, step) > least:
            told = [f"{start} to {end}" for start, end in (one, other)]
            raise ValidationError(
                f"life_expectancy, {study.geography.vintage}, {told[0]} and {told[1]}",
                expected="figures of each window for itself: a year comes in and another goes",
                found=f"the same values and limits in both, in all {len(first)} areas and sexes",
                remedy="copy the rows of both windows from the publisher's file again: one was "
                "pasted or filled in over the other. Where the publisher tells one window alone, "
                "leave the rows of the other out",
            )


def same_areas(study: Study, life: pd.DataFrame) -> list[str]:
    """Pairs of areas with the same values and limits in all of their windows, six or more.

    Named is what chance does in fewer than one of a million studies; windows that overlap are
    correlated by the years that they share. A publisher may tell two small areas together.
    """
    known = _of_areas(study, life)
    step = _step(known)
    places = ["sex", "period_start", "period_end"]
    alike: dict[tuple[object, bytes], list[str]] = {}
    for code, rows in known.sort_values(places).groupby("area_code", sort=True):
        held = tuple(rows[places].itertuples(index=False)), rows[_VALUES].to_numpy().tobytes()
        alike.setdefault(held, []).append(str(code))
    least = math.log(max(math.comb(known["area_code"].nunique(), 2), 1) / COPY_CHANCE)
    told = []
    for codes in alike.values():
        if len(codes) == 1:
            continue
        mine = known[known["area_code"] == codes[0]].set_index(places).sort_index()
        if sum(_of_windows(mine, step)) > least:
            told += [
                f"{one} and {other}: the same in each of {len(mine)} windows and sexes"
                for one, other in itertools.combinations(codes, 2)
            ]
    return sorted(told)


def _of_areas(study: Study, life: pd.DataFrame) -> pd.DataFrame:
    mine = (life["geography"] == study.geography.vintage) & life["area_code"].isin(study.area_names)
    return life[mine].dropna(subset=_VALUES)


def _step(known: pd.DataFrame) -> float:
    """The coarsest step that all values are multiples of; a hundredth for finer ones."""
    value = known["life_expectancy_years"].to_numpy(dtype=np.float64)
    return next(
        (step for step in _STEPS if np.allclose(value / step, np.rint(value / step), atol=1e-6)),
        _STEPS[-1],
    )


def _errors(rows: pd.DataFrame) -> FloatArray:
    width = rows["upper95_years"] - rows["lower95_years"]
    return np.maximum(width.to_numpy(dtype=np.float64) / WIDTH_SE, 0.0)


def _shared(one: tuple[int, int], other: tuple[int, int]) -> float:
    """Correlation of two windows by the years that they share."""
    both = min(one[1], other[1]) - max(one[0], other[0]) + 1
    lengths = (one[1] - one[0] + 1) * (other[1] - other[0] + 1)
    return max(both, 0) / math.sqrt(lengths)


def _surprise(error: FloatArray, step: float) -> float:
    """Logarithm of one over the chance that each of such independent differences rounds to none."""
    width = np.where(error >= _MANY_STEPS * step, step, 2 * step)
    with np.errstate(divide="ignore"):
        chance = np.log(width) - np.log(error) - math.log(2 * math.pi) / 2
    return float(-np.minimum(chance, 0.0).sum())


def _of_windows(rows: pd.DataFrame, step: float) -> Iterator[float]:
    """The same of each sex's windows, whose differences are normal together."""
    for _, mine in rows.groupby(level="sex", sort=True):
        spans = [(int(start), int(end)) for _, start, end in mine.index]
        error = _errors(mine)
        if len(spans) < LEAST_WINDOWS or (error <= 0).any():
            continue
        shared = np.array([[_shared(one, other) for other in spans] for one in spans])
        sign, volume = np.linalg.slogdet(2 * shared * np.outer(error, error))
        if sign > 0:
            density = -(len(spans) * math.log(2 * math.pi) + volume) / 2
            yield max(0.0, -(len(spans) * math.log(2 * step) + density))
