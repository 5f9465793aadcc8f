"""Published figures beside our own, where both speak of the same areas and years."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gapwatch.codes import DISCLOSURE
from gapwatch.contracts import CALENDAR_YEAR, REPRODUCTION, SERIES_COMPARISON, SEXES
from gapwatch.counting.counts import Counts, CountWindows, FloatArray, period
from gapwatch.counting.disclosure.reconstruction import near, upward
from gapwatch.counting.gaps import BETTER, WORSE, sided, two_sides
from gapwatch.counting.life_tables import tabled
from gapwatch.demography.pooling import pool_published
from gapwatch.gap.measures import measure_gaps
from gapwatch.intervals import Z95, between_sides
from gapwatch.study import Measure, Study
from gapwatch.tables import canonical

Frames = dict[str, pd.DataFrame]
_WINDOW = ["sex", "period_start", "period_end"]


def reproduction(study: Study, inputs: Frames, computed: pd.DataFrame) -> pd.DataFrame:
    """The table `reproduction`: every published value that has a computed one beside it.

    A value agrees when the two differ by at most the study's `tolerance_years`. One of ours that
    is withheld stays, with its reason; one that its publisher withholds can't be reproduced, and
    windows whose deaths are still coming in aren't compared.
    """
    tolerance = study.computed.tolerance_years if study.computed else 0.0
    # Published windows are of calendar years: windows of other years cover other deaths.
    computed = computed[computed["year_ends"] == CALENDAR_YEAR]
    published = inputs["life_expectancy"].dropna(subset=["life_expectancy_years"])
    ours = computed.rename(
        columns={
            "geography": "kind",
            "area": "area_code",
            "life_expectancy_years": "computed_years",
        }
    )
    place = published["area_code"] == study.study.area_code
    # The borough stands under whatever kind of area its publisher calls it.
    theirs = published.assign(kind=published["geography"].where(~place, "borough"))
    both = theirs.merge(
        ours[["kind", "area_code", *_WINDOW, "computed_years", "base", "reason", "provisional"]],
        on=["kind", "area_code", *_WINDOW],
        how="inner",
    )
    both = both[~both["provisional"].astype(bool)]
    difference = both["computed_years"] - both["life_expectancy_years"]
    close = (difference.abs() <= tolerance + 1e-9).astype("boolean").mask(difference.isna())
    made = both.assign(
        published_years=both["life_expectancy_years"],
        published_lower95_years=both["lower95_years"],
        published_upper95_years=both["upper95_years"],
        difference_years=difference,
        agrees=close,
    )
    made = made.drop_duplicates(list(REPRODUCTION.key))
    return canonical(REPRODUCTION, made, REPRODUCTION.name)


def comparison(study: Study, inputs: Frames, own: Counts, computed: pd.DataFrame) -> pd.DataFrame:
    """The table `series_comparison`: gaps between two sides from both, window by window.

    A difference has two parts. The way sides are joined: the computed figures of their areas joined
    as published ones are, by a mean weighted by residents, against deaths and residents taken
    together. And the rest: other bases of residents, another top band, other data.

    From restricted deaths it is made of the figures as told in `computed`, the table
    `computed_life_expectancy`; a window that isn't told there is withheld here (D01).
    """
    rows: list[dict[str, object]] = []
    held = inputs["life_expectancy"]
    codes = [area.code for area in study.geography.areas]
    # Of the geography there may be figures of other areas alone, as by codes of another vintage.
    published_here = ((held["geography"] == own.geography) & held["area_code"].isin(codes)).any()
    # Published windows are of calendar years: windows of other years cover other deaths.
    if not sided(study) or not published_here or own.year_ends != CALENDAR_YEAR:
        return pd.DataFrame(columns=list(SERIES_COMPARISON.names))
    mine = study.model_copy(update={"measures": sided(study)})
    published = measure_gaps(mine, inputs).dropna(subset=["gap_years"])
    for measure in sided(study):
        told = published[published["measure"] == measure.id]
        spans = told[["period_start", "period_end"]].drop_duplicates().itertuples(index=False)
        for start, end in spans:
            mine_then = told[(told["period_start"] == start) & (told["period_end"] == end)]
            found = period(own, int(start), int(end))
            if not len(found.start) or found.provisional.any():
                continue
            if own.restricted:
                ours = _as_told(study, measure, own, found, computed)
            else:
                ours = _as_made(study, measure, own, found)
            rows += _rows(measure, own, found, mine_then, ours)
    frame = pd.DataFrame(rows, columns=list(SERIES_COMPARISON.names))
    return canonical(SERIES_COMPARISON, frame, SERIES_COMPARISON.name) if rows else frame


@dataclass(frozen=True)
class _Ours:
    """Our gap of one sex, its error, the gap of the areas' figures joined, and a reason."""

    gap: float
    se: float
    joined: float
    reason: str


