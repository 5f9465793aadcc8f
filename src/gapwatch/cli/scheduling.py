"""Hands the schedule to flows/, where Prefect lives, as a program of its own, and ends it again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

from gapwatch import alerting, shipped, system
from gapwatch import study as study_file
from gapwatch.errors import UsageError
from gapwatch.overdue import require_cron
from gapwatch.project import Project
from gapwatch.shipped import FLOWS

NAMES = ("monthly", "replay")
PASSWORD = "PREFECT_API_AUTH_STRING"  # noqa: S105 - the variable's name
_SECONDS_TO_END = 30.0


class _Stopped(BaseException):
    """SIGINT or SIGTERM came."""

    def __init__(self, number: int) -> None:
        self.number = number


def serve(project: Project, flow: str, cron: str, password_file: Path | None = None) -> int:
    """Keep a flow of a project on a schedule until stopped; return its exit code.

    Ctrl-C or SIGTERM to this process alone ends the schedule and every process of a run at work;
    the code is then 130 or 143. Raises UsageError for a flow that there isn't, a schedule that is
    none, an alert that can't be sent, a password file that others may read, or without Prefect.
    """
    if flow not in NAMES:
        raise UsageError(
            "--flow", expected=" or ".join(NAMES), found=repr(flow), remedy="name one of these"
        )
    require_cron(cron)
    if find_spec("prefect") is None:
        raise UsageError(
            "serve",
            expected="Prefect, which keeps the schedule",
            found="no such package",
            remedy="install the extra `prefect`: python -m pip install 'gapwatch[prefect]'",
        )
    own = project.root / FLOWS / f"{flow}.py"
    program = own if own.is_file() else shipped.flow(flow)
    study, _ = study_file.load(project.study_file)
    alerting.check(study.alerts)
    environment = dict(os.environ)
    if password_file is not None:
        environment[PASSWORD] = read_password(password_file)
    command = [sys.executable, str(program), "--cron", cron, "--study", str(project.study_file)]
    # Prefect finds a flow again by its place below the folder that it was registered in.
    return _watched(command, program.parent.parent, environment)


def read_password(path: Path) -> str:
    """The user and password of Prefect's API, from a file that its owner alone may read.

    Raises UsageError, which never tells what the file holds.
    """
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            str(path),
            expected="a file with user:password",
            found=type(error).__name__,
            remedy="make one as docs/operations.md says",
        ) from error
    if told := system.exposed(mode):
        raise UsageError(
            str(path),
            expected="a file that its owner alone may read (mode 0600)",
            found=told,
            remedy=f"chmod 600 {path}, and change the password: others may have read it",
        )
    user, colon, password = text.partition(":")
    if not (user and colon and password) or "\n" in text:
        raise UsageError(
            str(path),
            expected="one line user:password",
            found="something else",
            remedy="make one as docs/operations.md says",
        )
    return text


def _watched(command: list[str], folder: Path, environment: dict[str, str]) -> int:
    """Run a program in a process group of its own; end the whole group when we are stopped."""
    with _told_of_signals():
        # Our own interpreter and our own program; no shell.
        process = subprocess.Popen(  # noqa: S603
            command,
            cwd=folder,
            env=environment,
            **system.apart(),
        )
        try:
            code = int(process.wait())
        except _Stopped as stopped:
            _end(process)
            sys.stderr.write("Stopped: the schedule is no longer kept, and no run is at work.\n")
            return 128 + stopped.number
        except BaseException:
            _end(process)
            raise
        _end(process)
        return code if code >= 0 else 128 - code


@contextlib.contextmanager
def _told_of_signals() -> Iterator[None]:
    """Raise _Stopped for the first SIGINT or SIGTERM; later ones wait until all is ended."""

    def stop(number: int, _frame: FrameType | None) -> None:
        for known in (signal.SIGINT, signal.SIGTERM):
            signal.signal(known, signal.SIG_IGN)
        raise _Stopped(number)

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program: first it alone, so that it can end its run; then all that is left of it."""
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_SECONDS_TO_END)
    system.end_group(process)
