"""Snapshots: immutable sets of inputs in data/raw, each byte pinned by its SHA-256.

    data/raw/objects/<sha256>.<suffix>           what a publisher sent, stored once
    data/restricted/objects/<hmac>.<suffix>      the same of restricted pins; never in git
    data/restricted/.key                         what their names are made with; see keyed.py
    data/raw/snapshots/<id>/pins/<source>.json   a pin: its objects, their origin, licence, hashes
    data/raw/snapshots/<id>/snapshot.json        the pins of the snapshot, with the hash of each

The end of a snapshot's id is the start of the hash of its own list, which holds that of each pin.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel
from pydantic import ValidationError as PydanticError

from gapwatch.errors import IntegrityError, SourceError, UsageError
from gapwatch.snapshots.keyed import DIGESTS, digests_in, dump_digests
from gapwatch.snapshots.objects import (
    AGAIN,
    WRITING,
    is_elsewhere,
    object_path,
    read_objects,
    require_hash,
    require_object,
    restricted_folder,
    write_all,
)
from gapwatch.snapshots.records import Pin, Snapshot, SnapshotList, sha256

_MAX_PIN_BYTES = 1_000_000
LIST = "snapshot.json"
_DATE = len("2026-11-23")


def ids(raw: Path, study: str | None = None) -> list[str]:
    """Ids of the snapshots in `raw`, oldest first; with `study`, those that it pulled.

    The study "" stands for the snapshots that nobody pulled, which any study may use.
    """
    folder = raw / "snapshots"
    if not folder.is_dir():
        return []
    known = sorted(
        path.name for path in folder.iterdir()
        if (path / LIST).is_file() and not path.name.startswith(WRITING)
    )  # fmt: skip
    if study is None:
        return known
    return [name for name in known if read_list(raw, name).study == study]


def usable(raw: Path, study: str, known_at: dt.date | None = None) -> list[str]:
    """Ids of the snapshots that a study may use: its own where it has pulled any by that date.

    A newer one that nobody pulled holds no live source; the next pull takes over what it pins.
    """
    return _known_by(ids(raw, study), known_at) or _known_by(ids(raw, ""), known_at)


def load(
    raw: Path, snapshot_id: str | None = None, *, study: str = "", known_at: dt.date | None = None
) -> Snapshot:
    """Read a snapshot and verify its list and its pins.

    When none is named it is the newest: of those that `study` may use, if a study is given, and of
    those that were pinned by the date `known_at`.
    """
    if known_at is not None and snapshot_id is not None:
        raise UsageError(
            "--as-known-at", expected="a date, or a snapshot by name", found="both",
            remedy="leave one of them out",
        )  # fmt: skip
    known = usable(raw, study, known_at) if study and snapshot_id is None else ids(raw)
    if known_at is not None and not known and ids(raw):
        raise UsageError(
            f"what was known at {known_at}", found="no snapshot of that date or before",
            expected=f"a date from {ids(raw)[0][:_DATE]} on, that of the first snapshot",
            remedy="choose a later date; see `gapwatch snapshots`",
        )  # fmt: skip
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
    listed = read_list(raw, name)
    pins = tuple(
        read_pin(folder / "pins", source, sha) for source, sha in sorted(listed.pins.items())
    )
    return Snapshot(
        id=name, title=listed.title, as_known_at=listed.as_known_at, study=listed.study,
        follows=listed.follows, pins=pins,
    )  # fmt: skip


def _known_by(known: list[str], date: dt.date | None) -> list[str]:
    return [name for name in known if date is None or name[:_DATE] <= date.isoformat()]


def _newest(raw: Path, known: list[str]) -> str:
    """The snapshot of the newest date; of two of one date the one that follows the other."""
    newest = [name for name in known if name[:_DATE] == known[-1][:_DATE]]
    if len(newest) > 1:
        followed = {read_list(raw, name).follows for name in newest}
        newest = [name for name in newest if name not in followed]
    if len(newest) != 1:
        raise UsageError(
            "the newest snapshot", expected="one snapshot of the newest date",
            found=" and ".join(newest), remedy="name one of them with --snapshot",
        )  # fmt: skip
    return newest[0]


def read_list(raw: Path, name: str) -> SnapshotList:
    """The list of a snapshot, which must be the one that the snapshot is named after."""
    return list_in(raw / "snapshots" / name)


def list_in(folder: Path) -> SnapshotList:
    """The same for a snapshot's folder, wherever it is."""
    path = folder / LIST
    content = _read_small(path)
    listed = _parse(SnapshotList, content, path)
    if _identify(listed.as_known_at, content) != folder.name:
        raise IntegrityError(
            str(path), expected=f"the list that snapshot {folder.name} is named after",
            found=f"the list of {_identify(listed.as_known_at, content)}", remedy=AGAIN,
        )  # fmt: skip
    return listed


