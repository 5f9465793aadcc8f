"""Which windows speak of the deadline, and when each is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import pandas as pd

from gapwatch.codes import CENTRED_ON_DEADLINE, ENDING_AT_DEADLINE, LAST_BY_DEADLINE
from gapwatch.contracts import DECIDING_WINDOW, YEAR_LEADS, Verdict
from gapwatch.contracts.findings import DecidingWindow
from gapwatch.contracts.row_class import read_rows
from gapwatch.gap.baseline import newest_run, settled
from gapwatch.gap.trend.earliest import USUAL_LAG_YEARS
from gapwatch.gap.trend.publication import publication_clock
from gapwatch.study import Study
from gapwatch.tables import canonical

# The usual length of windows of small-area life expectancy.
USUAL_LENGTH_YEARS = 5


def deciding_windows(
    study: Study, verdicts: pd.DataFrame, gaps: pd.DataFrame, release_year: int
) -> pd.DataFrame:
    """The table `deciding_window`: three windows a row of `verdict`.

    Each is as long as the newest comparable window of the table `gap`, which a measure may have
    without a verdict.

    Our own figures are known as soon as the newest of them was, unless that is too old for a
    verdict; published ones after the usual two years.
    """
    held = read_rows(Verdict, verdicts.to_dict("records"))
    rows = [asdict(row) for verdict in held for row in _of(study, verdict, gaps, release_year)]
    frame = pd.DataFrame(rows, columns=list(DECIDING_WINDOW.names))
    return canonical(DECIDING_WINDOW, frame, DECIDING_WINDOW.name)


def _of(
    study: Study, verdict: Verdict, gaps: pd.DataFrame, release_year: int
) -> Iterator[DecidingWindow]:
    newest = _newest(gaps[(gaps["measure"] == verdict.measure) & (gaps["sex"] == verdict.sex)])
    length = USUAL_LENGTH_YEARS if newest is None else newest[1] - newest[0] + 1
    own = study.computed is not None and study.computed.decides
    age = 0 if verdict.newest_end is None else release_year - verdict.newest_end
    usual = not own or newest is None or age > study.verdict.stale_after_years
    lag = USUAL_LAG_YEARS if newest is None or usual else release_year - newest[1]
    clock = publication_clock(
        deadline_year=verdict.target_year,
        window_years=length,
        publication_lag_years=lag,
        lead=YEAR_LEADS[verdict.year_ends],
    )
    for code, window in (
        (LAST_BY_DEADLINE, clock.last_by_deadline),
        (ENDING_AT_DEADLINE, clock.ending_at_deadline),
        (CENTRED_ON_DEADLINE, clock.centred_on_deadline),
    ):
        yield DecidingWindow(
            measure=verdict.measure,
            sex=verdict.sex,
            role=code,
            period_start=window.start,
            period_end=window.end,
            year_ends=verdict.year_ends,
            midpoint_year=window.midpoint,
            known_year=window.published,
            lag_years=lag,
            lag_is_usual=usual,
        )


def _newest(gaps: pd.DataFrame) -> tuple[int, int] | None:
    """First and last year of the newest comparable window that has a gap."""
    run = newest_run(settled(gaps)) if len(gaps) else gaps
    given = run[run["gap_years"].notna()]
    if given.empty:
        return None
    return int(given["period_start"].iloc[-1]), int(given["period_end"].iloc[-1])
