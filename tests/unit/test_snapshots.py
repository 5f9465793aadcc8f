"""Snapshots: every byte that is read is the byte that was pinned, or a named error."""

from __future__ import annotations

import datetime as dt
import json
import random
from pathlib import Path

import pytest

from gapwatch import snapshots
from gapwatch.errors import IntegrityError, UsageError
from gapwatch.project import Project


def files(project: Project) -> list[Path]:
    """Every file of the snapshots; the folder's README isn't pinned."""
    return sorted(
        path
        for part in ("objects", "snapshots")
        for path in (project.raw / part).rglob("*")
        if path.is_file()
    )


def verify(project: Project) -> None:
    snapshot = snapshots.load(project.raw)
    for pin in snapshot.pins:
        snapshots.read_objects(project.raw, pin)


def test_the_shipped_snapshot_verifies_and_names_every_source(shipped: Project) -> None:
    snapshot = snapshots.load(shipped.raw)
    assert [pin.id for pin in snapshot.pins] == [
        "msoa-life-expectancy",
        "ward-atlas-figures",
        "ward-life-expectancy",
        "ward-population-deaths",
        "ward-reference",
    ]
    for pin in snapshot.pins:
        assert sum(map(len, snapshots.read_objects(shipped.raw, pin))) == pin.bytes
        assert "Open Government Licence" in pin.licence
        assert pin.publisher
        assert pin.period
        assert pin.obtained == "transcribed"


def test_a_flipped_byte_anywhere_is_found_and_the_file_is_named(project: Project) -> None:
    chance = random.Random(2035)
    for path in files(project):
        good = path.read_bytes()
        for _ in range(25):
            place = chance.randrange(len(good))
            flipped = bytearray(good)
            flipped[place] ^= 1 << chance.randrange(8)
            path.write_bytes(flipped)
            with pytest.raises(IntegrityError) as caught:
                verify(project)
            assert path.name in str(caught.value)
        path.write_bytes(good)
    verify(project)


def test_a_missing_or_shortened_file_is_named(project: Project) -> None:
    for path in files(project):
        if path.name == "snapshot.json":
            continue  # without its list a folder is no snapshot
        good = path.read_bytes()
        path.write_bytes(good[:-5])
        with pytest.raises(IntegrityError, match=path.name):
            verify(project)
        path.unlink()
        with pytest.raises(IntegrityError, match=path.name):
            verify(project)
        path.write_bytes(good)


def test_a_pin_that_says_more_than_a_pin_may_is_refused(project: Project) -> None:
    """A path in a pin would be a way out of the folder: unknown keys are refused."""
    old = snapshots.load(project.raw)
    pin = old.pins[0]
    document = json.loads((pin_path(project, old.id, pin.id)).read_text(encoding="utf-8"))
    with pytest.raises(ValueError, match="path"):
        snapshots.Pin.model_validate({**document, "path": "../../etc/passwd"})
    with pytest.raises(ValueError, match="suffix"):
        snapshots.Pin.model_validate({**document, "suffix": "csv/../../x"})


def pin_path(project: Project, snapshot: str, pin: str) -> Path:
    return project.raw / "snapshots" / snapshot / "pins" / f"{pin}.json"


def test_unchanged_content_is_stored_once_and_old_snapshots_stay(project: Project) -> None:
    before = {path: path.read_bytes() for path in files(project)}
    old = snapshots.load(project.raw)
    items = [(pin, snapshots.read_objects(project.raw, pin)) for pin in old.pins]
    new = snapshots.write(project.raw, title="Again", as_known_at=dt.date(2026, 12, 1), items=items)
    assert snapshots.ids(project.raw) == [old.id, new.id]
    assert snapshots.load(project.raw).id == new.id
    assert len(list((project.raw / "objects").iterdir())) == len(old.pins)
    assert {path: path.read_bytes() for path in before} == before


