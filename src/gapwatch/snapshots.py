"""Snapshots: immutable sets of inputs in data/raw, each byte pinned by its SHA-256.

    data/raw/objects/<sha256>.csv                what a publisher sent, stored once
    data/raw/snapshots/<id>/pins/<source>.json   a pin: an object's origin, licence, size, hash
    data/raw/snapshots/<id>/snapshot.json        the pins of the snapshot, with the hash of each

The end of a snapshot's id is a hash of its own list, so no part of the chain can change unseen.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic import ValidationError as PydanticError

from gapwatch.contracts import SLUG
from gapwatch.errors import IntegrityError, UsageError

MAX_OBJECT_BYTES = 2_000_000_000
_MAX_PIN_BYTES = 100_000
_LIST = "snapshot.json"
_DATE = len("2026-11-23")
_AGAIN = "restore it from version control or a backup, or make a new snapshot"

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Slug = Annotated[str, Field(pattern=f"^{SLUG}$", max_length=60)]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Pin(_Record):
    """One pinned object: what it is, who published it under which licence, its size and hash."""

    id: Slug
    table: Annotated[str, Field(pattern="^[a-z_]{1,60}$")]
    title: str
    publisher: str
    licence: str
    attribution: str
    period: str
    obtained: Literal["transcribed", "retrieved"]
    obtained_on: dt.date
    address: str = ""
    suffix: Literal["csv"] = "csv"
    sha256: Sha256
    bytes: int = Field(ge=1, le=MAX_OBJECT_BYTES)


class SnapshotList(_Record):
    """The content of snapshot.json."""

    schema_version: Literal[1] = 1
    title: str
    as_known_at: dt.date
    pins: dict[Slug, Sha256]


class Snapshot(_Record):
    """A snapshot whose pins have been read and verified."""

    id: str
    title: str
    as_known_at: dt.date
    pins: tuple[Pin, ...]

    def pin(self, source: str) -> Pin:
        """The pin of a source. Raises UsageError when the snapshot has none of that name."""
        for pin in self.pins:
            if pin.id == source:
                return pin
        raise UsageError(
            f"snapshot {self.id}", expected=f"a pin named {source!r}, which the study asks for",
            found=", ".join(pin.id for pin in self.pins),
            remedy="choose another snapshot, or correct sources in the study",
        )  # fmt: skip


def ids(raw: Path) -> list[str]:
    """Ids of the snapshots in `raw`, oldest first."""
    folder = raw / "snapshots"
    if not folder.is_dir():
        return []
    return sorted(path.name for path in folder.iterdir() if (path / _LIST).is_file())


def load(raw: Path, snapshot_id: str | None = None) -> Snapshot:
    """Read a snapshot, the newest when none is named, and verify its list and its pins."""
    known = ids(raw)
    if not known:
        raise UsageError(
            str(raw), expected="at least one snapshot", found="none",
            remedy="run in a gapwatch project, or name its study with --study",
        )  # fmt: skip
    name = _newest(known) if snapshot_id is None else snapshot_id
    if name not in known:
        raise UsageError(
            f"snapshot {name!r}", expected=f"one of {', '.join(known)}", found="no such snapshot",
            remedy="see `gapwatch snapshots`",
        )  # fmt: skip
    folder = raw / "snapshots" / name
    content = _read_small(folder / _LIST)
    listed = _parse(SnapshotList, content, folder / _LIST)
    if _identify(listed.as_known_at, content) != name:
        raise IntegrityError(
            str(folder / _LIST), expected=f"the list that snapshot {name} is named after",
            found=f"the list of {_identify(listed.as_known_at, content)}", remedy=_AGAIN,
        )  # fmt: skip
    pins = tuple(
        _load_pin(folder / "pins", source, sha) for source, sha in sorted(listed.pins.items())
    )
    return Snapshot(id=name, title=listed.title, as_known_at=listed.as_known_at, pins=pins)


def _newest(known: list[str]) -> str:
    """The snapshot of the newest date; two of one date have no order, so one must be named."""
    newest = [name for name in known if name[:_DATE] == known[-1][:_DATE]]
    if len(newest) > 1:
        raise UsageError(
            "the newest snapshot", expected="one snapshot of the newest date",
            found=" and ".join(newest), remedy="name one of them with --snapshot",
        )  # fmt: skip
    return newest[0]


def read_object(raw: Path, pin: Pin) -> bytes:
    """The bytes that a pin names, verified: size first, then SHA-256. Every load comes here."""
    path = object_path(raw, pin)
    try:
        size = path.stat().st_size
        if size != pin.bytes:
            raise IntegrityError(
                f"{path} (pin {pin.id})", expected=f"{pin.bytes} bytes", found=f"{size} bytes",
                remedy=_AGAIN,
            )  # fmt: skip
        content = path.read_bytes()
    except OSError as error:
        raise IntegrityError(
            f"{path} (pin {pin.id})", expected="the pinned object", found=str(error.strerror),
            remedy=_AGAIN,
        ) from error  # fmt: skip
    _require_hash(content, pin.sha256, f"{path} (pin {pin.id})")
    return content


def object_path(raw: Path, pin: Pin) -> Path:
    """Where the object of a pin lies."""
    return raw / "objects" / f"{pin.sha256}.{pin.suffix}"


def write(
    raw: Path, *, title: str, as_known_at: dt.date, items: Iterable[tuple[Pin, bytes]]
) -> Snapshot:
    """Store objects and pins as a new snapshot; what is there already is left as it is.

    The list is written last and every file is moved into place whole, so a snapshot that can be
    seen is complete. Each pin's size and hash must be those of its bytes.
    """
    pins = []
    hashes = {}
    for pin, content in items:
        _require_hash(content, pin.sha256, f"pin {pin.id}")
        _write_once(object_path(raw, pin), content)
        pins.append(pin)
        hashes[pin.id] = _sha256(_dump(pin))
    listed = _dump(SnapshotList(title=title, as_known_at=as_known_at, pins=hashes))
    name = _identify(as_known_at, listed)
    folder = raw / "snapshots" / name
    for pin in pins:
        _write_once(folder / "pins" / f"{pin.id}.json", _dump(pin))
    _write_once(folder / _LIST, listed)
    return load(raw, name)


def _load_pin(folder: Path, source: str, sha: str) -> Pin:
    path = folder / f"{source}.json"
    content = _read_small(path)
    _require_hash(content, sha, str(path))
    return _parse(Pin, content, path)


def _identify(as_known_at: dt.date, content: bytes) -> str:
    return f"{as_known_at.isoformat()}-{_sha256(content)[:10]}"


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _require_hash(content: bytes, sha: str, where: str) -> None:
    found = _sha256(content)
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
        _require_hash(path.read_bytes(), _sha256(content), str(path))
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
