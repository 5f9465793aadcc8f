"""Age bands that deaths and residents share: merged where they must be, never split."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NoReturn

import numpy as np
import numpy.typing as npt
import pandas as pd

from gapwatch.errors import ValidationError

IntArray = npt.NDArray[np.int64]
OLDEST = 1_000
"""Stands for the last age of an open band."""
_LOOK = "look at the ages in the file; correct its description in the study"
LEAST_BANDS = 2
UNTOLD = "something else, which isn't told: the deaths are restricted"
_BEYOND = OLDEST + 1


def common_starts(
    wanted: Sequence[int],
    frames: Mapping[str, pd.DataFrame],
    holes: Collection[str] = (),
    secret: Collection[str] = (),
) -> IntArray:
    """First ages of the bands that every frame can be merged into, (K,); the last band is open.

    `frames` holds rows with age_start_years and age_end_years (missing in an open band) by a name
    for errors; those in `holes` may lack bands in which nothing was counted, and of those in
    `secret` no error tells an age. The open band is the
    first of `wanted` at which no frame's open band is cut: with 90+ in one and 85+ in another it is
    85+. Raises ValidationError for ages that overlap or are missing, for a band that straddles two
    of the wanted ones, as splitting it would invent detail, and where one band is all they share.
    """
    grids = {
        name: _grid(name, frame, whole=name not in holes, secret=name in secret)
        for name, frame in frames.items()
    }
    tops = {name: int(first[-1]) for name, (first, last) in grids.items() if last[-1] == OLDEST}
    lowest = min(tops, key=lambda name: tops[name], default="")
    starts = [age for age in wanted if age <= tops.get(lowest, OLDEST)]
    if len(starts) < LEAST_BANDS:
        _refuse(
            lowest,
            "deaths and residents by age",
            UNTOLD if lowest in secret else f"all ages from {tops[lowest]} in one band",
        )
    for name, (first, last) in grids.items():
        for age in starts:
            cut = np.flatnonzero((first < age) & (age <= last))
            if len(cut):
                end = last[cut[0]]
                ages = f"{first[cut[0]]} {'and over' if end == OLDEST else f'to {end}'}"
                _refuse(
                    name if name in secret else f"{name}, ages {ages}",
                    "a band inside one of the study's bands",
                    f"one that straddles age {age}",
                    "take that age out of age_starts, or ask for other bands",
                )
    return np.array(starts, dtype=np.int64)


def _grid(
    name: str, frame: pd.DataFrame, *, whole: bool, secret: bool
) -> tuple[IntArray, IntArray]:
    """First and last ages of a frame's bands, which follow on one another from 0 where `whole`."""
    told_starts = frame["age_start_years"].to_numpy(dtype=np.int64)
    told_ends = frame["age_end_years"].astype("Int64").to_numpy(dtype=np.int64, na_value=OLDEST)
    # Each band once, in order: first and last age as one number.
    starts, ends = np.divmod(np.unique(told_starts * _BEYOND + told_ends), _BEYOND)
    if whole and starts[0] != 0:
        _refuse(name, "ages from 0 on", UNTOLD if secret else f"none below {starts[0]}")
    for end, following in zip(ends[:-1], starts[1:], strict=True):
        if following <= end or (whole and following != end + 1):
            what = "overlap at" if following <= end else "leave out"
            told = f"bands that {what} age {min(int(following), int(end) + 1)}"
            _refuse(
                name,
                "bands of ages that follow on one another",
                UNTOLD if secret else told,
                f"{_LOOK}; of deaths, say sparse = true where the publisher leaves out zeros",
            )
    if whole and ends[-1] != OLDEST:
        _refuse(
            name,
            "an open band for the oldest",
            UNTOLD if secret else f"a last band that ends at {ends[-1]}",
        )
    return starts, ends


def merged(frame: pd.DataFrame, starts: IntArray) -> IntArray:
    """Position of each row's band among `starts`, (rows,)."""
    ages = frame["age_start_years"].to_numpy(dtype=np.int64)
    return np.searchsorted(starts, ages, side="right").astype(np.int64) - 1


def _refuse(
    where: str,
    expected: str,
    found: str,
    remedy: str = _LOOK,
) -> NoReturn:
    raise ValidationError(where, expected=expected, found=found, remedy=remedy)
