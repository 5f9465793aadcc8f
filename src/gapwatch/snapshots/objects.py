"""The stored files of pins: where they lie, read with their hashes checked, written once."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from gapwatch import system
from gapwatch.durable import is_torn, make_folder, sync_folders
from gapwatch.errors import IntegrityError, TornError, UsageError
from gapwatch.snapshots.keyed import keyed_digest, make_key, require_digest
from gapwatch.snapshots.records import Object, Pin, sha256

WRITING = ".writing-"
RESTRICTED = "restricted"
RESTORE = "restore it from version control or a backup"
AGAIN = (
    "pull again, which writes it anew where the publisher still sends the same; else restore it "
    "from version control or a backup, or `gapwatch snapshots retire` the snapshot and pull again"
)
PULL_AGAIN = "pull again, which writes it anew; or restore it from version control or a backup"


def read_objects(raw: Path, pin: Pin) -> tuple[bytes, ...]:
    """The bytes of every object that a pin names, verified. Every load comes here.

    Raises UsageError for a restricted pin whose file isn't on this machine, IntegrityError for
    bytes that aren't the pinned ones.
    """
    if is_elsewhere(raw, pin):
        raise elsewhere(raw, pin)
    return tuple(_read_object(raw, pin, item) for item in pin.objects)


def _read_object(raw: Path, pin: Pin, item: Object) -> bytes:
    """The bytes of one object: size first, then SHA-256; of a keyed one its keyed digest."""
    path = object_path(raw, item, restricted=pin.restricted)
    try:
        size = path.stat().st_size
        # Of a keyed object neither size nor hash is known, so nothing tells a tear from an edit.
        torn = bool(item.sha256) and is_torn(path, item.bytes)
        if item.sha256 and size != item.bytes and not torn:
            raise IntegrityError(
                f"{path} (pin {pin.id})",
                expected=f"{item.bytes} bytes",
                found=f"{size} bytes",
                remedy=AGAIN,
            )
        content = path.read_bytes()
        if torn and sha256(content) != item.sha256:
            raise TornError(
                f"{path} (pin {pin.id})",
                expected=f"{item.bytes} bytes, sha256 {item.sha256}",
                found=f"{size} bytes, cut short",
                remedy=PULL_AGAIN,
            )
    except OSError as error:
        lost = isinstance(error, FileNotFoundError)
        raise (TornError if lost else IntegrityError)(
            f"{path} (pin {pin.id})",
            expected="the pinned object",
            found=str(error.strerror),
            remedy=PULL_AGAIN if lost else AGAIN,
        ) from error
    require_object(raw, item, content, f"{path} (pin {pin.id})")
    return content


def require_object(raw: Path, item: Object, content: bytes, where: str) -> None:
    """Raise IntegrityError unless bytes are those of an object, by its SHA-256 or keyed digest."""
    if item.hmac_sha256:
        require_digest(restricted_folder(raw).parent, item, content, where)
    else:
        require_hash(content, item.sha256, where)


def described(
    raw: Path, *, role: str, address: str, suffix: str, content: bytes, restricted: bool
) -> Object:
    """The record of bytes that are to be pinned; of restricted bytes with their keyed digest.

    The key is made where there is none yet.
    """
    if restricted:
        key = make_key(restricted_folder(raw).parent)
        digest: dict[str, object] = {"hmac_sha256": keyed_digest(key, content)}
    else:
        digest = {"sha256": sha256(content), "bytes": len(content)}
    return Object.model_validate({"role": role, "address": address, "suffix": suffix, **digest})


def object_path(raw: Path, item: Object, *, restricted: bool = False) -> Path:
    """Where an object lies: those of restricted pins beside the folder that is shared."""
    folder = restricted_folder(raw) if restricted else raw / "objects"
    return folder / item.name


def restricted_folder(raw: Path) -> Path:
    """Where the objects of restricted pins lie, readable by their owner alone."""
    return raw.parent / RESTRICTED / "objects"


def is_elsewhere(raw: Path, pin: Pin) -> bool:
    """Whether a pin is restricted and an object of it isn't on this machine."""
    return pin.restricted and not all(
        object_path(raw, item, restricted=True).exists() for item in pin.objects
    )


def elsewhere(raw: Path, pin: Pin) -> UsageError:
    """Word of a restricted pin that isn't on this machine, and where to get it."""
    names = ", ".join(
        object_path(raw, item, restricted=True).name
        for item in pin.objects
        if not object_path(raw, item, restricted=True).exists()
    )
    return UsageError(
        f"pin {pin.id} ({pin.title})",
        expected="its file in data/restricted/objects",
        found="restricted, not on this machine",
        remedy=f"have {pin.publisher} give you {pin.address or 'the file'} and put it there as "
        f"{names}{_with_key(raw, pin)}, or ask for a bundle made with --include-restricted "
        f"{pin.id}",
    )


def _with_key(raw: Path, pin: Pin) -> str:
    key = restricted_folder(raw).parent / ".key"
    if not pin.is_keyed or key.exists():
        return ""
    return ", with data/restricted/.key of the machine that pinned it"


def write_all(files: Mapping[Path, bytes]) -> None:
    """Write every file that isn't there yet, or none; all of it is on the disk when this returns.

    One that was cut short, as by a power cut, is written anew.
    """
    new = [path for path in files if not path.exists()]
    try:
        for path, content in files.items():
            _write_once(path, content)
        sync_folders(path.parent for path in files)
    except BaseException:
        for path in new:
            path.unlink(missing_ok=True)
        raise


def mend(raw: Path, pin: Pin, contents: Sequence[bytes]) -> tuple[Path, ...]:
    """Write objects of a pin again whose files hold other bytes, from the very bytes, and give
    which; all of it is on the disk when this returns.

    A file that isn't there is left to `write_all`.
    """
    mended = []
    for item, content in zip(pin.objects, contents, strict=True):
        path = object_path(raw, item, restricted=pin.restricted)
        if path.exists() and not _holds(path, content):
            require_object(raw, item, content, f"pin {pin.id}, {item.role}")
            _write(path, content)
            mended.append(path)
    sync_folders(path.parent for path in mended)
    return tuple(mended)


def require_hash(content: bytes, sha: str, where: str, remedy: str = AGAIN) -> None:
    """Raise IntegrityError unless bytes have this SHA-256."""
    found = sha256(content)
    if found != sha:
        raise IntegrityError(
            where, expected=f"sha256 {sha}", found=f"sha256 {found}", remedy=remedy
        )


def _write_once(path: Path, content: bytes) -> None:
    """Write a file that never changes again, unless it is there."""
    there = path.read_bytes() if path.exists() else None
    if there == content:
        return
    if there is not None and not is_torn(path, len(content)):
        raise IntegrityError(
            str(path),
            expected="the bytes that it was pinned with",
            found="other bytes",
            remedy=RESTORE,
        )
    _write(path, content)


def _holds(path: Path, content: bytes) -> bool:
    """Whether a file can be read and holds these bytes."""
    try:
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        return False


def _write(path: Path, content: bytes) -> None:
    """Write a file to a temporary name, flushed, then moved."""
    private = path.parent.parent.name == RESTRICTED
    _make_folder(path.parent, private=private)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=WRITING)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            system.flush(file.fileno())
        (system.make_private if private else system.make_public)(Path(temporary))
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _make_folder(folder: Path, *, private: bool) -> None:
    make_folder(folder)
    if private:
        for each in (folder.parent, folder):
            system.make_private(each)
