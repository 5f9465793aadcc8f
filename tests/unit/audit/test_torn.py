"""A release that a power cut tore is told as torn and made again; one that was edited is not."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from gapwatch import publishing, snapshots
from gapwatch.audit import standing
from gapwatch.audit.custody import check_all
from gapwatch.audit.lineage import lineage
from gapwatch.audit.verify import MANIFEST, SEAL, release_problems, torn_files, verify_release
from gapwatch.durable import is_cut_json, is_torn
from gapwatch.errors import IntegrityError, TornError, UsageError
from tests.command import contents
from tests.tiny import put, tiny

NAME, FILES = tiny()
BASIS = json.loads(FILES[MANIFEST])["basis"]
OTHER = "b" * 64
DAY = dt.date(2026, 11, 29)
DAMAGES = ("empty", "half", "zeros", "last block zero", "missing")


def damage(path: Path, how: str) -> None:
    content = path.read_bytes()
    if how == "missing":
        path.unlink()
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "half":
        path.write_bytes(content[: len(content) // 2])
    elif how == "zeros":
        path.write_bytes(bytes(len(content)))
    else:
        whole = (len(content) - 1) // 512 * 512
        path.write_bytes(content[:whole] + bytes(len(content) - whole))


def again(root: Path, made: tuple[str, dict[str, bytes]], basis: str) -> Path:
    """What a run does that makes this release: mend, follow, publish."""
    name, files = made
    with publishing.workspace(root / "out", root / "curated") as place:
        standing.mend(place.out, "town", basis)
        publishing.write_files(place.release, files)
        place.database.write_bytes(b"database")
        target = place.out / name
        torn = torn_files(target) if target.is_dir() else ()
        return publishing.publish(place, name, "town", torn=torn)


@pytest.mark.parametrize("how", DAMAGES)
@pytest.mark.parametrize("name", sorted(FILES))
def test_each_file_torn_in_each_way_is_told_as_torn_and_made_again(
    tmp_path: Path, name: str, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    release = again(tmp_path, (NAME, FILES), BASIS)
    verify_release(release)
    damage(release / name, how)
    _, problems = release_problems(release)
    assert [type(problem) for problem in problems] == [TornError]
    assert name in problems[0].where or name in (MANIFEST, SEAL)
    told = [
        p
        for p in check_all(tmp_path / "raw", tmp_path / "out").problems
        if "snapshot of release" not in p.expected
    ]
    assert [type(problem) for problem in told] == [TornError]
    caplog.clear()
    assert again(tmp_path, (NAME, FILES), BASIS) == release
    assert contents(release) == FILES
    assert publishing.latest(tmp_path / "out", "town") == release
    assert (tmp_path / "out" / f".torn-{NAME}").is_dir()
    assert len([r for r in caplog.records if "moved aside" in r.message]) == 1


@pytest.mark.parametrize("name", sorted(FILES))
def test_an_edit_is_no_tear_and_blocks_and_is_left_alone(tmp_path: Path, name: str) -> None:
    release = again(tmp_path, (NAME, FILES), BASIS)
    content = FILES[name]
    at = content.index(b"a") if b"a" in content else len(content) // 2
    for edited in (content[:at] + b"X" + content[at + 1 :], content + b"more\n"):
        (release / name).write_bytes(edited)
        assert torn_files(release) == frozenset()
        assert not isinstance(release_problems(release)[1][0], TornError)
        with pytest.raises(IntegrityError, match="changed after it was made"):
            again(tmp_path, (NAME, FILES), BASIS)
        assert (release / name).read_bytes() == edited


def test_a_tear_does_not_hide_an_edit_beside_it(tmp_path: Path) -> None:
    release = again(tmp_path, (NAME, FILES), BASIS)
    (release / "report.html").write_bytes(b"")
    verdict = release / "data" / "verdict.csv"
    verdict.write_bytes(verdict.read_bytes().replace(b"true", b"True"))
    assert torn_files(release) == frozenset()
    with pytest.raises(IntegrityError):
        again(tmp_path, (NAME, FILES), BASIS)
    assert b"True" in verdict.read_bytes()


def test_a_run_of_other_inputs_moves_a_torn_newest_aside_and_follows_the_one_before(
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    first = put(out, (NAME, FILES))
    second = put(out, tiny(first, date="2026-02-01", text="later"))
    publishing.point_to(out, second.name, "town")
    for name in (MANIFEST, "report.html"):
        damage(second / name, "half")
        standing.mend(out, "town", OTHER)
        assert not second.exists()
        assert publishing.latest(out, "town") == first
        follows = lineage(out, "town", OTHER, DAY).previous
        assert follows is not None
        assert follows.release == first.name
        put(out, tiny(first, date="2026-02-01", text="later"))
        publishing.point_to(out, second.name, "town")
    assert len(list(out.glob(".torn-*"))) == 2


def test_a_torn_release_that_others_follow_stays_and_they_are_followed_as_before(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    out = tmp_path / "out"
    first = put(out, (NAME, FILES))
    second = put(out, tiny(first, date="2026-02-01", text="later"))
    publishing.point_to(out, second.name, "town")
    damage(first / "report.html", "empty")
    standing.mend(out, "town", OTHER)
    assert first.is_dir()
    assert "restore it" in caplog.text
    follows = lineage(out, "town", OTHER, DAY).previous
    assert follows is not None
    assert follows.release == second.name
    # The very inputs make it again, where it is, with the hash that the other follows.
    again(tmp_path, (NAME, FILES), BASIS)
    verify_release(first)
    assert publishing.latest(out, "town") == second


@pytest.mark.parametrize("content", [b"", b"\0" * 34, NAME[:10].encode(), NAME.encode(), None])
def test_a_torn_or_lost_pointer_names_the_newest_again(
    tmp_path: Path, content: bytes | None
) -> None:
    first = put(tmp_path, (NAME, FILES))
    second = put(tmp_path, tiny(first, text="again"))  # of the same date
    pointer = tmp_path / "latest-town"
    if content is not None:
        pointer.write_bytes(content)
    if content not in (None, NAME.encode()):
        with pytest.raises(TornError):
            publishing.latest(tmp_path, "town")
    if content == NAME.encode():  # whole but for the end of its line
        second = first
    standing.mend(tmp_path, "town", OTHER)
    assert publishing.latest(tmp_path, "town") == second


def test_a_release_that_was_taken_away_is_no_tear(tmp_path: Path) -> None:
    first = put(tmp_path, (NAME, FILES))
    put(tmp_path, tiny(first, text="again"))
    publishing.point_to(tmp_path, "town-2026-03-01-0123456789", "town")
    standing.mend(tmp_path, "town", OTHER)
    with pytest.raises(IntegrityError, match="0123456789") as caught:
        publishing.latest(tmp_path, "town")
    assert not isinstance(caught.value, TornError)


def test_a_pointer_that_leads_elsewhere_is_no_tear(tmp_path: Path) -> None:
    put(tmp_path, (NAME, FILES))
    (tmp_path / "latest-town").write_bytes(b"../elsewhere\n")
    standing.mend(tmp_path, "town", OTHER)
    with pytest.raises(IntegrityError) as caught:
        publishing.latest(tmp_path, "town")
    assert not isinstance(caught.value, TornError)


def test_a_manifest_cut_at_any_byte_is_torn() -> None:
    content = FILES[MANIFEST]
    assert all(is_cut_json(content[:end]) for end in range(1, len(content)))
    assert not is_cut_json(content)
    assert not is_cut_json(content + b"more\n")
    assert not is_cut_json(b"[]\n")


def test_zeros_within_a_file_are_no_tear(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"a" + bytes(2000) + b"z")
    assert not is_torn(path, 2002)
    path.write_bytes(b"a" * 1023 + b"\0")
    assert not is_torn(path, 1024), "a zero that isn't a whole block"


def test_after_a_release_is_retired_the_pointer_follows_the_newest_that_stands(
    tmp_path: Path,
) -> None:
    first = put(tmp_path, (NAME, FILES))
    second = put(tmp_path, tiny(first, date="2026-02-01", text="later"))
    publishing.point_to(tmp_path, second.name, "town")
    assert standing.retire(tmp_path, second.name, " wrong residents ", DAY) == first.name
    assert publishing.latest(tmp_path, "town") == first
    record = json.loads((tmp_path / "retired" / f"{second.name}.json").read_text())
    assert record["reason"] == "wrong residents"
    assert record["retired_on"] == "2026-11-29"
    verify_release(second)
    custody = check_all(tmp_path / "raw", tmp_path)
    assert all("snapshot of release" in problem.expected for problem in custody.problems)
    # The same again makes the same release, which stays retired.
    follows = lineage(tmp_path, "town", OTHER, DAY).previous
    assert follows is not None
    assert follows.release == first.name
    standing.retire(tmp_path, first.name, "as well", DAY)
    assert publishing.latest(tmp_path, "town") is None
    with pytest.raises(UsageError, match="never changes"):
        standing.retire(tmp_path, first.name, "twice", DAY)
    with pytest.raises(UsageError, match="no such release"):
        standing.retire(tmp_path, "../town", "elsewhere", DAY)


@pytest.mark.parametrize("reason", ["", "   ", "two\nlines", "x" * 501, "\x1b[2J"])
def test_a_reason_that_is_none_is_refused(tmp_path: Path, reason: str) -> None:
    first = put(tmp_path, (NAME, FILES))
    with pytest.raises(UsageError, match="--reason"):
        standing.retire(tmp_path, first.name, reason, DAY)
    assert snapshots.retired(tmp_path) == {}


def test_a_record_that_was_changed_is_named(tmp_path: Path) -> None:
    first = put(tmp_path, (NAME, FILES))
    standing.retire(tmp_path, first.name, "wrong residents", DAY)
    path = tmp_path / "retired" / f"{first.name}.json"
    for old, new in ((b'"release"', b'"novel"'), (NAME[:8].encode(), b"village-")):
        content = path.read_bytes()
        path.write_bytes(content.replace(old, new))
        problems = check_all(tmp_path / "raw", tmp_path).problems
        assert any(str(path) == problem.where for problem in problems), old
        path.write_bytes(content)