def _rows(
    measure: Measure, own: Counts, found: CountWindows, told: pd.DataFrame, ours: Sequence[_Ours]
) -> Iterator[dict[str, object]]:
    for sex, mine in zip(SEXES, ours, strict=True):
        published = told[told["sex"] == sex]
        if published.empty:
            continue
        theirs, their_se = (float(published[n].iloc[0]) for n in ("gap_years", "se_years"))
        way = mine.gap - mine.joined
        if own.restricted:
            way = float(near(way))
        yield {
            "measure": measure.id,
            "sex": sex,
            "period_start": int(found.start[0]),
            "period_end": int(found.end[0]),
            "published_gap_years": theirs,
            "published_se_years": their_se,
            "published_lower95_years": theirs - Z95 * their_se,
            "published_upper95_years": theirs + Z95 * their_se,
            "computed_gap_years": mine.gap,
            "computed_se_years": mine.se,
            "computed_lower95_years": mine.gap - Z95 * mine.se,
            "computed_upper95_years": mine.gap + Z95 * mine.se,
            "difference_years": mine.gap - theirs,
            "joining_years": way,
            "rest_years": mine.gap - theirs - way,
            "base": found.bases[0],
            "top_age_years": int(own.age_starts[-1]),
            "reason": mine.reason,
        }


def _as_made(study: Study, measure: Measure, own: Counts, found: CountWindows) -> list[_Ours]:
    """Both sexes from the life tables of the sides and of their areas."""
    span = int(found.start[0]), int(found.end[0])
    counts = two_sides(study, measure, own)
    of_sides = tabled(counts, period(counts, *span))
    value, error = of_sides.table.e[:, :, 0, 0], of_sides.table.se[:, :, 0, 0]
    between = between_sides(value[WORSE], error[WORSE], value[BETTER], error[BETTER])
    reasons = of_sides.reasons[:, :, 0]
    joined = [_joined(study, getattr(measure, name), own, span) for name in _NAMES]
    made = []
    for at in range(len(SEXES)):
        reason = str(reasons[WORSE, at]) or str(reasons[BETTER, at])
        made.append(
            _Ours(
                float("nan") if reason else float(between.gap[at]),
                float("nan") if reason else float(between.se[at]),
                float(joined[BETTER][at] - joined[WORSE][at]),
                reason,
            )
        )
    return made


_NAMES = ("worse", "better")


def _joined(study: Study, side: str, own: Counts, span: tuple[int, int]) -> FloatArray:
    """Computed figures of a side's areas (2,) by sex, joined as published ones are."""
    codes = study.side(side)
    counts = own.groups({code: (code,) for code in codes})
    table = tabled(counts, period(counts, *span)).table
    people = counts.person_years.sum(axis=(1, 2, 3))
    found = [
        pool_published(people, table.e[:, sex, :, 0].T, table.se[:, sex, :, 0].T)
        for sex in range(len(SEXES))
    ]
    return np.array([float(np.asarray(pool.value)[0]) for pool in found])


def _as_told(
    study: Study, measure: Measure, own: Counts, found: CountWindows, computed: pd.DataFrame
) -> list[_Ours]:
    """Both sexes from what is told of the sides and of their areas in the same window."""
    here = computed[
        (computed["period_start"] == found.start[0])
        & (computed["period_end"] == found.end[0])
        & computed["geography"].isin(["side", own.geography])
    ]
    people = dict(zip(own.areas, own.person_years.sum(axis=(1, 2, 3)), strict=True))
    return [
        _of_told(study, measure, people, here[here["sex"] == sex].set_index("area"))
        for sex in SEXES
    ]


def _of_told(study: Study, measure: Measure, people: dict[str, float], rows: pd.DataFrame) -> _Ours:
    """One sex from the told figures of sides and areas; `people` are the areas' residents."""
    sides = [measure.worse, measure.better]
    value, error = (rows[name].astype("float64") for name in ("life_expectancy_years", "se_years"))
    reasons = [str(rows["reason"].get(side, DISCLOSURE)) for side in sides]
    worse, better = value.reindex(sides).to_numpy()
    joined = []
    for side in sides:
        codes = list(study.side(side))
        pool = pool_published(
            np.array([people[code] for code in codes]),
            value.reindex(codes).to_numpy(),
            error.reindex(codes).to_numpy(),
        )
        joined.append(float(np.asarray(pool.value)))
    return _Ours(
        gap=float(near(float(better - worse))),
        se=float(upward(np.hypot(*error.reindex(sides).to_numpy()))),
        joined=joined[BETTER] - joined[WORSE],
        reason=DISCLOSURE if DISCLOSURE in reasons else reasons[WORSE] or reasons[BETTER],
    )
