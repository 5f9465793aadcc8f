"""Pulling as an operator does: every fault at once, without what can be spared, on after a kill."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections import Counter

import pytest

from gapwatch import checking, pipeline, pulling, snapshots
from gapwatch import study as study_file
from gapwatch.demo.replica import Replica, World
from gapwatch.errors import GapwatchError, UnavailableError
from gapwatch.project import Project
from gapwatch.pulls.checked import TOGETHER, CheckedSources
from gapwatch.pulls.kept import FOLDER
from gapwatch.sources.http import Client
from gapwatch.sources.inputs import absent
from gapwatch.study import is_required
from tests.command import COMMAND, contents, gapwatch
from tests.replicated import DAY, pull, require_every_source
from tests.small_replica import ask_small_replica

MAP = "msoa2021-boundaries"
# A source, the fault that its publisher has, where it shows, whether it answered, the words.
FAULTS = [
    ("small-area-life-expectancy", "500-trace", "available_data", False, "status 500"),
    ("lsoa2021-population", "header-only", "data.csv", True, "a header and no rows"),
    ("lsoa2021-to-msoa2021", "html", "OA_LSOA_MSOA", True, "a web page"),
    ("lsoa2021-to-ward2024", "silent", "LSOA21_WD24", False, "ReadTimeout"),
    ("lsoa2011-to-lsoa2021", "cut", "LSOA11_LSOA21", False, "RemoteProtocolError|ReadError"),
    ("lsoa2011-to-ward2011", "vintage", "LSOA11_WD19", True, "none for E01900001"),
    (MAP, "vanished", "Middle_layer", True, "no such service; nearest are"),
]


def check(project: Project, *, read: float = 20.0) -> CheckedSources:
    with Client(allow_local=True, tries=2, back_off=0.01, connect=1.0, read=read) as client:
        return checking.check(project, today=DAY, client=client)


def edit(project: Project, old: str, new: str) -> None:
    text = project.study_file.read_text(encoding="utf-8")
    assert re.search(old, text)
    project.study_file.write_text(re.sub(old, new, text), encoding="utf-8")


def spare(project: Project, source: str) -> None:
    """Have the study say of one source that a pull can do without it."""
    edit(project, rf'(id = "{source}"\nkind = "\w+"\n)required = true', r"\1required = false")


def test_a_check_lists_eight_different_faults_at_once_and_leaves_every_byte(
    again: tuple[Project, Replica],
) -> None:
    project, replica = again
    for _, fault, on, *_ in FAULTS:
        replica.fault(fault, on=on)
    edit(project, r"landing_page = .+\nlink = .+\n", 'path = "not-there.csv"\n')
    before = contents(project.root)
    # One of them never answers. The page of residents takes a moment to be written.
    found = check(project, read=5.0)
    rows = {row.id: row for row in found.sources}
    for source, _, _, answered, words in FAULTS:
        assert re.search(words, rows[source].problem or ""), rows[source]
        assert rows[source].remedy
        assert rows[source].answered is answered
    deaths = rows["lsoa2011-deaths"]
    assert "No such file" in (deaths.problem or "")
    assert (deaths.rows, deaths.answered, found.ok) == (None, False, False)
    assert contents(project.root) == before


@pytest.mark.long
def test_a_check_of_sound_sources_says_rows_and_periods_and_exits_0(
    again: tuple[Project, Replica],
) -> None:
    project, _ = again
    before = contents(project.root)
    done = gapwatch(project, "pull", "--check", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert contents(project.root) == before
    *rows, last = said["sources"]
    assert {frozenset(row) for row in said["sources"]} == {
        frozenset(("id", "publisher", "answered", "rows", "newest", "problem", "remedy"))
    }
    assert [row["problem"] for row in rows] == [None] * 8
    assert (last["id"], last["problem"]) == (TOGETHER, None)
    newest = {row["id"]: (row["rows"], row["newest"]) for row in rows}
    assert newest["lsoa2021-population"] == (43_680, "2022")
    assert newest[MAP][1] is None


@pytest.mark.long
def test_a_fault_of_figures_beside_the_others_alone_is_told_of_its_source(
    again: tuple[Project, Replica],
) -> None:
    project, replica = again
    replica.fault("vintage", on="nomis")
    replica.fault("corrected-silently", on="ons")
    found = check(project)
    rows = {row.id: row.problem for row in found.sources if row.problem}
    assert set(rows) == {"lsoa2021-population", "lsoa2011-deaths"}
    assert "nothing for E01900001" in rows["lsoa2021-population"]
    assert "changed without a word" in rows["lsoa2011-deaths"]


@pytest.mark.long
def test_a_pull_goes_on_without_a_map_and_exit_code_record_and_report_say_so(
    again: tuple[Project, Replica],
) -> None:
    project, replica = again
    spare(project, MAP)
    old = snapshots.load(project.raw, study="westminster")
    replica.fault("vanished", on="Middle_layer")
    done = gapwatch(project, "pull", "--json")
    assert done.returncode == 6, done.stderr
    said = json.loads(done.stdout)
    (lost,) = said["carried"]
    assert (lost["source"], lost["why"], lost["decides"]) == (MAP, "unreadable", False)
    assert lost["figures_of"] == old.pin(MAP).obtained_on.isoformat()
    assert "no such service" in lost["problem"]
    made = snapshots.load(project.raw, said["snapshot"])
    assert made.pins == old.pins
    assert set(made.missed) == {MAP}
    again_ = gapwatch(project, "pull", "--json")
    assert (again_.returncode, json.loads(again_.stdout)["new"]) == (6, False)
    report = pipeline.run(project).path.joinpath("report.html").read_text(encoding="utf-8")
    assert "Sources that could not be renewed" in report
    assert "the publisher sent nothing that could be read. The figures taken on" in report
    replica.clear()
    mended = pull(project)
    assert mended.new
    assert not snapshots.load(project.raw, mended.snapshot).missed


@pytest.fixture
def first(world: World, project: Project) -> tuple[Project, Replica]:
    """A project that has never pulled, and what it asks."""
    with Replica(world) as replica:
        ask_small_replica(project, replica)
        require_every_source(project)
        yield project, replica


@pytest.mark.long
def test_what_can_be_spared_and_was_never_pinned_is_left_out(
    first: tuple[Project, Replica],
) -> None:
    project, replica = first
    spare(project, MAP)
    replica.fault("html", on="Middle_layer")
    found = pull(project)
    made = snapshots.load(project.raw, found.snapshot)
    assert MAP not in {pin.id for pin in made.pins}
    (lost,) = found.carried
    assert lost.figures_of is None
    study, _ = study_file.load(project.study_file)
    assert absent(made, study) == (MAP,)


def test_faults_of_several_required_sources_are_told_together_and_nothing_is_pinned(
    again: tuple[Project, Replica],
) -> None:
    project, replica = again
    before = contents(project.raw)
    replica.fault("header-only", on="data.csv")
    replica.fault("vanished", on="Middle_layer")
    with pytest.raises(GapwatchError) as caught:
        pull(project)
    assert "a header and no rows" in str(caught.value)
    assert "no such service" in str(caught.value)
    assert contents(project.raw) == before


@pytest.mark.long
def test_a_pull_that_was_killed_asks_for_no_whole_source_again(
    first: tuple[Project, Replica],
) -> None:
    project, replica = first
    replica.fault("silent", on="Middle_layer")
    command = [*COMMAND, "pull"]
    running = subprocess.Popen(command, cwd=project.root, stderr=subprocess.PIPE, text=True)
    assert running.stderr is not None
    for line in running.stderr:
        if line.startswith(f"INFO pulling {MAP}"):
            break
    os.kill(running.pid, signal.SIGKILL)
    running.communicate()
    asked = len(replica.seen)
    assert asked > 5
    kept = project.raw.parent / FOLDER
    assert kept.stat().st_mode & 0o777 == 0o700
    replica.faults.clear()
    done = gapwatch(project, "pull")
    assert done.returncode == 0, done.stderr
    assert "not asked again" in done.stderr
    counted = Counter(request.target for request in replica.seen)
    assert {target for target, times in counted.items() if times > 1} <= {
        target for target in counted if "Middle_layer" in target
    }
    assert not kept.exists()


def test_by_default_what_the_verdict_does_not_rest_on_can_be_spared(project: Project) -> None:
    study, _ = study_file.load(project.study_file)
    spared = {source.id for source in study.sources if not is_required(study, source)}
    if study.computed is None:
        assert "small-area-life-expectancy" in spared
    assert MAP in spared
    assert "ward-life-expectancy" not in spared


@pytest.mark.long
def test_a_service_that_is_silent_is_not_asked_for_its_other_sources(
    again: tuple[Project, Replica],
) -> None:
    project, replica = again
    replica.fault("dropped", on="portal")
    with pytest.raises(UnavailableError):
        pull(project)
    portal = [request for request in replica.seen if request.publisher == "portal"]
    assert len({request.target for request in portal}) == 1
    assert pulling.can_pull(project)
