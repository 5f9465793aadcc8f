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
import functools
import json
import logging
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel

from gapwatch import stopping
from gapwatch.durable import is_torn, make_folder, move, sync_tree
from gapwatch.errors import IntegrityError, SourceError, TornError, UsageError
from gapwatch.snapshots.keyed import DIGESTS, digests_in, dump_digests
from gapwatch.snapshots.objects import (
    WRITING,
    is_elsewhere,
    object_path,
    read_objects,
    require_object,
    restricted_folder,
    write_all,
)
from gapwatch.snapshots.reading import LIST, MAX_PIN_BYTES, identify, read_list, read_pin
from gapwatch.snapshots.records import Missed, Pin, Snapshot, SnapshotList, sha256
from gapwatch.snapshots.retirement import retired

log = logging.getLogger(__name__)
TORN = ".torn-"
_DATE = len("2026-11-23")


def ids(raw: Path, study: str | None = None, *, whole: bool = False) -> list[str]:
    """Ids of the snapshots in `raw`, oldest first; with `study`, those that it pulled and stand.

    The study "" stands for the snapshots that nobody pulled, which any study may use.
    """
    folder = raw / "snapshots"
    if not folder.is_dir():
        return []
    known = sorted(
        path.name
        for path in folder.iterdir()
        if (path / LIST).is_file() and not path.name.startswith((WRITING, TORN))
    )
    if study is None:
        return known
    known = standing(raw, known, whole=whole)
    return [name for name in known if read_list(raw, name).study == study]


def standing(raw: Path, known: Iterable[str], *, whole: bool = False) -> list[str]:
    """Those of some snapshots that are neither retired nor torn, which the log then says.

    Where each that isn't retired is torn, they are given all the same, unless only `whole` ones
    will do: whoever reads them is told.
    """
    out = retired(raw)
    kept = [name for name in known if name not in out]
    problems = {name: torn(raw, name) for name in kept}
    for name, problem in problems.items():
        if problem is not None:
            _tell_once(name, problem.where)
    found = [name for name in kept if problems[name] is None]
    return found if found or whole else kept


@functools.cache
def _tell_once(name: str, where: str) -> None:
    log.warning("snapshot %s is torn, as by a power cut, and isn't used: %s", name, where)


def torn(raw: Path, name: str) -> TornError | None:
    """What of a snapshot was cut short, as by a power cut; None when nothing was.

    Looks at sizes and ends alone, which is quick: every load verifies the hashes of what it reads.
    """
    folder = raw / "snapshots" / name
    try:
        for source, sha in read_list(raw, name).pins.items():
            pin = read_pin(folder / "pins", source, sha)
            for item in pin.objects:
                path = object_path(raw, item, restricted=pin.restricted)
                if is_torn(path, item.bytes) and not is_elsewhere(raw, pin):
                    read_objects(raw, pin)  # for the error that says what is wrong with it
    except TornError as error:
        return error
    except IntegrityError:  # changed, which is another matter, and told when it is read
        return None
    return None


def usable(
    raw: Path, study: str, known_at: dt.date | None = None, *, whole: bool = False
) -> list[str]:
    """Ids of the snapshots that a study may use: its own where it has pulled any by that date.

    A newer one that nobody pulled holds no live source; the next pull takes over what it pins.
    None that is retired, or torn while another stands.
    """
    own, common = (ids(raw, of, whole=whole) for of in (study, ""))
    return _known_by(own, known_at) or _known_by(common, known_at)


def load(
    raw: Path,
    snapshot_id: str | None = None,
    *,
    study: str = "",
    known_at: dt.date | None = None,
    whole: bool = False,
) -> Snapshot:
    """Read a snapshot and verify its list and its pins.

    When none is named it is the newest: of those that `study` may use, if a study is given, and of
    those that were pinned by the date `known_at`. One that is retired is never the newest, nor is
    one that is torn, unless no other stands and `whole` doesn't forbid it.
    """
    if known_at is not None and snapshot_id is not None:
        raise UsageError(
            "--as-known-at",
            expected="a date, or a snapshot by name",
            found="both",
            remedy="leave one of them out",
        )
    known = ids(raw)
    if snapshot_id is None:
        known = usable(raw, study, known_at, whole=whole) if study else standing(raw, known)
    if known_at is not None and not known and ids(raw):
        raise UsageError(
            f"what was known at {known_at}",
            found="no snapshot of that date or before",
            expected=f"a date from {ids(raw)[0][:_DATE]} on, that of the first snapshot",
            remedy="choose a later date; see `gapwatch snapshots`",
        )
    if not known and ids(raw) and study:
        raise UsageError(
            str(raw),
            expected=f"a snapshot that {study} may use",
            found="retired ones, or another study's",
            remedy="pull again with `gapwatch pull`; see `gapwatch snapshots`",
        )
    if not known:
        raise UsageError(
            str(raw),
            expected="at least one snapshot",
            found="none",
            remedy="pull one with `gapwatch pull`, or name another project's study with --study",
        )
    name = _newest(raw, known) if snapshot_id is None else snapshot_id
    if name not in known:
        raise UsageError(
            f"snapshot {name!r}",
            expected=f"one of {', '.join(known)}",
            found="no such snapshot",
            remedy="see `gapwatch snapshots`",
        )
    listed = read_list(raw, name)
    folder = raw / "snapshots" / name / "pins"
    pins = tuple(read_pin(folder, source, sha) for source, sha in sorted(listed.pins.items()))
    return Snapshot(
        id=name,
        title=listed.title,
        as_known_at=listed.as_known_at,
        study=listed.study,
        follows=listed.follows,
        pins=pins,
        missed=listed.missed,
    )


