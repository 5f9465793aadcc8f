"""Which windows speak of the deadline, and when each is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import pandas as pd

from gapwatch.codes import CENTRED_ON_DEADLINE, ENDING_AT_DEADLINE, LAST_BY_DEADLINE
from gapwatch.contracts import DECIDING_WINDOW
from gapwatch.contracts.findings import DecidingWindow
from gapwatch.gap.assessment import Judged, lead_of
from gapwatch.gap.trend.publication import publication_clock
from gapwatch.study import Study
from gapwatch.tables import canonical

# How long small-area life expectancy has usually taken, and the length of its windows.
USUAL_LAG_YEARS = 2
USUAL_LENGTH_YEARS = 5


def deciding_windows(study: Study, judged: list[Judged], release_year: int) -> pd.DataFrame:
    """The table `deciding_window`: three windows a measure and sex, each as long as the newest.

    Our own figures are known as soon as the newest of them was, unless that is too old for a
    verdict; published ones after the usual two years.
    """
    rows = [asdict(row) for item in judged for row in _of(study, item, release_year)]
    frame = pd.DataFrame(rows, columns=list(DECIDING_WINDOW.names))
    return canonical(DECIDING_WINDOW, frame, DECIDING_WINDOW.name)


def _of(study: Study, item: Judged, release_year: int) -> Iterator[DecidingWindow]:
    newest = item.assessment.newest_window
    length = newest[1] - newest[0] + 1 if newest else USUAL_LENGTH_YEARS
    lag = None if newest is None else release_year - newest[1]
    own = study.computed is not None and study.computed.decides
    usual = not own or lag is None or lag > study.verdict.stale_after_years
    if lag is None or usual:
        lag = USUAL_LAG_YEARS
    clock = publication_clock(
        deadline_year=item.deadline_year,
        window_years=length,
        publication_lag_years=lag,
        lead=lead_of(item.windows),
    )
    for code, window in (
        (LAST_BY_DEADLINE, clock.last_by_deadline),
        (ENDING_AT_DEADLINE, clock.ending_at_deadline),
        (CENTRED_ON_DEADLINE, clock.centred_on_deadline),
    ):
        yield DecidingWindow(
            measure=item.measure.id,
            sex=item.sex,
            role=code,
            period_start=window.start,
            period_end=window.end,
            year_ends=item.year_ends,
            midpoint_year=window.midpoint,
            known_year=window.published,
            lag_years=lag,
            lag_is_usual=usual,
        )