def lend(raw: Path, to: Path, name: str) -> None:
    """Put restricted objects that a snapshot in `to` lacks beside it, where `raw` has them."""
    for pin in load(to, name).pins:
        if is_elsewhere(to, pin) and not is_elsewhere(raw, pin):
            contents = read_objects(raw, pin)
            write_all({
                object_path(to, item, restricted=True): content
                for item, content in zip(pin.objects, contents, strict=True)
            })  # fmt: skip
            # The key stays where it is: what was verified with it has digests of its own there.
            folder = restricted_folder(to).parent
            listed = {item.name: sha256(content)
                      for item, content in zip(pin.objects, contents, strict=True)}  # fmt: skip
            (folder / DIGESTS).write_bytes(dump_digests(digests_in(folder) | listed))


def write(
    raw: Path, *, title: str, as_known_at: dt.date, items: Iterable[tuple[Pin, Sequence[bytes]]],
    study: str = "", follows: str = "",
) -> Snapshot:  # fmt: skip
    """Store objects and pins as a new snapshot; what is there already is left as it is.

    The snapshot's folder is written aside, before the objects, and moved into place after them. So
    a snapshot that can be seen is complete, and what a stopped pull left says which objects it
    brought. Each pin's size and hash must be those of its bytes.
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
    objects: dict[Path, bytes] = {}
    for pin, contents in given:
        for item, content in zip(pin.objects, contents, strict=True):
            require_object(raw, item, content, f"pin {pin.id}, {item.role}")
            objects[object_path(raw, item, restricted=pin.restricted)] = content
    files = {**{f"pins/{source}.json": dump for source, dump in dumps.items()}, LIST: listed}
    folder = raw / "snapshots" / _identify(as_known_at, listed)
    if folder.exists():
        write_all(objects)
        write_all({folder / name: content for name, content in files.items()})
        return load(raw, folder.name)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=WRITING) as room:
        made = Path(room) / folder.name
        write_all({made / name: content for name, content in files.items()})
        write_all(objects)
        made.replace(folder)
    return load(raw, folder.name)


def read_pin(folder: Path, source: str, sha: str) -> Pin:
    """The pin of a source, whose file must have this hash; IntegrityError when it hasn't."""
    path = folder / f"{source}.json"
    content = _read_small(path)
    require_hash(content, sha, str(path))
    return _parse(Pin, content, path)


def _identify(as_known_at: dt.date, content: bytes) -> str:
    return f"{as_known_at.isoformat()}-{sha256(content)[:10]}"


def _dump(record: BaseModel) -> bytes:
    ordered = json.dumps(record.model_dump(mode="json"), indent=2, ensure_ascii=False,
                         sort_keys=True)  # fmt: skip
    return f"{ordered}\n".encode()


def _read_small(path: Path) -> bytes:
    try:
        if path.stat().st_size > _MAX_PIN_BYTES:
            raise IntegrityError(
                str(path), expected=f"at most {_MAX_PIN_BYTES} bytes",
                found=f"{path.stat().st_size} bytes", remedy=AGAIN,
            )  # fmt: skip
        return path.read_bytes()
    except OSError as error:
        raise IntegrityError(
            str(path), expected="a file that can be read", found=str(error.strerror),
            remedy=AGAIN,
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
            remedy=AGAIN,
        ) from error  # fmt: skip