def _known_by(known: list[str], date: dt.date | None) -> list[str]:
    return [name for name in known if date is None or name[:_DATE] <= date.isoformat()]


def _newest(raw: Path, known: list[str]) -> str:
    """The snapshot of the newest date; of two of one date the one that follows the other."""
    newest = [name for name in known if name[:_DATE] == known[-1][:_DATE]]
    if len(newest) > 1:
        followed = {before for name in newest for before in _before(raw, name)}
        newest = [name for name in newest if name not in followed]
    if len(newest) != 1:
        raise UsageError(
            "the newest snapshot",
            expected="one snapshot of the newest date",
            found=" and ".join(newest),
            remedy=f"name one with `gapwatch run --snapshot`, or move the other one out of "
            f"{raw / 'snapshots'}",
        )
    return newest[0]


def _before(raw: Path, name: str) -> list[str]:
    """Those that a snapshot follows, one after the other, also through retired ones."""
    found: list[str] = []
    there = set(ids(raw))
    while (name := read_list(raw, name).follows) in there and name not in found:
        found.append(name)
    return found


def followers(raw: Path, name: str) -> list[str]:
    """Snapshots that were pulled after this one, and say so."""
    return [other for other in standing(raw, ids(raw)) if name in _before(raw, other)]


def lend(raw: Path, to: Path, name: str) -> None:
    """Put restricted objects that a snapshot in `to` lacks beside it, where `raw` has them."""
    for pin in load(to, name).pins:
        if is_elsewhere(to, pin) and not is_elsewhere(raw, pin):
            contents = read_objects(raw, pin)
            write_all(
                {
                    object_path(to, item, restricted=True): content
                    for item, content in zip(pin.objects, contents, strict=True)
                }
            )
            # The key stays where it is: what was verified with it has digests of its own there.
            folder = restricted_folder(to).parent
            listed = {
                item.name: sha256(content)
                for item, content in zip(pin.objects, contents, strict=True)
            }
            (folder / DIGESTS).write_bytes(dump_digests(digests_in(folder) | listed))


def write(
    raw: Path,
    *,
    title: str,
    as_known_at: dt.date,
    items: Iterable[tuple[Pin, Sequence[bytes]]],
    study: str = "",
    follows: str = "",
    missed: Mapping[str, Missed] | None = None,
) -> Snapshot:
    """Store objects and pins as a new snapshot; what is there already is left as it is.

    The snapshot's folder is written aside, before the objects, and moved into place after them. So
    a snapshot that can be seen is complete, and what a stopped pull left says which objects it
    brought. Each pin's size and hash must be those of its bytes.
    """
    given = list(items)
    dumps = {pin.id: _dump(pin) for pin, _ in given}
    listed = _dump(
        SnapshotList(
            title=title,
            as_known_at=as_known_at,
            study=study,
            follows=follows,
            pins={source: sha256(dump) for source, dump in dumps.items()},
            missed=dict(sorted((missed or {}).items())),
        )
    )
    # What could not be read back must not be written: it would be the newest snapshot.
    for name, dump in (*dumps.items(), ("the list of pins", listed)):
        if len(dump) > MAX_PIN_BYTES:
            raise SourceError(
                f"pin {name}",
                expected=f"at most {MAX_PIN_BYTES} bytes of addresses and hashes",
                found=f"{len(dump)} bytes",
                remedy="narrow what is asked of the publisher",
            )
    objects: dict[Path, bytes] = {}
    for pin, contents in given:
        for item, content in zip(pin.objects, contents, strict=True):
            require_object(raw, item, content, f"pin {pin.id}, {item.role}")
            objects[object_path(raw, item, restricted=pin.restricted)] = content
    files = {**{f"pins/{source}.json": dump for source, dump in dumps.items()}, LIST: listed}
    folder = raw / "snapshots" / identify(as_known_at, listed)
    if folder.exists():
        write_all(objects)
        write_all({folder / name: content for name, content in files.items()})
        return load(raw, folder.name)
    make_folder(folder.parent)
    with (
        stopping.uninterrupted(),
        tempfile.TemporaryDirectory(dir=folder.parent, prefix=WRITING) as room,
    ):
        made = Path(room) / folder.name
        write_all({made / name: content for name, content in files.items()})
        write_all(objects)
        sync_tree(made)
        move(made, folder)
    return load(raw, folder.name)


def _dump(record: BaseModel) -> bytes:
    ordered = json.dumps(
        record.model_dump(mode="json"), indent=2, ensure_ascii=False, sort_keys=True
    )
    return f"{ordered}\n".encode()
