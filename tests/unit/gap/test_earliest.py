"""The first release in which a verdict is possible, for each reason that there is none."""

from __future__ import annotations

import pytest

from gapwatch.codes import NOTHING, Coded
from gapwatch.gap.trend.earliest import earliest_verdict_year

FEW = Coded.of("V01", usable=1, withheld=0, needed=3)
STALE = Coded.of("V03", newest=2014, stale_after=6)


@pytest.mark.parametrize(
    ("reason", "newest_end", "year"),
    [
        (STALE, 2014, 2026),
        (Coded.of("V03", newest=2024, stale_after=1), 2024, None),  # figures never come so soon
        (FEW, 2024, 2028),  # two more windows, known two years after their ends
        (FEW, 2019, 2026),  # they may be known already
        (Coded.of("V01", midpoints=1), 2024, None),
        (Coded.of("V02"), 2024, 2027),
        (Coded.of("V04", deadline=2025), 2024, None),
        (Coded.of("V05", first=2005, last=2009), 2024, None),
        (Coded.of("V06", target=8.0, baseline=7.0), 2024, None),
        (Coded.of("V07"), 2024, None),
        (NOTHING, 2024, None),
        (FEW, None, None),
    ],
)
def test_each_reason_has_its_year_or_none(reason, newest_end, year):
    found = earliest_verdict_year(
        reason, release_year=2026, newest_end=newest_end, deadline_year=2035
    )
    assert found == year


def test_none_is_named_after_the_deadline():
    lacking = Coded.of("V01", usable=1, withheld=0, needed=12)
    assert (
        earliest_verdict_year(lacking, release_year=2026, newest_end=2024, deadline_year=2035)
        is None
    )
