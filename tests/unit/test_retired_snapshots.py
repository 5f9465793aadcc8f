"""Snapshots that were cut short or retired are never taken as the newest, and stay as they are."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from gapwatch import snapshots
from gapwatch.errors import IntegrityError, TornError, UsageError
from gapwatch.snapshots import Object, Pin, Retirement, Snapshot, retirement

DAY = dt.date(2026, 11, 29)
DATED = [dt.date(2026, 1, 1), dt.date(2026, 2, 1), dt.date(2030, 1, 1)]


def pinned(content: bytes) -> tuple[Pin, tuple[bytes, ...]]:
    item = Object(role="data", sha256=snapshots.sha256(content), bytes=len(content))
    return Pin(
        id="deaths",
        table="deaths",
        title="T",
        publisher="P",
        licence="L",
        attribution="A",
        period="2026",
        obtained="retrieved",
        obtained_on=DAY,
        objects=(item,),
    ), (content,)


def pull(raw: Path, day: dt.date, content: bytes, follows: str = "") -> Snapshot:
    return snapshots.write(
        raw, title="T", as_known_at=day, items=[pinned(content)], study="town", follows=follows
    )


def three(raw: Path) -> list[str]:
    names: list[str] = []
    for day in DATED:
        content = f"{day}\n".encode() * 200
        names.append(pull(raw, day, content, names[-1] if names else "").id)
    return names


def retire(raw: Path, name: str, reason: str = "a clock that was ahead") -> None:
    sha = snapshots.sha256((raw / "snapshots" / name / "snapshot.json").read_bytes())
    snapshots.retire(
        raw, Retirement(kind="snapshot", id=name, reason=reason, retired_on=DAY, sha256=sha)
    )


def newest(raw: Path) -> str:
    return snapshots.load(raw, study="town").id


def read_all(raw: Path, name: str | None) -> None:
    for pin in snapshots.load(raw, name, study="town").pins:
        snapshots.read_objects(raw, pin)


def torn_in_each_way(raw: Path, name: str) -> list[Path]:
    folder = raw / "snapshots" / name
    pin = snapshots.load(raw, name).pins[0]
    return [
        folder / "snapshot.json",
        folder / "pins" / "deaths.json",
        snapshots.object_path(raw, pin.objects[0]),
    ]


@pytest.mark.parametrize("which", [0, 1, 2], ids=["list", "pin", "object"])
@pytest.mark.parametrize("how", ["empty", "half", "zeros", "missing"])
def test_a_torn_snapshot_is_named_never_used_and_written_anew_by_the_same_pull(
    tmp_path: Path, which: int, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    names = three(tmp_path)
    path = torn_in_each_way(tmp_path, names[2])[which]
    content = path.read_bytes()
    torn = {"empty": b"", "half": content[: len(content) // 2], "zeros": bytes(len(content))}
    path.unlink()
    if how != "missing":
        path.write_bytes(torn[how])
    assert newest(tmp_path) == names[1]
    problems = snapshots.check(tmp_path).problems
    assert {type(problem) for problem in problems} >= {TornError}
    assert str(path) in " ".join(problem.where for problem in problems)
    if not (which == 0 and how == "missing"):  # without a list it isn't a snapshot at all
        with pytest.raises(TornError):
            read_all(tmp_path, names[2])
        assert names[2] in caplog.text
    # The same pull again, after what every pull does first.
    snapshots.clear_torn(tmp_path)
    assert pull(tmp_path, DATED[2], f"{DATED[2]}\n".encode() * 200, names[1]).id == names[2]
    assert path.read_bytes() == content
    assert newest(tmp_path) == names[2]
    assert snapshots.check(tmp_path).problems == []


@pytest.mark.parametrize("which", [0, 1, 2], ids=["list", "pin", "object"])
def test_an_edited_snapshot_is_no_torn_one_and_still_blocks(tmp_path: Path, which: int) -> None:
    name = three(tmp_path)[2]
    path = torn_in_each_way(tmp_path, name)[which]
    path.write_bytes(path.read_bytes().replace(b"0", b"1", 1))
    snapshots.clear_torn(tmp_path)
    with pytest.raises(IntegrityError) as caught:
        read_all(tmp_path, None)
    assert not isinstance(caught.value, TornError)
    assert not any(isinstance(p, TornError) for p in snapshots.check(tmp_path).problems)


def test_a_retired_snapshot_is_never_the_newest_but_can_be_named(tmp_path: Path) -> None:
    names = three(tmp_path)
    retire(tmp_path, names[2])
    assert newest(tmp_path) == names[1]
    assert snapshots.load(tmp_path, names[2]).id == names[2]
    assert names[2] in snapshots.ids(tmp_path)
    assert snapshots.check(tmp_path).problems == []
    record = json.loads((tmp_path / "retired" / f"{names[2]}.json").read_text())
    assert record["reason"] == "a clock that was ahead"
    with pytest.raises(UsageError, match="never changes"):
        retire(tmp_path, names[2])


def test_one_that_others_follow_can_be_retired_and_order_is_kept(tmp_path: Path) -> None:
    day = DATED[0]
    first = pull(tmp_path, day, b"1\n").id
    second = pull(tmp_path, day, b"2\n", first).id
    third = pull(tmp_path, day, b"3\n", second).id
    retire(tmp_path, second)
    assert newest(tmp_path) == third
    assert snapshots.followers(tmp_path, second) == [third]
    retire(tmp_path, third)
    assert newest(tmp_path) == first
    retire(tmp_path, first)
    with pytest.raises(UsageError, match="retired"):
        newest(tmp_path)


def test_records_that_are_not_as_they_were_are_named(tmp_path: Path) -> None:
    names = three(tmp_path)
    retire(tmp_path, names[2])
    path = tmp_path / "retired" / f"{names[2]}.json"
    content = path.read_bytes()
    for wrong in (b"", content.replace(b"snapshot", b"other"), content.replace(b"2030", b"2031")):
        path.write_bytes(wrong)
        assert [problem.where for problem in snapshots.check(tmp_path).problems] == [str(path)]
        with pytest.raises(IntegrityError):
            retirement.retired(tmp_path)
    path.write_bytes(content)
    (tmp_path / "retired" / "else.txt").touch()
    assert len(snapshots.check(tmp_path).problems) == 1
