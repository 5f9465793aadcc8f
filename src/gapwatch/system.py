"""What differs between operating systems, in one place: no other module asks which one this is.

POSIX is Linux and macOS. What Windows lacks has a fallback here that says what it is worth; a test
holds every other module to that, and runs the fallbacks.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import time
from pathlib import Path
from typing import Any, Protocol

try:
    from fcntl import F_FULLFSYNC, fcntl  # type: ignore[attr-defined, unused-ignore]
except ImportError:
    F_FULLFSYNC = None

OTHERS = 0o077
"""The bits of a mode by which a group or others may do anything at all."""
# Some file systems (network shares, FUSE) have no flush for a folder, and say so in these words.
_NO_FLUSH = {errno.EINVAL, errno.ENOTSUP, errno.EBADF}
_SECONDS_TO_DIE = 5.0
# subprocess.CREATE_NEW_PROCESS_GROUP, which Python has on Windows alone.
_NEW_GROUP = 0x200


class Program(Protocol):
    """What is asked of a subprocess.Popen."""

    pid: int

    def poll(self) -> int | None: ...
    def kill(self) -> None: ...
    def wait(self) -> int: ...


def is_posix() -> bool:
    """Whether files have modes and programs have groups here."""
    return os.name == "posix"


def exposed(mode: int) -> str:
    """The mode of what others than its owner may open, such as "mode 644"; else "".

    On Windows a mode says nothing of others: access lists do, which an office's own rules set.
    """
    return f"mode {mode & 0o777:o}" if is_posix() and mode & OTHERS else ""


def make_private(path: Path) -> None:
    """Let the owner alone open a file or a folder; Windows inherits the folder's access list."""
    path.chmod(0o700 if path.is_dir() else 0o600)


def make_public(path: Path) -> None:
    """Let others read a file, and its owner alone write it."""
    path.chmod(0o644)


def is_own(status: os.stat_result) -> bool:
    """Whether this user owns a file; on Windows whatever this user can open counts."""
    return not hasattr(os, "geteuid") or status.st_uid == os.geteuid()


def flush(handle: int) -> None:
    """Have the bytes of an open file on the disk, past the drive's own cache where it is asked."""
    if F_FULLFSYNC is not None:  # on macOS fsync alone stops at that cache
        with contextlib.suppress(OSError):
            fcntl(handle, F_FULLFSYNC)
            return
    os.fsync(handle)


def flush_file(path: Path) -> None:
    """The same of a file by its name, which Windows wants open for writing."""
    _flush(path, os.O_RDONLY if is_posix() else os.O_RDWR)


def flush_folder(folder: Path) -> None:
    """Have the names in a folder on the disk; Windows does so by itself."""
    if not is_posix():
        return
    try:
        _flush(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        if error.errno not in _NO_FLUSH:
            raise


def _flush(path: Path, flags: int) -> None:
    handle = os.open(path, flags | getattr(os, "O_BINARY", 0))
    try:
        flush(handle)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        os.close(handle)


def open_below(top: Path, parts: tuple[str, ...]) -> int:
    """A handle for reading the file that `parts` lead to from a folder.

    POSIX opens each folder on the way by its parent and follows no link, so none can be swapped for
    one meanwhile; a pipe isn't waited for. Windows has no such calls: the path is opened as a
    whole, and who may make links in the folder has to be trusted.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    *folders, name = parts or (".",)
    if not (hasattr(os, "O_NOFOLLOW") and os.open in os.supports_dir_fd):
        return os.open(top.joinpath(*folders, name), flags)
    at = os.open(top, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in folders:
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
            os.close(at)
            at = inner
        return os.open(name, flags | os.O_NOFOLLOW, dir_fd=at)
    finally:
        os.close(at)


def open_plain(path: Path) -> int:
    """A handle for reading a file; a link is refused and a pipe not waited for where that can be.

    Windows follows a link here.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    return os.open(path, flags | getattr(os, "O_BINARY", 0))


def make_alone(path: Path) -> int:
    """A handle for writing a file that mustn't be there yet, for its owner alone."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.open(path, flags, 0o600)


def interpreter(environment: Path) -> Path:
    """The Python of an environment."""
    return environment / ("bin/python" if is_posix() else "Scripts/python.exe")


def apart() -> dict[str, Any]:
    """Arguments of Popen by which a program and what it starts can be ended together."""
    if is_posix():
        return {"start_new_session": True}
    return {"creationflags": _NEW_GROUP}


def end_group(process: Program) -> None:
    """End what is left of a program that was started `apart`: asked first, then made to.

    Windows ends the program itself; what that one started ends with it only if it sees to it.
    """
    if not is_posix():
        process.kill()
        process.wait()
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        until = time.monotonic() + _SECONDS_TO_DIE
        while _group_lives(process, number) and time.monotonic() < until:
            time.sleep(0.1)
    process.wait()


def _group_lives(process: Program, number: signal.Signals) -> bool:
    """Signal what is left of the program's group; whether anything was."""
    process.poll()
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True