def test_writing_bytes_that_are_not_the_pinned_ones_is_refused(project: Project) -> None:
    pin = snapshots.load(project.raw).pins[0]
    with pytest.raises(IntegrityError, match=pin.sha256):
        snapshots.write(
            project.raw, title="Wrong", as_known_at=dt.date(2026, 12, 1), items=[(pin, [b"no"])]
        )


def test_an_unknown_snapshot_is_answered_with_the_known_ones(shipped: Project) -> None:
    with pytest.raises(UsageError, match=snapshots.ids(shipped.raw)[0]):
        snapshots.load(shipped.raw, "2020-01-01-0000000000")


def test_two_snapshots_of_one_day_have_no_order_so_one_must_be_named(project: Project) -> None:
    old = snapshots.load(project.raw)
    items = [(pin, snapshots.read_objects(project.raw, pin)) for pin in old.pins]
    new = snapshots.write(project.raw, title="Corrected", as_known_at=old.as_known_at, items=items)
    with pytest.raises(UsageError, match="--snapshot") as caught:
        snapshots.load(project.raw)
    assert old.id in caught.value.found
    assert new.id in caught.value.found
    assert snapshots.load(project.raw, new.id).title == "Corrected"


def test_no_snapshot_at_all_is_a_named_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="at least one snapshot"):
        snapshots.load(tmp_path)


def several(project: Project, contents: list[bytes]) -> tuple[snapshots.Pin, list[bytes]]:
    """A pin of one source that sent several files."""
    pin = snapshots.load(project.raw).pins[0]
    objects = tuple(
        snapshots.Object(
            role=f"data-{number}",
            address="https://example.org/",
            suffix="json",
            sha256=snapshots.sha256(content),
            bytes=len(content),
        )
        for number, content in enumerate(contents, 1)
    )
    return pin.model_copy(update={"objects": objects, "obtained": "retrieved"}), contents


def test_a_source_may_send_several_files_and_each_is_verified(project: Project) -> None:
    item = several(project, [b"one", b"two", b"three"])
    made = snapshots.write(
        project.raw, title="Pages", as_known_at=dt.date(2026, 12, 1), items=[item]
    )
    pin = made.pins[0]
    assert snapshots.read_objects(project.raw, pin) == (b"one", b"two", b"three")
    assert pin.bytes == len(b"one") + len(b"two") + len(b"three")
    path = snapshots.object_path(project.raw, pin.objects[1])
    path.write_bytes(b"owt")
    with pytest.raises(IntegrityError, match=path.name):
        snapshots.read_objects(project.raw, pin)


def test_the_hash_of_several_files_changes_with_their_order(project: Project) -> None:
    one, _ = several(project, [b"one", b"two"])
    other, _ = several(project, [b"two", b"one"])
    assert one.sha256 != other.sha256


def test_of_two_snapshots_of_one_day_the_one_that_follows_is_the_newest(project: Project) -> None:
    old = snapshots.load(project.raw)
    items = [(pin, snapshots.read_objects(project.raw, pin)) for pin in old.pins]
    new = snapshots.write(
        project.raw, title="Later", as_known_at=old.as_known_at, items=items, follows=old.id
    )
    assert snapshots.load(project.raw).id == new.id
    assert snapshots.load(project.raw).follows == old.id


@pytest.mark.parametrize(
    ("roles", "told"),
    [
        (("count", "data-0001", "data-0002"), "data-0001"),
        (("available", "data"), "data"),
        (("landing",), "landing"),
    ],
)
def test_the_address_of_a_pin_is_that_of_its_figures(roles: tuple[str, ...], told: str) -> None:
    objects = tuple(
        snapshots.Object(role=role, address=role, sha256="0" * 64, bytes=1) for role in roles
    )
    pin = snapshots.Pin(
        id="a",
        table="lookup",
        title="t",
        publisher="p",
        licence="l",
        attribution="a",
        period="does not apply",
        obtained="retrieved",
        obtained_on=dt.date(2026, 11, 23),
        objects=objects,
    )
    assert pin.address == told
