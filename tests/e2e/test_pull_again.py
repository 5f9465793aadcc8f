"""Pulling month after month: edited studies, newer shipped figures, snapshots compared."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator

import pytest

from gapwatch import pulling, snapshots
from gapwatch.demo.replica import Replica
from gapwatch.project import Project
from gapwatch.sources.http import Client
from tests.command import gapwatch
from tests.repin import repin
from tests.replicated import ask_replica, world_of

DAY = dt.date(2026, 12, 1)


@pytest.fixture
def served(project: Project) -> Iterator[Project]:
    """A project whose publishers are a replica."""
    with Replica(world_of(project)) as replica:
        ask_replica(project, replica)
        yield project


def pull(project: Project) -> pulling.Pulled:
    with Client(tries=2, back_off=0.01) as client:
        return pulling.pull(project, today=DAY, client=client)


def test_a_source_that_is_described_anew_is_pulled_and_said_to_be_not_compared(
    served: Project,
) -> None:
    pull(served)
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


def test_newer_shipped_figures_are_taken_up_by_the_next_pull_and_drop_no_source(
    served: Project,
) -> None:
    first = pull(served)
    shipped = snapshots.ids(served.raw, "")[0]
    changed = repin(
        served, "ward-reference", lambda text: text.replace("Abbey Road", "Abbey Rd"),
        snapshot=shipped, days=30,
    )  # fmt: skip
    assert snapshots.load(served.raw, study="westminster").id == first.snapshot
    with Client(tries=2, back_off=0.01) as client:
        later = pulling.pull(served, today=DAY + dt.timedelta(days=60), client=client)
    assert later.new
    assert later.changed_sources == ("ward-reference",)
    made = snapshots.load(served.raw, study="westminster")
    assert made.id == later.snapshot
    assert made.pin("ward-reference") == snapshots.load(served.raw, changed).pin("ward-reference")


def test_a_source_that_is_new_since_is_told_as_added(served: Project) -> None:
    shipped = snapshots.ids(served.raw, "")[0]
    pulled = pull(served).snapshot
    done = gapwatch(served, "snapshots", "diff", shipped, pulled, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert {item["what"] for item in told} == {"added"}
    assert "lookup" in {item["table"] for item in told}
