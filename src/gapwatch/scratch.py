"""Rooms for what may be restricted: outside output and repository, open to their user alone.

A run that is killed leaves its room; the next one that asks for a room removes it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import filelock

from gapwatch import system

PREFIX = "gapwatch-"
_LOCK = ".lock"


@contextlib.contextmanager
def room() -> Iterator[Path]:
    """A new folder of mode 0700 below the session's runtime directory, or the temporary one."""
    base = _base()
    sweep(base)
    made = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
    with filelock.FileLock(made / _LOCK):
        try:
            inner = made / "room"
            inner.mkdir(mode=0o700)
            yield inner
        finally:
            shutil.rmtree(made / "room", ignore_errors=True)
    shutil.rmtree(made, ignore_errors=True)


def sweep(base: Path) -> None:
    """Remove rooms of this user that nobody holds any more."""
    for left in base.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError, filelock.Timeout):
            status = left.lstat()
            mine = system.is_own(status)
            # Without a lock of its own it is no room of ours, or one that is being made.
            if not mine or left.is_symlink() or not (left / _LOCK).is_file():
                continue
            with filelock.FileLock(left / _LOCK, timeout=0):
                shutil.rmtree(left / "room", ignore_errors=True)
            shutil.rmtree(left, ignore_errors=True)


def _base() -> Path:
    """Where rooms are: the runtime directory of the session lies in memory, where there is one."""
    named = os.environ.get("XDG_RUNTIME_DIR", "")
    path = Path(named)
    if (
        named
        and path.is_dir()
        and os.access(path, os.W_OK)
        and not system.exposed(path.stat().st_mode)
    ):
        return path
    return Path(tempfile.gettempdir())
