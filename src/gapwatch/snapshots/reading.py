"""Records of snapshots as they lie in data/raw: small files that say what is wrong with them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel
from pydantic import ValidationError as PydanticError

from gapwatch.durable import is_cut_json, is_torn
from gapwatch.errors import IntegrityError, TornError
from gapwatch.snapshots.objects import PULL_AGAIN, RESTORE, require_hash
from gapwatch.snapshots.records import Pin, SnapshotList, sha256

MAX_PIN_BYTES = 1_000_000
LIST = "snapshot.json"
RECORD = (
    f"{RESTORE}; where there is none, delete the file and pull again: the snapshot is set aside"
)
RecordType = TypeVar("RecordType", bound=BaseModel)


def read_list(raw: Path, name: str) -> SnapshotList:
    """The list of a snapshot, which must be the one that the snapshot is named after."""
    return list_in(raw / "snapshots" / name)


def list_in(folder: Path) -> SnapshotList:
    """The same for a snapshot's folder, wherever it is."""
    path = folder / LIST
    content = _read_small(path)
    if not folder.name.endswith(f"-{sha256(content)[:10]}"):
        _require_end(path, content)
    listed = _parse(SnapshotList, content, path)
    if identify(listed.as_known_at, content) != folder.name:
        raise IntegrityError(
            str(path),
            expected=f"the list that snapshot {folder.name} is named after",
            found=f"the list of {identify(listed.as_known_at, content)}",
            remedy=RECORD,
        )
    return listed


def read_pin(folder: Path, source: str, sha: str) -> Pin:
    """The pin of a source, whose file must have this hash; IntegrityError when it hasn't."""
    path = folder / f"{source}.json"
    content = _read_small(path)
    if sha256(content) != sha:
        _require_end(path, content)
    require_hash(content, sha, str(path), RECORD)
    return _parse(Pin, content, path)


def _require_end(path: Path, content: bytes) -> None:
    """TornError for a file, known to be other than it was, that was cut short and not edited."""
    if is_torn(path) or is_cut_json(content):
        raise TornError(
            str(path),
            expected="a file with an end",
            found=f"{len(content)} bytes, cut short",
            remedy=PULL_AGAIN,
        )


def identify(as_known_at: dt.date, content: bytes) -> str:
    """The id of a snapshot of a day with the list `content`."""
    return f"{as_known_at.isoformat()}-{sha256(content)[:10]}"


def _read_small(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_PIN_BYTES:
            raise IntegrityError(
                str(path),
                expected=f"at most {MAX_PIN_BYTES} bytes",
                found=f"{path.stat().st_size} bytes",
                remedy=RECORD,
            )
        return path.read_bytes()
    except FileNotFoundError as error:
        raise TornError(
            str(path),
            expected="a file of the snapshot",
            found="no file",
            remedy=PULL_AGAIN,
        ) from error
    except OSError as error:
        raise IntegrityError(
            str(path),
            expected="a file that can be read",
            found=str(error.strerror),
            remedy=RECORD,
        ) from error


def _parse(model: type[RecordType], content: bytes, path: Path) -> RecordType:
    try:
        return model.model_validate_json(content)
    except PydanticError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the file"
        raise IntegrityError(
            f"{path}, {key}",
            expected=first["msg"].lower(),
            found=repr(first["input"])[:80],
            remedy=RECORD,
        ) from error
