"""What git says of the repository that this code lies in: its commits, and files as they were."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
_SECONDS = 60


def ask(*arguments: str) -> str | None:
    """What git answers about gapwatch's own checkout; None when the code doesn't lie in one.

    An installed gapwatch may lie inside somebody else's repository, whose commits aren't its own.
    """
    top = _top()
    answer = None if top is None else _run(*arguments, folder=top)
    return None if answer is None else answer.decode("utf-8", "replace").strip()


def files_at(commit: str) -> dict[str, bytes] | None:
    """Every file of a commit by its name; None where the commit isn't known."""
    top = _top()
    packed = None if top is None else _run("archive", "--format=tar", commit, folder=top)
    if packed is None:
        return None
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        return {
            member.name: stream.read()
            for member in archive
            if member.isfile() and (stream := archive.extractfile(member)) is not None
        }


def _top() -> Path | None:
    """The top of the checkout that this package is a tracked part of."""
    answer = _run("rev-parse", "--show-toplevel", folder=PACKAGE)
    top = None if answer is None else Path(answer.decode("utf-8", "replace").strip())
    if top is None or (top / "src" / "gapwatch").resolve() != PACKAGE:
        return None
    tracked = _run("ls-files", "--error-unmatch", "src/gapwatch/__init__.py", folder=top)
    return None if tracked is None else top


def _run(*arguments: str, folder: Path) -> bytes | None:
    try:
        # Fixed arguments of our own, and commits that a pattern has let through. The code in this
        # folder is running already, so asking about it is safe whoever owns it; without saying
        # so, git refuses another user's folder and the same release would have another manifest.
        answer = subprocess.run(  # noqa: S603
            ["git", "-c", "safe.directory=*", "-C", str(folder), *arguments],  # noqa: S607
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            # Inside a git hook these would lead to another repository.
            env={key: value for key, value in os.environ.items() if not key.startswith("GIT_")},
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout if answer.returncode == 0 else None
