"""Disclosure control: what may be published of figures that rest on restricted deaths.

The rules, each with its reason:

1. A count of deaths is told to the nearest 5 and only from 5 on. Further counts are withheld where
   the counts that are told, of totals and parts, of overlapping windows and of nested areas, prove
   together that some part had fewer than 5 deaths in some year (see bounds).
2. Life expectancy is told from 10 deaths in the window on, to 0.1 year; its standard error is
   rounded up to 0.1 year; its interval is made of these two, outward to 0.1 year, so that it tells
   nothing more. Where the public numbers of residents would let somebody solve these for a band of
   fewer than 5 deaths, the error is rounded up to 0.5 year, and where that is not enough nothing is
   told (see reconstruction).
3. Codes that tell a count of zero (Q01, Q02; S03, S04) or stand beside a kept interval (S05) become
   D01 or go; the count beside such a figure is withheld.
4. Ages are told in broad bands that are the same for all deaths (see broad_ages).
5. All that is made of the figures, such as trend and verdict, has to be made of the protected ones:
   what follows from published figures tells nothing new.

Each window is judged by itself: rule 2 isn't joint over windows that share years, over areas inside
one another, or over releases.

Every function takes a frame in the shape of its contract and returns another, in the same order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from gapwatch.codes import (
    BAND_DEATHLESS,
    DEATHS_EXCEED,
    DISCLOSURE,
    FEW_DEATHS_OPEN_BAND,
    INTERVAL_TOO_WIDE,
    INTERVAL_WIDE,
    OPEN_BAND_DEATHLESS,
)
from gapwatch.contracts import SEXES
from gapwatch.counting.counts import BoolArray, Counts, FloatArray
from gapwatch.counting.disclosure.bounds import Parts, rounded, sums_of, withhold
from gapwatch.counting.disclosure.reconstruction import LEAST_DEATHS, upward
from gapwatch.demography.life_table import WIDE_INTERVAL_YEARS
from gapwatch.errors import ValidationError
from gapwatch.intervals import WIDTH_SE, Z95

_YEAR_DECIMALS = 1
TELLING_REASONS = (DEATHS_EXCEED, OPEN_BAND_DEATHLESS, INTERVAL_TOO_WIDE)
_TELLING_FLAGS = frozenset({FEW_DEATHS_OPEN_BAND, BAND_DEATHLESS, INTERVAL_WIDE})
_ROUNDING = 1e-3
Steps = Mapping[tuple[str, str, str, int, int], float]


def parts_of(
    own: Counts, sides: Mapping[str, Sequence[str]], borough: tuple[str, str] | None = None
) -> Parts:
    """The areas of `own` as parts, of which its own areas, sides and the borough are made.

    `sides` are areas by the name of the side, whose geography is `side`; `borough` is geography and
    code of all areas together. Sums over other areas, which cut these, are in no part: their counts
    are withheld.
    """
    alone = np.eye(len(own.areas))
    place = {code: at for at, code in enumerate(own.areas)}
    members = {(own.geography, code): alone[at] for code, at in place.items()}
    members |= {
        ("side", name): alone[[place[code] for code in codes]].sum(axis=0)
        for name, codes in sides.items()
    }
    if borough is not None:
        members[borough] = np.ones(len(own.areas))
    return Parts(own.years, own.deaths.sum(axis=3), members)


def protect_life_expectancy(frame: pd.DataFrame, parts: Parts, steps: Steps) -> pd.DataFrame:
    """The table `computed_life_expectancy` as it may be published (rules 1 to 3).

    `frame` has the true deaths of every window; `steps` has by geography, area, sex, first and last
    year the step of each (`error_steps`), NaN where none is told, and a
    window that it lacks isn't told. Counts of areas that `parts` doesn't hold are withheld. A
    figure that is withheld here has the reason D01; a count that is withheld is empty.
    """
    keys = zip(
        *(frame[name] for name in ("geography", "area", "sex", "period_start", "period_end")),
        strict=True,
    )
    step = pd.Series(
        [steps.get((g, a, s, int(b), int(e)), np.nan) for g, a, s, b, e in keys], index=frame.index
    )
    given = frame["life_expectancy_years"].notna()
    told = given & step.notna()
    # Shortage of residents is public, and stays the reason.
    telling = frame["reason"].isin(TELLING_REASONS)
    value, se, lower, upper = _figures(
        frame["life_expectancy_years"].where(told), frame["se_years"].where(told), step
    )
    return frame.assign(
        life_expectancy_years=value,
        se_years=se,
        lower95_years=lower,
        upper95_years=upper,
        deaths_persons=_counts(frame, parts, told.to_numpy(), telling.to_numpy()),
        reason=frame["reason"].mask(telling | (given & ~told), DISCLOSURE),
        flags=_flags(frame["flags"], (upper - lower) > WIDE_INTERVAL_YEARS),
    )


def _counts(frame: pd.DataFrame, parts: Parts, told: BoolArray, telling: BoolArray) -> FloatArray:
    """Deaths as they may be told; whoever sees a life expectancy knows of 10 deaths at least.

    Beside a figure that is withheld for a count of zero in it, a large total would tell why.
    """
    found = np.full(len(frame), np.nan)
    areas = list(zip(frame["geography"], frame["area"], strict=True))
    known = np.array([area in parts.members for area in areas], dtype=bool)
    for at, sex in enumerate(SEXES):
        mine = np.flatnonzero(known & (frame["sex"] == sex).to_numpy())
        if not len(mine):
            continue
        rows = frame.iloc[mine]
        windows = [
            (int(start), int(end))
            for start, end in zip(rows["period_start"], rows["period_end"], strict=True)
        ]
        sums = sums_of(
            parts,
            at,
            [areas[row] for row in mine],
            windows,
            np.where(told[mine], LEAST_DEATHS, 0.0),
        )
        # What isn't made of the parts, such as a borough with more blocks, can't be judged by them.
        other = np.abs(sums.told - rows["deaths_persons"].to_numpy(dtype=float)) > _ROUNDING
        ends = np.array([end for _, end in windows], dtype=np.int64)
        hidden = withhold(sums, telling[mine] | other, ends)
        found[mine] = np.where(hidden, np.nan, rounded(sums.told))
    return found


def _figures(
    value: pd.Series, se: pd.Series, step: pd.Series
) -> tuple[pd.Series, pd.Series, pd.Series, pd.Series]:
    """Value to 0.1, standard error up to its step, the interval of these two, outward to 0.1."""
    near = value.round(_YEAR_DECIMALS)
    error = pd.Series(upward(se.to_numpy(dtype=float), step.to_numpy(dtype=float)), index=se.index)
    return near, error, -_up(-(near - Z95 * error)), _up(near + Z95 * error)


def _up(series: pd.Series) -> pd.Series:
    return pd.Series(upward(series.to_numpy(dtype=float)), index=series.index)


def _flags(flags: pd.Series, wide: pd.Series) -> list[str]:
    """Flags without those that tell counts; the one on width follows the interval as told."""
    return [
        " ".join(sorted({*text.split()} - _TELLING_FLAGS | ({INTERVAL_WIDE} if far else set())))
        for text, far in zip(flags, wide, strict=True)
    ]


def protect_gaps(frame: pd.DataFrame, steps: FloatArray) -> pd.DataFrame:
    """Gaps of two sides, in the shape of the table `gap`, as they may be published.

    `steps` (rows, 2) are those of `error_steps` for the worse-off and the better-off side; where
    either is NaN the gap is withheld with D01. The gap and its error are made of the two sides as
    they are told, and so tell nothing more. To be used before anything is made of the gaps; gaps of
    all areas (extremes, slope) are to be made of protected figures, and have no place here.
    """
    given = frame["gap_years"].notna()
    hidden = given & pd.Series(np.isnan(steps).any(axis=1), index=frame.index)
    made: dict[str, pd.Series] = {}
    errors: list[pd.Series] = []
    for at, side in enumerate(("worse", "better")):
        width = frame[f"{side}_upper95_years"] - frame[f"{side}_lower95_years"]
        value, se, lower, upper = _figures(
            frame[f"{side}_years"].where(given & ~hidden),
            (width / WIDTH_SE).where(given & ~hidden),
            pd.Series(steps[:, at], index=frame.index),
        )
        errors.append(se)
        made |= {
            f"{side}_years": value,
            f"{side}_lower95_years": lower,
            f"{side}_upper95_years": upper,
        }
    gap = (made["better_years"] - made["worse_years"]).round(_YEAR_DECIMALS)
    error = _up(_joined(errors[0], errors[1]))
    lower, upper = -_up(-(gap - Z95 * error)), _up(gap + Z95 * error)
    ratio = made["better_years"] / made["worse_years"]
    spread = Z95 * _joined(errors[0] / made["worse_years"], errors[1] / made["better_years"])
    telling = hidden | frame["reason"].isin(TELLING_REASONS)
    return frame.assign(
        **made,
        gap_years=gap,
        se_years=error,
        lower95_years=lower,
        upper95_years=upper,
        relative_gap=ratio,
        relative_lower95=ratio * np.exp(-spread),
        relative_upper95=ratio * np.exp(spread),
        reason=frame["reason"].mask(telling, DISCLOSURE),
        flags=_flags(frame["flags"], (upper - lower) > WIDE_INTERVAL_YEARS),
    )


def _joined(one: pd.Series, other: pd.Series) -> pd.Series:
    return pd.Series(
        np.hypot(one.to_numpy(dtype=float), other.to_numpy(dtype=float)), index=one.index
    )


def require_adding_up(totals: pd.DataFrame) -> None:
    """Hold the true table `count_total` against the lines of its critical expectations.

    Its differences can't be checked any more once they may be told. Raises ValidationError, which
    tells kind of area and year and no count.
    """
    for column, most, expected in _ADDING_UP:
        over = totals[totals[column].abs() > most]
        if len(over):
            first = over.iloc[0]
            raise ValidationError(
                f"deaths summed to {first['geography']}, year {first['year']}",
                expected=expected,
                found="a difference, which isn't told: the deaths are restricted",
                remedy="look for what is missing or twice in the extract, or in the lookups",
            )


_ADDING_UP = (
    ("deaths_difference_persons", 0.001, "deaths of areas that add up to those of the blocks"),
    (
        "publisher_deaths_difference_persons",
        0.5,
        "deaths of the blocks that add up to the publisher's total of the borough",
    ),
)


def protect_count_totals(frame: pd.DataFrame) -> pd.DataFrame:
    """The table `count_total` as it may be published.

    Against a public total of the borough a difference would tell the exact count: it is withheld.
    To be held against its lines before (`require_adding_up`).
    """
    return frame.assign(
        deaths_difference_persons=rounded(frame["deaths_difference_persons"].to_numpy(dtype=float)),
        publisher_deaths_difference_persons=np.nan,
    )
