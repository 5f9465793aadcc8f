"""Snapshots whose content was changed on purpose, pinned anew so that only the content is wrong."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable

from gapwatch import snapshots
from gapwatch.project import Project


def repin(
    project: Project,
    source: str,
    change: Callable[[str], str],
    *,
    snapshot: str | None = None,
    days: int = 1,
) -> str:
    """Pin a snapshot, or the newest, again with one source changed; return the new id.

    The new snapshot is some days younger, so it is the newest.
    """
    old = snapshots.load(project.raw, snapshot)
    items = []
    for pin in old.pins:
        (content,) = snapshots.read_objects(project.raw, pin)
        if pin.id == source:
            changed = change(content.decode())
            assert changed != content.decode(), "the change must change something"
            content = changed.encode()
        sizes = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        item = pin.objects[0].model_copy(update=sizes)
        items.append((pin.model_copy(update={"objects": (item,)}), [content]))
    day = old.as_known_at + dt.timedelta(days=days)
    return snapshots.write(project.raw, title=old.title, as_known_at=day, items=items).id
