"""Snapshots: immutable sets of inputs in data/raw, each byte pinned by its SHA-256."""

from gapwatch.snapshots.check import Checked, check, clear_leftovers
from gapwatch.snapshots.objects import elsewhere, is_elsewhere, object_path, read_objects
from gapwatch.snapshots.records import MAX_OBJECT_BYTES, Object, Pin, Snapshot, sha256
from gapwatch.snapshots.store import ids, lend, load, usable, write

__all__ = [
    "MAX_OBJECT_BYTES", "Checked", "Object", "Pin", "Snapshot", "check", "clear_leftovers",
    "elsewhere", "ids",
    "is_elsewhere", "lend", "load", "object_path", "read_objects", "sha256", "usable", "write",
]  # fmt: skip
