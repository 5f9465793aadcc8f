"""Snapshots: immutable sets of inputs in data/raw, each byte pinned by its SHA-256."""

from gapwatch.snapshots.check import Checked, check, clear_leftovers
from gapwatch.snapshots.keyed import DIGESTS, dump_digests, same_restricted_object
from gapwatch.snapshots.objects import (
    RESTRICTED,
    described,
    elsewhere,
    is_elsewhere,
    object_path,
    read_objects,
    restricted_folder,
)
from gapwatch.snapshots.records import MAX_OBJECT_BYTES, Object, Pin, Snapshot, sha256
from gapwatch.snapshots.store import ids, lend, load, usable, write

__all__ = [
    "DIGESTS", "MAX_OBJECT_BYTES", "RESTRICTED", "Checked", "Object", "Pin", "Snapshot", "check",
    "clear_leftovers", "described", "dump_digests", "elsewhere", "ids", "is_elsewhere", "lend",
    "load", "object_path",
    "read_objects", "restricted_folder", "same_restricted_object", "sha256", "usable", "write",
]  # fmt: skip
