"""Files beside a study: inside its folder, regular, and private where they are restricted.

A study is data, and may come from anybody: what it names by `path` is opened without following a
link out of the folder, and nothing is read of what isn't a plain file.
"""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
from pathlib import Path
from typing import NoReturn

from gapwatch import system
from gapwatch.errors import SourceError

_KERNEL = ("/proc", "/sys", "/dev")
_GIT_SECONDS = 20


def read(root: Path, folder: Path, named: str, *, most_bytes: int, private: bool) -> bytes:
    """The bytes of the file that a study in `folder` names, which must lie below `root`.

    `private` is for restricted files: open to their owner alone, and never in version control.
    Raises SourceError for a path that leads out of `root`, for anything but a regular file, for one
    that is larger than `most_bytes`, and for a restricted one that others could read.
    """
    real = _inside(root, folder, named)
    try:
        top = root.resolve()
        handle = system.open_below(top, real.relative_to(top).parts)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        _refuse(named, "a file that can be read", reason, "put it there, or correct path")
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        os.close(handle)
        _refuse(named, "a regular file", _kind(status.st_mode), "correct path in the study")
    with os.fdopen(handle, "rb") as stream:
        if private:
            _require_private(real, named, status)
        content = stream.read(most_bytes + 1)
    if len(content) > most_bytes:
        _refuse(named, f"at most {most_bytes} bytes", "more", "cut the file to what is needed")
    return content


def _inside(root: Path, folder: Path, named: str) -> Path:
    try:
        top, real = root.resolve(), (folder / named).resolve()
    except (OSError, ValueError, RuntimeError) as error:
        _refuse(named, "a path inside the study's folder", str(error)[:80], "correct path")
    if not real.is_relative_to(top):
        _refuse(
            named,
            f"a path inside {top}",
            "one that leads out of it",
            "move the file there, or name the folder that holds it with `gapwatch pull --root DIR`",
        )
    if any(real.is_relative_to(kernel) for kernel in _KERNEL):
        _refuse(
            named,
            "a regular file",
            "a place of the operating system's own",
            "correct path in the study",
        )
    return real


def _kind(mode: int) -> str:
    known = {
        stat.S_IFDIR: "a folder",
        stat.S_IFIFO: "a pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
    }
    return known.get(stat.S_IFMT(mode), "something else")


def _require_private(real: Path, named: str, status: os.stat_result) -> None:
    """Refuse a restricted file that others can read, or that git keeps or would take in."""
    quoted = shlex.quote(str(real))
    if told := system.exposed(status.st_mode):
        _refuse(
            named,
            "a restricted file that is open to its owner alone (mode 600)",
            told,
            f"chmod 600 {quoted}",
        )
    tree = next((up for up in real.parents if (up / ".git").exists()), None)
    if tree is None:
        return
    inside = real.relative_to(tree).as_posix()
    if _git(tree, "ls-files", "--error-unmatch", "--", inside) == 0:
        _refuse(
            named,
            "a restricted file that is not in version control",
            f"git keeps it in {tree}",
            f"git -C {shlex.quote(str(tree))} rm --cached -- {shlex.quote(inside)}; its earlier "
            "versions stay in the history until that is rewritten",
        )
    if _git(tree, "check-ignore", "--quiet", "--", inside) != 0:
        pattern = "/" + "".join(f"\\{c}" if c in "\\*?[ !#" else c for c in inside)
        _refuse(
            named,
            "a restricted file that git ignores",
            f"one that git would add in {tree}",
            f"printf '%s\\n' {shlex.quote(pattern)} >> {shlex.quote(str(tree / '.gitignore'))}",
        )


def _git(tree: Path, *words: str) -> int:
    """Exit code of a question to git, which runs no program that the folder's settings name."""
    command = [
        "git",
        "-c",
        "core.fsmonitor=false",
        "-c",
        "core.hooksPath=/dev/null",
        "-C",
        str(tree),
        "--literal-pathspecs" if words[0] == "ls-files" else "--no-pager",
        *words,
    ]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    try:
        done = subprocess.run(  # noqa: S603 - fixed words; the path is an argument after "--"
            command, capture_output=True, timeout=_GIT_SECONDS, check=False, env=environment
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        _refuse(
            str(tree),
            "git, which says whether a restricted file is ignored",
            str(error)[:80],
            "install git, or keep the restricted file outside the repository and name its folder "
            "with `gapwatch pull --root DIR`",
        )
    if done.returncode not in (0, 1):
        _refuse(
            str(tree),
            "an answer of git, whether a restricted file is ignored",
            done.stderr.decode("utf-8", "replace").strip()[:200] or f"exit code {done.returncode}",
            "see what `git status` says there",
        )
    return done.returncode


def _refuse(where: str, expected: str, found: str, remedy: str) -> NoReturn:
    raise SourceError(where, expected=expected, found=found, remedy=remedy)
