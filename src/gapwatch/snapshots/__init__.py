"""Snapshots: immutable sets of inputs in data/raw, each byte pinned by its SHA-256."""

from gapwatch.snapshots.check import Checked, check, clear_leftovers
from gapwatch.snapshots.records import MAX_OBJECT_BYTES, Object, Pin, Snapshot, sha256
from gapwatch.snapshots.store import ids, load, object_path, read_objects, usable, write

__all__ = [
    "MAX_OBJECT_BYTES", "Checked", "Object", "Pin", "Snapshot", "check", "clear_leftovers", "ids",
    "load", "object_path", "read_objects", "sha256", "usable", "write",
]  # fmt: skip
