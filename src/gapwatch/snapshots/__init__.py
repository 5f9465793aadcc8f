"""Snapshots: immutable sets of inputs in data/raw, each byte pinned by its SHA-256."""

from gapwatch.snapshots.check import (
    SnapshotCheck,
    check,
    clear_leftovers,
    clear_torn,
    record_problems,
)
from gapwatch.snapshots.keyed import DIGESTS, dump_digests, same_restricted_object
from gapwatch.snapshots.objects import (
    RESTRICTED,
    described,
    elsewhere,
    is_elsewhere,
    mend,
    object_path,
    read_objects,
    restricted_folder,
)
from gapwatch.snapshots.pruned import (
    PRUNED,
    Pruned,
    is_pruned,
    pruned,
    pruned_problems,
    record_pruned,
)
from gapwatch.snapshots.records import MAX_OBJECT_BYTES, Missed, Object, Pin, Snapshot, sha256
from gapwatch.snapshots.retirement import MOST_REASON, Retirement, checked_reason, retire, retired
from gapwatch.snapshots.store import (
    followers,
    ids,
    lend,
    load,
    standing,
    usable,
    write,
)

__all__ = [
    "DIGESTS",
    "MAX_OBJECT_BYTES",
    "MOST_REASON",
    "PRUNED",
    "RESTRICTED",
    "Missed",
    "Object",
    "Pin",
    "Pruned",
    "Retirement",
    "Snapshot",
    "SnapshotCheck",
    "check",
    "checked_reason",
    "clear_leftovers",
    "clear_torn",
    "described",
    "dump_digests",
    "elsewhere",
    "followers",
    "ids",
    "is_elsewhere",
    "is_pruned",
    "lend",
    "load",
    "mend",
    "object_path",
    "pruned",
    "pruned_problems",
    "read_objects",
    "record_problems",
    "record_pruned",
    "restricted_folder",
    "retire",
    "retired",
    "same_restricted_object",
    "sha256",
    "standing",
    "usable",
    "write",
]
