"""A pull over real HTTP: what may pass is tried again, what is wrong leaves all as it was."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gapwatch import pulling, snapshots
from gapwatch.errors import (
    GapwatchError,
    SourceError,
    StudyError,
    UsageError,
    ValidationError,
)
from gapwatch.project import Project
from gapwatch.sources.http import Client
from tests.command import contents, gapwatch
from tests.conftest import ROOT
from tests.pullable import describe_reference, forget_publishers
from tests.unit.sources import faulty_server
from tests.unit.sources.faulty_server import FaultyServer

PATH = "/reference.csv"
DAY = dt.date(2026, 12, 1)
Answer = tuple[int, dict[str, str], bytes, int]


@dataclass(frozen=True)
class Pulled:
    """A project that has pulled once, the file that was sent, the server, and what was said."""

    project: Project
    good: bytes
    server: FaultyServer
    said: pulling.Pulled


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pulled]:
    root = tmp_path_factory.mktemp("pulled") / "project"
    for name in ("data/raw", "expectations"):
        shutil.copytree(ROOT / name, root / name)
    for name in ("gapwatch.toml", "requirements.lock"):
        shutil.copy(ROOT / name, root / name)
    project = Project(root, root / "gapwatch.toml")
    with FaultyServer() as server:
        good = describe_reference(project, f'address = "{server.base}{PATH}"')
        server.server.good[PATH] = good
        faulty_server.PLAIN[PATH] = (200, {}, good, 0)
        yield Pulled(project, good, server, pull(project))
    del faulty_server.PLAIN[PATH]


@pytest.fixture
def pulled(first: Pulled, tmp_path: Path) -> Project:
    """A copy of that project, to be pulled again."""
    root = tmp_path / "project"
    shutil.copytree(first.project.root, root)
    return Project(root, root / "gapwatch.toml")


@pytest.fixture
def publisher(first: Pulled, monkeypatch: pytest.MonkeyPatch) -> Callable[[Answer | None], bytes]:
    """Says what the publisher answers; without an answer it sends the good file."""
    first.server.server.seen.clear()

    def answer(given: Answer | None = None) -> bytes:
        monkeypatch.setitem(faulty_server.PLAIN, PATH, given or (200, {}, first.good, 0))
        return first.good

    return answer


def pull(project: Project, *, day: dt.date = DAY, accept: bool = False) -> pulling.Pulled:
    with Client(allow_local=True, tries=3, back_off=0.01, read=20.0) as client:
        return pulling.pull(project, today=day, client=client, accept_revisions=accept)


def test_a_pull_pins_what_was_sent_and_carries_the_written_out_figures(
    first: Pulled, shipped: Project
) -> None:
    written_out = snapshots.load(shipped.raw)
    made = snapshots.load(first.project.raw, first.said.snapshot)
    assert first.said.new
    assert first.said.changed_sources == ("ward-reference",)
    pin = made.pin("ward-reference")
    assert snapshots.read_objects(first.project.raw, pin) == (first.good,)
    assert made.pin("ward-life-expectancy") == written_out.pin("ward-life-expectancy")
    assert made.follows == written_out.id
    assert made.study == "westminster"
    assert [item.status for item in first.said.requests] == [200]


def test_the_same_answer_again_is_nothing_new_whatever_the_day(
    first: Pulled, pulled: Project
) -> None:
    before = contents(pulled.raw)
    again = pull(pulled, day=DAY + dt.timedelta(days=31))
    assert (again.snapshot, again.new) == (first.said.snapshot, False)
    assert contents(pulled.raw) == before


def test_two_pulls_of_one_day_are_in_order_and_the_later_is_run(
    first: Pulled, pulled: Project, publisher: Callable[..., bytes]
) -> None:
    publisher((200, {}, first.good.replace(b"Abbey Road", b"Abbey  Rd"), 0))
    second = pull(pulled, accept=True)
    assert [change.column for change in second.changes] == ["area_name"]
    assert snapshots.load(pulled.raw, study="westminster").id == second.snapshot
    assert snapshots.load(pulled.raw, second.snapshot).follows == first.said.snapshot


@pytest.mark.long
def test_a_run_on_a_pulled_snapshot_gives_the_figures_of_the_shipped_one(
    project: Project, first: Pulled
) -> None:
    shutil.copy(first.project.study_file, project.study_file)
    asked = ("gap", "--measure", "slope", "--json")
    shipped = gapwatch(project, *asked, "--snapshot", snapshots.load(project.raw).id)
    assert shipped.returncode == 0, shipped.stderr
    done = gapwatch(project, "pull")
    assert done.returncode == 0, done.stderr
    assert "new: ward-reference" in done.stdout
    assert "request address=" in done.stderr
    assert gapwatch(project, *asked).stdout == shipped.stdout


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (503, {}),
        *(pytest.param(*kind, marks=pytest.mark.long) for kind in ((429, {}), (500, {}))),
        pytest.param(429, {"Retry-After": "1"}, marks=pytest.mark.long),
    ],
)
def test_what_passes_is_tried_again(
    pulled: Project, publisher: Callable[..., bytes], status: int, headers: dict[str, str]
) -> None:
    publisher((status, headers, b"busy", 1))
    again = pull(pulled)
    assert not again.new
    assert [(item.status, item.tries) for item in again.requests] == [(200, 2)]


FAULTS: dict[str, tuple[Callable[[bytes], Answer], type[GapwatchError], str]] = {
    "400 with text": (lambda _: (400, {}, b"Bad request", 0), SourceError, "Bad request"),
    "500 with a trace": (lambda _: (500, {}, b"System.Exception: x", 0), SourceError, "System"),
    "503 for ever": (lambda _: (503, {}, b"", 0), SourceError, "503"),
    "429 for an hour": (lambda _: (429, {"Retry-After": "3600"}, b"", 0), SourceError, "429"),
    "HTML under 200": (
        lambda _: (200, {}, b"<!DOCTYPE html><title>Sorry</title>", 0),
        SourceError,
        "Sorry",
    ),
    "empty under 200": (lambda _: (200, {}, b"", 0), SourceError, "empty"),
    "header alone": (
        lambda good: (200, {}, good.splitlines(keepends=True)[0], 0),
        SourceError,
        "header",
    ),
    "cut body": (
        lambda good: (200, {"Content-Length": str(len(good) + 9)}, good, 0),
        SourceError,
        "bytes",
    ),
    "a column renamed": (
        lambda good: (200, {}, good.replace(b"imd2010", b"imd_2010", 1), 0),
        ValidationError,
        "imd2010_average_score",
    ),
    "a row repeated": (
        lambda good: (200, {}, good + good.splitlines(keepends=True)[3], 0),
        ValidationError,
        "again",
    ),
    "codes of another vintage": (
        lambda good: (200, {}, good.replace(b"E050006", b"E050137"), 0),
        StudyError,
        "E05000630",
    ),
    "words for a number": (
        lambda good: (200, {}, good.replace(b"15.36", b"lots"), 0),
        ValidationError,
        "'lots'",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_a_named_error_and_every_pinned_byte_stays(
    first: Pulled, pulled: Project, publisher: Callable[..., bytes], fault: str
) -> None:
    before = contents(pulled.raw)
    spoil, kind, told = FAULTS[fault]
    publisher(spoil(first.good))
    with pytest.raises(kind) as caught:
        pull(pulled)
    assert told in str(caught.value)
    assert contents(pulled.raw) == before


def test_a_column_that_moved_and_one_that_is_new_are_read_by_name(
    first: Pulled, pulled: Project, publisher: Callable[..., bytes]
) -> None:
    rows = [line.split(",") for line in first.good.decode().splitlines()]
    moved = "\n".join(",".join([row[4], "new", *row[:4]]) for row in rows)
    publisher((200, {}, f"{moved}\n".encode(), 0))
    second = pull(pulled)
    assert second.new
    assert second.changes == ()
    assert second.snapshot != first.said.snapshot


def test_a_study_of_pinned_figures_alone_has_nothing_to_pull(project: Project) -> None:
    forget_publishers(project)
    done = gapwatch(project, "pull")
    assert done.returncode == 2
    assert "pinned already" in done.stderr


def test_a_file_that_says_something_else_at_the_same_address_is_refused_until_accepted(
    first: Pulled, pulled: Project, publisher: Callable[..., bytes]
) -> None:
    before = contents(pulled.raw)
    publisher((200, {}, first.good.replace(b"15.36", b"15.37"), 0))
    with pytest.raises(SourceError, match="without a word") as caught:
        pull(pulled)
    assert "15.36 -> 15.37" in str(caught.value)
    assert contents(pulled.raw) == before
    assert pull(pulled, accept=True).new


def test_our_own_correction_is_no_change_of_the_publishers(
    first: Pulled, pulled: Project, publisher: Callable[..., bytes]
) -> None:
    with pulled.study_file.open("a", encoding="utf-8") as study:
        study.write(CORRECTION)
    header, rest = first.good.split(b"\n", 1)
    publisher((200, {}, header + b",remark\n" + rest.replace(b"\n", b",\n"), 0))
    second = pull(pulled)
    assert (second.new, second.changes) == (True, ())
    done = gapwatch(pulled, "snapshots", "diff", first.said.snapshot, second.snapshot)
    assert "No differences." in done.stdout, done.stderr


CORRECTION = """
[[corrections]]
source = "ward-reference"
table = "area_reference"
column = "imd2010_average_score"
key = { geography = "ward2011", area_code = "E05000630" }
published = "14.17"
corrected = "14.27"
reason = "An invented example."
"""


def test_a_date_before_the_newest_snapshot_is_refused(pulled: Project) -> None:
    before = contents(pulled.raw)
    with pytest.raises(UsageError, match="clock"):
        pull(pulled, day=DAY - dt.timedelta(days=1))
    assert contents(pulled.raw) == before
