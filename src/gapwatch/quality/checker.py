"""The process that checks: started early, because its library takes seconds to import.

Imports the standard library alone, so that it can be started before anything else is imported.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from types import TracebackType
from typing import Any

from gapwatch.errors import ValidationError

_PATIENCE_SECONDS = 300
# Our own interpreter and module; -P keeps files of the current folder out of it.
COMMAND: tuple[str, ...] = (sys.executable, "-P", "-m", "gapwatch.quality.worker")


class Checker:
    """A `quality.worker` process: requests go in one by one, `answers` come out all at once.

    Use as a context manager; entering one that runs already changes nothing, and leaving ends it.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._last: list[str] = []

    def __enter__(self) -> Checker:
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603
                COMMAND,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                env={**os.environ, "GX_ANALYTICS_ENABLED": "false", "PYTHONUTF8": "1"},
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    def ask(self, request: dict[str, Any]) -> None:
        """Send one request; the answer is given by `answers`."""
        requests = self._running().stdin
        try:
            if requests is not None:
                requests.write(json.dumps(request) + "\n")
                requests.flush()
        except OSError as error:
            raise self._gone(str(error)) from error

    def ask_last(self, request: dict[str, Any]) -> None:
        """Keep a request that is too large for a pipe nobody empties, until `answers` asks it.

        Its answer comes after those of all other requests.
        """
        self._last.append(json.dumps(request) + "\n")

    def answers(self, count: int) -> list[dict[str, Any]]:
        """Wait for the answers to all `count` requests; ValidationError when any is missing."""
        process = self._running()
        try:
            output, told = process.communicate("".join(self._last), timeout=_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise self._gone(f"no answer in {_PATIENCE_SECONDS} seconds") from error
        try:
            answers = [json.loads(line) for line in output.splitlines()]
        except ValueError:  # killed in the middle of a line
            answers = []
        if len(answers) != count:
            raise self._gone(told.strip()[-500:] or f"exit code {process.returncode}")
        return answers

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None:
            raise self._gone("it was never started")
        return self._process

    @staticmethod
    def _gone(why: str) -> ValidationError:
        return ValidationError(
            "validation",
            expected="every table checked",
            found=f"the checker stopped: {why}",
            remedy="run again; if it stops again, run `python -m gapwatch.quality.worker` alone",
        )
