"""Pulling month after month: edited studies, newer shipped figures, snapshots compared."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from gapwatch import pulling, snapshots
from gapwatch.demo.replica import Replica
from gapwatch.errors import UsageError
from gapwatch.project import Project
from gapwatch.sources.http import Client
from tests.command import gapwatch
from tests.repin import repin
from tests.replicated import DAY, pull


@pytest.mark.long
def test_a_source_that_is_described_anew_is_pulled_and_said_to_be_not_compared(
    again: tuple[Project, Replica],
) -> None:
    served, _ = again
    text = served.study_file.read_text(encoding="utf-8")
    assert "years = [2021, 2022]" in text
    served.study_file.write_text(
        text.replace("years = [2021, 2022]", "years = [2020, 2021, 2022]"), encoding="utf-8"
    )
    second = pull(served)
    assert second.new
    assert [(item.source, item.what) for item in second.changes] == [
        ("lsoa2021-population", "described")
    ]


@pytest.mark.long
def test_newer_shipped_figures_are_taken_up_by_the_next_pull_and_drop_no_source(
    again: tuple[Project, Replica],
) -> None:
    served, _ = again
    first = snapshots.load(served.raw, study="westminster").id
    shipped = snapshots.ids(served.raw, "")[0]
    changed = repin(
        served,
        "ward-reference",
        lambda text: text.replace("Abbey Road", "Abbey Rd"),
        snapshot=shipped,
        days=30,
    )
    assert snapshots.load(served.raw, study="westminster").id == first
    with Client(allow_local=True, tries=2, back_off=0.01) as client:
        later = pulling.pull(served, today=DAY + dt.timedelta(days=60), client=client)
    assert later.new
    assert later.changed_sources == ("ward-reference",)
    made = snapshots.load(served.raw, study="westminster")
    assert made.id == later.snapshot
    assert made.pin("ward-reference") == snapshots.load(served.raw, changed).pin("ward-reference")


def test_a_source_that_is_new_since_is_told_as_added(pulled: Project) -> None:
    shipped = snapshots.ids(pulled.raw, "")[0]
    newest = snapshots.load(pulled.raw, study="westminster").id
    done = gapwatch(pulled, "snapshots", "diff", shipped, newest, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert {item["what"] for item in told} == {"added"}
    assert "lookup" in {item["table"] for item in told}


@pytest.mark.long
def test_a_clock_ahead_pins_nothing_and_what_it_pinned_before_can_be_retired(
    again: tuple[Project, Replica],
) -> None:
    served, replica = again
    before = snapshots.ids(served.raw)
    first = snapshots.load(served.raw, study="westminster").id
    ahead = DAY + dt.timedelta(days=1500)
    replica.date = f"{DAY:%a, %d %b %Y} 12:00:00 GMT"
    text = served.study_file.read_text(encoding="utf-8")
    served.study_file.write_text(
        text.replace("years = [2021, 2022]", "years = [2020, 2021, 2022]"), encoding="utf-8"
    )
    try:
        with Client(tries=2, back_off=0.01) as client, pytest.raises(UsageError, match="clock"):
            pulling.pull(served, today=ahead, client=client)
        assert snapshots.ids(served.raw) == before
        replica.date = ""  # as if no publisher had said: it locks the study
        with Client(tries=2, back_off=0.01) as client:
            locking = pulling.pull(served, today=ahead, client=client).snapshot
        with pytest.raises(UsageError, match="snapshots retire"):
            pull(served)
    finally:
        replica.date = ""
    done = gapwatch(served, "snapshots", "retire", locking, "--reason", "a clock ahead", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["newest_snapshot"] == first
    assert pull(served).new
    assert snapshots.load(served.raw, study="westminster").follows == first
    listed = gapwatch(served, "snapshots")
    assert "a clock ahead" in listed.stdout
