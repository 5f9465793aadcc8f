"""Snapshots: immutable sets of inputs in data/raw, each byte pinned by its SHA-256.

    data/raw/objects/<sha256>.<suffix>           what a publisher sent, stored once
    data/raw/snapshots/<id>/pins/<source>.json   a pin: its objects, their origin, licence, hashes
    data/raw/snapshots/<id>/snapshot.json        the pins of the snapshot, with the hash of each

The end of a snapshot's id is a hash of its own list, so no part of the chain can change unseen.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel
from pydantic import ValidationError as PydanticError

from gapwatch.errors import IntegrityError, SourceError, UsageError
from gapwatch.snapshots.records import Object, Pin, Snapshot, SnapshotList, sha256

_MAX_PIN_BYTES = 1_000_000
_LIST = "snapshot.json"
_DATE = len("2026-11-23")
_AGAIN = "restore it from version control or a backup, or make a new snapshot"


def ids(raw: Path, study: str | None = None) -> list[str]:
    """Ids of the snapshots in `raw`, oldest first; with `study`, those that it pulled.

    The study "" stands for the snapshots that nobody pulled, which any study may use.
    """
    folder = raw / "snapshots"
    if not folder.is_dir():
        return []
    known = sorted(path.name for path in folder.iterdir() if (path / _LIST).is_file())
    if study is None:
        return known
    return [name for name in known if _read_list(raw, name).study == study]


def usable(raw: Path, study: str) -> list[str]:
    """Ids of the snapshots that a study may use: its own where it has pulled any.

    A newer one that nobody pulled holds no live source; the next pull takes over what it pins.
    """
    return ids(raw, study) or ids(raw, "")


def load(raw: Path, snapshot_id: str | None = None, *, study: str = "") -> Snapshot:
    """Read a snapshot and verify its list and its pins.

    When none is named it is the newest: of those that `study` may use, if a study is given.
    """
    known = usable(raw, study) if study and snapshot_id is None else ids(raw)
    if not known:
        raise UsageError(
            str(raw), expected="at least one snapshot", found="none",
            remedy="run in a gapwatch project, or name its study with --study",
        )  # fmt: skip
    name = _newest(raw, known) if snapshot_id is None else snapshot_id
    if name not in known:
        raise UsageError(
            f"snapshot {name!r}", expected=f"one of {', '.join(known)}", found="no such snapshot",
            remedy="see `gapwatch snapshots`",
        )  # fmt: skip
    folder = raw / "snapshots" / name
    listed = _read_list(raw, name)
    pins = tuple(
        _load_pin(folder / "pins", source, sha) for source, sha in sorted(listed.pins.items())
    )
    return Snapshot(
        id=name, title=listed.title, as_known_at=listed.as_known_at, study=listed.study,
        follows=listed.follows, pins=pins,
    )  # fmt: skip


def _newest(raw: Path, known: list[str]) -> str:
    """The snapshot of the newest date; of two of one date the one that follows the other."""
    newest = [name for name in known if name[:_DATE] == known[-1][:_DATE]]
    if len(newest) > 1:
        followed = {_read_list(raw, name).follows for name in newest}
        newest = [name for name in newest if name not in followed]
    if len(newest) != 1:
        raise UsageError(
            "the newest snapshot", expected="one snapshot of the newest date",
            found=" and ".join(newest), remedy="name one of them with --snapshot",
        )  # fmt: skip
    return newest[0]


def _read_list(raw: Path, name: str) -> SnapshotList:
    """The list of a snapshot, which must be the one that the snapshot is named after."""
    path = raw / "snapshots" / name / _LIST
    content = _read_small(path)
    listed = _parse(SnapshotList, content, path)
    if _identify(listed.as_known_at, content) != name:
        raise IntegrityError(
            str(path), expected=f"the list that snapshot {name} is named after",
            found=f"the list of {_identify(listed.as_known_at, content)}", remedy=_AGAIN,
        )  # fmt: skip
    return listed


def read_objects(raw: Path, pin: Pin) -> tuple[bytes, ...]:
    """The bytes of every object that a pin names, verified. Every load comes here."""
    return tuple(_read_object(raw, pin, item) for item in pin.objects)


def _read_object(raw: Path, pin: Pin, item: Object) -> bytes:
    """The bytes of one object: size first, then SHA-256."""
    path = object_path(raw, item)
    try:
        size = path.stat().st_size
        if size != item.bytes:
            raise IntegrityError(
                f"{path} (pin {pin.id})", expected=f"{item.bytes} bytes", found=f"{size} bytes",
                remedy=_AGAIN,
            )  # fmt: skip
        content = path.read_bytes()
    except OSError as error:
        raise IntegrityError(
            f"{path} (pin {pin.id})", expected="the pinned object", found=str(error.strerror),
            remedy=_AGAIN,
        ) from error  # fmt: skip
    _require_hash(content, item.sha256, f"{path} (pin {pin.id})")
    return content


def object_path(raw: Path, item: Object) -> Path:
    """Where an object lies."""
    return raw / "objects" / f"{item.sha256}.{item.suffix}"


def write(
    raw: Path, *, title: str, as_known_at: dt.date, items: Iterable[tuple[Pin, Sequence[bytes]]],
    study: str = "", follows: str = "",
) -> Snapshot:  # fmt: skip
    """Store objects and pins as a new snapshot; what is there already is left as it is.

    The list is written last and every file is moved into place whole, so a snapshot that can be
    seen is complete. Each pin's size and hash must be those of its bytes.
    """
    given = list(items)
    dumps = {pin.id: _dump(pin) for pin, _ in given}
    listed = _dump(
        SnapshotList(
            title=title, as_known_at=as_known_at, study=study, follows=follows,
            pins={source: sha256(dump) for source, dump in dumps.items()},
        )
    )  # fmt: skip
    # What could not be read back must not be written: it would be the newest snapshot.
    for name, dump in (*dumps.items(), ("the list of pins", listed)):
        if len(dump) > _MAX_PIN_BYTES:
            raise SourceError(
                f"pin {name}", expected=f"at most {_MAX_PIN_BYTES} bytes of addresses and hashes",
                found=f"{len(dump)} bytes", remedy="narrow what is asked of the publisher",
            )  # fmt: skip
    for pin, contents in given:
        for item, content in zip(pin.objects, contents, strict=True):
            _require_hash(content, item.sha256, f"pin {pin.id}, {item.role}")
            _write_once(object_path(raw, item), content)
    name = _identify(as_known_at, listed)
    folder = raw / "snapshots" / name
    for source, dump in dumps.items():
        _write_once(folder / "pins" / f"{source}.json", dump)
    _write_once(folder / _LIST, listed)
    return load(raw, name)


def _load_pin(folder: Path, source: str, sha: str) -> Pin:
    path = folder / f"{source}.json"
    content = _read_small(path)
    _require_hash(content, sha, str(path))
    return _parse(Pin, content, path)


def _identify(as_known_at: dt.date, content: bytes) -> str:
    return f"{as_known_at.isoformat()}-{sha256(content)[:10]}"


def _require_hash(content: bytes, sha: str, where: str) -> None:
    found = sha256(content)
    if found != sha:
        raise IntegrityError(
            where, expected=f"sha256 {sha}", found=f"sha256 {found}", remedy=_AGAIN
        )


def _dump(record: BaseModel) -> bytes:
    ordered = json.dumps(record.model_dump(mode="json"), indent=2, ensure_ascii=False,
                         sort_keys=True)  # fmt: skip
    return f"{ordered}\n".encode()


def _read_small(path: Path) -> bytes:
    try:
        if path.stat().st_size > _MAX_PIN_BYTES:
            raise IntegrityError(
                str(path), expected=f"at most {_MAX_PIN_BYTES} bytes",
                found=f"{path.stat().st_size} bytes", remedy=_AGAIN,
            )  # fmt: skip
        return path.read_bytes()
    except OSError as error:
        raise IntegrityError(
            str(path), expected="a file that can be read", found=str(error.strerror),
            remedy=_AGAIN,
        ) from error  # fmt: skip


RecordType = TypeVar("RecordType", bound=BaseModel)


def _parse(model: type[RecordType], content: bytes, path: Path) -> RecordType:
    try:
        return model.model_validate_json(content)
    except PydanticError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the file"
        raise IntegrityError(
            f"{path}, {key}", expected=first["msg"].lower(), found=repr(first["input"])[:80],
            remedy=_AGAIN,
        ) from error  # fmt: skip


def _write_once(path: Path, content: bytes) -> None:
    """Write a file that never changes again: to a temporary name, flushed, then moved."""
    if path.exists():
        _require_hash(path.read_bytes(), sha256(content), str(path))
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
