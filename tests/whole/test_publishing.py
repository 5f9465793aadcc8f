"""Publishing: one run at a time, whole or not at all, and never over what is there."""

from __future__ import annotations

import errno
import multiprocessing
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from gapwatch import publishing
from gapwatch.errors import IntegrityError, OutputError


def make(tmp_path: Path, content: bytes, release: str = "r1") -> Path:
    with publishing.workspace(tmp_path / "out", tmp_path / "curated") as place:
        publishing.write_files(place.release, {"report.html": content, "manifest.json": b"{}"})
        place.database.write_bytes(b"database")
        return publishing.publish(place, release, "town")


def names(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def test_a_release_a_pointer_and_a_database_appear_and_nothing_else(tmp_path: Path) -> None:
    release = make(tmp_path, b"one")
    assert release == tmp_path / "out" / "r1"
    assert names(tmp_path) == {
        "out/r1/report.html",
        "out/r1/manifest.json",
        "out/latest-town",
        "curated/gapwatch.duckdb",
    }
    assert publishing.latest(tmp_path / "out", "town") == release


def test_the_same_release_again_is_left_as_it_is(tmp_path: Path) -> None:
    release = make(tmp_path, b"one")
    before = (release / "report.html").stat()
    make(tmp_path, b"one")
    assert (release / "report.html").stat().st_mtime_ns == before.st_mtime_ns


def test_a_release_that_was_changed_after_it_was_made_is_refused_and_kept(tmp_path: Path) -> None:
    release = make(tmp_path, b"one")
    (release / "report.html").write_bytes(b"tampered")
    with pytest.raises(IntegrityError, match=r"report\.html"):
        make(tmp_path, b"one")
    assert (release / "report.html").read_bytes() == b"tampered"


def test_a_run_that_fails_leaves_the_last_release_and_no_trace(tmp_path: Path) -> None:
    make(tmp_path, b"one")
    before = names(tmp_path)
    with pytest.raises(RuntimeError):
        fail_half_way(tmp_path)
    assert names(tmp_path) == before


def fail_half_way(tmp_path: Path) -> None:
    with publishing.workspace(tmp_path / "out", tmp_path / "curated") as place:
        publishing.write_files(place.release, {"report.html": b"two"})
        place.database.write_bytes(b"half")
        raise RuntimeError


def test_what_a_killed_run_left_behind_is_removed(tmp_path: Path) -> None:
    (tmp_path / "out" / ".building-dead" / "release").mkdir(parents=True)
    (tmp_path / "curated").mkdir()
    (tmp_path / "curated" / ".building-1.duckdb").write_bytes(b"half")
    make(tmp_path, b"one")
    assert not list(tmp_path.rglob(".building-*"))


def hold(folder: Path, until: Event) -> None:
    with publishing.workspace(folder / "out", folder / "curated"):
        (folder / "holding").touch()
        until.wait()


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Event]:
    """A run of another process, which ends when the event is set."""
    new_process = multiprocessing.get_context("spawn")
    ends = new_process.Event()
    process = new_process.Process(target=hold, args=(tmp_path, ends))
    process.start()
    while not (tmp_path / "holding").exists():
        time.sleep(0.05)
        assert process.is_alive()
    yield ends
    ends.set()
    process.join()


@pytest.mark.usefixtures("held")
def test_a_second_run_refuses_when_the_first_does_not_end(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputError, match="no other run"),
        publishing.workspace(tmp_path / "out", tmp_path / "curated", patience_seconds=0.2),
    ):
        pass


def test_a_second_run_waits_for_the_first(tmp_path: Path, held: Event) -> None:
    with ThreadPoolExecutor() as pool:
        second = pool.submit(make, tmp_path, b"one")
        with pytest.raises(TimeoutError):
            second.result(timeout=0.5)
        held.set()
        assert second.result().is_dir()


def test_a_folder_that_cannot_be_written_is_refused_by_name(tmp_path: Path) -> None:
    locked = tmp_path / "out"
    locked.mkdir()
    locked.chmod(0o555)
    with (
        pytest.raises(OutputError, match="--out") as caught,
        publishing.workspace(locked, tmp_path / "curated"),
    ):
        pass
    locked.chmod(0o755)
    assert str(locked) in caught.value.where
    assert not list(locked.iterdir())


def test_an_output_that_is_a_file_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"")
    with (
        pytest.raises(OutputError, match="out"),
        publishing.workspace(tmp_path / "out", tmp_path / "curated"),
    ):
        pass


def test_a_full_disk_is_told_as_one(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputError, match="room on the disk"),
        publishing.workspace(tmp_path / "out", tmp_path / "curated"),
    ):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert names(tmp_path) == set()


@pytest.mark.parametrize(
    "name", [b"../elsewhere", b"a/b", b"..", b"", b".hidden", b"a\\b", b"\xff\x00", b"a" * 300]
)
def test_a_pointer_that_leads_elsewhere_is_refused(tmp_path: Path, name: bytes) -> None:
    (tmp_path / "latest-town").write_bytes(name)
    with pytest.raises(IntegrityError, match="latest-town"):
        publishing.latest(tmp_path, "town")


def test_no_pointer_is_no_release(tmp_path: Path) -> None:
    assert publishing.latest(tmp_path, "town") is None


def test_without_a_database_the_one_that_stands_is_left_as_it_is(tmp_path: Path) -> None:
    make(tmp_path, b"one")
    with publishing.workspace(tmp_path / "out", tmp_path / "curated") as place:
        publishing.write_files(place.release, {"report.html": b"two", "manifest.json": b"{}"})
        publishing.publish(place, "r2", "town")
    assert (tmp_path / "curated" / "gapwatch.duckdb").read_bytes() == b"database"
    assert publishing.latest(tmp_path / "out", "town") == tmp_path / "out" / "r2"
    with publishing.workspace(tmp_path / "alone", tmp_path / "alone") as place:
        publishing.write_files(place.release, {"report.html": b"two", "manifest.json": b"{}"})
        publishing.publish(place, "r2", "town")
    assert names(tmp_path / "alone") == {"r2/report.html", "r2/manifest.json", "latest-town"}


def test_a_file_where_a_folder_should_be_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "curated").write_text("a file", encoding="utf-8")
    with pytest.raises(OutputError) as refused:
        make(tmp_path, b"one")
    assert refused.value.where == str(tmp_path / "curated")
    assert refused.value.remedy == "move away what is there"
    (tmp_path / "curated").unlink()
    assert make(tmp_path, b"one").is_dir()


def test_releases_may_lie_beside_the_database(tmp_path: Path) -> None:
    with publishing.workspace(tmp_path, tmp_path, patience_seconds=1) as place:
        assert place.release.is_dir()


def test_a_folder_to_build_in_is_removed_by_the_next_one_only_when_its_owner_is_gone(
    tmp_path: Path,
) -> None:
    target = tmp_path / "b.zip"
    for name in (".making-dead", ".making-another-program's", ".making-just-begun-or-all-but-gone"):
        (tmp_path / name).mkdir()
    (tmp_path / ".making-dead" / ".lock").touch()
    (tmp_path / ".making-dead" / "half").mkdir()
    theirs = tmp_path / ".making-another-program's" / "precious"
    theirs.touch()
    with (
        publishing.beside(target, ".making-") as one,
        publishing.beside(target, ".making-") as other,
    ):
        (one / "half").mkdir()
        assert set(tmp_path.glob(".making-*")) == {one, other, theirs.parent}
        assert one.is_dir()
    assert list(tmp_path.iterdir()) == [theirs.parent]
    assert theirs.exists()
