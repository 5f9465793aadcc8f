"""A pull with the clock ahead is refused by what the publishers' own clocks say."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from gapwatch.demo.replica import Replica
from gapwatch.errors import SourceError, UsageError
from gapwatch.pulling import _require_later, require_clock
from gapwatch.snapshots import Snapshot
from gapwatch.sources.http import Client
from gapwatch.sources.responses import Exchange, answered_on

SENT = "Sun, 29 Nov 2026 23:59:59 GMT"
SAYS = "2026-11-29T23:59:59+00:00"


def exchange(date: str) -> Exchange:
    return Exchange("https://publisher.example/a", 200, 10, 1, 0.1, date)


@pytest.mark.parametrize("date", [dt.date(2026, 11, 29), dt.date(2026, 11, 30)])
def test_a_date_up_to_a_day_after_is_accepted(date: dt.date) -> None:
    require_clock([exchange(SAYS), exchange("")], date)


@pytest.mark.parametrize("date", [dt.date(2026, 12, 1), dt.date(2030, 1, 1)])
def test_a_date_more_than_a_day_after_any_publishers_is_refused(date: dt.date) -> None:
    with pytest.raises(UsageError, match="clock right") as caught:
        require_clock([exchange(f"{date}T00:00:00+00:00"), exchange(SAYS)], date)
    assert "publisher.example" in caught.value.found
    assert SAYS in caught.value.found


def test_a_publisher_that_sends_no_date_is_not_asked_for_one() -> None:
    require_clock([exchange("")], dt.date(2030, 1, 1))


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Date": SENT}, SAYS),
        ({"Date": SENT, "Age": "86400"}, "2026-11-30T23:59:59+00:00"),
        ({"Date": SENT, "Age": "-5"}, SAYS),
        ({"Date": "Mon, 30 Nov 2026 00:59:59 +0100"}, SAYS),
        ({"Date": "yesterday"}, ""),
        ({"Date": "Sun, 99 Nov 2026 23:59:59 GMT"}, ""),
        ({"Date": "Fri, 31 Dec 9999 23:59:59 GMT", "Age": "999999999"}, ""),
        ({}, ""),
    ],
)
def test_the_date_of_an_answer_is_read_with_its_time_in_a_cache(
    headers: dict[str, str], expected: str
) -> None:
    assert answered_on(headers) == expected


def test_the_client_keeps_the_date_that_a_publisher_sends() -> None:
    nothing: Any = None  # no publisher is asked
    with Replica(nothing) as replica, Client() as client:
        for date in ("", SENT):
            replica.date = date
            with pytest.raises(SourceError, match="404"):
                client.get(f"{replica.address}nowhere", expect="json")
    assert [done.date for done in client.exchanges] == ["", SAYS]


def test_a_snapshot_of_a_day_to_come_is_told_with_the_way_out() -> None:
    ahead = Snapshot(
        id="2030-01-01-abcdef1234", title="T", as_known_at=dt.date(2030, 1, 1), pins=()
    )
    with pytest.raises(UsageError) as caught:
        _require_later(ahead, dt.date(2026, 11, 29))
    assert "gapwatch snapshots retire 2030-01-01-abcdef1234 --reason" in caught.value.remedy
