"""The one switch: whatever happens between the renames, all is published or nothing is."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from gapwatch import publishing, site_files, stopping, switch
from gapwatch.errors import OutputError
from tests.whole.test_snapshot_leftovers import in_a_child


def make(root: Path, release: str, content: bytes = b"x") -> Path:
    with publishing.workspace(root / "out", root / "curated") as place:
        publishing.write_files(
            place.release, {"report.html": content, "data/a.csv": b"a\n", "manifest.json": b"{}"}
        )
        place.database.write_bytes(release.encode())
        return publishing.publish(place, release, "town")


def site_of(release: str) -> site_files.Made:
    """A site that offers one release: a first page, and a page of its own."""
    files = {"index.html": release.encode(), f"pages/{release}/index.html": b"its page"}
    items = {name: site_files.item(content) for name, content in files.items()}
    offered = {"standing": (release,), "retired": (), "newest": {"town": release}}
    return site_files.Made(site_files.OfferedSite(files=items, **offered), files)


def make_with_site(root: Path, release: str) -> Path:
    with publishing.workspace(root / "out", root / "curated") as place:
        publishing.write_files(place.release, {"report.html": b"x", "manifest.json": b"{}"})
        place.database.write_bytes(release.encode())
        return publishing.publish(place, release, "town", site=site_of(release))


def laid(root: Path) -> str:
    """Which release the site offers, all of its files as they must be, and no other."""
    out = root / "out"
    assert site_files.problems(out) == []
    site = site_files.read(out)
    assert site is not None
    (offered,) = site.standing
    assert {n: (out / n).read_bytes() for n in site.files} == site_of(offered).files
    return offered


def published(root: Path) -> tuple[str, bytes, set[str]]:
    """Where the pointer leads, what the database holds, which releases are there."""
    pointer = publishing.latest(root / "out", "town")
    database = root / "curated" / "gapwatch.duckdb"
    there = {path.name for path in (root / "out").glob("town-*")}
    return (
        "" if pointer is None else pointer.name,
        database.read_bytes() if database.exists() else b"",
        there,
    )


OLD, NEW = "town-2026-01-01-aaaaaaaaaa", "town-2026-02-01-bbbbbbbbbb"
BEFORE = (OLD, OLD.encode(), {OLD})
AFTER = (NEW, NEW.encode(), {OLD, NEW})


def nth(number: int, act: Callable[[], None]) -> Callable[[Path, Path], None]:
    """A rename that does something else first when it is the n-th."""
    count, real = 0, switch.move

    def move(source: Path, target: Path) -> None:
        nonlocal count
        count += 1
        if count == number:
            act()
        real(source, target)

    return move


def killed(root: Path, number: int) -> bool:
    """Make the new release and be killed before the n-th rename; whether there was one."""

    def work() -> None:
        switch.move = nth(number, lambda: os.kill(os.getpid(), signal.SIGKILL))
        make(root, NEW)

    return in_a_child(work) == signal.SIGKILL


def test_killed_between_any_two_renames_the_next_start_finds_all_of_it_or_nothing(
    tmp_path: Path,
) -> None:
    number = 0
    seen = set()
    while True:
        number += 1
        root = tmp_path / str(number)
        make(root, OLD)
        was_killed = killed(root, number)
        with publishing.workspace(root / "out", root / "curated"):
            found = published(root)
        assert found in (BEFORE, AFTER), number
        assert not [p for mark in (".building-", ".publishing-") for p in root.rglob(f"{mark}*")]
        if not was_killed:
            break
        seen.add(found == AFTER)
        # And the same again, to its end, is what it would have been at once.
        make(root, NEW)
        assert published(root) == AFTER
    assert number > 4, "the switch, the release, the database and the pointer"
    assert seen == {False, True}


def test_the_site_goes_with_release_pointer_and_database_wherever_it_is_killed(
    tmp_path: Path,
) -> None:
    number, seen = 0, set()
    while True:
        number += 1
        root = tmp_path / str(number)
        make_with_site(root, OLD)

        def work(root: Path = root, number: int = number) -> None:
            switch.move = nth(number, lambda: os.kill(os.getpid(), signal.SIGKILL))
            make_with_site(root, NEW)

        was_killed = in_a_child(work) == signal.SIGKILL
        with publishing.workspace(root / "out", root / "curated"):
            pointed, database, _ = published(root)
        assert pointed == database.decode() == laid(root), number
        assert not [p for mark in (".building-", ".publishing-") for p in root.rglob(f"{mark}*")]
        if not was_killed:
            break
        seen.add(pointed)
    assert number > 7, "the switch, the release, the database, three pages and the pointer"
    assert seen == {OLD, NEW}


@pytest.mark.parametrize("number", range(1, 8))
def test_a_refused_step_leaves_the_site_as_it_was_too(tmp_path: Path, number: int) -> None:
    make_with_site(tmp_path, OLD)
    real = switch.move
    switch.move = nth(number, refuse)
    try:
        with pytest.raises(OutputError):
            make_with_site(tmp_path, NEW)
    finally:
        switch.move = real
    assert published(tmp_path) == BEFORE
    assert laid(tmp_path) == OLD


@pytest.mark.parametrize("name", ["index.html", "site.json"])
def test_a_file_in_the_sites_way_refuses_the_publication_before_anything_moves(
    tmp_path: Path, name: str
) -> None:
    make(tmp_path, OLD)
    (tmp_path / "out" / name).write_bytes(b"mine")
    with pytest.raises(OutputError, match="no earlier site wrote") as caught:
        make_with_site(tmp_path, NEW)
    assert caught.value.where == str(tmp_path / "out" / name)
    assert published(tmp_path) == BEFORE
    assert (tmp_path / "out" / name).read_bytes() == b"mine"


def refuse() -> None:
    raise PermissionError(13, "Permission denied", "here")


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_step_that_is_refused_undoes_those_before_it(tmp_path: Path, number: int) -> None:
    make(tmp_path, OLD)
    real = switch.move
    switch.move = nth(number, refuse)
    try:
        with pytest.raises(OutputError):
            make(tmp_path, NEW)
    finally:
        switch.move = real
    assert published(tmp_path) == BEFORE
    assert not list(tmp_path.rglob(".building-*"))
    assert not list(tmp_path.rglob(".publishing-*"))


def test_a_database_that_cannot_be_replaced_leaves_all_as_it_was_and_the_remedy_works(
    tmp_path: Path,
) -> None:
    make(tmp_path, OLD)
    database = tmp_path / "curated" / "gapwatch.duckdb"
    database.unlink()
    database.mkdir()
    (database / "in the way").touch()
    with pytest.raises(OutputError, match="database that can be replaced") as caught:
        make(tmp_path, NEW)
    assert "--out" not in caught.value.remedy
    assert {path.name for path in (tmp_path / "out").glob("town-*")} == {OLD}
    assert publishing.pointed(tmp_path / "out", "town") == OLD
    (database / "in the way").unlink()
    database.rmdir()
    make(tmp_path, NEW)
    assert published(tmp_path) == AFTER


def test_what_was_cut_short_and_cannot_be_finished_is_withdrawn(tmp_path: Path) -> None:
    make(tmp_path, OLD)
    assert killed(tmp_path, 3)  # the release is in its place, the database isn't
    database = tmp_path / "curated" / "gapwatch.duckdb"
    database.unlink()
    database.mkdir()
    (database / "in the way").touch()
    with publishing.workspace(tmp_path / "out", tmp_path / "curated"):
        assert publishing.pointed(tmp_path / "out", "town") == OLD
    assert {path.name for path in (tmp_path / "out").glob("town-*")} == {OLD}


def test_a_first_release_whose_pointer_is_refused_takes_its_database_back(tmp_path: Path) -> None:
    real = switch.move
    switch.move = nth(4, refuse)
    try:
        with pytest.raises(OutputError):
            make(tmp_path, NEW)
    finally:
        switch.move = real
    assert published(tmp_path) == ("", b"", set())


def test_a_signal_during_the_switch_waits_for_it(tmp_path: Path) -> None:
    make(tmp_path, OLD)

    def work() -> None:
        stopping.listen()
        switch.move = nth(2, lambda: os.kill(os.getpid(), signal.SIGTERM))
        try:
            make(tmp_path, NEW)
        except stopping.Stopped as stopped:
            (tmp_path / "told").write_text(f"{stopped.exit_code} {stopping.told(stopped)}")

    in_a_child(work)
    assert published(tmp_path) == AFTER
    told = (tmp_path / "told").read_text()
    assert told == f"143 Stopped by SIGTERM: release {NEW} had been published, whole."


def test_a_release_of_an_older_date_never_takes_the_pointer(tmp_path: Path) -> None:
    make(tmp_path, NEW)
    make(tmp_path, OLD)
    assert publishing.pointed(tmp_path / "out", "town") == NEW


def test_a_torn_release_gives_way_to_the_same_one_made_again_and_is_kept(tmp_path: Path) -> None:
    release = make(tmp_path, OLD)
    (release / "data" / "a.csv").write_bytes(b"")
    with publishing.workspace(tmp_path / "out", tmp_path / "curated") as place:
        publishing.write_files(
            place.release, {"report.html": b"x", "data/a.csv": b"a\n", "manifest.json": b"{}"}
        )
        place.database.write_bytes(b"again")
        publishing.publish(place, OLD, "town", torn={"data/a.csv"})
    assert (release / "data" / "a.csv").read_bytes() == b"a\n"
    kept = tmp_path / "out" / f".torn-{OLD}"
    assert (kept / "data" / "a.csv").read_bytes() == b""
