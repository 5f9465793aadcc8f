"""What must outlast a power cut: bytes and names are on the disk before anything rests on them.

A rename is atomic for whoever looks on, not for whoever pulls the plug: without a flush the new
name may be there after the cut and the bytes not. So each file and folder is flushed before the
rename that publishes it, and the folder that holds the name after it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

from gapwatch import system

_BLOCK = 512
"""The least unit in which any disk writes."""


def sync_file(path: Path) -> None:
    """Have a file's bytes on the disk. Raises OSError, with the file's name, when they can't be."""
    system.flush_file(path)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk; Windows does so by itself."""
    system.flush_folder(folder)


def sync_folders(folders: Iterable[Path]) -> None:
    """The same for several, each once."""
    for folder in dict.fromkeys(folders):
        sync_folder(folder)


def sync_tree(folder: Path) -> None:
    """Every file and folder below a folder, the deepest first, then the folder itself."""
    for inside, _, names in os.walk(folder, topdown=False):
        for name in names:
            sync_file(Path(inside, name))
        sync_folder(Path(inside))


def make_folder(folder: Path) -> None:
    """Make a folder with all above it, each name on the disk."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    sync_folders(path.parent for path in reversed(missing))


def move(source: Path, target: Path) -> None:
    """Rename, and have both names on the disk. What is moved must have been flushed before."""
    source.replace(target)
    sync_folders((target.parent, source.parent))


def is_torn(path: Path, size: int | None = None) -> bool:
    """Whether a file that isn't as it was looks cut short by a power cut, rather than edited.

    A cut leaves no file, an empty one, fewer bytes than were written, or zeros to the end from some
    block of the disk on. An edit of the same or a greater length leaves none of these. `size` is
    that of the whole file, in bytes, where it is known.
    """
    if path.is_symlink():
        return False
    if not path.exists():
        return True
    if not path.is_file():
        return False
    found = path.stat().st_size
    return found == 0 or (size is not None and found < size) or _ends_in_zeros(path, found)


def is_cut_json(content: bytes) -> bool:
    """Whether an object of ours in JSON, indented and ended by a line, stops before its end.

    An edit elsewhere leaves the end as it is; one at the end leaves something that can't be the
    start of an object.
    """
    if content.endswith(b"\n}\n"):
        return False
    text = content.decode("utf-8", "ignore").rstrip()
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        # Where a reader stops for want of more: at the end, or at the start of the last string.
        at_end = error.pos >= len(text) - len("\\u0000") or error.msg.startswith("Unterminated")
        return at_end and not error.msg.startswith("Extra data")
    except RecursionError:
        return False
    return content.endswith(b"\n}")


def _ends_in_zeros(path: Path, size: int) -> bool:
    """Whether the bytes from some multiple of a block on, up to the end, are all zero."""
    with path.open("rb") as file:
        file.seek((size - 1) // _BLOCK * _BLOCK)
        return not any(file.read(_BLOCK))
