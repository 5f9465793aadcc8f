"""Gaps between sides from their own deaths and residents, in the shortest windows they carry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gapwatch.codes import INTERVAL_WIDE, LIFE_TABLES
from gapwatch.contracts import GAP, SEXES
from gapwatch.counting.counts import Counts, FloatArray, period, windows
from gapwatch.counting.disclosure.protect import protect_gaps
from gapwatch.counting.life_tables import Tabled, require_windows, tabled
from gapwatch.intervals import between_sides
from gapwatch.study import Measure, Study
from gapwatch.tables import canonical

WORSE, BETTER = 0, 1


@dataclass(frozen=True, eq=False)
class OwnGaps:
    """Gaps of the measures with two sides, and those of their baseline periods.

    Both are in the shape of the table `gap`; `baselines` has one row a measure and sex, none where
    the years of the baseline aren't all there on one base. `lengths` is the years of each
    measure's windows.
    """

    gaps: pd.DataFrame
    baselines: pd.DataFrame
    lengths: dict[str, int]


def sided(study: Study) -> tuple[Measure, ...]:
    """Measures that compare two sides fixed beforehand."""
    return tuple(measure for measure in study.measures if measure.kind in ("pair", "pooled"))


def two_sides(study: Study, measure: Measure, own: Counts) -> Counts:
    """Counts of the worse-off and the better-off side, in this order."""
    return own.groups({"worse": study.side(measure.worse), "better": study.side(measure.better)})


def own_gaps(study: Study, own: Counts, settled: Mapping[str, int] | None = None) -> OwnGaps:
    """Gaps of every measure with two sides from the counts of the study's areas.

    `settled` is the length of the windows of restricted deaths that an earlier release chose for a
    measure: another length would be another reading of the same deaths.
    """
    gaps, baselines, lengths = [], [], {}
    for measure in sided(study):
        counts = two_sides(study, measure, own)
        kept = (settled or {}).get(measure.id) if own.restricted else None
        if kept is None:
            length, made = shortest(study, counts)
        else:
            length, made = kept, tabled(counts, windows(counts, kept))
        lengths[measure.id] = length
        gaps.append(gap_rows(study, measure, made))
        first, last = study.baseline_period(measure)
        at_baseline = period(counts, first, last)
        if len(at_baseline.start):
            baselines.append(gap_rows(study, measure, tabled(counts, at_baseline)))
    return OwnGaps(_table(gaps), _table(baselines), lengths)


def _table(frames: list[pd.DataFrame]) -> pd.DataFrame:
    empty = pd.DataFrame(columns=list(GAP.names))
    return canonical(
        GAP.coded, pd.concat(frames, ignore_index=True) if frames else empty, "own gaps"
    )


def shortest(study: Study, counts: Counts) -> tuple[int, Tabled]:
    """The shortest windows that are precise enough in every one, for both sides and both sexes.

    Precise enough: no table is refused or may not be told, and no 95% interval is wider than 4
    years (Q03). In shorter
    windows chance is not the only trouble: life expectancy from few deaths is too high on average,
    by 0.3 years for a side of 5,000 residents of one sex in a single year. Where no length of the
    study is precise enough, the longest. Windows that are still coming in aren't asked, and lengths
    that no run of years on one base holds are passed over. Raises ValidationError when that is all
    of them.
    """
    if study.computed is None:
        raise ValueError("study: expected a [computed] part, found none")
    lengths = require_windows(counts, "side_window_years", study.computed.side_window_years)
    for length in lengths:
        made = tabled(counts, windows(counts, length))
        settled = ~made.windows.provisional
        reasons, flags = (
            np.asarray(codes)[:, :, settled] for codes in (made.reasons, made.table.flags)
        )
        precise = not ((reasons != "") | (np.char.find(flags, INTERVAL_WIDE) >= 0)).any()
        told = made.steps is None or not np.isnan(made.steps[:, :, settled]).any()
        if settled.any() and precise and told:
            return length, made
    return lengths[-1], tabled(counts, windows(counts, lengths[-1]))


def gap_rows(
    study: Study, measure: Measure, made: Tabled, sexes: Sequence[str] = SEXES
) -> pd.DataFrame:
    """Rows of the table `gap` for `sexes`, each female or male, from tables of the two sides.

    From restricted deaths they are made of the sides as these may be told. Raises ValueError for
    another sex.
    """
    frames = []
    for sex in map(SEXES.index, sexes):
        rows = _of_sex(study, measure, made, sex)
        frames.append(rows if made.steps is None else protect_gaps(rows, made.steps[:, sex].T))
    return pd.concat(frames, ignore_index=True)


def _of_sex(study: Study, measure: Measure, made: Tabled, sex: int) -> pd.DataFrame:
    table, found = made.table, made.windows
    reason = [
        str(one) or str(other)
        for one, other in zip(*(made.reasons[side, sex] for side in (WORSE, BETTER)), strict=True)
    ]
    hidden = np.array([bool(code) for code in reason])
    value, error = table.e[:, sex, :, 0], table.se[:, sex, :, 0]
    between = between_sides(value[WORSE], error[WORSE], value[BETTER], error[BETTER])

    def shown(values: FloatArray) -> FloatArray:
        return np.where(hidden, np.nan, values)

    ends = {
        f"{name}_{column}": getattr(table, part)[side, sex, :, 0]
        for side, name in ((WORSE, "worse"), (BETTER, "better"))
        for column, part in (
            ("years", "e"),
            ("lower95_years", "lower"),
            ("upper95_years", "upper"),
        )
    }
    return pd.DataFrame(
        {
            "measure": measure.id,
            "sex": SEXES[sex],
            "kind": measure.kind,
            "geography": study.geography.vintage,
            "segment": found.segment,
            "period_start": found.start,
            "period_end": found.end,
            "year_ends": found.year_ends,
            **ends,
            "gap_years": shown(between.gap),
            "se_years": shown(between.se),
            "lower95_years": shown(between.lower),
            "upper95_years": shown(between.upper),
            "relative_gap": shown(between.ratio),
            "relative_lower95": shown(between.ratio_lower),
            "relative_upper95": shown(between.ratio_upper),
            "naive_gap_years": np.nan,
            "basis_code": LIFE_TABLES,
            "reason": reason,
            "flags": _flags(made, sex),
        }
    )


def _flags(made: Tabled, sex: int) -> list[str]:
    """Every code that holds for either side."""
    both = zip(*(made.flags[side][sex] for side in (WORSE, BETTER)), strict=True)
    return [" ".join(sorted({*one.split(), *other.split()})) for one, other in both]
